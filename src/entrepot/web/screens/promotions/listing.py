"""The list of a seller's promotions."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext, pgettext_lazy

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.promotions import PromotionRow, PromotionState, list_promotions
from entrepot.flows.orders import order_day
from entrepot.flows.promotions import uses_of
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.places import ListPlace, read_place, search_text
from entrepot.web.screens.promotions import words
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Choice, Column
from entrepot.web.ui.shell import Link

PAGE_SIZE = 25
_STATES: Mapping[str, tuple[str, object]] = {
    PromotionState.RUNNING: ("active", pgettext_lazy("promotions", "Running")),
    PromotionState.PLANNED: ("scheduled", pgettext_lazy("promotions", "Planned")),
    PromotionState.OVER: ("expired", pgettext_lazy("promotions", "Over")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One promotion as the list shows it."""

    url: str
    name: str
    code: str
    goods: str
    way: str
    less: str
    less_once: str
    span: str
    last: str
    uses: str
    badge: str
    state: str


@screen(Capability.VIEW_PRICES)
def promotion_list(request: SignedInRequest) -> HttpResponse:
    """Show the own account's promotions, the newest first."""
    viewer = request.viewer
    asked, search = request.GET.get("state", ""), search_text(request.GET)
    state = PromotionState(asked) if asked in _STATES else None
    place = read_place(request.GET, q=search, state=state.value if state else "")
    page = list_promotions(
        viewer,
        on_day=order_day(now=request.now),
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=search,
        state=state,
        before=place.before,
        after=place.after,
    )
    uses = uses_of(promotion_ids=[row.id for row in page.rows])
    context = {
        "columns": [
            Column(gettext("Promotion")),
            Column(pgettext("promotions", "For"), 200),
            Column(gettext("Takes off"), 280),
            Column(gettext("Days"), 170),
            Column(gettext("Used"), 110, numeric=True),
            Column(gettext("State"), 130),
        ],
        "rows": [_line(viewer, row, uses.get(row.id, 0)) for row in page.rows],
        "states": _choices(place, state),
        "query": search,
        "keep": place.kept("q"),
        "chips": [Chip(f"“{search}”", place.query(q=None))] if search else [],
        "clear_url": place.query(q=None, state=None),
        "is_filtered": bool(search) or state is not None,
        "pager": place.pager(before=page.before, after=page.after),
        "new_url": address(viewer, "promotion-new") if viewer.can(Capability.MANAGE_PRICES) else "",
    }
    return render(request, "screens/promotions/list.html", context)


def badge(state: PromotionState) -> tuple[str, str]:
    """Give the badge of a state, and its word."""
    key, label = _STATES[state]
    return key, str(label)


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to a page below the list."""
    return [Link(gettext("Promotions"), address(viewer, "promotions"))]


def _choices(place: ListPlace, state: PromotionState | None) -> list[Choice]:
    found = [Choice(pgettext("filter", "All"), place.query(state=None), state is None)]
    for one, (_badge, label) in _STATES.items():
        found.append(Choice(str(label), place.query(state=one), state == one))
    return found


def _line(viewer: Viewer, row: PromotionRow, used: int) -> Line:
    key, label = badge(row.state)
    return Line(
        url=address(viewer, "promotion", row.id),
        name=row.name,
        code=row.code,
        goods=words.goods(row),
        way=words.way(row),
        less=words.less(row.recurring_ppm, 0) or words.less(0, row.setup_ppm),
        less_once=words.less(0, row.setup_ppm) if row.recurring_ppm else "",
        span=words.first(row.valid_from, row.valid_to),
        last=words.last(row.valid_from, row.valid_to),
        uses=words.uses(used, row.uses_max),
        badge=key,
        state=label,
    )
