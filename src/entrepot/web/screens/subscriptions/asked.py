"""What the address of a list asks for. Whatever cannot be read counts as not asked, but a place in the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.queries import list_accounts
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import (
    ORDERS,
    WITHIN_DAYS,
    Book,
    Filters,
    Hold,
    Order,
    Place,
    Tab,
    Wanted,
    read_place,
)
from entrepot.domain.subscriptions.queries.choices import SEARCH_LENGTH_MAX
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.kernel.money import parse_decimal
from entrepot.web.ui import page_size

SELLERS_MAX = 50
_PLACES = ("after", "before", "last", "open")
_FILTERS = ("q", "status", "plan", "vendor", "price", "renews", "reseller", "sub")


@dataclass(frozen=True, slots=True)
class Asked:
    """The whole state of a list. `values` has the readable parameters as they were given."""

    wanted: Wanted
    values: Mapping[str, str]
    place: Place | None
    last: bool
    open_id: int | None

    def query(self, **changes: str | int | None) -> str:
        """Write the state as the query of an address with some values replaced; None leaves one out.

        Whatever changes filters, tab or order starts at the first page with the drawer closed.
        """
        values: dict[str, str | int | None] = dict(self.values)
        if not set(changes) <= set(_PLACES):
            values |= dict.fromkeys(_PLACES)
        if set(changes) & {"after", "before", "last"}:
            values |= dict.fromkeys(_PLACES)
        kept = {
            name: value for name, value in (values | changes).items() if value not in (None, "")
        }
        return f"?{urlencode(kept)}" if kept else "?"

    def only_view(self, **changes: str | int | None) -> str:
        """Write the address of a view: days and sub-resellers stay, search and filters do not."""
        dropped = dict.fromkeys(
            name for name in (*_FILTERS, "sort") if name not in ("sub", "reseller")
        )
        return self.query(**{**dropped, **changes})

    def kept(self, *without: str) -> dict[str, str]:
        """Return what a form carries along besides its own fields."""
        return {k: v for k, v in self.values.items() if k not in (*without, *_PLACES)}

    @property
    def is_filtered(self) -> bool:
        """Tell whether search or filters narrow the view."""
        return self.wanted.filters.is_narrow or self.wanted.filters.seller_ids is not None


def read(viewer: Viewer, query: QueryDict, *, book: Book) -> Asked:
    """Read the state of a list from the parameters of a request. Raises: ListInput for a place."""
    tab = Tab(query.get("tab", "")) if query.get("tab", "") in set(Tab) else Tab.ACTIVE
    days = query.get("days", "")
    sort = query.get("sort", "")
    order = sort.removeprefix("-")
    known = order in ORDERS[book][tab]
    wanted = Wanted(
        book=book,
        tab=tab,
        today=viewer.today,
        within_days=int(days) if days in {str(n) for n in WITHIN_DAYS} else WITHIN_DAYS[0],
        filters=_filters(viewer, query, book),
        include_sub_resellers=query.get("sub") == "1" and book is Book.CUSTOMERS,
        order=Order(order) if known else None,
        descending=known and sort.startswith("-"),
    )
    after, before = query.get("after", ""), query.get("before", "")
    place = read_place(after or before, before=not after) if after or before else None
    return Asked(
        wanted=wanted,
        values=_values(query, wanted),
        place=place,
        last=query.get("last") == "1",
        open_id=number_in(query.get("open", "")),
    )


def number_in(text: str) -> int | None:
    """Read the number of a row, None if it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    return int(text) if 0 < int(text) <= NUMBER_MAX else None


def read_day(text: str) -> date | None:
    """Read a day of the calendar as fields of dates give it, None if it is none."""
    try:
        return cast("date | None", forms.DateField(required=False).clean(text))
    except forms.ValidationError:
        return None


def _values(query: QueryDict, wanted: Wanted) -> dict[str, str]:
    f = wanted.filters
    readable = {
        "tab": wanted.tab is not Tab.ACTIVE,
        "days": wanted.within_days != WITHIN_DAYS[0],
        "q": bool(f.search),
        "status": f.status is not None,
        "plan": bool(f.plan),
        "vendor": f.vendor_id is not None,
        "price": f.price_over is not None,
        "renews": f.auto_renew is not None,
        "reseller": f.seller_ids is not None,
        "sub": wanted.include_sub_resellers,
        "sort": wanted.order is not None,
        page_size.PARAMETER: page_size.chosen(query) is not None,
    }
    kept = [name for name, is_read in readable.items() if is_read]
    return {name: query.get(name, "") for name in (*kept, *_PLACES) if query.get(name)}


def _filters(viewer: Viewer, query: QueryDict, book: Book) -> Filters:
    status = query.get("status", "")
    renews = query.get("renews", "")
    return Filters(
        search=_words(query.get("q", "")),
        status=_status(status),
        plan=_words(query.get("plan", "")),
        vendor_id=number_in(query.get("vendor", "")),
        price_over=_price(viewer, query.get("price", "")),
        auto_renew={"yes": True, "no": False}.get(renews),
        seller_ids=_sellers(viewer, query.get("reseller", ""), book),
    )


def _status(text: str) -> Status | Hold | None:
    if text in set(Hold):
        return Hold(text)
    return Status(text) if text in set(Status) else None


def _words(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:SEARCH_LENGTH_MAX]


def _price(viewer: Viewer, text: str) -> Decimal | None:
    if not viewer.can(Capability.VIEW_PRICES):
        return None
    try:
        return parse_decimal(text, integer_digits_max=12, decimals_max=3)
    except DomainError:
        return None


def _sellers(viewer: Viewer, text: str, book: Book) -> tuple[int, ...] | None:
    """Find the resellers whose name begins so, or the one with that number; at most 50."""
    if viewer.panel is not Panel.PROVIDER or book is Book.OWN or not text.strip():
        return None
    found = list_accounts(
        viewer,
        kind=AccountKind.RESELLER,
        limit=SELLERS_MAX,
        search=_words(text),
        include_sub_resellers=True,
    )
    return tuple(row.id for row in found.rows)
