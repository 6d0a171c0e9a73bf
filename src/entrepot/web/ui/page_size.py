"""How many rows a page of a list has: `rows` of the address, one of a few sizes."""

from collections.abc import Mapping
from dataclasses import replace

from entrepot.web.ui.parts import Pager

SIZES = (5, 10, 25, 50, 100)
PARAMETER = "rows"


def chosen(query: Mapping[str, str]) -> int | None:
    """Return the size that an address asks for; None for no size or one that is not offered."""
    text = query.get(PARAMETER, "")
    return next((size for size in SIZES if text == str(size)), None)


def page_size(query: Mapping[str, str], *, usual: int) -> int:
    """Return the size of a list's pages: the one asked for, else the list's usual one."""
    return chosen(query) or usual


def keep_size(pager: Pager, query: Mapping[str, str]) -> Pager:
    """Return a pager whose neighbours have the size that the address asks for."""
    size = chosen(query)
    if size is None:
        return pager
    return replace(
        pager,
        previous_url=_with_size(pager.previous_url, size),
        next_url=_with_size(pager.next_url, size),
    )


def _with_size(url: str, size: int) -> str:
    if not url:
        return ""
    joint = "" if url.endswith("?") else "&" if "?" in url else "?"
    return f"{url}{joint}{PARAMETER}={size}"
