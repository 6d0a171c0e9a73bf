"""Connectors: what each declares, how it does, and where its vendor and we differ."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.billing.queries.jobs import newest_job
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.commands.connectors import (
    PARAMETER_LENGTH_MAX,
    name_units,
    switch_connector,
    tell_people,
)
from entrepot.domain.provisioning.kinds import Action, ConnectorKind
from entrepot.domain.provisioning.listing import (
    COUNT_MAX,
    ConnectorRow,
    DifferenceRow,
    LookRow,
    connector,
    connectors,
    differences_of,
    newest_looks,
)
from entrepot.flows.drift_jobs import TASK, may_look
from entrepot.flows.vendor_usage import may_fetch
from entrepot.kernel.errors import BadInput
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.provisioning import words
from entrepot.web.screens.provisioning.page import crumbs
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

DIFFERENCES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ConnectorLine:
    """One connector in words; `health` is a key of the badges, `rest` says why it rests by itself."""

    id: int
    url: str
    name: str
    kind: str
    vendor: str
    address: str
    declares: str
    health: str
    health_word: str
    moving: str
    moving_url: str
    parked: str
    parked_url: str
    done: str
    is_active: bool
    rest: str
    reason: str
    may_look: bool
    may_fetch: bool


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One difference in words; `repair` is the label of the button, empty where nothing is repaired from here."""

    kind: str
    service: str
    number: str
    url: str
    ours: str
    theirs: str
    repair: str
    repair_url: str
    repaired: str
    operation: str
    operation_url: str


@screen(Capability.VIEW_ORDERS)
def connector_list(request: SignedInRequest) -> HttpResponse:
    """Show all connectors."""
    viewer = request.viewer
    context = {
        "tabs": words.tabs(viewer, "connectors"),
        "columns": [
            Column(gettext("Connector")),
            Column(gettext("Vendor"), 180),
            Column(gettext("State"), 200),
            Column(gettext("Under way"), 110, numeric=True),
            Column(gettext("Waits for people"), 150, numeric=True),
            Column(gettext("Last success"), 190),
        ],
        "rows": [_line(viewer, row) for row in connectors(viewer)],
    }
    return render(request, "screens/provisioning/connectors.html", context)


@screen(Capability.VIEW_ORDERS)
def connector_page(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show one connector with what the newest look at its vendor has found."""
    return _page(request, number)


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def units(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Say in which parameter a service broker wants ordered units; sending it twice changes nothing."""
    viewer = request.viewer
    row = connector(viewer, connector_id=number)
    typed = request.POST.get("quantity_parameter", "").replace("\0", "").strip()
    typed = typed[: PARAMETER_LENGTH_MAX + 1]
    try:
        name_units(
            connector_id=row.id,
            quantity_parameter=typed,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except BadInput as refusal:
        return _page(request, number, typed=typed, refused=refusal.text(translate=gettext))
    messages.success(
        request,
        gettext("Units are sent with what is ordered or changed from now on.")
        if typed
        else gettext("No units are sent any more."),
    )
    return HttpResponseRedirect(links.address(viewer, "connector", row.id))


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def people(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Say for how many people one operation of a connector may be; sending it twice changes nothing."""
    viewer = request.viewer
    row = connector(viewer, connector_id=number)
    typed = request.POST.get("people_at_once", "").replace("\0", "").strip()[:6]
    try:
        tell_people(
            connector_id=row.id,
            people_at_once=number_in(typed or "0") or (0 if typed in ("", "0") else -1),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except BadInput as refusal:
        text = refusal.text(translate=gettext)
        return _page(request, number, people=typed, people_refused=text)
    messages.success(
        request,
        gettext("The vendor is told who uses its service from now on.")
        if typed not in ("", "0")
        else gettext("The vendor is not told who uses its service any more."),
    )
    return HttpResponseRedirect(links.address(viewer, "connector", row.id))


def _page(
    request: SignedInRequest,
    number: int,
    *,
    typed: str = "",
    refused: str = "",
    people: str = "",
    people_refused: str = "",
) -> HttpResponse:
    viewer = request.viewer
    row = connector(viewer, connector_id=number)
    looks = newest_looks(viewer, connector_id=number)
    after = number_in(request.GET.get("after", ""))
    found = (
        differences_of(viewer, look_id=looks[0].id, limit=DIFFERENCES_SHOWN + 1, after=after)
        if looks
        else ()
    )
    shown = found[:DIFFERENCES_SHOWN]
    may = viewer.can(Capability.MANAGE_ORDERS)
    job = newest_job(viewer, task=TASK, arguments={"connector_id": number})
    context = {
        "row": _line(viewer, row),
        "trail": trail(viewer, object_kind="connector", object_id=number),
        "crumbs": [
            *crumbs(viewer),
            Link(gettext("Connectors and drift"), links.address(viewer, "connectors")),
        ],
        "may": may,
        "job": job,
        "job_url": links.address(viewer, "job", job.id)
        if job and viewer.can(Capability.VIEW_TASKS)
        else "",
        "look": _look(looks[0]) if looks else None,
        "older": [_look(one) for one in looks[1:]],
        "differences": [_difference(viewer, one, may=may) for one in shown],
        "columns": [
            Column(gettext("Difference"), 220),
            Column(gettext("Service")),
            Column(gettext("Ours"), 200),
            Column(gettext("At the vendor"), 200),
            Column(gettext("Repair"), 200),
        ],
        "pager": Pager(
            previous_url=request.path if after else "",
            next_url=f"?after={shown[-1].id}" if len(found) > DIFFERENCES_SHOWN else "",
        ),
    }
    if row.kind is ConnectorKind.SERVICE_BROKER:
        context |= {
            "units_url": links.address(viewer, "connector-units", number),
            "units": typed if refused else row.quantity_parameter,
            "units_refused": refused,
        }
    if row.declares.can(Action.ASSIGN):
        context |= {
            "people_url": links.address(viewer, "connector-people", number),
            "people": people if people_refused else str(row.people_at_once),
            "people_refused": people_refused,
        }
    status = 422 if refused or people_refused else 200
    return render(request, "screens/provisioning/connector.html", context, status=status)


@screen(Capability.MANAGE_ORDERS, methods=("POST",))
def switch(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Let a connector work or rest; the form says which, so that sending it twice changes nothing."""
    viewer = request.viewer
    row = connector(viewer, connector_id=number)
    is_active = request.POST.get("active", "") == "1"
    if is_active != row.is_active or (is_active and row.rests_until is not None):
        switch_connector(
            connector_id=row.id,
            is_active=is_active,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    text = (
        gettext("%(name)s works; what is due is sent.")
        if is_active
        else gettext("%(name)s rests; what is due waits, and nothing can be ordered from it.")
    )
    messages.success(request, text % {"name": row.name})
    return HttpResponseRedirect(links.address(viewer, "connector", row.id))


def _line(viewer: Viewer, row: ConnectorRow) -> ConnectorLine:
    health, word = _health(row)
    place = links.address(viewer, "provisioning")
    return ConnectorLine(
        id=row.id,
        url=links.address(viewer, "connector", row.id),
        name=row.name,
        kind=str(words.KINDS[row.kind]),
        vendor=row.vendor,
        address=row.base_url,
        declares=words.declared(row.declares),
        health=health,
        health_word=word,
        moving=words.number(row.moving, most=COUNT_MAX),
        moving_url=f"{place}?group={'manual' if row.declares.is_by_hand else 'moving'}&connector={row.id}",
        parked=words.number(row.parked, most=COUNT_MAX),
        parked_url=f"{place}?group=people&connector={row.id}",
        done=order_words.stamp(row.done_at) if row.done_at else "",
        is_active=row.is_active,
        rest=_rest(row) if row.is_active else "",
        reason=row.rest_reason,
        may_look=may_look(row),
        may_fetch=may_fetch(row),
    )


def _health(row: ConnectorRow) -> tuple[str, str]:
    """Say how a connector does, from what its operations meet."""
    if not row.is_active:
        return "held", gettext("Rests")
    if row.rests_until is not None:
        return "overdue", gettext("Rests by itself")
    if row.trouble:
        text = ngettext("%(n)s without an answer", "%(n)s without an answer", row.trouble)
        return "overdue", text % {"n": words.number(row.trouble, most=COUNT_MAX)}
    return "active", gettext("Works")


def _rest(row: ConnectorRow) -> str:
    """Say why and until when a connector rests by itself; empty while it does not."""
    if row.rests_until is None:
        return ""
    text = ngettext(
        "%(n)s call in a row had no usable answer. What is due waits; one call tries again at %(time)s.",
        "%(n)s calls in a row had no usable answer. What is due waits; one call tries again at %(time)s.",
        row.failures,
    )
    return text % {
        "n": home_words.number(row.failures),
        "time": order_words.stamp(row.rests_until),
    }


def _look(one: LookRow) -> dict[str, str]:
    differences = ngettext("%(n)s difference", "%(n)s differences", one.differences)
    compared = ngettext("%(n)s service compared", "%(n)s services compared", one.compared)
    moving = ngettext(
        "%(n)s left out, because an operation of it is under way",
        "%(n)s left out, because an operation of them is under way",
        one.in_motion,
    )
    return {
        "when": order_words.stamp(one.looked_at),
        "differences": differences % {"n": home_words.number(one.differences)},
        "compared": compared % {"n": home_words.number(one.compared)},
        "moving": moving % {"n": home_words.number(one.in_motion)} if one.in_motion else "",
        "unknown": ""
        if one.found_unknown
        else gettext("The vendor has no list: services that we do not know are not found."),
    }


def _difference(viewer: Viewer, one: DifferenceRow, *, may: bool) -> DifferenceLine:
    number = one.subscription_id
    label = words.repair(one.kind) if may and one.operation_id is None else ""
    return DifferenceLine(
        kind=words.drift(one.kind),
        service=one.instance_key,
        number=format_id(kind=IdKind.SUBSCRIPTION, number=number) if number else "",
        url=links.address(viewer, "subscription", number) if number else "",
        ours=one.ours,
        theirs=one.theirs,
        repair=label,
        repair_url=links.address(viewer, "drift-repair", one.id),
        repaired=one.repaired_by,
        operation=f"OP-{one.operation_id}" if one.operation_id else "",
        operation_url=links.address(viewer, "operation", one.operation_id)
        if one.operation_id
        else "",
    )
