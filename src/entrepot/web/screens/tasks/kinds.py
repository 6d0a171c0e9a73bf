"""Events with their handlers, tasks, and the priority of each."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.flows import task_acts
from entrepot.flows.task_kinds import (
    EventKind,
    HandlerKind,
    Urgency,
    event_kinds,
    fact_kinds,
    task_urgencies,
    usual_level,
)
from entrepot.infra.tasks.levels import Level
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.tasks import words
from entrepot.web.screens.tasks.event_words import event, fact
from entrepot.web.screens.tasks.listing import task_tabs
from entrepot.web.ui.parts import Column


@dataclass(frozen=True, slots=True)
class PriorityRow:
    """One task or handler whose priority can be chosen; `changed` says who chose it, empty for the usual one."""

    name: str
    label: str
    level: str
    shown: str
    usual: str
    version: int
    changed: str
    url: str


@dataclass(frozen=True, slots=True)
class HandlerRow:
    """One handler of an event; `priority` only where a task carries it out."""

    label: str
    name: str
    how: str
    priority: PriorityRow | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One type of event with its handlers."""

    label: str
    name: str
    handlers: tuple[HandlerRow, ...]


@screen(Capability.VIEW_TASKS)
def kinds(request: SignedInRequest) -> HttpResponse:
    """Show tasks and events, and what can be chosen about them."""
    return _page(request)


@screen(Capability.MANAGE_TASKS, methods=("POST",))
def choose(request: SignedInRequest) -> HttpResponse:
    """Keep the priority of one task or handler."""
    viewer = request.viewer
    name, level = request.POST.get("name", ""), request.POST.get("level", "")
    version = request.POST.get("version", "")
    usual = usual_level(name)
    if usual is None:
        raise NoSuchObject(object=gettext("This task"))
    if level not in set(Level) or (version != "0" and number_in(version) is None):
        return _page(request, refused=gettext("Choose one of the priorities."), status=422)
    try:
        task_acts.choose_priority(
            name=name,
            level=Level(level),
            usual=usual,
            version=int(version),
            actor=viewer.actor(request_id=request.request_id),
            tenant_id=viewer.tenant_id,
            now=request.now,
        )
    except DomainError as refusal:
        return _page(request, refused=refusal.text(translate=gettext), status=409)
    chosen = {"task": words.kind(name), "level": words.LEVELS[Level(level)]}
    messages.success(request, gettext("%(task)s: the priority is %(level)s.") % chosen)
    return HttpResponseRedirect(reverse("provider:task-kinds"))


def _page(request: SignedInRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    context = {
        "tabs": task_tabs("kinds"),
        "refused": refused,
        "may_choose": request.viewer.can(Capability.MANAGE_TASKS),
        "levels": words.levels(),
        "tasks": [_priority(one) for one in task_urgencies()],
        "task_columns": [
            Column(gettext("Task")),
            Column(gettext("Usual priority"), 150),
            Column(gettext("Priority"), 340),
        ],
        "events": [_event(one) for one in event_kinds()],
        "facts": [_fact(one) for one in fact_kinds()],
        "event_columns": [
            Column(gettext("Event")),
            Column(gettext("Handler")),
            Column(gettext("How it runs"), 250),
            Column(gettext("Priority"), 340),
        ],
    }
    return render(request, "screens/tasks/kinds.html", context, status=status)


def _event(one: EventKind) -> EventRow:
    return EventRow(event(one.name), one.name, tuple(_handler(each) for each in one.handlers))


def _fact(one: EventKind) -> EventRow:
    return EventRow(fact(one.name), one.name, tuple(_handler(each) for each in one.handlers))


def _handler(one: HandlerKind) -> HandlerRow:
    if one.urgency is not None:
        how = gettext("by a task of its own")
    elif one.leaves:
        how = gettext("at once; the fact then goes to its handlers")
    else:
        how = gettext("at once, with the event")
    return HandlerRow(
        label=words.kind(one.name),
        name=one.name,
        how=how,
        priority=_priority(one.urgency) if one.urgency else None,
    )


def _priority(one: Urgency) -> PriorityRow:
    changed = ""
    if one.changed_at is not None:
        changed = gettext("chosen by %(name)s, %(time)s") % {
            "name": one.changed_by,
            "time": words.stamp(one.changed_at),
        }
    return PriorityRow(
        name=one.name,
        label=words.kind(one.name),
        level=one.level.value,
        shown=str(words.LEVELS[one.level]),
        usual=str(words.LEVELS[one.usual]),
        version=one.version,
        changed=changed,
        url=f"{reverse('provider:tasks')}?kind={one.name}",
    )
