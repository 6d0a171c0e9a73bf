"""Put a credit hold on a billing account, release it, or release it until a day: one page each, with a reason."""

from collections.abc import Mapping
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.credit.commands import (
    REASON_LENGTH_MAX,
    hold_account,
    release_account,
    release_until,
)
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.daily_billing import business_date
from entrepot.flows.home.accounts import Terms, buyer_of, terms_to_act_on
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links, words

HOLD, RELEASE, PROTECT = "hold", "release", "protect"

_TITLES: Mapping[str, object] = {
    HOLD: _("Put on credit hold"),
    RELEASE: _("Release the credit hold"),
    PROTECT: _("Release until a day"),
}
_DONE: Mapping[str, object] = {
    HOLD: _("The account is on credit hold."),
    RELEASE: _("The credit hold is released."),
    PROTECT: _("No run puts a hold before the day after."),
}


class ReasonForm(forms.Form):
    """Why a hold is put or released."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH_MAX,
        help_text=_("It is kept in the history."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class UntilForm(ReasonForm):
    """Why, and up to which day, inclusive."""

    until = forms.DateField(
        label=_("Last day of the release"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    field_order = ("until", "reason")


@screen(Capability.MANAGE_CREDIT, methods=("GET", "POST"))
def change(request: SignedInRequest, number: int, *, act: str) -> HttpResponse:
    """Ask for the reason, then do it. Doing the same twice is refused and said."""
    viewer = request.viewer
    terms = terms_to_act_on(viewer, billing_account_id=number)
    buyer, kind = buyer_of(viewer, billing_account_id=number)
    back = links.account_url(viewer, buyer, kind)
    form_class = UntilForm if act == PROTECT else ReasonForm
    form = form_class(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            refused = _do(request, form, act=act, billing_account_id=number)
            if refused is None:
                messages.success(request, str(_DONE[act]))
                return HttpResponseRedirect(back)
            status = refused
    context = {
        "title": _TITLES[act],
        "name": terms.buyer_name,
        "form": form,
        "kind": "bad" if act == HOLD else "primary",
        "consequences": _consequences(terms, act),
        "back_url": back,
    }
    return render(request, "screens/customers/hold.html", context, status=status)


def _do(
    request: SignedInRequest, form: forms.Form, *, act: str, billing_account_id: int
) -> int | None:
    """Run the command; write a refusal into the form and return the status for it."""
    viewer = request.viewer
    given = {
        "billing_account_id": billing_account_id,
        "reason": form.cleaned_data["reason"],
        "actor": viewer.actor(request_id=request.request_id),
        "now": request.now,
        "business_date": _business_date(viewer),
    }
    try:
        if act == HOLD:
            hold_account(**given)
        elif act == RELEASE:
            release_account(**given)
        else:
            release_until(until=form.cleaned_data["until"], **given)
    except DomainError as error:
        field = error.field if isinstance(error, BadInput) else None
        form.add_error(field if field in form.fields else None, error.text(translate=gettext))
        return 422 if isinstance(error, BadInput) else 409
    return None


def _business_date(viewer: Viewer) -> date:
    return business_date() or viewer.today


def _consequences(terms: Terms, act: str) -> list[str]:
    """Say what follows, from the terms."""
    if act == PROTECT:
        return [
            gettext("A present hold ends, and no run puts one up to and with that day."),
            gettext("On the day after, the run judges again by what is overdue then."),
        ]
    if act == RELEASE:
        return [
            gettext("Account and subscriptions work again at once."),
            gettext(
                "The next run puts the hold back if something is overdue beyond the grace days."
            )
            if terms.holds_by_itself
            else gettext("No run puts it back: holds of these terms are put by hand."),
        ]
    texts = [gettext("The account can buy nothing more from you on credit.")]
    if terms.suspends:
        texts.append(gettext("Its subscriptions are suspended."))
        if not terms.bills_on_hold:
            texts.append(gettext("They are not billed while the hold lasts."))
    if terms.holds_by_itself:
        texts.append(gettext("The next run releases it again unless something is overdue."))
    texts.append(gettext("Open now: %(amount)s.") % {"amount": words.money(terms.receivable)})
    return texts
