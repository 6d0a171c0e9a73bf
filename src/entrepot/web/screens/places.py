"""Where a list stands: its filters and its place, read from an address and written into the next one."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from entrepot.web.screens.customers.listing import number_in
from entrepot.web.ui import page_size
from entrepot.web.ui.parts import Pager

_PLACES = ("before", "after")
TEXT_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The readable parameters of a list as they were given, and the place in it: before or after a row."""

    values: Mapping[str, str]
    before: int | None
    after: int | None

    def query(self, **changes: str | int | None) -> str:
        """Write the list with some values replaced, None leaves one out; what is not a place starts anew."""
        values: dict[str, str | int | None] = {**self.values, **dict.fromkeys(_PLACES), **changes}
        kept = {name: value for name, value in values.items() if value not in (None, "")}
        return f"?{urlencode(kept)}" if kept else "?"

    def kept(self, *without: str) -> dict[str, str]:
        """Return what a form carries along besides its own fields."""
        return {k: v for k, v in self.values.items() if k not in without}

    def pager(self, *, before: int | None, after: int | None, summary: str = "") -> Pager:
        """Return the neighbours: `before` continues the list, `after` leads back; None for none."""
        return Pager(
            previous_url=self.query(after=after) if after else "",
            next_url=self.query(before=before) if before else "",
            summary=summary,
        )

    @property
    def is_first(self) -> bool:
        """Tell whether this is where the list begins."""
        return self.before is None and self.after is None


def read_place(query: Mapping[str, str], **values: str) -> ListPlace:
    """Read the place and size of a list; `values` are its filters, already checked."""
    size = page_size.chosen(query)
    return ListPlace(
        values={
            **{name: value for name, value in values.items() if value},
            **({} if size is None else {page_size.PARAMETER: str(size)}),
        },
        before=number_in(query.get("before", "")),
        after=number_in(query.get("after", "")),
    )


def search_text(query: Mapping[str, str]) -> str:
    """Read what somebody searches for: one line of at most 100 characters."""
    return " ".join(query.get("q", "").replace("\0", "").split())[:TEXT_LENGTH_MAX]
