"""Follow-ups: what contradicts what we did, until a person has decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.commands.people import close_follow_up
from entrepot.domain.provisioning.listing import FollowUpLine, follow_ups
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.provisioning import words
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager, Tab

PAGE_SIZE = 25
_CLOSED = "closed"
_TEXT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """One follow-up in words; `typed` and `refused` come back from a comment that was refused."""

    id: int
    kind: str
    text: str
    connector: str
    operation: str
    url: str
    opened: str
    closed: str
    comment: str
    close_url: str
    typed: str
    refused: str


@screen(Capability.VIEW_ORDERS)
def follow_up_list(request: SignedInRequest) -> HttpResponse:
    """Show the open follow-ups, or the closed ones."""
    return _list(request, request.GET)


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def close(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Close a follow-up with what was done about it."""
    viewer = request.viewer
    comment = request.POST.get("comment", "").replace("\0", "")[:_TEXT_MAX]
    try:
        close_follow_up(
            follow_up_id=number,
            comment=comment,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.code == "provisioning_object_missing":
            raise
        text = refusal.text(translate=gettext)
        return _list(request, {}, refused=(number, comment, text))
    messages.success(request, gettext("The follow-up is closed."))
    return HttpResponseRedirect(links.address(viewer, "follow-ups"))


def _list(
    request: SignedInRequest,
    query: Mapping[str, str],
    *,
    refused: tuple[int, str, str] | None = None,
) -> HttpResponse:
    viewer = request.viewer
    is_open = query.get("state", "") != _CLOSED
    size = page_size(query, usual=PAGE_SIZE)
    found = follow_ups(
        viewer, is_open=is_open, limit=size + 1, before=number_in(query.get("before", ""))
    )
    state = "" if is_open else f"state={_CLOSED}&"
    onward = f"?{state}before={found[size - 1].id}" if len(found) > size else ""
    may = viewer.can(Capability.MANAGE_ORDERS)
    # A refusal of one that is closed meanwhile has no field to stand at.
    elsewhere = refused[2] if refused and refused[0] not in {one.id for one in found} else ""
    context = {
        "tabs": words.tabs(viewer, "follow-ups"),
        "views": [
            Tab(gettext("Open"), "?", current=is_open),
            Tab(gettext("Closed"), f"?state={_CLOSED}", current=not is_open),
        ],
        "columns": [
            Column(gettext("What contradicts")),
            Column(pgettext("provisioning", "Operation"), 130),
            Column(gettext("Connector"), 160),
            Column(gettext("Since"), 180),
            Column(gettext("What was done"), 380),
        ],
        "rows": [_row(viewer, one, may=may, refused=refused) for one in found[:size]],
        "is_open": is_open,
        "refused": elsewhere,
        "pager": keep_size(Pager(next_url=onward), query),
    }
    status = 422 if refused else 200
    return render(request, "screens/provisioning/follow_ups.html", context, status=status)


def _row(
    viewer: Viewer, one: FollowUpLine, *, may: bool, refused: tuple[int, str, str] | None
) -> FollowUpRow:
    is_refused = refused is not None and refused[0] == one.id
    number = one.operation_id
    return FollowUpRow(
        id=one.id,
        kind=words.follow_up(one.kind),
        text=one.text,
        connector=one.connector,
        operation=f"OP-{number}" if number else "",
        url=links.address(viewer, "operation", number) if number else "",
        opened=order_words.stamp(one.opened_at),
        closed=f"{one.closed_by}, {order_words.stamp(one.closed_at)}" if one.closed_at else "",
        comment=one.comment,
        close_url=links.address(viewer, "follow-up-close", one.id)
        if may and one.closed_at is None
        else "",
        typed=refused[1] if refused and is_refused else "",
        refused=refused[2] if refused and is_refused else "",
    )
