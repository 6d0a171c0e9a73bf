"""Disable, enable, delete users and send links, singly or ticked ones: a page says what follows, then it is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import (
    delete_person,
    disable_person,
    enable_person,
)
from entrepot.domain.parties.invitations import hand_over_link, invite_person
from entrepot.domain.parties.people import PersonRow, people_named, person_page
from entrepot.domain.parties.roles import Capability
from entrepot.infra.db.walls import settle
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.users import words
from entrepot.web.screens.users.creating import show_links
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

ROWS_MAX = 200


class Act(StrEnum):
    """What can be done; the values stand in addresses."""

    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"
    INVITE = "invite"


NEEDS: Mapping[Act, Capability] = {
    Act.DISABLE: Capability.ADMINISTER_USERS,
    Act.ENABLE: Capability.ADMINISTER_USERS,
    Act.DELETE: Capability.ADMINISTER_USERS,
    Act.INVITE: Capability.MANAGE_USERS,
}
_COMMANDS: Mapping[Act, Callable[..., None]] = {
    Act.DISABLE: disable_person,
    Act.ENABLE: enable_person,
    Act.DELETE: delete_person,
    Act.INVITE: invite_person,
}
_TITLES: Mapping[Act, object] = {
    Act.DISABLE: _("Disable"),
    Act.ENABLE: _("Enable"),
    Act.DELETE: _("Delete"),
    Act.INVITE: _("Send the activation link"),
}
_ICONS: Mapping[Act, str] = {
    Act.DISABLE: "ban",
    Act.ENABLE: "circle-check",
    Act.DELETE: "trash-2",
    Act.INVITE: "mail",
}
_DONE: Mapping[Act, object] = {
    Act.DISABLE: _("The user is disabled and signed out everywhere."),
    Act.ENABLE: _("The user is enabled."),
    Act.DELETE: _("The user is deleted."),
    Act.INVITE: _("The activation link is on its way."),
}


class UsersInput(BadInput):
    """A selection that cannot be used."""

    codes = frozenset({"users_too_many"})


@dataclass(frozen=True, slots=True)
class BulkOffer:
    """One button of the selection bar, with the address that reviews the act."""

    act: str
    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """One ticked user; `refusal` once it was tried."""

    id: int
    name: str
    login: str
    url: str
    role: str
    state: str
    refusal: str


def bulk_offers(team: Team) -> list[BulkOffer]:
    """Offer what the viewer may do with many at once."""
    offers = [
        BulkOffer(act.value, f"{_TITLES[act]}…", _ICONS[act], team.url("users-act"))
        for act in Act
        if team.may(NEEDS[act]) and (act is not Act.INVITE or team.viewer.acting is None)
    ]
    if team.may(Capability.ADMINISTER_USERS):
        role = BulkOffer("role", gettext("Give a role…"), "shield", team.url("users-role"))
        offers.insert(0, role)
    return offers


def one_act(act: Act) -> Callable[..., HttpResponse]:
    """Give the screen of an act on one user: what follows, then the button."""

    @screen(NEEDS[act], methods=("GET", "POST"), while_acting=act is not Act.INVITE)
    def change(
        request: SignedInRequest, number: int, *, account: int | None = None
    ) -> HttpResponse:
        viewer = request.viewer
        team = team_of(viewer, account)
        facts = person_page(viewer, account_id=team.account_id, user_id=number, now=request.now)
        refusal, status = "", 200
        if request.method == "POST":
            error = _do(request, team, act, number)
            if error is None:
                messages.success(request, str(_DONE[act]))
                gone = act is Act.DELETE
                return HttpResponseRedirect(team.url("users") if gone else team.url("user", number))
            refusal, status = error.text(translate=gettext), 409
        back = team.url("user", number)
        context = {
            "title": str(_TITLES[act]),
            "lead": facts.row.name,
            "crumbs": team.crumbs(Link(facts.row.name, back)),
            "kind": "bad" if act in (Act.DISABLE, Act.DELETE) else "primary",
            "consequences": _consequences(act),
            "refusal": refusal,
            "back_url": back,
        }
        return render(request, "screens/users/act.html", context, status=status)

    return change


@screen(Capability.MANAGE_USERS, methods=("POST",), while_acting=False)
def link(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Make an activation link and show it once, to be handed over."""
    viewer = request.viewer
    team = team_of(viewer, account)
    try:
        made = hand_over_link(
            viewer,
            account_id=team.account_id,
            user_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        messages.warning(request, error.text(translate=gettext))
        return HttpResponseRedirect(team.url("user", number))
    return show_links(request, team, [made])


@screen(Capability.MANAGE_USERS, methods=("GET", "POST"))
def together(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Review an act on the ticked users, or do it one by one and say what came of each."""
    viewer = request.viewer
    team = team_of(viewer, account)
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("act", "")
    act = Act(text) if text in set(Act) else None
    if act is None or not team.may(NEEDS[act]):
        raise Http404
    refusal, status, is_done = "", 200, False
    rows: Sequence[PersonRow] = ()
    refusals: dict[int, str] = {}
    try:
        rows = ticked(request, team, given)
    except UsersInput as error:
        refusal, status = error.text(translate=gettext), 422
    else:
        is_done = request.method == "POST"
        for row in rows if is_done else ():
            fault = _do(request, team, act, row.id)
            refusals[row.id] = "" if fault is None else fault.text(translate=gettext)
            # Each command locks the account: others who change its users do not wait for the last one.
            settle()
    context = {
        "title": str(_TITLES[act]),
        "crumbs": team.crumbs(),
        "act": act.value,
        "kind": "bad" if act in (Act.DISABLE, Act.DELETE) else "primary",
        "consequences": _consequences(act),
        "button": _button(act, len(rows)),
        "columns": [
            Column(gettext("Name")),
            Column(gettext("Role"), 150),
            Column(gettext("State before") if is_done else gettext("State"), 150),
            *([Column(gettext("What came of it"))] if is_done else []),
        ],
        "rows": [shown_row(team, row, refusals.get(row.id, "")) for row in rows],
        "summary": summary(list(refusals.values())) if is_done else "",
        "is_done": is_done,
        "refusal": refusal,
        "back_url": team.url("users"),
    }
    return render(request, "screens/users/together.html", context, status=status)


def ticked(request: SignedInRequest, team: Team, given: QueryDict) -> tuple[PersonRow, ...]:
    """Read the ticked users, by name; numbers of others are left out. Raises: UsersInput `users_too_many`."""
    ids = list(dict.fromkeys(n for one in given.getlist("ids") if (n := number_in(one))))
    if len(ids) > ROWS_MAX:
        raise UsersInput(
            "users_too_many",
            "{count} users are too many at once.",
            next_step="Choose {most} at most.",
            count=len(ids),
            most=ROWS_MAX,
        )
    return people_named(request.viewer, account_id=team.account_id, ids=ids, now=request.now)


def _do(request: SignedInRequest, team: Team, act: Act, number: int) -> DomainError | None:
    """Run the command for one user, in its own transaction; return the refusal."""
    viewer = request.viewer
    try:
        _COMMANDS[act](
            viewer,
            account_id=team.account_id,
            user_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        return error
    return None


def _consequences(act: Act) -> list[str]:
    return {
        Act.DISABLE: [
            gettext("Signed out everywhere at once, and shut out until enabled again."),
            gettext("Services stay assigned, and are paid for as before."),
        ],
        Act.ENABLE: [gettext("Can sign in again as before.")],
        Act.DELETE: [
            gettext("Services are taken back first; if one cannot be, nobody is deleted."),
            gettext(
                "The login name is free again; address, telephone number and password are removed."
            ),
            gettext("The history keeps who did what. This cannot be undone."),
        ],
        Act.INVITE: [
            gettext(
                "The link goes to the mail address, and is valid for 48 hours and for one use."
            ),
            gettext("Users without a mail address, or with a password, get none."),
        ],
    }[act]


def _button(act: Act, count: int) -> str:
    text = {
        Act.DISABLE: ngettext("Disable %(n)s user", "Disable %(n)s users", count),
        Act.ENABLE: ngettext("Enable %(n)s user", "Enable %(n)s users", count),
        Act.DELETE: ngettext("Delete %(n)s user", "Delete %(n)s users", count),
        Act.INVITE: ngettext("Send %(n)s link", "Send %(n)s links", count),
    }[act]
    return text % {"n": home_words.number(count)}


def shown_row(team: Team, row: PersonRow, refusal: str) -> RowShown:
    """Write one ticked user for the review, with the refusal once it was tried."""
    return RowShown(
        id=row.id,
        name=row.name,
        login=row.login,
        url=team.url("user", row.id),
        role=words.role(row.role),
        state=row.state.value,
        refusal=refusal,
    )


def summary(refusals: Sequence[str]) -> str:
    """Count what was done and what was refused."""
    refused = sum(bool(one) for one in refusals)
    done = len(refusals) - refused
    return " · ".join(
        [
            ngettext("%(n)s done", "%(n)s done", done) % {"n": home_words.number(done)},
            ngettext("%(n)s refused", "%(n)s refused", refused) % {"n": home_words.number(refused)},
        ]
    )
