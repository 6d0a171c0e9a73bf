"""Change the terms on which the viewer's account bills another one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.flows.credit_terms import WantedTerms, change_terms, wanted_terms
from entrepot.flows.home.accounts import buyer_of, terms_to_act_on
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.company_form import statement_days
from entrepot.web.screens.home import links, words
from entrepot.web.ui.numbers import AmountField
from entrepot.web.ui.shell import Link

_DAYS_MAX = 3650
_SPLIT = "~"


class TermsForm(forms.Form):
    """The terms of one billing account."""

    statement_day = forms.TypedChoiceField(
        label=_("Statement"), coerce=int, help_text=_("Holds from the next statement on.")
    )
    due_days = forms.IntegerField(
        label=_("Days to pay"),
        min_value=0,
        max_value=_DAYS_MAX,
        help_text=_("Documents that were issued keep their due day."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    credit_limit = AmountField(
        label=_("Credit limit"),
        required=False,
        min_value=0,
        max_digits=17,
        decimal_places=2,
        help_text=_("Empty: no limit. 0: orders wait for payment."),
    )
    ask_above = AmountField(
        label=_("Ask the customer above"),
        required=False,
        min_value=0,
        max_digits=17,
        decimal_places=2,
        help_text=_("Orders placed on its behalf for more wait for its own people. Empty: never."),
    )
    grace_days = forms.IntegerField(
        label=_("Grace until a hold"),
        min_value=0,
        max_value=_DAYS_MAX,
        help_text=_("Days after the due day."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    holds_by_itself = forms.BooleanField(
        label=_("The daily run puts and releases credit holds"), required=False
    )
    suspend_on_hold = forms.BooleanField(
        label=_("A credit hold suspends the services"), required=False
    )
    bill_on_hold = forms.BooleanField(label=_("Billing goes on while a hold lasts"), required=False)
    known = forms.CharField(max_length=200, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement_day"].choices = statement_days()  # type: ignore[attr-defined]

    def wanted(self) -> WantedTerms:
        """Return what was typed; after validation."""
        given = self.cleaned_data
        return WantedTerms(**{name: given[name] for name in WantedTerms.__dataclass_fields__})


@screen(Capability.MANAGE_CREDIT, methods=("GET", "POST"))
def edit_terms(request: SignedInRequest, number: int) -> HttpResponse:
    """Show the terms in a form and store them; terms that changed in between are refused."""
    viewer = request.viewer
    stored = wanted_terms(viewer, billing_account_id=number)
    shown = terms_to_act_on(viewer, billing_account_id=number)
    back = links.account_url(viewer, *buyer_of(viewer, billing_account_id=number))
    status = 200
    if request.method == "POST":
        form, status = TermsForm(request.POST), 422
        if form.is_valid():
            refused = _store(request, form, stored, number)
            if refused is None:
                messages.success(request, gettext("The terms are saved."))
                return HttpResponseRedirect(back)
            status = refused
    else:
        facts = {name: getattr(stored, name) for name in WantedTerms.__dataclass_fields__}
        form = TermsForm(initial={**facts, "known": _key(stored)})
    context = {
        "name": shown.buyer_name,
        "crumbs": [Link(shown.buyer_name, back)],
        "form": form,
        "currency": shown.currency,
        "owed": words.money(shown.receivable),
        "reload_url": request.path if status == 409 else "",
        "back_url": back,
    }
    return render(request, "screens/customers/terms.html", context, status=status)


def _store(
    request: SignedInRequest, form: TermsForm, stored: WantedTerms, number: int
) -> int | None:
    """Run the command; write a refusal into the form and return the status for it."""
    viewer = request.viewer
    wanted = form.wanted()
    # Terms that differ from those of the page cannot be told from its key: they are handed over as changed.
    is_known = form.cleaned_data["known"] == _key(stored)
    try:
        change_terms(
            viewer,
            billing_account_id=number,
            known=stored if is_known else wanted,
            wanted=wanted,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        field = error.field if isinstance(error, BadInput) else None
        form.add_error(field if field in form.fields else None, error.text(translate=gettext))
        return 422 if isinstance(error, BadInput) else 409
    return None


def _key(terms: WantedTerms) -> str:
    """Write the terms as the page had shown them, to find out whether they are still the same."""
    values = [getattr(terms, name) for name in WantedTerms.__dataclass_fields__]
    return _SPLIT.join(
        f"{value.normalize():f}" if isinstance(value, Decimal) else str(value) for value in values
    )
