"""What the own account can hand out to its people, and what somebody can use themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.seats.queries import ShelfRow, own_services, parts_on, shelf_page
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.places import read_place
from entrepot.web.screens.subscriptions.words import unit
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Column, Pager

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One service as the list shows it."""

    url: str
    assign_url: str
    icon: str
    name: str
    service: str
    holds: str
    unit: str
    bought: Decimal
    given: int
    used: Decimal | None
    free: str
    is_short: bool
    moving: str
    failed: str
    waiting: str


@screen(Capability.VIEW_USERS)
def services(request: SignedInRequest) -> HttpResponse:
    """Show what the account has, how much of it people have, and what is free."""
    viewer = request.viewer
    place = read_place(request.GET)
    name = request.GET.get("after_name")
    page = shelf_page(
        viewer,
        account_id=viewer.account_id,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        after=None
        if name is None or place.after is None
        else (name.replace("\0", ""), place.after),
    )
    following = page.after
    held = parts_on(page.rows)
    may = viewer.can(Capability.MANAGE_USERS)
    context = {
        "columns": [
            Column(gettext("Service")),
            Column(gettext("Units"), 340),
            Column(gettext("Free"), 110, numeric=True),
            Column(gettext("Under way"), 200),
            Column(gettext("Assign"), 170, hidden_label=True),
        ],
        "rows": [line(viewer, row, held, may=may) for row in page.rows],
        "pager": Pager(
            previous_url=place.query() if place.after is not None else "",
            next_url=place.query(after=following[1], after_name=following[0]) if following else "",
        ),
        "marketplace_url": address(viewer, "marketplace"),
    }
    return render(request, "screens/services/list.html", context)


@screen(None)
def my_services(request: SignedInRequest) -> HttpResponse:
    """Show people what was handed out to them."""
    viewer = request.viewer
    rows = own_services(user_id=viewer.user_id, account_id=viewer.account_id)
    context = {
        "rows": [
            {
                "icon": row.icon,
                "name": row.name,
                "plan": row.plan,
                "state": "active" if row.state and row.state.value == "assigned" else "pending",
                "word": gettext("Ready")
                if row.state and row.state.value == "assigned"
                else gettext("Being set up"),
                "since": row.since,
            }
            for row in rows
        ]
    }
    return render(request, "screens/services/mine.html", context)


def line(viewer: Viewer, row: ShelfRow, held: Mapping[int, tuple[str, ...]], *, may: bool) -> Line:
    """Say a service of the shelf in the reader's words."""
    return Line(
        url=address(viewer, "service", row.resource_id),
        assign_url=address(viewer, "service-assign", row.resource_id) if may else "",
        icon=row.icon,
        name=row.name,
        service=row.service if row.service != row.name else "",
        holds=_holds(held.get(row.resource_id, ())),
        unit=unit(row.unit, fallback="", number=row.bought),
        bought=row.bought,
        given=row.given,
        used=row.used,
        free=words.number(max(int(row.free), 0)),
        is_short=row.free <= 0,
        moving=_people(row.moving, "moving"),
        failed=_people(row.failed, "failed"),
        waiting=_people(row.waiting, "waiting"),
    )


def _holds(names: tuple[str, ...]) -> str:
    return gettext("Holds %(names)s") % {"names": ", ".join(names)} if names else ""


def _people(count: int, what: str) -> str:
    if not count:
        return ""
    texts = {
        "moving": ngettext("%(n)s at the vendor", "%(n)s at the vendor", count),
        "failed": ngettext("%(n)s failed", "%(n)s failed", count),
        "waiting": ngettext("%(n)s waits for an order", "%(n)s wait for an order", count),
    }
    return texts[what] % {"n": words.number(count)}
