"""What people do with an operation: a page each with the consequence, then the command."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.flows.operation_acts import (
    OperationAct,
    OperationWish,
    act_on_operation,
    possible,
    seen_state,
)
from entrepot.flows.provisioning_lists import OperationPageFacts, operation_page
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import parameters
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.provisioning import words
from entrepot.web.screens.provisioning.page import ACTS, crumbs
from entrepot.web.ui.shell import Link

_COMMENT_LENGTH_MAX = 1_000
_DONE: Mapping[OperationAct, object] = {
    OperationAct.RESUBMIT: _("The operation goes on."),
    OperationAct.DONE: _("The operation is marked as done."),
    OperationAct.FAIL: _("The operation is marked as failed."),
    OperationAct.WITHDRAW: _("The operation is given up."),
}


class SeenForm(forms.Form):
    """The state that the person had read."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)


class WhyForm(SeenForm):
    """Why it is done; kept in the audit trail."""

    comment = forms.CharField(
        label=_("Comment"),
        max_length=_COMMENT_LENGTH_MAX,
        help_text=_("It is kept in the audit trail."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MadeForm(WhyForm):
    """How it was made, and what the vendor calls it."""

    vendor_id = forms.CharField(
        label=_("ID at the vendor"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


_FORMS: Mapping[OperationAct, type[SeenForm]] = {
    OperationAct.RESUBMIT: SeenForm,
    OperationAct.DONE: MadeForm,
    OperationAct.FAIL: WhyForm,
    OperationAct.WITHDRAW: WhyForm,
}


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def hurry(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Have an operation looked at at once."""
    viewer = request.viewer
    try:
        act_on_operation(
            viewer,
            operation_id=number,
            wish=OperationWish(OperationAct.NOW, seen=""),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.code == "provisioning_object_missing":
            raise
        messages.warning(request, refusal.text(translate=gettext))
    else:
        messages.success(request, gettext("The vendor is asked at once."))
    return HttpResponseRedirect(links.address(viewer, "operation", number))


@screen(Capability.MANAGE_ORDERS, methods=("GET", "POST"))
def act_page(request: SignedInRequest, *, number: int, act: OperationAct) -> HttpResponse:
    """Say what follows, then do it."""
    viewer = request.viewer
    found = operation_page(viewer, operation_id=number)
    if found.order_id is not None:
        raise PermissionDenied
    back = links.address(viewer, "operation", number)
    posted = request.POST if request.method == "POST" else None
    form = _FORMS[act](posted, initial={"seen": seen_state(found)})
    fields = parameters.fields_of(found.facts.parameters) if _edits(act, found) else ()
    status = 200 if act in possible(found) else 409
    if posted is not None:
        status = 422
        asked = parameters.read(posted) if _edits(act, found) else None
        fields = asked.fields if asked and asked.fields else fields
        if form.is_valid() and (asked is None or asked.parameters is not None):
            refused = _do(request, form, number, act=act, asked=asked)
            if refused is None:
                messages.success(request, str(_DONE[act]))
                return HttpResponseRedirect(back)
            status = refused
            found = operation_page(viewer, operation_id=number)
            # Who sends it again has seen how it stands now.
            form.data = {**posted.dict(), "seen": seen_state(found)}
    context = {
        "title": ACTS[act],
        "lead": f"OP-{number}, {order_words.action(found.facts.action)}, {found.customer_name}",
        "crumbs": [*crumbs(viewer), Link(f"OP-{number}", back)],
        "state": words.badge(found.facts.state),
        "word": words.state(found.facts.state, is_by_hand=found.facts.is_by_hand),
        "form": form,
        "may": act in possible(found),
        "kind": "bad" if act in (OperationAct.FAIL, OperationAct.WITHDRAW) else "primary",
        "consequences": _consequences(found, act),
        "fields": fields,
        "kinds": parameters.kinds(),
        "back_url": back,
    }
    return render(request, "screens/provisioning/act.html", context, status=status)


def _edits(act: OperationAct, found: OperationPageFacts) -> bool:
    """Tell whether parameters can be corrected: not before the vendor has said what it did."""
    facts = found.facts
    is_short = len(facts.parameters) <= parameters.ROWS_MAX
    return act is OperationAct.RESUBMIT and facts.is_effect_known and is_short


def _do(
    request: SignedInRequest,
    form: forms.Form,
    number: int,
    *,
    act: OperationAct,
    asked: parameters.Read | None,
) -> int | None:
    """Run the command; write a refusal into the form and return the status for it."""
    viewer = request.viewer
    given: dict[str, Any] = form.cleaned_data
    wish = OperationWish(
        act=act,
        seen=given["seen"],
        comment=given.get("comment", ""),
        vendor_id=given.get("vendor_id", ""),
        parameters=asked.parameters if asked and asked.fields else None,
    )
    try:
        act_on_operation(
            viewer,
            operation_id=number,
            wish=wish,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        field = error.field if isinstance(error, BadInput) else None
        form.add_error(field if field in form.fields else None, error.text(translate=gettext))
        return 422 if isinstance(error, BadInput) else 409
    return None


def _consequences(found: OperationPageFacts, act: OperationAct) -> list[str]:
    """Say what follows."""
    facts = found.facts
    if act is OperationAct.RESUBMIT and not facts.is_effect_known:
        return [
            gettext("Nobody knows what the vendor has done, so it is asked first."),
            gettext("Only if it has done nothing, the operation is sent again, unchanged."),
        ]
    if act is OperationAct.RESUBMIT:
        return [gettext("The operation is sent to the vendor again, with a new key.")]
    if act is OperationAct.DONE:
        return [
            gettext("Say this only when the vendor has it as it was asked for."),
            gettext("From now on we take the service for what was asked for here."),
        ]
    if act is OperationAct.FAIL and not facts.is_parked:
        return [gettext("The operation waits for a person then: it can be resubmitted or ended.")]
    if act is OperationAct.FAIL:
        return [gettext("The operation has failed for good; it is not asked for again by itself.")]
    return [
        gettext("If the vendor may have it already, it is asked; nothing is undone by itself."),
        gettext("A success that comes later opens a follow-up."),
    ]
