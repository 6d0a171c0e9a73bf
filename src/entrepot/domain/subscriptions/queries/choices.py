"""What a list of subscriptions may be asked for: book, tab, order, filters and place; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import NUMBER_MAX

COUNT_MAX = 10_000
"""Counts are exact up to here (decision 25)."""
PAGE_SIZE_MAX = 1_000
WITHIN_DAYS = (30, 60, 90)
SEARCH_LENGTH_MAX = 100
_SEPARATOR = "~"


class Book(StrEnum):
    """Whose purchases are listed: those of the own customers, or the own ones (decision 25)."""

    CUSTOMERS = "customers"
    OWN = "own"


class Tab(StrEnum):
    """The saved views of a list; which rows each has stands in `conditions.py`."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    RENEWING = "renewing"
    TRIAL = "trial"
    ALL = "all"

    @property
    def looks_ahead(self) -> bool:
        """Tell whether the view depends on a number of days."""
        return self in (Tab.EXPIRING, Tab.RENEWING)


class Order(StrEnum):
    """What rows are sorted by: only what an index carries."""

    NUMBER = "number"
    CUSTOMER = "customer"
    ENDS = "ends"


class Hold(StrEnum):
    """The one state that is no status: a hold of either kind on a running subscription."""

    ON_HOLD = "on_hold"


ORDERS: Mapping[Book, Mapping[Tab, tuple[Order, ...]]] = MappingProxyType(
    {
        Book.CUSTOMERS: MappingProxyType(
            {
                Tab.ACTIVE: (Order.CUSTOMER, Order.NUMBER),
                Tab.EXPIRING: (Order.ENDS,),
                Tab.RENEWING: (Order.ENDS,),
                Tab.TRIAL: (Order.ENDS,),
                Tab.ALL: (Order.CUSTOMER, Order.NUMBER),
            }
        ),
        Book.OWN: MappingProxyType(
            {
                Tab.ACTIVE: (Order.NUMBER,),
                Tab.EXPIRING: (Order.ENDS,),
                Tab.RENEWING: (Order.ENDS,),
                Tab.TRIAL: (Order.NUMBER,),
                Tab.ALL: (Order.NUMBER,),
            }
        ),
    }
)
"""The orders of each view, its usual one first; each has its index in migration 0003."""


class ListInput(BadInput):
    """A filter, an order or a place of a list that cannot be used."""

    codes = frozenset(
        {
            "list_choice_unknown",
            "list_place_malformed",
            "list_search_too_long",
            "list_too_long_for_a_sheet",
        }
    )


@dataclass(frozen=True, slots=True)
class Place:
    """The sort key of a row and its id; a page starts behind it, or ends before it with `before`."""

    key: str
    id: int
    before: bool = False

    def text(self) -> str:
        """Write it for an address."""
        return f"{self.id}{_SEPARATOR}{self.key}"


def read_place(text: str, *, before: bool) -> Place:
    """Read what `Place.text` wrote. Raises: ListInput `list_place_malformed`."""
    number, separator, key = text.partition(_SEPARATOR)
    usable = separator and number.isascii() and number.isdigit() and "\x00" not in key
    if not usable or int(number[:30]) > NUMBER_MAX:
        raise ListInput(
            "list_place_malformed",
            "This address names no place in the list.",
            next_step="Open the list again from its first page.",
        )
    return Place(key, int(number), before)


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrowing of a view; empty fields do not narrow.

    `price_over` is a month's price of the viewer's own tier, exclusive. `seller_ids` narrows the
    provider's list to the sales of some resellers (none of them: no rows). `search` matches every
    word in customer, plan, number, vendor reference and purchase order, or is a subscription's number.
    """

    search: str = ""
    status: Status | Hold | None = None
    plan: str = ""
    vendor_id: int | None = None
    price_over: Decimal | None = None
    auto_renew: bool | None = None
    seller_ids: tuple[int, ...] | None = None

    @property
    def is_narrow(self) -> bool:
        """Tell whether rows are left out beyond view and sellers."""
        given = (self.status, self.vendor_id, self.price_over, self.auto_renew)
        return bool(self.search or self.plan) or any(value is not None for value in given)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list: `today` is the viewer's day; `within_days` counts for the views that look ahead."""

    book: Book
    tab: Tab
    today: date
    within_days: int = 30
    filters: Filters = Filters()
    include_sub_resellers: bool = False
    order: Order | None = None
    descending: bool = False

    @property
    def sorted_by(self) -> Order:
        """Give the order asked for, or the view's usual one."""
        return self.order or ORDERS[self.book][self.tab][0]


def check(wanted: Wanted) -> None:
    """Refuse what no index carries. Raises: ListInput."""
    if wanted.sorted_by not in ORDERS[wanted.book][wanted.tab]:
        raise unknown_choice(wanted.sorted_by.value, field="sort")
    if wanted.tab.looks_ahead and wanted.within_days not in WITHIN_DAYS:
        raise unknown_choice(str(wanted.within_days), field="days")
    if (
        len(wanted.filters.search) > SEARCH_LENGTH_MAX
        or len(wanted.filters.plan) > SEARCH_LENGTH_MAX
    ):
        raise ListInput(
            "list_search_too_long",
            "A search has at most {most} characters.",
            field="q",
            next_step="Search for fewer words.",
            most=SEARCH_LENGTH_MAX,
        )


def unknown_choice(value: str, *, field: str) -> ListInput:
    """Build the refusal of a choice that a list does not offer."""
    return ListInput(
        "list_choice_unknown",
        "The list cannot be shown by “{value}”.",
        field=field,
        next_step="Choose one of the views, filters and headings that it offers.",
        value=value,
    )
