"""What vendors were asked for a reseller's customers: to see where things stand; people act on orders."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.listing import Group, OperationFilter, OperationLine
from entrepot.flows.provisioning_lists import find_operations
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.places import ListPlace, read_place, search_text
from entrepot.web.screens.provisioning import words
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column, Tab

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SoldRow:
    """One operation in words; `why` is what the vendor said."""

    number: str
    action: str
    subject: str
    customer: str
    plan: str
    url: str
    state: str
    word: str
    why: str
    asked: str


@screen(Capability.VIEW_ORDERS)
def sold_operations(request: SignedInRequest) -> HttpResponse:
    """Show operations for subscriptions of the accounts below, newest first; own ones stand on own orders."""
    viewer, query = request.viewer, request.GET
    group, text = _group(query), search_text(query)
    place = read_place(query, group=group.value if group else "", q=text)
    page = find_operations(
        viewer,
        text=text,
        wanted=OperationFilter(group=group, not_for_id=viewer.account_id),
        limit=page_size(query, usual=PAGE_SIZE),
        before=place.before,
        after=place.after,
    )
    context = {
        "views": _views(place, group),
        "columns": [
            Column(pgettext("provisioning", "Operation"), 260),
            Column(gettext("For")),
            Column(gettext("State"), 300),
            Column(gettext("Asked for"), 180, numeric=True),
        ],
        "rows": [_row(viewer, row) for row in page.rows],
        "pager": place.pager(before=page.older, after=page.newer),
        "first_url": "" if place.is_first else place.query(),
        "text": text,
        "chips": [Chip(f"“{text}”", place.query(q=None))] if text else [],
        "keep": place.kept("q"),
        "is_narrow": bool(text or group),
        "clear_url": place.query(q=None, group=None),
    }
    return render(request, "screens/provisioning/sold.html", context)


def _group(query: Mapping[str, str]) -> Group | None:
    asked = query.get("group", "")
    return Group(asked) if asked in set(Group) else None


def _views(place: ListPlace, group: Group | None) -> list[Tab]:
    return [
        Tab(pgettext("filter", "All"), place.query(group=None), current=group is None),
        *(
            Tab(str(label), place.query(group=one.value), current=one is group)
            for one, label in words.GROUPS.items()
        ),
    ]


def _row(viewer: Viewer, row: OperationLine) -> SoldRow:
    subscription = format_id(kind=IdKind.SUBSCRIPTION, number=row.subscription_id)
    return SoldRow(
        number=f"OP-{row.id}",
        action=order_words.action(row.action),
        subject=words.subject(row.cause),
        customer=row.customer_name or subscription,
        plan=row.plan_name,
        url=links.subscription_url(viewer, row.subscription_id),
        state=words.badge(row.state),
        word=words.state(row.state, is_by_hand=row.is_by_hand),
        why=row.error or order_words.cause(row.error_class),
        asked=order_words.stamp(row.requested_at),
    )
