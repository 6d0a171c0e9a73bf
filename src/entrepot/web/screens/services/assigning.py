"""Hand a service out: to people chosen, to all who match a search, or to those whose login names a file has."""

import csv
import io
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.people import PersonKey
from entrepot.domain.parties.roles import Capability
from entrepot.domain.seats.candidates import (
    all_candidates,
    by_login,
    chosen_candidates,
    count_candidates,
    list_candidates,
)
from entrepot.domain.seats.commands import PEOPLE_MAX
from entrepot.domain.seats.supply import handed_out, supply_of
from entrepot.flows import seat_jobs
from entrepot.flows.orders import order_day
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.places import read_place, search_text
from entrepot.web.screens.services import kept
from entrepot.web.screens.services.page import chosen_people, crumbs
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column, Pager
from entrepot.web.ui.shell import Link

PAGE_SIZE = 50
FILE_BYTES_MAX = 2 * 1024 * 1024
UNKNOWN_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a form is about; `problem` says why it could not be read."""

    user_ids: list[int]
    had_it: int = 0
    problem: str = ""


@screen(Capability.MANAGE_USERS, methods=("GET", "POST"))
def assign(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Let somebody choose people for a service, then hand it out; what is short can be bought."""
    asked = _asked(request, resource_id) if request.method == "POST" else Asked([])
    if asked.problem or not asked.user_ids:
        if request.method == "POST" and not asked.problem and asked.had_it:
            messages.info(request, gettext("All of them have the service already."))
            return HttpResponseRedirect(address(request.viewer, "service", resource_id))
        problem = asked.problem
        if request.method == "POST" and not problem:
            problem = gettext("Choose at least one person.")
        return _form(request, resource_id, problem=problem)
    return hand_out(request, resource_id, asked.user_ids)


def hand_out(request: SignedInRequest, resource_id: int, user_ids: list[int]) -> HttpResponse:
    """Give people the service, many of them by a task, or lead to the ways in which missing units can be had."""
    viewer = request.viewer
    try:
        done = seat_jobs.hand_out(
            viewer,
            resource_id=resource_id,
            user_ids=user_ids,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        if refusal.code != "seats_missing" or not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
            return _form(request, resource_id, problem=refusal.text(translate=gettext))
        kept.keep(request.session, resource_id=resource_id, user_ids=user_ids)
        return HttpResponseRedirect(address(viewer, "service-options", resource_id))
    text = ngettext(
        "%(name)s is assigned to %(n)s person.",
        "%(name)s is assigned to %(n)s people.",
        done.people,
    )
    if done.job_id is not None:
        text = gettext("%(name)s is being assigned to %(n)s people. You can leave this page.")
    name = handed_out(resource_id=resource_id).name
    messages.success(request, text % {"name": name, "n": words.number(done.people)})
    return HttpResponseRedirect(address(viewer, "service", resource_id))


def _asked(request: SignedInRequest, resource_id: int) -> Asked:
    viewer, now = request.viewer, request.now
    if request.POST.get("whom") == "all":
        search = search_text(request.POST)
        people = all_candidates(viewer, resource_id=resource_id, now=now, search=search)
        too_many = len(people) > PEOPLE_MAX
        return Asked(people, problem=_too_many() if too_many else "")
    if request.POST.get("whom") == "file":
        return _from_file(request, resource_id)
    chosen = chosen_people(request.POST.getlist("pick"))
    named = chosen_candidates(viewer, resource_id=resource_id, user_ids=chosen, now=now)
    return Asked(list(named.user_ids), had_it=named.had_it)


def _from_file(request: SignedInRequest, resource_id: int) -> Asked:
    """Read login names: the first column of a CSV, or lines that somebody typed; a heading is passed over."""
    upload = request.FILES.get("file")
    if upload is not None and (upload.size or 0) > FILE_BYTES_MAX:
        return Asked([], problem=gettext("The file is larger than 2 MB."))
    raw = upload.read() if upload is not None else request.POST.get("logins", "").encode()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Asked(
            [], problem=gettext("The file is not text in UTF-8. Save it so and try again.")
        )
    if "\0" in text:
        return Asked(
            [], problem=gettext("The file is not text in UTF-8. Save it so and try again.")
        )
    first = text.split("\n", 1)[0]
    mark = ";" if ";" in first and "," not in first else ","
    cells = [row[0].strip() for row in csv.reader(io.StringIO(text), delimiter=mark) if row]
    logins = [cell for cell in cells if cell and cell.lower() not in ("login", "login name")]
    if len(logins) > PEOPLE_MAX:
        return Asked([], problem=_too_many())
    named = by_login(request.viewer, resource_id=resource_id, logins=logins, now=request.now)
    if named.unknown:
        shown = ", ".join(one[:60] for one in named.unknown[:UNKNOWN_SHOWN])
        more = " …" if len(named.unknown) > UNKNOWN_SHOWN else ""
        text = ngettext(
            "%(n)s login name belongs to nobody here who is enabled: %(names)s",
            "%(n)s login names belong to nobody here who is enabled: %(names)s",
            len(named.unknown),
        )
        n = words.number(len(named.unknown))
        return Asked([], problem=text % {"n": n, "names": shown + more})
    return Asked(list(named.user_ids), had_it=named.had_it)


def _too_many() -> str:
    return gettext("These are more than %(n)s people. Choose fewer.") % {
        "n": words.number(PEOPLE_MAX)
    }


def _form(request: SignedInRequest, resource_id: int, *, problem: str = "") -> HttpResponse:
    viewer = request.viewer
    try:
        resource = handed_out(resource_id=resource_id)
    except DomainError:
        return HttpResponseRedirect(address(viewer, "services"))
    search = search_text(request.POST if request.method == "POST" else request.GET)
    place = read_place(request.GET, q=search)
    after = request.GET.get("after_name")
    page = list_candidates(
        viewer,
        resource_id=resource_id,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        now=request.now,
        search=search,
        after=PersonKey(after, place.after) if after is not None and place.after else None,
    )
    count = len(page.rows)
    if page.after is not None or place.after is not None:
        count = count_candidates(viewer, resource_id=resource_id, now=request.now, search=search)
    supply = supply_of(
        account_id=viewer.account_id, resource_id=resource_id, on_day=order_day(now=request.now)
    )
    following = page.after
    own_page = address(viewer, "service", resource_id)
    context = {
        "name": resource.name,
        "crumbs": [*crumbs(viewer), Link(resource.name, own_page)],
        "free": words.number(sum(one.free for one in supply)),
        "columns": [Column(gettext("Person")), Column(gettext("E-mail"))],
        "rows": page.rows,
        "count": words.number(count),
        "problem": problem,
        "query": search,
        "keep": place.kept("q"),
        "chips": [Chip(f"“{search}”", place.query(q=None))] if search else [],
        "clear_url": place.query(q=None),
        "logins": request.POST.get("logins", ""),
        "back_url": own_page,
        "pager": Pager(
            previous_url=place.query() if place.after is not None else "",
            next_url=place.query(after=following.user_id, after_name=following.name_key)
            if following
            else "",
        ),
    }
    return render(request, "screens/services/assign.html", context, status=422 if problem else 200)
