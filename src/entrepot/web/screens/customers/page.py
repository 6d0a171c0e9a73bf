"""The page of one account: who it is, how it is billed, where its credit stands, who works for it."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.queries import AccountFacts, UserRow, account_page, list_users
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.home.accounts import COUNT_MAX, AccountMoney, Terms, account_money
from entrepot.kernel.money import Money
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers import page_parts as parts
from entrepot.web.screens.customers.history import history, hold_events
from entrepot.web.screens.customers.listing import kind_of
from entrepot.web.screens.home import links, words
from entrepot.web.screens.users.words import ROLES
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

USERS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class TermsCard:
    """One billing account as the page shows it; the three addresses are empty where nothing is legal."""

    title: str
    currency: str
    open_amount: str
    open_documents: str
    credit: str
    overdue: str
    overdue_since: str
    is_held: bool
    held_on: str
    release_until: str
    limit: str
    left: str
    ask_above: str
    statement: str
    due: str
    grace: str
    holds: str
    hold_url: str
    release_url: str
    protect_url: str
    terms_url: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person who works for the account."""

    name: str
    login: str
    email: str
    role: object
    last: str
    is_active: bool


@screen(Capability.VIEW_ACCOUNTS)
def page(request: SignedInRequest, number: int) -> HttpResponse:
    """Show an account below the viewer's, or the own one."""
    return _render(request, number)


@screen(Capability.VIEW_ACCOUNTS)
def own_page(request: SignedInRequest) -> HttpResponse:
    """Show the viewer's own account."""
    return _render(request, request.viewer.account_id)


def _render(request: SignedInRequest, number: int) -> HttpResponse:
    viewer = request.viewer
    facts = account_page(viewer, account_id=number)
    found = account_money(viewer, account_id=number)
    is_own = number == viewer.account_id
    tab = parts.tab_of(request.GET)
    phone, phone_note = parts.phone_texts(facts)
    context = {
        "tabs": parts.tabs(tab),
        "tab": tab,
        "history": history(
            viewer,
            account_id=number,
            holds=found.events,
            only_status=tab == parts.STATUS,
        )
        if tab
        else [],
        "contacts": parts.contacts(viewer, facts),
        "is_set_up": parts.is_set_up(facts),
        "phone": phone,
        "phone_note": phone_note,
        **parts.notes(viewer, facts),
        **parts.deeds(viewer, facts),
        "facts": facts,
        "row": facts.row,
        "number": f"ACC-{number}",
        "kind": kind_of(viewer, facts.row),
        "crumbs": [] if is_own else _crumbs(viewer, facts),
        "opened": words.day(facts.row.opened_on, "long"),
        "country": words.country(facts.row.country),
        "place": " ".join(part for part in (facts.postal_code, facts.city) if part),
        "cards": [_card(viewer, one) for one in found.terms],
        "events": hold_events(found.events),
        "no_events": _no_events(facts, found),
        "shows_history": viewer.can(Capability.VIEW_CREDIT) or bool(found.events),
        "subscriptions": _subscriptions(found),
        "subscriptions_url": _subscriptions_url(viewer, facts),
        "order_url": _order_url(viewer, facts),
        "documents_url": _documents_url(viewer, number, found),
        "orders_url": links.address(viewer, "own-orders") or links.address(viewer, "orders")
        if number == viewer.account_id and viewer.can(Capability.VIEW_ORDERS)
        else "",
        "users_url": _users_url(viewer, number),
        "sees_people": viewer.can(Capability.VIEW_USERS),
        "people": [_person(one) for one in list_users(viewer, account_id=number, limit=USERS_SHOWN)]
        if viewer.can(Capability.VIEW_USERS)
        else [],
        "people_columns": [
            Column(gettext("Name")),
            Column(gettext("E-mail")),
            Column(gettext("Role"), 124),
            Column(gettext("Last sign-in"), 180),
        ],
    }
    return render(request, "screens/customers/page.html", context)


def _users_url(viewer: Viewer, number: int) -> str:
    if number == viewer.account_id:
        return links.address(viewer, "users")
    return links.address(viewer, "account-users", number)


def _no_events(facts: AccountFacts, found: AccountMoney) -> str:
    """Say what an empty history means; the history of another seller's hold is that seller's own."""
    held = next((one for one in found.terms if one.is_held), None)
    if held is not None and held.held_on is not None:
        text = gettext("On hold since %(day)s, put by the daily run; nobody acted by hand.")
        if held.held_by_hand:
            text = gettext("On hold since %(day)s, put by hand; the entry is not kept.")
        return text % {"day": words.day(held.held_on, "long")}
    if facts.row.credit_hold and facts.upstream:
        text = gettext("On credit hold at %(seller)s. Since when and why is told to that seller.")
        return text % {"seller": facts.upstream[-1][1]}
    if found.terms:
        return gettext("There was never a hold.")
    return gettext("Not on hold. The history is told to the seller.")


def _crumbs(viewer: Viewer, facts: AccountFacts) -> list[Link]:
    """Lead from the list over the sellers above that the viewer knows, without the viewer's own account."""
    is_reseller = facts.row.kind is AccountKind.RESELLER
    label = gettext("Resellers") if is_reseller else gettext("Customers")
    start = Link(label, links.address(viewer, "resellers" if is_reseller else "customers"))
    above = [
        Link(name, links.account_url(viewer, number, AccountKind.RESELLER))
        for number, name in facts.upstream
        if number != viewer.account_id
    ]
    return [start, *above]


def _subscriptions(found: AccountMoney) -> str:
    number = found.subscriptions
    if number > COUNT_MAX:
        return f"{words.number(COUNT_MAX)}+"
    text = ngettext("%(n)s subscription", "%(n)s subscriptions", number)
    return text % {"n": words.number(number)}


def _subscriptions_url(viewer: Viewer, facts: AccountFacts) -> str:
    if facts.row.id == viewer.account_id:
        return links.address(viewer, "own-subscriptions") or links.address(viewer, "subscriptions")
    query = {"tab": "all", "q": facts.row.name}
    if viewer.panel is Panel.RESELLER and facts.row.parent_id != viewer.account_id:
        query["sub"] = "1"
    return links.address(viewer, "subscriptions", **query)


def _order_url(viewer: Viewer, facts: AccountFacts) -> str:
    """Lead to the marketplace at the prices of a customer that the viewer sells to."""
    row = facts.row
    is_sold_to = row.parent_id == viewer.account_id and row.kind is AccountKind.CUSTOMER
    if not is_sold_to or not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        return ""
    return links.address(viewer, "marketplace", **{"for": str(row.id)})


def _documents_url(viewer: Viewer, number: int, found: AccountMoney) -> str:
    if not found.terms:
        return ""
    if number == viewer.account_id:
        return links.documents_url(viewer, is_bought=True)
    return links.documents_url(viewer, is_bought=False, party=str(number))


def _card(viewer: Viewer, one: Terms) -> TermsCard:
    documents = ngettext("%(n)s open invoice", "%(n)s open invoices", one.open_documents)
    acts = {
        act: links.address(viewer, f"credit-{act}", one.billing_account_id) if one.may_act else ""
        for act in ("hold", "release", "protect", "terms")
    }
    return TermsCard(
        title=gettext("Billed by %(seller)s") % {"seller": one.seller_name},
        currency=one.currency,
        open_amount=words.money(one.receivable),
        open_documents=documents % {"n": words.number(one.open_documents)},
        credit=_some(one.account_credit),
        overdue=_some(one.overdue),
        overdue_since=_day(one.overdue_since),
        is_held=one.is_held,
        held_on=_day(one.held_on),
        release_until=_day(one.release_until),
        limit=words.money(one.limit) if one.limit is not None else "",
        left=words.money(one.left) if one.left is not None else "",
        ask_above=words.money(one.ask_above) if one.ask_above is not None else "",
        statement=_statement(one),
        due=_days(one.due_days),
        grace=_days(one.grace_days),
        holds=gettext("by the daily run") if one.holds_by_itself else gettext("by hand"),
        hold_url="" if one.is_held else acts["hold"],
        release_url=acts["release"] if one.is_held else "",
        protect_url=acts["protect"],
        terms_url=acts["terms"],
    )


def _statement(one: Terms) -> str:
    if one.statement_day == 0:
        return gettext("every day with charges")
    return gettext("on day %(day)s of the month") % {"day": one.statement_day}


def _days(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _day(value: date | None) -> str:
    return "" if value is None else words.day(value, "long")


def _some(value: Money) -> str:
    return "" if value.is_zero else words.money(value)


def _person(one: UserRow) -> Person:
    return Person(
        name=one.name,
        login=one.login,
        email=one.email,
        role=ROLES[one.role],
        last=words.day(one.last_sign_in, "stamp") if one.last_sign_in else "",
        is_active=one.is_active,
    )
