"""The search of every page: what a person may find by what they type, grouped by kind.

A public id such as SUB-204311 finds its object and nothing else; a bare number finds objects with this
number first, words find beginnings of words. Everything is asked through
`access.visible`, so a foreign object is found as little as one that does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.billing.models import Invoice
from entrepot.domain.billing.queries.invoices import last_completed_day
from entrepot.domain.catalog.models import Plan
from entrepot.domain.ordering.queries import OrderFilter, is_order_number, list_orders
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.people import words_named
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Scope, Side, document_scope, subscription_scope
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.queries import plan_values
from entrepot.domain.subscriptions.models import Subscription
from entrepot.kernel.ids import NUMBER_MAX, IdError, IdKind, parse_id

M = TypeVar("M", bound=Model)
TEXT_MAX = 100
WORDS_MAX = 6
GROUP_MAX = 50
_YEARS = 10
_FEW = 2_000


class Group(StrEnum):
    """The kinds of results, in the order in which they are shown."""

    ACCOUNTS = "accounts"
    SUBSCRIPTIONS = "subscriptions"
    ORDERS = "orders"
    DOCUMENTS = "documents"
    PLANS = "plans"
    USERS = "users"


_GROUPS = {
    IdKind.ACCOUNT: Group.ACCOUNTS,
    IdKind.SUBSCRIPTION: Group.SUBSCRIPTIONS,
    IdKind.ORDER: Group.ORDERS,
    IdKind.INVOICE: Group.DOCUMENTS,
    IdKind.CREDIT_NOTE: Group.DOCUMENTS,
    IdKind.PLAN: Group.PLANS,
    IdKind.USER: Group.USERS,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `state` is a value of the object's state enum, empty where it has none.

    `account_id` is the account that a user works for, a document's buyer, the customer of a subscription or order.
    """

    id: int
    title: str
    number: str
    note: str
    state: str
    account_kind: AccountKind | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """The results of one kind; `more` says that there are further ones."""

    rows: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for the text that was looked for (cleaned and cut)."""

    text: str
    groups: Mapping[Group, Hits]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was found."""
        return not any(hits.rows for hits in self.groups.values())


def search(viewer: Viewer, *, text: str, limit: int) -> Found:
    """Look for a text among everything that the viewer may see; at most `limit` (50) results a kind.

    The text is cut to 100 characters and six words. At most fourteen queries; none without a text.
    """
    cleaned = clean(text)
    size = min(max(limit, 1), GROUP_MAX)
    if not cleaned:
        return Found("", {})
    asked = {
        Group.ACCOUNTS: (Capability.VIEW_ACCOUNTS, _accounts),
        Group.SUBSCRIPTIONS: (Capability.VIEW_SUBSCRIPTIONS, _subscriptions),
        Group.ORDERS: (Capability.VIEW_ORDERS, _orders),
        Group.DOCUMENTS: (Capability.VIEW_INVOICES, _documents),
        Group.PLANS: (Capability.VIEW_SUBSCRIPTIONS, _plans),
        Group.USERS: (Capability.VIEW_USERS, _users),
    }
    named = _named_by(cleaned)
    found = {
        group: look(viewer, cleaned, size + 1)
        for group, (capability, look) in asked.items()
        if viewer.can(capability) and named in (None, group)
    }
    return Found(
        cleaned,
        {
            group: Hits(tuple(rows[:size]), len(rows) > size)
            for group, rows in found.items()
            if rows
        },
    )


def clean(text: str) -> str:
    """Return what is looked for: printable characters, single blanks, at most 100 characters and six words."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * TEXT_MAX])
    return " ".join(printable.split()[:WORDS_MAX])[:TEXT_MAX].strip()


def _named_by(text: str) -> Group | None:
    """Return the kind that a whole public id names; None for other texts, also for ids that nothing has here."""
    try:
        return _GROUPS.get(parse_id(text).kind)
    except IdError:
        return None


def _number(text: str, kind: IdKind) -> int | None:
    try:
        return parse_id(text, expected=kind).number
    except IdError:
        return None


def _or_number(match: Q, text: str, kind: IdKind, *, field: str = "pk") -> Q:
    """Add the object with the typed number; a whole public id means that object alone."""
    number = _number(text, kind)
    if number is None:
        return match
    named = Q((field, number))
    return match | named if text.isdigit() else named


def _number_first(rows: QuerySet[M], match: Q, text: str, kind: IdKind, size: int) -> list[M]:
    """Read the object with the typed number, then the others that match, in the order of the rows.

    Two reads, because one order for both could not follow an index. A whole public id means that object alone.
    """
    number = _number(text, kind)
    if number is None:
        return list(rows.filter(match)[:size])
    named = list(rows.filter(pk=number))
    others = list(rows.filter(match).exclude(pk=number)[:size]) if text.isdigit() else []
    return [*named, *others][:size]


def _named(column: str, words: list[str]) -> Q:
    """Match rows in which every word begins a word of the column."""
    match = Q()
    for word in words:
        match &= Q((f"{column}__startswith", word)) | Q((f"{column}__contains", f" {word}"))
    return match


def _accounts(viewer: Viewer, text: str, size: int) -> list[Hit]:
    rows = visible(viewer, Account).exclude(pk=viewer.account_id)
    words = sort_key(text).split()
    match = _named("name_key", words) if words else Q(pk__in=[])
    match |= Q(external_id=text) & ~Q(external_id="")
    ordered = rows.select_related("parent").order_by("name_key", "id")
    found = _number_first(ordered, match, text, IdKind.ACCOUNT, size)
    return [
        Hit(
            id=row.id,
            title=row.name,
            number=f"{IdKind.ACCOUNT.value}-{row.id}",
            note=row.parent.name if row.parent and row.parent_id != viewer.account_id else "",
            state="held" if row.admin_hold or row.credit_hold else row.status.value,
            account_kind=row.kind,
        )
        for row in found
    ]


def _subscriptions(viewer: Viewer, text: str, size: int) -> list[Hit]:
    # The vendor's reference is a part of the text that is looked through.
    rows = visible(viewer, Subscription, scope=_searched(viewer))
    is_few = viewer.account_kind is not AccountKind.PROVIDER and rows[: _FEW + 1].count() <= _FEW
    match: Any = Q()
    for word in text.casefold().split():
        # A few rows are read and looked through; the index of words would be asked about everybody's rows.
        inside = StrIndex(F("search_text"), Value(word))
        match &= Q(GreaterThan(inside, 0)) if is_few else Q(search_text__contains=word)
    found = _number_first(rows.order_by("-id"), match, text, IdKind.SUBSCRIPTION, size)
    return [
        Hit(
            id=row.id,
            title=row.plan_name,
            number=f"{IdKind.SUBSCRIPTION.value}-{row.id}",
            note=row.customer_name if row.customer_id != viewer.account_id else "",
            state=row.status.value,
            account_id=row.customer_id,
        )
        for row in found
    ]


def _orders(viewer: Viewer, text: str, size: int) -> list[Hit]:
    """Find orders by number or id; what they were for is found as a subscription."""
    number = None if text.isdigit() else _number(text, IdKind.ORDER)
    asked = text if number is None else f"{IdKind.ORDER.value}-{number}"
    if not is_order_number(asked):
        return []
    page = list_orders(viewer, wanted=OrderFilter(text=asked), limit=size)
    return [
        Hit(
            id=row.id,
            title=row.number,
            number=f"{IdKind.ORDER.value}-{row.id}",
            note=", ".join(
                part
                for part in (
                    row.customer_name if row.customer_id != viewer.account_id else "",
                    row.plan_name,
                )
                if part
            ),
            state=row.shown.value,
            account_id=row.customer_id,
        )
        for row in page.rows
    ]


def _searched(viewer: Viewer) -> Scope | None:
    """Narrow a customer's subscriptions to what it uses, which is all that it sees; others keep their subtree."""
    if viewer.account_kind is AccountKind.CUSTOMER:
        return subscription_scope(viewer, side=Side.BOUGHT)
    return None


def _documents(viewer: Viewer, text: str, size: int) -> list[Hit]:
    """Find documents by number or id, of both sides: two scans of one index each instead of a mixed one."""
    as_of = last_completed_day()
    if as_of is None:
        return []
    # A bare number is rare among documents: reading them from the newest until enough have it takes long.
    newest = (F("id") + 0 if text.isdigit() else F("id")).desc()
    sides: list[QuerySet[Invoice]] = []
    for side, column in ((Side.SOLD, "seller_id"), (Side.BOUGHT, "buyer_id")):
        scope = document_scope(viewer, side=side)
        own = visible(viewer, Invoice, scope=scope).filter(issued_on__lte=as_of)
        if side is Side.BOUGHT:
            own = own.filter((column, viewer.account_id))
        sides.append(own.filter(_document_match(text, viewer.today.year)).order_by(newest)[:size])
    rows: list[Invoice] = list(sides[0].union(sides[1]).order_by("-id")[:size])
    partners = {row.buyer_id for row in rows} | {row.seller_id for row in rows}
    names = dict(Account.objects.filter(pk__in=partners).values_list("id", "name"))
    return [_document(viewer, row, names) for row in rows]


def _document_match(text: str, year: int) -> Q:
    match = Q(number_text__startswith=text.upper())
    if text.isascii() and text.isdigit() and int(text) <= NUMBER_MAX:
        years = range(year - _YEARS, year + 2)
        match |= Q(number=int(text), year__in=years, kind__in=list(DocumentKind))
    for kind in (IdKind.INVOICE, IdKind.CREDIT_NOTE):
        if not text.isdigit() and (number := _number(text, kind)):
            return Q(pk=number)
    return match


def _document(viewer: Viewer, row: Invoice, names: Mapping[int, str]) -> Hit:
    is_sold = row.seller_id == viewer.account_id
    state = "paid" if row.open_amount == 0 else "unpaid"
    return Hit(
        id=row.id,
        title=row.number_text,
        number="",
        note=names[row.buyer_id if is_sold else row.seller_id],
        state="credited" if row.kind is DocumentKind.CREDIT_NOTE else state,
        account_id=row.buyer_id,
    )


def _plans(viewer: Viewer, text: str, size: int) -> list[Hit]:
    """Find plans of the catalogue by name or code; below the provider only those that are sold to the viewer."""
    match = Q()
    for word in text.split():
        match &= Q(name__icontains=word)
    match |= Q(product_code__iexact=text)
    found = list(
        Plan.objects.filter(_or_number(match, text, IdKind.PLAN))
        .select_related("service__vendor")
        .order_by("name", "id")[:size]
    )
    if viewer.account_kind is not AccountKind.PROVIDER:
        sold = plan_values(plan_ids=[row.id for row in found], seller_path=viewer.account_path)
        found = [row for row in found if sold[row.id].is_published]
    return [
        Hit(
            id=row.id,
            title=row.name,
            number=f"{IdKind.PLAN.value}-{row.id}",
            note=row.service.vendor.name,
            state="",
        )
        for row in found
    ]


def _users_of_all(text: str) -> QuerySet[User]:
    """Find people among those of all tenants, by the index of parts of names."""
    name: Any = Q()
    for word in text.split():
        name &= Q(upper_name__startswith=word.upper()) | Q(upper_name__contains=f" {word.upper()}")
    people = User.objects.annotate(upper_name=Upper("display_name"))
    match = name | Q(login__begins=text.lower()) | Q(email_key__begins=text.lower())
    return people.filter(_or_number(match, text, IdKind.USER))


def _users(viewer: Viewer, text: str, size: int) -> list[Hit]:
    if viewer.panel is Panel.PROVIDER:
        match = Q(user__in=_users_of_all(text))
    else:
        # Of one tree: names are looked through at the memberships, without a look at each person.
        match = _or_number(words_named(text), text, IdKind.USER, field="user_id")
    found = (
        visible(viewer, Membership)
        .filter(match)
        .select_related("user", "account")
        .order_by("name_key", "user_id", "account_id")[:size]
    )
    return [
        Hit(
            id=row.user_id,
            title=row.user.display_name,
            number=row.user.login,
            note=row.account.name,
            state="" if row.user.is_active else "inactive",
            account_kind=row.account.kind,
            account_id=row.account_id,
        )
        for row in found
    ]
