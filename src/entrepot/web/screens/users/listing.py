"""The list of an account's people."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.kinds import UserState
from entrepot.domain.parties.people import (
    COUNT_MAX,
    PersonRow,
    RoleChoice,
    Wanted,
    count_people,
    list_people,
    person_key,
    roles_of,
)
from entrepot.domain.parties.roles import Capability
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.places import ListPlace, read_place, search_text
from entrepot.web.screens.users import words
from entrepot.web.screens.users.acts import bulk_offers
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.parts import Chip, Column, Pager

PAGE_SIZE = 25
_TRAIL_MAX = 40


@dataclass(frozen=True, slots=True)
class ListRow:
    """One person as the list shows it."""

    id: int
    url: str
    name: str
    login: str
    email: str
    role: str
    state: str
    last: str


@screen(Capability.VIEW_USERS)
def users(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Show the people of an account by name."""
    viewer = request.viewer
    team = team_of(viewer, account)
    choices = roles_of(viewer, account_id=team.account_id, kind=team.facts.row.kind)
    wanted, place = read(request.GET, choices)
    after = number_in(request.GET.get("after", ""))
    page = list_people(
        viewer,
        account_id=team.account_id,
        limit=page_size(request.GET, usual=PAGE_SIZE),
        now=request.now,
        wanted=wanted,
        after=None
        if after is None
        else person_key(viewer, account_id=team.account_id, user_id=after),
    )
    is_narrowed = bool(wanted.text or wanted.state or wanted.role)
    may_add = team.may(Capability.ADMINISTER_USERS)
    context = {
        "title": gettext("Users"),
        "lead": _lead(viewer_count=count_people(viewer, account_id=team.account_id)),
        "crumbs": team.crumbs()[:-1],
        "columns": [
            Column(gettext("Name")),
            Column(gettext("E-mail")),
            Column(gettext("Role"), 150),
            Column(gettext("State"), 150),
            Column(gettext("Last sign-in"), 180),
        ],
        "rows": [_row(team, one) for one in page.rows],
        "query": wanted.text,
        "keep": place.kept("q"),
        "chips": _chips(wanted, place),
        "states": [("", gettext("All")), *((one.value, words.STATES[one]) for one in UserState)],
        "state": wanted.state.value if wanted.state else "",
        "roles": [
            ("", gettext("All")),
            *((words.role_key(one), words.role(one)) for one in choices),
        ],
        "role": words.role_key(wanted.role) if wanted.role else "",
        "clear_url": place.query(q=None, state=None, role=None),
        "is_narrowed": is_narrowed,
        "new_url": team.url("user-new") if may_add else "",
        "import_url": team.url("user-imports") if may_add and viewer.acting is None else "",
        "bulk": bulk_offers(team),
        "bulk_url": team.url("users-act"),
        "export_url": team.url("users-export") + place.query() if page.rows else "",
        "pager": _pager(request.GET, place, page.rows[-1].id if page.after else None),
    }
    return render(request, "screens/users/list.html", context)


def read(query: Mapping[str, str], choices: tuple[RoleChoice, ...]) -> tuple[Wanted, ListPlace]:
    """Read an address; what is not a state or a role is ignored."""
    state = query.get("state", "")
    wanted = Wanted(
        text=search_text(query),
        state=UserState(state) if state in set(UserState) else None,
        role=words.chosen(query.get("role", ""), choices),
    )
    place = read_place(
        query,
        q=wanted.text,
        state=wanted.state.value if wanted.state else "",
        role=words.role_key(wanted.role) if wanted.role else "",
    )
    return wanted, place


def _lead(*, viewer_count: int) -> str:
    if viewer_count > COUNT_MAX:
        return gettext("%(n)s+ users") % {"n": home_words.number(COUNT_MAX)}
    text = ngettext("%(n)s user", "%(n)s users", viewer_count)
    return text % {"n": home_words.number(viewer_count)}


def _chips(wanted: Wanted, place: ListPlace) -> list[Chip]:
    chips = []
    if wanted.state is not None:
        chips.append(Chip(str(words.STATES[wanted.state]), place.query(state=None)))
    if wanted.role is not None:
        chips.append(Chip(words.role(wanted.role), place.query(role=None)))
    if wanted.text:
        chips.append(Chip(f"“{wanted.text}”", place.query(q=None)))
    return chips


def _pager(query: Mapping[str, str], place: ListPlace, last: int | None) -> Pager:
    """Lead on from the last row, and back the way one came: the rows that pages began after."""
    trail = [n for part in query.get("trail", "")[:1000].split(".") if (n := number_in(part))]
    here = number_in(query.get("after", ""))
    on = [*trail, here or 0][-_TRAIL_MAX:] if here else trail
    before = trail[-1] if trail else None
    return Pager(
        previous_url=place.query(after=before, trail=".".join(map(str, trail[:-1])) or None)
        if here
        else "",
        next_url=place.query(after=last, trail=".".join(map(str, on)) or None) if last else "",
    )


def _row(team: Team, one: PersonRow) -> ListRow:
    return ListRow(
        id=one.id,
        url=team.url("user", one.id),
        name=one.name,
        login=one.login,
        email=one.email,
        role=words.role(one.role),
        state=one.state.value,
        last=home_words.day(one.last_sign_in, "stamp") if one.last_sign_in else "",
    )
