"""Telephone numbers from before they were checked: which of them fail, with the repair beside each."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.account_queries import PhonePage, PhoneRow, unchecked_phones
from entrepot.domain.parties.commands import (
    PHONES_AT_ONCE_MAX,
    repair_phone,
    store_good_phones,
)
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.phones import example_phone, shown_phone
from entrepot.domain.parties.queries import AccountKey, account_names
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.onboarding import editable
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links, words
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Row:
    """One account as the report shows it; `typed` is what the field holds, `error` why it was not stored."""

    id: int
    url: str
    name: str
    number: str
    country: str
    phone: str
    verdict: str
    is_good: bool
    typed: str
    example: str
    version: int
    error: str


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def phones(request: SignedInRequest) -> HttpResponse:
    """List numbers that were never checked; store the good ones in one go, repair the others one by one."""
    viewer = request.viewer
    refused: tuple[int, str, str] | None = None
    status = 200
    if request.method == "POST":
        if request.POST.get("act") == "all":
            return _store_all(request)
        refused = _repair(request)
        if refused is None:
            return HttpResponseRedirect(request.get_full_path())
        status = 422
    asked = number_in(request.GET.get("after", ""))
    page = unchecked_phones(viewer, limit=PAGE_SIZE, after=_key(viewer, asked))
    context = {
        "crumbs": [Link(gettext("Customers"), links.address(viewer, "customers"))],
        "columns": [
            Column(gettext("Name")),
            Column(gettext("Country"), 150),
            Column(gettext("Stored"), 190),
            Column(gettext("Check"), 300),
            Column(gettext("New number"), 330),
        ],
        "rows": [_row(viewer, row, refused) for row in page.rows],
        "has_good": any(row.good for row in page.rows),
        "is_first": asked is None,
        "pager": _pager(page),
        "back_url": links.address(viewer, "customers"),
    }
    return render(request, "screens/customers/phones.html", context, status=status)


def _repair(request: SignedInRequest) -> tuple[int, str, str] | None:
    """Store one number; return account, typing and refusal when it cannot be stored."""
    viewer = request.viewer
    number = number_in(request.POST.get("account", "")) or 0
    typed = request.POST.get("phone", "").replace("\0", "")[:100]
    account = editable(viewer, account_id=number)
    try:
        stored = repair_phone(
            account_id=account.id,
            version=number_in(request.POST.get("version", "")) or 0,
            phone=typed,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        return number, typed, error.text(translate=gettext)
    shown = shown_phone(stored, country=account.country).international or gettext("no number")
    messages.success(
        request, gettext("%(name)s: %(phone)s.") % {"name": account.name, "phone": shown}
    )
    return None


def _store_all(request: SignedInRequest) -> HttpResponse:
    """Store what only has another spelling, of the first PHONES_AT_ONCE_MAX accounts of the report."""
    viewer = request.viewer
    ids: list[int] = []
    after: AccountKey | None = None
    while len(ids) < PHONES_AT_ONCE_MAX:
        page = unchecked_phones(viewer, limit=200, after=after)
        ids += [row.id for row in page.rows if row.good]
        after = page.after
        if after is None:
            break
    stored = store_good_phones(
        account_ids=ids, actor=viewer.actor(request_id=request.request_id), now=request.now
    )
    text = ngettext(
        "%(n)s number is stored in its new spelling.",
        "%(n)s numbers are stored in their new spelling.",
        stored,
    )
    messages.success(request, text % {"n": words.number(stored)})
    return HttpResponseRedirect(request.path)


def _row(viewer: Viewer, row: PhoneRow, refused: tuple[int, str, str] | None) -> Row:
    is_refused = refused is not None and refused[0] == row.id
    verdict = "" if row.problem is None else _verdict(row.problem.code)
    good = shown_phone(row.good, country=row.country).international
    return Row(
        id=row.id,
        url=links.account_url(viewer, row.id, row.kind),
        name=row.name,
        number=f"ACC-{row.id}",
        country=words.country(row.country),
        phone=row.phone,
        verdict=verdict or gettext("is good, as %(phone)s") % {"phone": good},
        is_good=bool(row.good),
        typed=refused[1] if is_refused and refused else good,
        example=example_phone(country=row.country),
        version=row.version,
        error=refused[2] if is_refused and refused else "",
    )


def _verdict(code: str) -> str:
    """Say in a few words why a number fails; the form says the rest."""
    if code == "phone_unknown":
        return gettext("no number of its country")
    return gettext("no telephone number")


def _pager(page: PhonePage) -> Pager:
    after = "" if page.after is None else f"?after={page.after.id}"
    return Pager(previous_url="", next_url=after)


def _key(viewer: Viewer, account_id: int | None) -> AccountKey | None:
    if account_id is None:
        return None
    name = account_names(viewer, ids=[account_id]).get(account_id)
    return None if name is None else AccountKey(sort_key(name), account_id)
