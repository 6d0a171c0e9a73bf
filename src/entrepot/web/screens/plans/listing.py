"""The plans that a seller may show: search, category, what is shown, and what it set of its own."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.catalog.shelves import CategoryRow, list_categories
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.domain.resale.offers import text_in
from entrepot.domain.resale.plan_shelf import list_shelf
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.rows import Shown, shown
from entrepot.web.screens.plans.tabs import tabs
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Chip, Choice, Column, Pager

PAGE_SIZE = 25
_SEARCH_MAX = 100
_SHOWS: Mapping[str, bool | None] = {
    "": None,
    "published": True,
    "hidden": False,
    "own": None,
    "waiting": None,
}


@screen(Capability.VIEW_PRICES)
def plan_list(request: SignedInRequest) -> HttpResponse:
    """Show plans by name."""
    viewer = request.viewer
    search = request.GET.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    which = request.GET.get("show", "")
    which = which if which in _SHOWS else ""
    categories = list_categories()
    category = _number(request.GET.get("category", ""))
    after = _number(request.GET.get("after", ""))
    page = list_shelf(
        viewer,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=search,
        category_id=category,
        is_published=_SHOWS[which],
        own_only=which == "own",
        waiting_only=which == "waiting",
        after=after,
    )
    query = {
        name: text
        for name, text in (
            ("q", search),
            ("show", which),
            ("category", "" if category is None else str(category)),
        )
        if text
    }
    context = {
        "tabs": tabs(viewer, "plans"),
        "columns": _columns(),
        "rows": [_line(request, shown(row)) for row in page.rows],
        "choices": _choices(query, is_provider=viewer.panel is Panel.PROVIDER),
        "categories": [
            ("", gettext("All categories")),
            *((str(row.id), _name(row, viewer.language)) for row in categories),
            ("0", gettext("Without a category")),
        ],
        "category": "" if category is None else str(category),
        "chips": _chips(query, categories, viewer.language),
        "query": search,
        "keep": {name: text for name, text in query.items() if name != "q"},
        "keep_show": which,
        "clear_url": address(viewer, "plans"),
        "add_url": address(viewer, "plan-add") if viewer.can(Capability.MANAGE_PRICES) else "",
        "is_filtered": bool(query),
        "is_provider": viewer.panel is Panel.PROVIDER,
        "pager": keep_size(
            Pager(
                previous_url=f"?{urlencode(query)}" if after is not None else "",
                next_url=f"?{urlencode({**query, 'after': page.after})}" if page.after else "",
            ),
            request.GET,
        ),
    }
    return render(request, "screens/plans/list.html", context)


def _line(request: SignedInRequest, row: Shown) -> tuple[Shown, str]:
    return row, address(request.viewer, "plan", row.id)


def _choices(query: Mapping[str, str], *, is_provider: bool) -> list[Choice]:
    labels = {
        "": gettext("All"),
        "published": gettext("Published"),
        "hidden": gettext("Not published"),
        "own": gettext("With own values"),
        "waiting": gettext("New, to be reviewed"),
    }
    now = query.get("show", "")
    kept = {name: text for name, text in query.items() if name != "show"}
    return [
        Choice(
            label, f"?{urlencode({**kept, **({'show': key} if key else {})})}", current=key == now
        )
        for key, label in labels.items()
        if not (is_provider and key in {"own", "waiting"})
    ]


def _chips(
    query: Mapping[str, str], categories: tuple[CategoryRow, ...], language: str
) -> list[Chip]:
    chosen = query.get("category")
    if chosen is None:
        return []
    names = {str(row.id): _name(row, language) for row in categories}
    kept = {name: text for name, text in query.items() if name != "category"}
    label = names.get(chosen, gettext("Without a category"))
    return [Chip(label, f"?{urlencode(kept)}")]


def _name(row: CategoryRow, language: str) -> str:
    return text_in(row.name, language=language, fallback=row.code)


def _columns() -> list[Column]:
    return [
        Column(gettext("Plan")),
        Column(gettext("Service")),
        Column(gettext("Category"), 216),
        Column(gettext("State"), 170),
        Column(gettext("Own values"), 104),
    ]


def _number(text: str) -> int | None:
    """Read a number of an address; anything else is none."""
    known = text.isascii() and text.isdigit() and len(text) < 20
    return min(int(text), NUMBER_MAX) if known else None
