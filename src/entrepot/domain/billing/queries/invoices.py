"""Reads of invoices and credit notes: lists with tabs, counts and sums, and the facts of one document.

People see a document when the run of its issue day is done. Whether one is overdue is said as of the last
completed day, as the credit rules do (docs/billing.md, 7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from entrepot.domain.billing.lifecycle import DocumentKind, RunStep
from entrepot.domain.billing.models import BillingRun, Invoice
from entrepot.domain.billing.queries.invoice_search import cleaned, matching
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import BillingAccount, TaxRounding
from entrepot.kernel.ids import NUMBER_MAX, IdKind

LIMIT_MAX = 200
COUNT_MAX = 10_000


class InvoiceTab(StrEnum):
    """The saved views of a list of documents."""

    ALL = "all"
    UNPAID = "unpaid"
    OVERDUE = "overdue"
    CREDIT_NOTES = "credit_notes"


class InvoiceState(StrEnum):
    """How far a document is paid; derived, never stored."""

    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    OVERDUE = "overdue"
    CREDITED = "credited"


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which documents a list shows; both days are inclusive.

    `party_id` is the buyer of sold documents and the seller of bought ones. `search` is a number, the
    beginning of the other party's name, or of an end customer's.
    """

    side: Side
    tab: InvoiceTab = InvoiceTab.ALL
    search: str = ""
    issued_from: date | None = None
    issued_to: date | None = None
    party_id: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceKey:
    """The place of a row in the order of issue days; a page starts beyond it."""

    issued_on: date
    id: int


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One document in a list. `open_amount` is 0 for credit notes; `lines` counts its lines."""

    id: int
    number: str
    kind: DocumentKind
    state: InvoiceState
    seller_id: int
    seller_name: str
    buyer_id: int
    buyer_name: str
    issued_on: date
    due_on: date
    currency: str
    lines: int
    gross: Decimal
    open_amount: Decimal


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of documents; `before` and `after` lead to its neighbours, None where there is none."""

    rows: tuple[InvoiceRow, ...]
    before: InvoiceKey | None
    after: InvoiceKey | None


@dataclass(frozen=True, slots=True)
class InvoiceSum:
    """What the matching documents of one currency add up to."""

    currency: str
    documents: int
    gross: Decimal
    open_amount: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceOverview:
    """Counts per tab, exact up to COUNT_MAX and one more beyond, and sums by currency.

    Above COUNT_MAX matching documents there are no sums. `as_of` is the last completed day.
    """

    counts: Mapping[InvoiceTab, int]
    sums: tuple[InvoiceSum, ...]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """The head of one document's page. Amounts of credit notes are negative.

    `is_taxed_per_rate` tells that tax is rounded once per rate, not per line.
    """

    id: int
    number: str
    kind: DocumentKind
    state: InvoiceState
    seller_id: int
    buyer_id: int
    billing_account_id: int
    statement_on: date
    issued_on: date
    due_on: date
    currency: str
    exponent: int
    lines: int
    list_amount: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    open_amount: Decimal
    is_taxed_per_rate: bool
    as_of: date


def last_completed_day() -> date | None:
    """Return the newest day whose billing run is done; None before the first."""
    done = BillingRun.objects.filter(step=RunStep.DONE).order_by("-day")
    return done.values_list("day", flat=True).first()


def list_invoices(
    viewer: Viewer,
    *,
    wanted: InvoiceFilter,
    limit: int,
    oldest_first: bool = False,
    after: InvoiceKey | None = None,
    before: InvoiceKey | None = None,
) -> InvoicePage:
    """Return one page of the viewer's documents by issue day, newest first unless `oldest_first`.

    The page begins beyond `after`, or ends short of `before`; `limit` is at most 200. Three queries.
    """
    as_of = last_completed_day()
    if as_of is None:
        return InvoicePage((), None, None)
    key = before or after
    descending = oldest_first is (before is not None)
    found = _in_tab(_matching(viewer, wanted, as_of), wanted.tab, as_of)
    if key is not None:
        found = found.filter(_beyond(key, descending=descending))
    order = ("-issued_on", "-id") if descending else ("issued_on", "id")
    size = min(limit, LIMIT_MAX)
    rows = list(found.order_by(*order)[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if before is not None:
        rows.reverse()
    page = tuple(_rows(rows, as_of))
    starts_later, ends_earlier = (
        (has_more, True) if before is not None else (after is not None, has_more)
    )
    return InvoicePage(
        page,
        InvoiceKey(page[0].issued_on, page[0].id) if page and starts_later else None,
        InvoiceKey(page[-1].issued_on, page[-1].id) if page and ends_earlier else None,
    )


def invoice_overview(viewer: Viewer, *, wanted: InvoiceFilter) -> InvoiceOverview:
    """Count what each tab holds under the same filters and add up the wanted one. Three queries."""
    as_of = last_completed_day()
    if as_of is None:
        return InvoiceOverview(dict.fromkeys(InvoiceTab, 0), (), None)
    base = _matching(viewer, wanted, as_of)
    counts = _counts({tab: _in_tab(base, tab, as_of) for tab in InvoiceTab})
    sums: tuple[InvoiceSum, ...] = ()
    if counts[wanted.tab] <= COUNT_MAX:
        added = (
            _in_tab(base, wanted.tab, as_of)
            .order_by()
            .values("currency")
            .annotate(n=Count("id"), total=Sum("gross"), left=Sum("open_amount"))
            .order_by("currency")
        )
        sums = tuple(InvoiceSum(x["currency"], x["n"], x["total"], x["left"]) for x in added)
    return InvoiceOverview(counts, sums, as_of)


def invoice_facts(viewer: Viewer, *, invoice_id: int) -> InvoiceFacts:
    """Return the head of one document that the viewer sells or buys. Three queries.

    Raises: NoSuchObject for a foreign or missing document, and for one whose day is not done yet.
    """
    as_of = last_completed_day()
    found = None
    if as_of is not None and 0 < invoice_id <= NUMBER_MAX:
        found = visible(viewer, Invoice).filter(pk=invoice_id, issued_on__lte=as_of).first()
    if found is None or as_of is None:
        raise NoSuchObject(object=f"{IdKind.INVOICE.value}-{invoice_id}")
    rounding = BillingAccount.objects.values_list("tax_rounding", flat=True)
    return InvoiceFacts(
        id=found.id,
        number=found.number_text,
        kind=found.kind,
        state=_state(found, as_of),
        seller_id=found.seller_id,
        buyer_id=found.buyer_id,
        billing_account_id=found.billing_account_id,
        statement_on=found.statement_on,
        issued_on=found.issued_on,
        due_on=found.due_on,
        currency=found.currency,
        exponent=found.exponent,
        lines=found.lines,
        list_amount=found.list_amount,
        discount=found.discount_amount,
        net=found.net,
        tax=found.tax,
        gross=found.gross,
        open_amount=found.open_amount,
        is_taxed_per_rate=rounding.get(pk=found.billing_account_id) is TaxRounding.GROUP,
        as_of=as_of,
    )


def trading_partners(viewer: Viewer, *, side: Side, limit: int) -> tuple[tuple[int, str], ...]:
    """Return ids and names of those the viewer sells to or buys from, by name; at most 200. Two queries."""
    accounts = visible(viewer, BillingAccount, scope=document_scope(viewer, side=side))
    column = "buyer_id" if side is Side.SOLD else "seller_id"
    if side is Side.SOLD and not viewer.can(Capability.VIEW_DOWNSTREAM_PRICES):
        return _buyers(viewer, accounts, limit=min(limit, LIMIT_MAX))
    partners = Account.objects.filter(pk__in=accounts.values(column))
    names = partners.order_by("name_key", "id").values_list("id", "name")
    return tuple(names[: min(limit, LIMIT_MAX)])


def _buyers(
    viewer: Viewer, accounts: QuerySet[BillingAccount], *, limit: int
) -> tuple[tuple[int, str], ...]:
    """Give the buyers among the seller's first children by name; children lie in the order of an index."""
    children = Account.objects.filter(parent_id=viewer.account_id).order_by("name_key", "id")
    names = dict(children.values_list("id", "name")[:limit])
    buyers = set(accounts.filter(buyer_id__in=names).values_list("buyer_id", flat=True))
    return tuple((key, name) for key, name in names.items() if key in buyers)


def _matching(viewer: Viewer, wanted: InvoiceFilter, as_of: date) -> QuerySet[Invoice]:
    """Apply everything but the tab."""
    scope = document_scope(viewer, side=wanted.side)
    found = visible(viewer, Invoice, scope=scope).filter(issued_on__lte=as_of)
    if typed := cleaned(wanted.search):
        found = found.filter(matching(viewer, typed=typed, side=wanted.side))
    if wanted.issued_from is not None:
        found = found.filter(issued_on__gte=wanted.issued_from)
    if wanted.issued_to is not None:
        found = found.filter(issued_on__lte=wanted.issued_to)
    if wanted.party_id is not None and 0 < wanted.party_id <= NUMBER_MAX:
        column = "buyer_id" if wanted.side is Side.SOLD else "seller_id"
        found = found.filter((column, wanted.party_id))
    return found


def _in_tab(found: QuerySet[Invoice], tab: InvoiceTab, as_of: date) -> QuerySet[Invoice]:
    if tab is InvoiceTab.CREDIT_NOTES:
        return found.filter(kind=DocumentKind.CREDIT_NOTE)
    if tab is InvoiceTab.UNPAID:
        return found.filter(open_amount__gt=0)
    if tab is InvoiceTab.OVERDUE:
        return found.filter(open_amount__gt=0, due_on__lt=as_of)
    return found


def _counts(tabs: Mapping[InvoiceTab, QuerySet[Invoice]]) -> dict[InvoiceTab, int]:
    """Count all tabs with one statement, each up to one more than COUNT_MAX."""
    columns: list[str] = []
    values: list[Any] = []
    for found in tabs.values():
        try:
            text, params = found.order_by().values("id")[: COUNT_MAX + 1].query.sql_with_params()
        except EmptyResultSet:
            # Nobody's documents: the rule for this viewer has no rows, whatever is stored.
            columns.append("0")
            continue
        columns.append(f"(SELECT count(*) FROM ({text}) AS few)")
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", values)
        return dict(zip(tabs, cursor.fetchone(), strict=True))


def _beyond(key: InvoiceKey, *, descending: bool) -> Q:
    """Write the row comparison so that the index on (party, issue day, id) finds its start."""
    if descending:
        later = Q(issued_on__lt=key.issued_on) | Q(id__lt=key.id)
        return Q(issued_on__lte=key.issued_on) & later
    later = Q(issued_on__gt=key.issued_on) | Q(id__gt=key.id)
    return Q(issued_on__gte=key.issued_on) & later


def _rows(found: list[Invoice], as_of: date) -> list[InvoiceRow]:
    ids = {party for row in found for party in (row.seller_id, row.buyer_id)}
    # Both names stand on the document itself, so no further rule decides about them.
    names = dict(Account.objects.filter(pk__in=ids).values_list("id", "name"))
    return [
        InvoiceRow(
            id=row.id,
            number=row.number_text,
            kind=row.kind,
            state=_state(row, as_of),
            seller_id=row.seller_id,
            seller_name=names[row.seller_id],
            buyer_id=row.buyer_id,
            buyer_name=names[row.buyer_id],
            issued_on=row.issued_on,
            due_on=row.due_on,
            currency=row.currency,
            lines=row.lines,
            gross=row.gross,
            open_amount=row.open_amount,
        )
        for row in found
    ]


def _state(row: Invoice, as_of: date) -> InvoiceState:
    if row.kind == DocumentKind.CREDIT_NOTE:
        return InvoiceState.CREDITED
    if row.open_amount == 0:
        return InvoiceState.PAID
    if row.due_on < as_of:
        return InvoiceState.OVERDUE
    return InvoiceState.PARTLY_PAID if row.open_amount < row.gross else InvoiceState.UNPAID
