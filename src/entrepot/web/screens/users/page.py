"""The page of one person: facts, role, parts of other packages (`parts.py`), history of signing in, timeline."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.kinds import UserState
from entrepot.domain.parties.people import PersonPage, acts_of_person, person_page
from entrepot.domain.parties.phones import shown_phone
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.sign_ins import SignInRow, sign_ins_of
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.company_form import LANGUAGE_NAMES
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.users import words
from entrepot.web.screens.users.browsers import browser_name
from entrepot.web.screens.users.parts import parts_of
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.parts import Column

SIGN_INS_SHOWN = 25
ACTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SignInLine:
    """One attempt to sign in, in words."""

    when: str
    network: str
    browser: str
    said: str
    label: object
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class ActLine:
    """One line of the timeline."""

    when: str
    iso: str
    by: str
    text: str


@screen(Capability.VIEW_USERS)
def user(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Show one person of an account."""
    viewer = request.viewer
    team = team_of(viewer, account)
    facts = person_page(viewer, account_id=team.account_id, user_id=number, now=request.now)
    phone = shown_phone(facts.row.phone, country=facts.country)
    context = {
        "row": facts.row,
        "number": f"USR-{number}",
        "crumbs": team.crumbs(),
        "state": facts.row.state.value,
        "state_note": _note(facts),
        "role": words.role(facts.row.role),
        "phone": phone.international if phone.is_foreign else phone.national,
        "language": LANGUAGE_NAMES[facts.language],
        "realm": facts.realm,
        "joined": home_words.day(facts.joined, "stamp"),
        "last": home_words.day(facts.row.last_sign_in, "stamp") if facts.row.last_sign_in else "",
        "is_self": number == viewer.user_id,
        "elsewhere": facts.elsewhere,
        "kept_by": facts.kept_by,
        "signs_in_outside": facts.signs_in_outside,
        **deeds(team, facts),
        "parts": parts_of(request, team, facts),
        "sign_ins": sign_in_lines(sign_ins_of(viewer, user_id=number, limit=SIGN_INS_SHOWN)),
        "sign_in_columns": sign_in_columns(),
        "acts": [
            ActLine(home_words.day(one.at, "stamp"), one.at.isoformat(), one.by, words.act(one))
            for one in acts_of_person(viewer, user_id=number, limit=ACTS_SHOWN)
        ],
    }
    return render(request, "screens/users/page.html", context)


def deeds(team: Team, facts: PersonPage) -> Mapping[str, str]:
    """Give the addresses of what the viewer may do with a person; empty for what is not possible now."""
    number, state = facts.row.id, facts.row.state
    is_self = number == team.viewer.user_id
    manages, administers = (
        team.may(Capability.MANAGE_USERS),
        team.may(Capability.ADMINISTER_USERS),
    )
    waits = (
        state is not UserState.DISABLED and not facts.has_password and not facts.signs_in_outside
    )
    in_person = team.viewer.acting is None
    wanted = {
        "edit": manages,
        "role": administers,
        "invite": manages and waits and in_person and bool(facts.row.email),
        "link": manages and waits and in_person,
        "disable": administers and state is not UserState.DISABLED and not is_self,
        "enable": administers and state is UserState.DISABLED,
        "delete": administers and not is_self,
    }
    return {
        f"{name}_url": team.url(f"user-{name}", number) if is_possible else ""
        for name, is_possible in wanted.items()
    }


def sign_in_columns() -> list[Column]:
    """Name the columns of a history of signing in."""
    return [
        Column(gettext("When"), 220),
        Column(gettext("Result"), 220),
        Column(gettext("Network address"), 190),
        Column(gettext("Browser")),
    ]


def sign_in_lines(rows: tuple[SignInRow, ...]) -> list[SignInLine]:
    """Show a history of signing in."""
    return [
        SignInLine(
            home_words.day(one.at, "stamp"),
            one.network,
            browser_name(one.browser),
            one.browser,
            *words.OUTCOMES[one.outcome],
        )
        for one in rows
    ]


def _note(facts: PersonPage) -> str:
    """Say what a state means for the person, where that is not plain."""
    return {
        UserState.READY: "",
        UserState.LOCKED: gettext(
            "Too many wrong passwords or second factors came from one network, which has to wait for 15 minutes. "
            "Other networks do not."
        ),
        UserState.NOT_ACTIVATED: gettext(
            "Cannot sign in before setting a password by the activation link, which is valid for 48 hours."
        ),
        UserState.DISABLED: gettext("Cannot sign in. Services stay with this user."),
    }[facts.row.state]
