"""What the address of a list asks for. Whatever cannot be read counts as not asked."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_date

from entrepot.domain.billing.queries.invoices import InvoiceFilter, InvoiceKey, InvoiceTab
from entrepot.domain.parties.scopes import Side
from entrepot.kernel.ids import NUMBER_MAX

OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Asked:
    """The whole state of a list, as its address has it."""

    wanted: InvoiceFilter
    oldest_first: bool
    after: InvoiceKey | None
    before: InvoiceKey | None

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything but the tab narrows the list."""
        f = self.wanted
        return bool(f.search or f.issued_from or f.issued_to or f.party_id)

    def query(self, **changes: object) -> str:
        """Write the state as the query of an address with some values replaced; None leaves one out.

        The place in the list is left out unless it is among the changes.
        """
        f = self.wanted
        values: dict[str, object] = {
            "tab": None if f.tab is InvoiceTab.ALL else f.tab.value,
            "q": f.search or None,
            "from": f.issued_from,
            "to": f.issued_to,
            "party": f.party_id,
            "sort": OLDEST if self.oldest_first else None,
        }
        kept = {name: v for name, v in (values | changes).items() if v is not None}
        return f"?{urlencode(kept)}" if kept else "?"


def read(query: QueryDict, *, side: Side) -> Asked:
    """Read the state of a list from the parameters of a request."""
    tab = query.get("tab", "")
    party = query.get("party", "")
    wanted = InvoiceFilter(
        side=side,
        tab=InvoiceTab(tab) if tab in set(InvoiceTab) else InvoiceTab.ALL,
        search=" ".join(query.get("q", "").split())[:120],
        issued_from=_day(query.get("from", "")),
        issued_to=_day(query.get("to", "")),
        party_id=_number(party),
    )
    return Asked(
        wanted=wanted,
        oldest_first=query.get("sort") == OLDEST,
        after=_key(query.get("after", "")),
        before=_key(query.get("before", "")),
    )


def write_key(key: InvoiceKey) -> str:
    """Write a place in the list: `2026-03-15.4187`."""
    return f"{key.issued_on.isoformat()}.{key.id}"


def _key(text: str) -> InvoiceKey | None:
    day, _, number = text.partition(".")
    issued_on, row = _day(day), _number(number)
    return InvoiceKey(issued_on, row) if issued_on and row else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    return int(text) if 0 < int(text) <= NUMBER_MAX else None
