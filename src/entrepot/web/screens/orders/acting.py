"""What people do with an order: a page each, with the consequence, then the command."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.ordering.acts import Act, by_right
from entrepot.domain.ordering.commands.moves import COMMENT_LENGTH_MAX
from entrepot.domain.parties.roles import Capability
from entrepot.flows.order_acts import Wish, act_on_order
from entrepot.flows.order_page import OrderPage, order_page
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import parameters, words
from entrepot.web.screens.subscriptions import words as sub_words
from entrepot.web.ui.shell import Link

_TITLES: Mapping[Act, object] = {
    Act.APPROVE: _("Approve order"),
    Act.REJECT: _("Reject order"),
    Act.ACCEPT: _("Mark payment as received"),
    Act.RESUBMIT: _("Resubmit for provisioning"),
    Act.COMPLETE: _("Complete by hand"),
    Act.FAIL: _("Fail by hand"),
    Act.CANCEL: _("Cancel order"),
}
_DONE: Mapping[Act, object] = {
    Act.APPROVE: _("The order is approved."),
    Act.REJECT: _("The order is rejected and cancelled."),
    Act.ACCEPT: _("The payment is noted; the order goes on."),
    Act.RESUBMIT: _("The order is on its way to the vendor again."),
    Act.COMPLETE: _("The order is completed."),
    Act.FAIL: _("The order is marked as failed."),
    Act.CANCEL: _("The order is cancelled."),
}


class VersionForm(forms.Form):
    """The state of the order that the person had read."""

    version = forms.IntegerField(min_value=0, max_value=NUMBER_MAX, widget=forms.HiddenInput)


class CommentForm(VersionForm):
    """Why it is done; for those who read the timeline later."""

    comment = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH_MAX,
        help_text=_("It is kept in the timeline of the order."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ApproveForm(CommentForm):
    """What is said beside a yes; nothing has to be."""

    field_order = ("comment",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].required = False


class ReasonForm(CommentForm):
    """The reason of a rejection or cancellation."""

    field_order = ("comment",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = _("Reason")


class DoneForm(CommentForm):
    """How it was made by hand, and what the vendor calls it."""

    vendor_id = forms.CharField(
        label=_("ID at the vendor"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


_FORMS: Mapping[Act, type[VersionForm]] = {
    Act.APPROVE: ApproveForm,
    Act.REJECT: ReasonForm,
    Act.ACCEPT: CommentForm,
    Act.RESUBMIT: VersionForm,
    Act.COMPLETE: DoneForm,
    Act.FAIL: CommentForm,
    Act.CANCEL: ReasonForm,
}


@screen(Capability.ACCEPT_PAYMENTS, methods=("GET", "POST"))
def accept(request: SignedInRequest, number: int, *, name: str, act: Act) -> HttpResponse:
    """Note that the money is there, after saying what follows."""
    return _page(request, number, name=name, act=act)


@screen(Capability.MANAGE_ORDERS, methods=("GET", "POST"))
def act_page(request: SignedInRequest, number: int, *, name: str, act: Act) -> HttpResponse:
    """Cancel, resubmit or settle an order, after saying what follows."""
    return _page(request, number, name=name, act=act)


def _page(request: SignedInRequest, number: int, *, name: str, act: Act) -> HttpResponse:
    viewer = request.viewer
    found = order_page(viewer, order_id=number, now=request.now)
    if act not in by_right(viewer, found.row):
        raise PermissionDenied
    back = links.address(viewer, name, number)
    form = _FORMS[act](
        request.POST if request.method == "POST" else None, initial={"version": found.version}
    )
    fields = parameters.fields_of(found.row.parameters)
    status = 200 if act in found.acts else 409
    if request.method == "POST":
        status = 422
        asked = parameters.read(request.POST) if _edits(act, found) else None
        fields = asked.fields if asked and asked.fields else fields
        if form.is_valid() and (asked is None or asked.parameters is not None):
            refused = _do(request, form, found, act=act, asked=asked)
            if refused is None:
                messages.success(request, str(_DONE[act]))
                return HttpResponseRedirect(back)
            status = refused
            found = order_page(viewer, order_id=number, now=request.now)
            # Who sends it again has seen how the order stands now.
            form.data = {**request.POST.dict(), "version": str(found.version)}
    context = {
        "title": _TITLES[act],
        "lead": f"{found.row.number}, {found.row.plan_name}, {found.row.customer_name}",
        "crumbs": [
            Link(gettext("Orders"), links.address(viewer, f"{name}s")),
            Link(found.row.number, back),
        ],
        "state": words.badge(viewer, found.row),
        "form": form,
        "may": act in found.acts,
        "kind": "bad" if act in (Act.CANCEL, Act.FAIL, Act.REJECT) else "primary",
        "consequences": _consequences(found, act),
        "fields": fields if _edits(act, found) else (),
        "kinds": parameters.kinds(),
        "back_url": back,
    }
    return render(request, "screens/orders/act.html", context, status=status)


def _edits(act: Act, found: OrderPage) -> bool:
    """Tell whether parameters can be corrected: not before the vendor has said what it did."""
    one = found.operation
    is_known = one is not None and one.is_effect_known
    return act is Act.RESUBMIT and is_known and len(found.row.parameters) <= parameters.ROWS_MAX


def _do(
    request: SignedInRequest,
    form: forms.Form,
    found: OrderPage,
    *,
    act: Act,
    asked: parameters.Read | None,
) -> int | None:
    """Run the command; write a refusal into the form and return the status for it."""
    viewer = request.viewer
    wish = Wish(
        act=act,
        version=form.cleaned_data["version"],
        comment=form.cleaned_data.get("comment", ""),
        vendor_id=form.cleaned_data.get("vendor_id", ""),
        parameters=asked.parameters if asked and asked.fields else None,
    )
    actor = viewer.actor(request_id=request.request_id)
    try:
        act_on_order(viewer, order_id=found.row.id, wish=wish, actor=actor, now=request.now)
    except DomainError as error:
        field = error.field if isinstance(error, BadInput) else None
        form.add_error(field if field in form.fields else None, error.text(translate=gettext))
        return 422 if isinstance(error, BadInput) else 409
    return None


def _consequences(found: OrderPage, act: Act) -> list[str]:
    """Say what follows."""
    if act in (Act.APPROVE, Act.REJECT):
        return _deciding(found, act)
    subscription = {"id": words.subscription_id(found.row.subscription_id)}
    if act is Act.ACCEPT:
        return [
            *_going_on(found),
            *_amounts(found),
            gettext("No payment is booked by this."),
        ]
    if act is Act.CANCEL:
        return [
            gettext("Nothing of the order is delivered, and nothing of it is billed."),
            _left_over(found),
            gettext("A cancelled order cannot be taken up again; order anew instead."),
        ]
    if act is Act.RESUBMIT:
        return _resubmitting(found)
    if act is Act.COMPLETE:
        return [
            gettext("Say this only when the service is there and works."),
            gettext("%(id)s starts today and is billed from today.") % subscription
            if found.row.is_for_new
            else gettext("%(id)s has the new units from today on.") % subscription,
            *_amounts(found),
        ]
    is_for_good = found.operation is not None and found.operation.is_parked
    return [
        gettext("The order has failed for good: it can only be cancelled afterwards.")
        if is_for_good
        else gettext(
            "The order is shown as failed; it can be resubmitted or cancelled afterwards."
        ),
        gettext("Nothing of it is billed."),
    ]


def _going_on(found: OrderPage) -> list[str]:
    """Say what an order does that waits for its payment only."""
    subscription = {"id": words.subscription_id(found.row.subscription_id)}
    if found.row.term is not None:
        text = gettext("The term of %(id)s is ordered at once; the run of its first day bills it.")
        return [text % subscription]
    if found.row.changes is not None:
        return [
            gettext("The order goes on at once: the vendor is asked for the new units."),
            gettext("They count, and are billed, from the day when the vendor has them."),
        ]
    return [
        gettext("The order goes on at once: the vendor is asked for the service."),
        gettext("%(id)s starts when the service is there, and is billed from that day.")
        % subscription,
    ]


def _left_over(found: OrderPage) -> str:
    """Say what a cancelled order leaves behind."""
    subscription = {"id": words.subscription_id(found.row.subscription_id)}
    if found.row.is_for_new:
        return gettext("%(id)s is cancelled before it starts.") % subscription
    return gettext("%(id)s stays as it is.") % subscription


def _deciding(found: OrderPage, act: Act) -> list[str]:
    if act is Act.REJECT:
        return [
            gettext("The order is cancelled; the buyer reads your reason in its timeline."),
            _left_over(found),
        ]
    one = found.approval
    if one is not None and one.step < one.steps:
        return [gettext("The people of the next step are asked then.")]
    return [
        gettext("The order goes on: to its payment, or to the vendor if the credit limit allows.")
        if found.row.is_for_new
        else gettext("The order goes on: to its payment, or at once if the credit limit allows."),
        *_amounts(found),
    ]


def _amounts(found: OrderPage) -> list[str]:
    money = found.money
    bill = None if money is None else money.price or money.confirmed
    if money is None or bill is None:
        return []
    amount = sub_words.money(bill.first, money.currency)
    return [gettext("The first bill takes %(amount)s without tax.") % {"amount": amount}]


def _resubmitting(found: OrderPage) -> list[str]:
    one = found.operation
    if one is not None and not one.is_effect_known:
        return [
            gettext("Nobody knows what the vendor has done, so it is asked first."),
            gettext("Only if it has done nothing, the order is sent again, unchanged."),
        ]
    if len(found.row.parameters) > parameters.ROWS_MAX:
        return [gettext("The order is sent to the vendor again, unchanged.")]
    return [gettext("The order is sent to the vendor again, with the parameters below.")]
