"""One service of the own account: who has it, what failed, taking it back, and what reducing it would give back."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.seats.commands import release_seats
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.queries import Holder, ShelfRow, holders_of, parts_on, shelf_of
from entrepot.domain.seats.supply import holding_resources
from entrepot.flows.seat_jobs import Work, newest_work, try_again
from entrepot.infra.tasks.refusals import told
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words
from entrepot.web.screens.home.links import address, subscription_url
from entrepot.web.screens.places import read_place, search_text
from entrepot.web.screens.services.listing import line
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Choice, Column, Pager
from entrepot.web.ui.shell import Link

PAGE_SIZE = 25
CHOSEN_MAX = 200
STATES: Mapping[SeatState, tuple[str, object]] = {
    SeatState.ASSIGNING: ("processing", gettext_lazy("Being assigned")),
    SeatState.ASSIGNED: ("done", gettext_lazy("Assigned")),
    SeatState.FAILED: ("failed", gettext_lazy("Not assigned")),
    SeatState.RELEASING: ("removing", gettext_lazy("Being taken back")),
    SeatState.STUCK: ("failed", gettext_lazy("Not taken back")),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person who has the service, as the list shows it."""

    user_id: int
    url: str
    name: str
    login: str
    badge: str
    state: str
    error: str
    since: str
    part_of: str


@screen(Capability.VIEW_USERS)
def service(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Show who has a service."""
    viewer = request.viewer
    row = found(viewer, resource_id)
    work = newest_work(viewer, resource_id=resource_id, now=request.now)
    if "work" in request.GET and not (work and work.is_open):
        return HttpResponse(headers={"HX-Refresh": "true"})
    search, failed_only = search_text(request.GET), request.GET.get("state") == "failed"
    place = read_place(request.GET, q=search, state="failed" if failed_only else "")
    name, number = request.GET.get("after_name", ""), place.after
    page = holders_of(
        viewer,
        account_id=viewer.account_id,
        resource_ids=holding_resources(resource_id=resource_id),
        limit=page_size(request.GET, usual=PAGE_SIZE),
        search=search,
        failed_only=failed_only,
        after=(name, number) if number is not None else None,
    )
    following = page.after
    held = parts_on([row])
    may = viewer.can(Capability.MANAGE_USERS)
    shown = line(viewer, row, held, may=may)
    context = {
        "row": shown,
        "work": work,
        "work_title": gettext("Being tried again")
        if work and work.tries_again
        else gettext("Being assigned"),
        "work_text": _work_text(work) if work else "",
        "crumbs": crumbs(viewer),
        "subscriptions_url": subscription_url(viewer, row.subscription_id, is_own=True)
        if row.subscriptions == 1 and row.subscription_id
        else address(viewer, "subscriptions"),
        "used_on": row.used_on,
        "columns": [
            Column(gettext("Person")),
            Column(gettext("State")),
            Column(gettext("Since"), 170),
        ],
        "people": [_person(viewer, one, row.name) for one in page.rows],
        "may": may,
        "query": search,
        "keep": place.kept("q"),
        "chips": [Chip(f"“{search}”", place.query(q=None))] if search else [],
        "states": [
            Choice(gettext("All"), place.query(state=None), not failed_only),
            Choice(gettext("Failed"), place.query(state="failed"), failed_only),
        ],
        "is_filtered": bool(search) or failed_only,
        "clear_url": place.query(q=None, state=None),
        "pager": Pager(
            previous_url=place.query() if number is not None else "",
            next_url=place.query(after=following[1], after_name=following[0]) if following else "",
        ),
        "release_url": address(viewer, "service-release", resource_id) if may else "",
        "retry_url": address(viewer, "service-retry", resource_id) if may and row.failed else "",
    }
    return render(request, "screens/services/page.html", context)


@screen(Capability.MANAGE_USERS, methods=("GET", "POST"))
def release(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Ask whether a service is taken from the people chosen, then do it."""
    viewer = request.viewer
    row = found(viewer, resource_id)
    back = address(viewer, "service", resource_id)
    chosen = chosen_people(request.POST.getlist("pick"))
    if request.method != "POST" or not chosen:
        return HttpResponseRedirect(back)
    context = {
        "title": gettext("Take it back"),
        "name": row.name,
        "people": chosen,
        "crumbs": [*crumbs(viewer), Link(row.name, back)],
        "back_url": back,
        "consequences": [
            ngettext("%(n)s person loses %(name)s.", "%(n)s people lose %(name)s.", len(chosen))
            % {"n": words.number(len(chosen)), "name": row.name},
            gettext("Who has it as a part of another service loses that whole service."),
            gettext("The units are free for others once the vendor has taken them back."),
            gettext("What you pay stays the same until you reduce the units."),
        ],
    }
    if request.POST.get("step") != "confirmed":
        return render(request, "screens/services/release.html", context)
    try:
        count = release_seats(
            account_id=viewer.account_id,
            resource_id=resource_id,
            user_ids=chosen,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        context["refused"] = refusal.text(translate=gettext)
        return render(request, "screens/services/release.html", context, status=409)
    text = ngettext("Taken from %(n)s person.", "Taken from %(n)s people.", count)
    messages.success(request, text % {"n": words.number(count)})
    return HttpResponseRedirect(back)


@screen(Capability.MANAGE_USERS, methods=("POST",))
def retry(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Ask the vendor again for people for whom it failed: those chosen, or all."""
    viewer = request.viewer
    found(viewer, resource_id)
    done = try_again(
        viewer,
        resource_id=resource_id,
        user_ids=chosen_people(request.POST.getlist("pick")),
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    text = ngettext(
        "The vendor is asked again for %(n)s person.",
        "The vendor is asked again for %(n)s people.",
        done.people,
    )
    if done.job_id is not None:
        text = gettext("The vendor is being asked again for %(n)s people. You can leave this page.")
    messages.success(request, text % {"n": words.number(done.people)})
    return HttpResponseRedirect(address(viewer, "service", resource_id))


def _work_text(work: Work) -> str:
    """Say how far it is, or why it ended before its end."""
    of = {"done": words.number(work.done), "total": words.number(work.total)}
    if work.is_open:
        return gettext("%(done)s of %(total)s people") % of
    if work.refusal or work.error:
        reason = told(work.refusal, sentence=work.error, translate=gettext)
        text = gettext("It was assigned to %(done)s of %(total)s people. %(reason)s")
        if work.tries_again:
            text = gettext("It was tried again for %(done)s of %(total)s people. %(reason)s")
        return text % {**of, "reason": reason}
    text = ngettext(
        "%(n)s person was passed over, who does not work here any more or is disabled.",
        "%(n)s people were passed over, who do not work here any more or are disabled.",
        work.left_out,
    )
    return text % {"n": words.number(work.left_out)} if work.left_out else ""


def found(viewer: Viewer, resource_id: int) -> ShelfRow:
    """Return a service of the own account. Raises: Http404 for one that it neither has nor gives to anybody."""
    rows = (
        shelf_of(viewer, account_id=viewer.account_id, resource_id=resource_id)
        if resource_id <= NUMBER_MAX
        else ()
    )
    if not rows:
        raise Http404
    return rows[0]


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to a page below the list."""
    return [Link(gettext("Services"), address(viewer, "services"))]


def chosen_people(picked: list[str]) -> list[int]:
    """Read the people ticked in a form; what is no number counts as not ticked."""
    numbers = [int(text) for text in picked[:CHOSEN_MAX] if text.isascii() and text.isdigit()]
    return [number for number in dict.fromkeys(numbers) if 0 < number <= NUMBER_MAX]


def _person(viewer: Viewer, one: Holder, name: str) -> Person:
    badge, word = STATES[one.state]
    return Person(
        user_id=one.user_id,
        url=address(viewer, "user", one.user_id),
        name=one.name,
        login=one.login,
        badge=badge,
        state=str(word),
        error=one.error,
        since=words.day(one.changed_at, "stamp"),
        part_of=one.resource if one.resource != name else "",
    )
