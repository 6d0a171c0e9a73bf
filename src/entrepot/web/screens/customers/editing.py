"""Open a customer or a reseller, and edit an account's data: one form each, refusals keep the typing."""

import secrets
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.account_queries import contacts_of
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.queries import account_page
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.onboarding import (
    Opened,
    Selling,
    edit_company,
    editable,
    open_customer,
    selling,
)
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.company_form import (
    CompanyForm,
    NewAccountForm,
    differences,
    facts_of,
)
from entrepot.web.screens.customers.handover import remember
from entrepot.web.screens.customers.listing import list_of, number_in
from entrepot.web.screens.home import links
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def new_account(request: SignedInRequest, *, kind: AccountKind) -> HttpResponse:
    """Ask for a new account and open it; the hand-over follows. A repeated form leads to the same account."""
    viewer = request.viewer
    given = selling(viewer)
    status = 200
    if request.method == "POST":
        form = NewAccountForm(request.POST, markets=given.markets)
        status = 422
        if form.is_valid():
            try:
                opened = _open(request, form, given, kind)
            except DomainError as error:
                status = form.refuse(error)
            else:
                remember(request, account_id=opened.account_id, user_id=opened.user_id)
                return HttpResponseRedirect(
                    links.address(viewer, "account-hand-over", opened.account_id)
                )
    else:
        form = NewAccountForm(initial=_initial(request, given), markets=given.markets)
    is_reseller = kind is AccountKind.RESELLER
    listed = list_of(viewer, kind)
    context = {
        "title": _title(viewer, kind),
        "button": gettext("Open the reseller") if is_reseller else gettext("Open the customer"),
        "is_reseller": is_reseller,
        "crumbs": [listed],
        "form": form,
        "currency": given.currency,
        "back_url": listed.url,
    }
    return render(request, "screens/customers/new.html", context, status=status)


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def edit_account(request: SignedInRequest, number: int) -> HttpResponse:
    """Show an account's data in a form and store it; a change by somebody else in between is refused."""
    return _edit(request, number)


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def edit_own(request: SignedInRequest) -> HttpResponse:
    """Do the same with the viewer's own account."""
    return _edit(request, request.viewer.account_id)


def _edit(request: SignedInRequest, number: int) -> HttpResponse:
    viewer = request.viewer
    editable(viewer, account_id=number)
    facts = account_page(viewer, account_id=number)
    back = links.account_url(viewer, number, facts.row.kind)
    form = CompanyForm(
        request.POST if request.method == "POST" else None,
        initial=facts_of(facts, contacts_of(viewer, account_id=number)),
    )
    status, version = 200, str(facts.version)
    if request.method == "POST":
        status, version = 422, request.POST.get("version", "")
        if form.is_valid():
            try:
                edit_company(
                    viewer,
                    account_id=number,
                    version=number_in(version) or 0,
                    company=form.company(),
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                status = form.refuse(error)
            else:
                messages.success(request, gettext("The data are saved."))
                return HttpResponseRedirect(back)
    is_stale = status == 409 and version != str(facts.version)
    context = {
        "row": facts.row,
        "crumbs": [Link(facts.row.name, back)],
        "form": form,
        # Saving again after both were compared is a decision: it counts for the present version.
        "version": str(facts.version) if is_stale else version,
        "is_own": number == viewer.account_id,
        "is_customer": viewer.panel is Panel.CUSTOMER,
        "is_stale": is_stale,
        "differences": differences(form) if is_stale else [],
        "difference_columns": [
            Column(gettext("Field")),
            Column(gettext("You typed")),
            Column(gettext("Saved meanwhile")),
        ],
        "back_url": back,
    }
    return render(request, "screens/customers/edit.html", context, status=status)


def _title(viewer: Viewer, kind: AccountKind) -> str:
    if kind is not AccountKind.RESELLER:
        return gettext("New customer")
    is_provider = viewer.panel is Panel.PROVIDER
    return gettext("New reseller") if is_provider else gettext("New sub-reseller")


def _open(
    request: SignedInRequest, form: NewAccountForm, given: Selling, kind: AccountKind
) -> Opened:
    viewer, typed = request.viewer, form.cleaned_data
    return open_customer(
        viewer,
        company=form.company(),
        person=form.person(),
        terms=replace(
            given.terms,
            statement_day=typed["statement_day"],
            due_days=typed["due_days"],
            credit_limit=typed["credit_limit"],
        ),
        market=typed["market"],
        request_key=typed["key"],
        kind=kind,
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )


def _initial(request: SignedInRequest, given: Selling) -> dict[str, object]:
    """Fill in what most accounts of this seller have."""
    own = account_page(request.viewer, account_id=request.viewer.account_id)
    return {
        "country": own.row.country,
        "language": own.language,
        "statement_day": given.terms.statement_day,
        "due_days": given.terms.due_days,
        "market": given.markets[0],
        "key": secrets.token_hex(16),
    }
