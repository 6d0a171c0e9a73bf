"""The first step: the company's data, and the currency of its sales once and for ever."""

from typing import Any

from babel import Locale
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.account_queries import contacts_of
from entrepot.domain.parties.kinds import SetupStep
from entrepot.domain.parties.queries import account_page
from entrepot.domain.parties.roles import Capability
from entrepot.flows.seller_setup import offered_currencies, open_setup, store_company
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.company_form import CompanyForm, facts_of
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words
from entrepot.web.screens.setup.steps import frame, onward


class FirstStepForm(CompanyForm):
    """Company data, and the currency of sales with a word that it is understood."""

    sales_currency = forms.ChoiceField(
        label=_("Sales currency"),
        help_text=_("Your customers are billed in it. It cannot be changed later."),
    )
    understood = forms.BooleanField(
        label=_("I know that the sales currency stays for ever."),
        error_messages={"required": _("Confirm that you know it.")},
    )

    def __init__(self, *args: Any, currencies: tuple[str, ...], fixed: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Locale.parse("de" if words.language()[:2] == "de" else "en").currencies
        choices = [
            (code, f"{code} · {names.get(code, code)}")
            for code in ((fixed,) if fixed else currencies)
        ]
        self.fields["sales_currency"].choices = choices  # type: ignore[attr-defined]
        if fixed:
            del self.fields["understood"]


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def company(request: SignedInRequest) -> HttpResponse:
    """Show the company's data in a form with the sales currency, and store both."""
    viewer = request.viewer
    setup = open_setup(viewer)
    facts = account_page(viewer, account_id=viewer.account_id)
    contacts = contacts_of(viewer, account_id=viewer.account_id)
    form = FirstStepForm(
        request.POST if request.method == "POST" else None,
        initial=facts_of(facts, contacts),
        currencies=offered_currencies(viewer),
        fixed=setup.sales_currency,
    )
    status, version = 200, str(facts.version)
    if request.method == "POST":
        status, version = 422, request.POST.get("version", "")
        if form.is_valid():
            try:
                done = store_company(
                    viewer,
                    version=number_in(version) or 0,
                    company=form.company(),
                    currency=form.cleaned_data["sales_currency"],
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                status, version = form.refuse(error), str(facts.version)
            else:
                return onward(viewer, done, after=SetupStep.COMPANY)
    context = {
        **frame(viewer, setup, here=SetupStep.COMPANY),
        "form": form,
        "version": version,
        "is_own": True,
        "is_fixed": bool(setup.sales_currency),
    }
    return render(request, "screens/setup/company.html", context, status=status)
