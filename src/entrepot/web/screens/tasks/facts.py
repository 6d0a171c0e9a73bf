"""Facts that others are told: what waits, who handles it, what was parked and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy

from entrepot.domain.parties.roles import Capability
from entrepot.flows.task_acts import send_fact_again
from entrepot.infra.outbox.listing import (
    COUNT_MAX,
    DeliveryRow,
    FactRow,
    FactState,
    count_facts,
    list_facts,
)
from entrepot.infra.outbox.models import DeliveryState
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import links
from entrepot.web.screens.billing import words as billing_words
from entrepot.web.screens.places import ListPlace, read_place
from entrepot.web.screens.tasks import words
from entrepot.web.screens.tasks.event_words import fact
from entrepot.web.screens.tasks.listing import task_tabs
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Column, Tab

PAGE_SIZE = 50
_STATES: Mapping[FactState, object] = {
    FactState.WAITING: pgettext_lazy("facts", "Waiting"),
    FactState.OPEN: pgettext_lazy("facts", "Under way"),
    FactState.STUCK: pgettext_lazy("facts", "Parked"),
    FactState.TAKEN: pgettext_lazy("facts", "Handled"),
}
_BADGES = {
    FactState.WAITING: "queued",
    FactState.OPEN: "running",
    FactState.STUCK: "failed",
    FactState.TAKEN: "done",
}
_DELIVERIES: Mapping[DeliveryState, object] = {
    DeliveryState.WAITING: pgettext_lazy("facts", "Under way"),
    DeliveryState.PARKED: pgettext_lazy("facts", "Parked"),
    DeliveryState.DONE: pgettext_lazy("facts", "Handled"),
}
_COUNTED = (FactState.WAITING, FactState.OPEN, FactState.STUCK)
_PAGES = {
    "subscription": (IdKind.SUBSCRIPTION, "provider:subscription"),
    "cancellation": (IdKind.SUBSCRIPTION, "provider:subscription"),
    "invoice": (IdKind.INVOICE, "provider:invoice"),
    "credit_note": (IdKind.CREDIT_NOTE, "provider:invoice"),
    "subscription_expires": (IdKind.SUBSCRIPTION, "provider:subscription"),
    "subscription_renews": (IdKind.SUBSCRIPTION, "provider:subscription"),
}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One handler of a fact in words; `error` says why it was parked."""

    handler: str
    state: str
    error: str
    task: str
    task_url: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact in words; `note` stands where no handler does."""

    id: int
    label: str
    name: str
    object: str
    url: str
    payload: str
    day: str
    state: str
    word: str
    note: str
    deliveries: tuple[DeliveryLine, ...]
    again_url: str


@screen(Capability.VIEW_TASKS)
def facts(request: SignedInRequest) -> HttpResponse:
    """Show facts, newest first."""
    asked = request.GET.get("state", "")
    state = FactState(asked) if asked in set(FactState) else None
    place = read_place(request.GET, state=state or "")
    page = list_facts(
        state=state,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        before=place.before,
        after=place.after,
    )
    may = request.viewer.can(Capability.MANAGE_TASKS)
    context = {
        "tabs": task_tabs("facts"),
        "views": _views(place, state),
        "columns": [
            Column(gettext("Fact")),
            Column(gettext("About"), 170),
            Column(gettext("Day"), 140),
            Column(gettext("State"), 160),
            Column(gettext("Handlers"), 400),
        ],
        "rows": [_line(row, may=may) for row in page.rows],
        "pager": place.pager(before=page.older, after=page.newer),
        "first_url": "" if place.is_first else place.query(),
        "is_any": state is not None,
    }
    return render(request, "screens/tasks/facts.html", context)


@screen(Capability.MANAGE_TASKS, methods=("POST",))
def again(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Let the handlers that parked a fact try it once more."""
    viewer = request.viewer
    try:
        send_fact_again(
            fact_id=number,
            actor=viewer.actor(request_id=request.request_id),
            tenant_id=viewer.tenant_id,
            now=request.now,
        )
    except DomainError as refusal:
        messages.warning(request, refusal.text(translate=gettext))
    else:
        messages.success(request, gettext("The fact was handed over again."))
    return HttpResponseRedirect(reverse("provider:task-facts"))


def _views(place: ListPlace, state: FactState | None) -> list[Tab]:
    counts = {one: count_facts(state=one) for one in _COUNTED}
    return [
        Tab(pgettext("filter", "All"), place.query(state=None), current=state is None),
        *(
            Tab(
                str(label),
                place.query(state=one.value),
                _count(counts[one]) if one in counts else None,
                current=one is state,
            )
            for one, label in _STATES.items()
        ),
    ]


def _count(number: int) -> str:
    shown = billing_words.number(min(number, COUNT_MAX))
    return shown if number < COUNT_MAX else f"{shown}+"


def _plain(value: object) -> str:
    """Write a value of a fact as receivers get it, without the quotes of texts."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(row: FactRow, *, may: bool) -> FactLine:
    about, name = _PAGES.get(row.kind.rsplit("_", 1)[0], (None, ""))
    is_stuck = row.state is FactState.STUCK
    return FactLine(
        id=row.id,
        label=fact(row.kind),
        name=row.kind,
        object=format_id(kind=about, number=row.object_id) if about else f"#{row.object_id}",
        url=links.if_there(name, row.object_id) if name else "",
        payload=", ".join(f"{name} {_plain(value)}" for name, value in row.payload.items()),
        day=billing_words.day_short(row.on_day),
        state=_BADGES[row.state],
        word=str(_STATES[row.state]),
        note=_note(row),
        deliveries=tuple(_delivery(one) for one in row.deliveries),
        again_url=reverse("provider:task-fact-again", args=[row.id]) if may and is_stuck else "",
    )


def _note(row: FactRow) -> str:
    if row.taken_at is None:
        return gettext("The next look of a worker hands it over.")
    if row.deliveries:
        return ""
    return gettext("Nobody wants to be told; looked at %(time)s.") % {
        "time": words.stamp(row.taken_at)
    }


def _delivery(one: DeliveryRow) -> DeliveryLine:
    return DeliveryLine(
        handler=words.kind(one.handler),
        state=str(_DELIVERIES[one.state]),
        error=one.error,
        task=format_id(kind=IdKind.TASK, number=one.job_id),
        task_url=links.job(one.job_id),
    )
