"""The list of messages: to a seller's customers, or to the own account."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.notifications.kinds import MessageKind, MessageState
from entrepot.domain.notifications.queries import MessageFilter, MessageLine, list_messages
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.messages import tabs, words
from entrepot.web.screens.places import ListPlace, read_place, search_text
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column

PAGE_SIZE = 25
_FILTERS = ("kind", "state")


@dataclass(frozen=True, slots=True)
class Row:
    """One message in words."""

    id: int
    url: str
    subject: str
    kind: str
    address: str
    account: str
    badge: str
    state: str
    why: str
    when: str


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    kind: MessageKind | None
    state: MessageState | None
    place: ListPlace

    @property
    def is_narrow(self) -> bool:
        return bool(self.text or self.kind or self.state)


@screen(Capability.VIEW_MESSAGES)
def messages(request: SignedInRequest, *, side: Side, name: str) -> HttpResponse:
    """Show messages, newest first; `name` is the address of one of them."""
    viewer = request.viewer
    asked = _read(request.GET)
    page = list_messages(
        viewer,
        side=side,
        wanted=MessageFilter(text=asked.text, kind=asked.kind, state=asked.state),
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=asked.place.before,
        after=asked.place.after,
    )
    everything = ("", pgettext("filter", "All"))
    is_sold = side is Side.SOLD
    context = {
        "is_sold": is_sold,
        "tabs": tabs.of_seller(viewer, "messages") if is_sold else tabs.of_account(viewer, name),
        "columns": _columns(is_sold=is_sold),
        "rows": [_row(viewer, row, name=name) for row in page.rows],
        "pager": asked.place.pager(before=page.older, after=page.newer),
        "first_url": "" if asked.place.is_first else asked.place.query(),
        "asked": asked,
        "chips": _chips(asked),
        "keep": asked.place.kept("q"),
        "form_keep": asked.place.kept(*_FILTERS),
        "form": {one: asked.place.values.get(one, "") for one in _FILTERS},
        "kinds": [everything, *((one.value, words.kind(one)) for one in MessageKind)],
        "states": [everything, *((one.value, words.state(one)) for one in MessageState)],
        "clear_url": asked.place.query(**dict.fromkeys(("q", *_FILTERS))),
    }
    return render(request, "screens/messages/list.html", context)


def _read(query: Mapping[str, str]) -> _Asked:
    kind, state, text = query.get("kind", ""), query.get("state", ""), search_text(query)
    kind = kind if kind in set(MessageKind) else ""
    state = state if state in set(MessageState) else ""
    return _Asked(
        text=text,
        kind=MessageKind(kind) if kind else None,
        state=MessageState(state) if state else None,
        place=read_place(query, q=text, kind=kind, state=state),
    )


def _chips(asked: _Asked) -> list[Chip]:
    place, chips = asked.place, []
    if asked.text:
        chips.append(Chip(f"“{asked.text}”", place.query(q=None)))
    if asked.kind is not None:
        chips.append(Chip(words.kind(asked.kind), place.query(kind=None)))
    if asked.state is not None:
        chips.append(Chip(words.state(asked.state), place.query(state=None)))
    return chips


def _columns(*, is_sold: bool) -> list[Column]:
    return [
        Column(gettext("Subject")),
        Column(pgettext("recipient", "To"), 230 if is_sold else 310),
        *([Column(gettext("Customer"), 180)] if is_sold else []),
        Column(gettext("State"), 170),
        Column(gettext("Written"), 200, numeric=True),
    ]


def _row(viewer: Viewer, row: MessageLine, *, name: str) -> Row:
    return Row(
        id=row.id,
        url=links.address(viewer, name, row.id),
        subject=row.subject,
        kind=words.kind(row.kind),
        address=row.address or gettext("no address"),
        account=row.account_name,
        badge=words.badge(row.state),
        state=words.state(row.state),
        why=words.failure(row.failure),
        when=home_words.day(row.created_at, "stamp"),
    )
