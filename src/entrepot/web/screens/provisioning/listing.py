"""The list of operations at vendors."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.kinds import Action, ErrorClass
from entrepot.domain.provisioning.listing import (
    COUNT_MAX,
    Group,
    OperationFilter,
    OperationLine,
    connector_names,
    group_counts,
)
from entrepot.flows.provisioning_lists import find_operations
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.places import ListPlace, read_place, search_text
from entrepot.web.screens.provisioning import words
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column, Tab

PAGE_SIZE = 50
_FILTERS = ("connector", "error", "action")


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation in words."""

    id: int
    url: str
    number: str
    action: str
    customer: str
    plan: str
    subject: str
    state: str
    word: str
    why: str
    connector: str
    attempts: str
    asked: str
    due: str


@dataclass(frozen=True, slots=True)
class _Asked:
    group: Group | None
    text: str
    connector: int | None
    error: ErrorClass | None
    action: Action | None
    place: ListPlace

    @property
    def is_narrow(self) -> bool:
        return bool(self.text or self.connector or self.error or self.action)


@screen(Capability.VIEW_ORDERS)
def operations(request: SignedInRequest) -> HttpResponse:
    """Show operations, newest first."""
    viewer = request.viewer
    names = connector_names(viewer)
    asked = _read(request.GET, names)
    counts = group_counts(viewer)
    page = find_operations(
        viewer,
        text=asked.text,
        wanted=OperationFilter(
            group=asked.group,
            connector_id=asked.connector,
            error_class=asked.error,
            action=asked.action,
        ),
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=asked.place.before,
        after=asked.place.after,
    )
    everything = ("", pgettext("filter", "All"))
    context = {
        "tabs": words.tabs(viewer, "operations"),
        "views": _views(asked, counts),
        "columns": _columns(),
        "rows": [_row(viewer, row) for row in page.rows],
        "pager": asked.place.pager(before=page.older, after=page.newer),
        "first_url": "" if asked.place.is_first else asked.place.query(),
        "asked": asked,
        "chips": _chips(asked, names),
        "keep": asked.place.kept("q"),
        "form_keep": asked.place.kept(*_FILTERS),
        "form": {name: asked.place.values.get(name, "") for name in _FILTERS},
        "connectors": [everything, *((str(key), name) for key, name in names.items())],
        "errors": [everything, *words.error_classes()],
        "actions": [everything, *((one.value, order_words.action(one)) for one in Action)],
        "clear_url": asked.place.query(**dict.fromkeys(("q", *_FILTERS))),
    }
    return render(request, "screens/provisioning/list.html", context)


def _read(query: Mapping[str, str], names: Mapping[int, str]) -> _Asked:
    group, error = query.get("group", ""), query.get("error", "")
    action, connector = query.get("action", ""), number_in(query.get("connector", ""))
    connector = connector if connector in names else None
    text = search_text(query)
    return _Asked(
        group=Group(group) if group in set(Group) else None,
        text=text,
        connector=connector,
        error=ErrorClass(error) if error in set(ErrorClass) else None,
        action=Action(action) if action in set(Action) else None,
        place=read_place(
            query,
            group=group if group in set(Group) else "",
            q=text,
            connector=str(connector or ""),
            error=error if error in set(ErrorClass) else "",
            action=action if action in set(Action) else "",
        ),
    )


def _views(asked: _Asked, counts: Mapping[Group, int]) -> list[Tab]:
    return [
        Tab(pgettext("filter", "All"), asked.place.query(group=None), current=asked.group is None),
        *(
            Tab(
                str(label),
                asked.place.query(group=group.value),
                words.number(counts[group], most=COUNT_MAX) if group in counts else None,
                current=group is asked.group,
            )
            for group, label in words.GROUPS.items()
        ),
    ]


def _chips(asked: _Asked, names: Mapping[int, str]) -> list[Chip]:
    place, chips = asked.place, []
    if asked.text:
        chips.append(Chip(f"“{asked.text}”", place.query(q=None)))
    if asked.connector is not None:
        chips.append(Chip(names[asked.connector], place.query(connector=None)))
    if asked.error is not None:
        chips.append(Chip(order_words.cause(asked.error.value), place.query(error=None)))
    if asked.action is not None:
        chips.append(Chip(order_words.action(asked.action), place.query(action=None)))
    return chips


def _columns() -> list[Column]:
    return [
        Column(pgettext("provisioning", "Operation"), 230),
        Column(gettext("For")),
        Column(gettext("State")),
        Column(gettext("Connector"), 160),
        Column(gettext("Attempts"), 100, numeric=True),
        Column(gettext("Asked for"), 180, numeric=True),
    ]


def _row(viewer: Viewer, row: OperationLine) -> OperationRow:
    subscription = format_id(kind=IdKind.SUBSCRIPTION, number=row.subscription_id)
    return OperationRow(
        id=row.id,
        url=links.address(viewer, "operation", row.id),
        number=f"OP-{row.id}",
        action=order_words.action(row.action),
        customer=row.customer_name or subscription,
        plan=row.plan_name,
        subject=words.subject(row.cause),
        state=words.badge(row.state),
        word=words.state(row.state, is_by_hand=row.is_by_hand),
        why=row.error or order_words.cause(row.error_class),
        connector=row.connector,
        attempts=str(row.attempts),
        asked=order_words.stamp(row.requested_at),
        due=order_words.stamp(row.due_at) if row.due_at else "",
    )
