"""Give a role to the ticked users: a page says what follows and asks for the role, then it is done one by one."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.commands import give_role
from entrepot.domain.parties.people import PersonRow, RoleChoice, roles_to_give
from entrepot.domain.parties.roles import Capability
from entrepot.infra.db.walls import settle
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.users import words
from entrepot.web.screens.users.acts import UsersInput, shown_row, summary, ticked
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.parts import Column


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"), fresh=True)
def roles_together(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Review the ticked users and ask for their role, or give it and say what came of each."""
    viewer = request.viewer
    team = team_of(viewer, account)
    given = request.POST if request.method == "POST" else request.GET
    roles = roles_to_give(viewer, account_id=team.account_id, kind=team.facts.row.kind)
    choice = words.chosen(given.get("role", ""), roles)
    refusal, status = "", 200
    rows: Sequence[PersonRow] = ()
    refusals: dict[int, str] = {}
    try:
        rows = ticked(request, team, given)
    except UsersInput as error:
        refusal, status = error.text(translate=gettext), 422
    is_done = request.method == "POST" and choice is not None and bool(rows)
    if is_done and choice is not None:
        for row in rows:
            refusals[row.id] = _give(request, team, choice, row.id)
            settle()
    elif request.method == "POST" and rows:
        refusal, status = gettext("Choose a role from the list."), 422
    context = {
        "title": gettext("Give a role"),
        "crumbs": team.crumbs(),
        "act": "role",
        "kind": "primary",
        "consequences": _consequences(),
        "button": _button(len(rows)),
        "columns": [
            Column(gettext("Name")),
            Column(gettext("Role before") if is_done else gettext("Role"), 150),
            Column(gettext("State"), 150),
            *([Column(gettext("What came of it"))] if is_done else []),
        ],
        "rows": [shown_row(team, row, refusals.get(row.id, "")) for row in rows],
        "roles": [("", gettext("Choose…")), *((words.role_key(r), words.role(r)) for r in roles)],
        "role": words.role_key(choice) if choice else "",
        "summary": summary(list(refusals.values())) if is_done else "",
        "is_done": is_done,
        "refusal": refusal,
        "back_url": team.url("users"),
    }
    return render(request, "screens/users/together.html", context, status=status)


def _give(request: SignedInRequest, team: Team, choice: RoleChoice, user_id: int) -> str:
    """Give the role to one user, in its own transaction; return the refusal's words."""
    viewer = request.viewer
    try:
        give_role(
            viewer,
            account_id=team.account_id,
            user_id=user_id,
            role=choice.code,
            own_role_id=choice.own_role_id,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        return error.text(translate=gettext)
    return ""


def _consequences() -> list[str]:
    return [
        gettext("The new role holds from the next click on. Who has a mail address is told."),
        gettext("Services stay assigned. The last administrator keeps the role."),
    ]


def _button(count: int) -> str:
    text = ngettext("Give the role to %(n)s user", "Give the role to %(n)s users", count)
    return text % {"n": home_words.number(count)}
