"""What the address of a list of orders asks for; whatever cannot be read counts as not asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.lifecycle import Code, Shown
from entrepot.domain.ordering.queries import TEXT_LENGTH_MAX, BuyerType, OrderFilter
from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.ui import page_size

_PLACES = ("before", "after")
FILTERS = ("status", "buyer", "kind")


@dataclass(frozen=True, slots=True)
class Asked:
    """The state of a list: the filter, the place in it, and the readable parameters as they were given."""

    wanted: OrderFilter
    before: int | None
    after: int | None
    values: Mapping[str, str]

    def query(self, **changes: str | int | None) -> str:
        """Write the state as a query with some values replaced, None leaves one out.

        Whatever is not a place starts at the first page.
        """
        values: dict[str, str | int | None] = {**self.values, **dict.fromkeys(_PLACES), **changes}
        kept = {name: value for name, value in values.items() if value not in (None, "")}
        return f"?{urlencode(kept)}" if kept else "?"

    def view(self, shown: Shown | None) -> str:
        """Write the address of a view, without search and filters."""
        clear = dict.fromkeys(("q", *FILTERS))
        return self.query(tab=None if shown is None else shown.value, **clear)

    def kept(self, *without: str) -> dict[str, str]:
        """Return what a form carries along besides its own fields."""
        return {k: v for k, v in self.values.items() if k not in (*without, *_PLACES)}


def read(query: Mapping[str, str], *, side: Side) -> Asked:
    """Read the state of a list from the parameters of a request."""
    tab, code = query.get("tab", ""), query.get("status", "")
    buyer, kind = query.get("buyer", ""), query.get("kind", "")
    wanted = OrderFilter(
        side=side,
        shown=Shown(tab) if tab in set(Shown) else None,
        code=Code(code) if code in set(Code) else None,
        buyer=BuyerType(buyer) if buyer in set(BuyerType) else None,
        kind=OrderKind(kind) if kind in set(OrderKind) else None,
        text=" ".join(query.get("q", "").replace("\0", "").split())[:TEXT_LENGTH_MAX],
    )
    before, after = number_in(query.get("before", "")), number_in(query.get("after", ""))
    size = page_size.chosen(query)
    values = {
        "tab": wanted.shown,
        "q": wanted.text,
        "status": wanted.code,
        "buyer": wanted.buyer,
        "kind": wanted.kind,
        page_size.PARAMETER: None if size is None else str(size),
        "before": None if before is None else str(before),
        "after": None if after is None else str(after),
    }
    return Asked(wanted, before, after, {k: str(v) for k, v in values.items() if v})
