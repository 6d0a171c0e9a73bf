"""What an account earns a month on its own tier: now, and at the end of past months.

*Now* is what lists show (`subscription_money` of active subscriptions). The past is worked out from
charges, which never change: a charge stands for the price of the whole period that it covers a part
of, and counts on every day that it covers. Only the account's own tier is read (decision 11).

For sellers with many documents a task works the past out when a month is billed, and pages read what it kept. It works
the two months before out once more, because charges of a month may come later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count

from entrepot.domain.billing.models import Invoice, MonthEndSales
from entrepot.domain.catalog.models import SalesCategory
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.home.run import rows
from entrepot.kernel.money import Money

MONTHS = 12
DOCUMENTS_MAX = 1_000
"""For sellers with more documents in two years the past is kept: reading them all would make the page slow."""
_KEPT_AGAIN = 3
_EVERY_DOCUMENT = 2**31 - 1
_LONGEST_PERIOD_DAYS = 366


@dataclass(frozen=True, slots=True)
class ShelfMoney:
    """What the subscriptions of one sales category earn a month; the name is empty without one."""

    shelf: str
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Sales:
    """A month's price and cost in one currency, by sales category."""

    currency: str
    subscriptions: int
    shelves: tuple[ShelfMoney, ...]

    @property
    def price(self) -> Money:
        """Give the sum of the prices."""
        return Money.rounded(_sum(one.price for one in self.shelves), currency=self.currency)

    @property
    def cost(self) -> Money:
        """Give the sum of what the seller pays."""
        return Money.rounded(_sum(one.cost for one in self.shelves), currency=self.currency)

    @property
    def margin(self) -> Money:
        """Give price less cost."""
        return self.price - self.cost

    @property
    def margin_share(self) -> Decimal | None:
        """Give the margin as a share of the price; None without a price."""
        return self.margin.amount / self.price.amount if self.price.amount else None


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """What was earned a month on the last day of a past month."""

    day: date
    sales: Sales


@dataclass(frozen=True, slots=True)
class SalesNow:
    """What an account earns now, largest currency first.

    `direct` are its own customers', `below` its sales to sub-resellers.
    """

    direct: tuple[Sales, ...]
    below: tuple[Sales, ...]


def sales_now(viewer: Viewer) -> SalesNow:
    """Add up the active subscriptions that the viewer's account sells. One query."""
    found = rows(
        "sales_now",
        seller=viewer.account_id,
        path=f"{viewer.account_path}%",
        language=viewer.language,
    )
    return SalesNow(
        direct=_by_currency(row[1:] for row in found if row[0]),
        below=_by_currency(row[1:] for row in found if not row[0]),
    )


def sales_past(
    viewer: Viewer, *, currency: str, as_of: date, today: date
) -> tuple[MonthEnd, ...] | None:
    """Give the eleven month ends before `today`, oldest first, from the first one with sales on.

    `as_of` is the last completed day. None when the account has more documents than `DOCUMENTS_MAX` and its past is
    not kept yet. Three queries.
    """
    days = month_ends(today, count=MONTHS - 1)
    sold = visible(viewer, Invoice, scope=document_scope(viewer, side=Side.SOLD))
    own = sold.filter(seller_id=viewer.account_id, issued_on__gte=_since(days))
    if own[: DOCUMENTS_MAX + 1].count() > DOCUMENTS_MAX:
        kept = MonthEndSales.objects.filter(seller_id=viewer.account_id, day__in=days)
        found = list(kept.values_list(*_COLUMNS).order_by(*_COLUMNS[:3]))
        if not found:
            return None
    else:
        found = _worked_out(viewer.account_id, days, as_of=as_of)
    names = _shelf_names(viewer.language)
    by_day: dict[date, list[ShelfMoney]] = {}
    for day, code, shelf, price, cost in found:
        if code == currency:
            by_day.setdefault(day, []).append(ShelfMoney(names.get(shelf, ""), price, cost))
    first = min(by_day, default=None)
    return tuple(
        MonthEnd(day, Sales(currency, 0, tuple(by_day.get(day, ()))))
        for day in days
        if first is not None and day >= first
    )


def keep_month_ends(*, day: date) -> int:
    """Keep the past of sellers with many documents, now that `day`, the last one of a month, is billed.

    Returns the number of sellers. Repeating it writes the same again; one transaction per seller.
    """
    days = month_ends(day + timedelta(days=1), count=MONTHS - 1)
    documents = Invoice.objects.filter(issued_on__gte=_since(days)).values("seller_id")
    large = documents.annotate(n=Count("id")).filter(n__gt=DOCUMENTS_MAX).order_by("seller_id")
    sellers = list(large.values_list("seller_id", flat=True))
    for seller_id in sellers:
        mine = MonthEndSales.objects.filter(seller_id=seller_id)
        wanted = days[-_KEPT_AGAIN:] if mine.exists() else days
        with transaction.atomic():
            mine.filter(day__in=wanted).delete()
            MonthEndSales.objects.bulk_create(
                MonthEndSales(seller_id=seller_id, **dict(zip(_COLUMNS, row, strict=True)))
                for row in _worked_out(seller_id, wanted, as_of=day)
            )
    return len(sellers)


_COLUMNS = ("day", "currency", "sales_category_id", "price", "cost")


def _worked_out(seller_id: int, days: Sequence[date], *, as_of: date) -> list[tuple[Any, ...]]:
    """Add up charges: day, currency, sales category (0 for none), price and cost."""
    return rows(
        "sales_past",
        seller=seller_id,
        days=list(days),
        since=_since(days),
        open_from=as_of + timedelta(days=1),
        most=_EVERY_DOCUMENT,
    )


def _since(days: Sequence[date]) -> date:
    return days[0] - timedelta(days=_LONGEST_PERIOD_DAYS)


def _shelf_names(language: str) -> dict[int, str]:
    found = SalesCategory.objects.values_list("id", "name", "code")
    return {key: name.get(language) or name.get("en") or code for key, name, code in found}


def month_ends(today: date, *, count: int) -> list[date]:
    """Return the last days of the `count` months before that of `today`, oldest first."""
    ends: list[date] = []
    day = today.replace(day=1) - timedelta(days=1)
    while len(ends) < count:
        ends.insert(0, day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends


def largest_shelves(sales: Sequence[Sales], *, most: int) -> tuple[str, ...]:
    """Name the categories with the highest last figures, at most `most`, the largest first."""
    last: Mapping[str, Decimal] = {
        one.shelf: one.price for period in sales for one in period.shelves
    }
    return tuple(sorted(last, key=lambda shelf: (-last[shelf], shelf))[:most])


def _by_currency(found: Iterable[tuple[str, str, int, Decimal, Decimal]]) -> tuple[Sales, ...]:
    shelves: dict[str, list[ShelfMoney]] = {}
    counts: dict[str, int] = {}
    for currency, shelf, count, price, cost in found:
        shelves.setdefault(currency, []).append(ShelfMoney(shelf, price, cost))
        counts[currency] = counts.get(currency, 0) + count
    every = [Sales(code, counts[code], tuple(of)) for code, of in shelves.items()]
    return tuple(sorted(every, key=lambda one: (-one.subscriptions, one.currency)))


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, Decimal(0))
