"""Create one user or several: who they are, their role, and whether the link is mailed or handed over."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import NewPerson, cleaned, create_people
from entrepot.domain.parties.invitations import hand_over_link
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.people import RoleChoice, roles_to_give
from entrepot.domain.parties.resets import Activation
from entrepot.domain.parties.roles import Capability
from entrepot.flows.addresses import panel_address, password_address
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.users import words
from entrepot.web.screens.users.team import Team, team_of

ROWS_MAX = 20
ROWS_MORE = 5
_MADE = "users-made"
_KEYS_KEPT = 10


class UserForm(forms.Form):
    """One new user."""

    display_name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    login = forms.CharField(
        label=_("Login name"),
        max_length=256,
        help_text=_("At least five characters; it need not be a mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    email = forms.CharField(
        label=_("E-mail for notices"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel"}),
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Sequence[RoleChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heading = ""
        self.roles = roles
        choices = [(words.role_key(one), words.role(one)) for one in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        self.fields["role"].initial = words.role_key(_usual(roles)) if roles else ""

    @property
    def is_filled(self) -> bool:
        """Tell whether something was typed; the role is always chosen."""
        return any(self[name].value() for name in self.fields if name != "role")

    def person(self, *, language: str, timezone: str) -> NewPerson:
        """Return what was typed; after validation."""
        given = self.cleaned_data
        role = words.chosen(given["role"], self.roles) or RoleChoice(RoleCode.USER)
        return NewPerson(
            login=given["login"],
            display_name=given["display_name"],
            email=given["email"],
            phone=given["phone"],
            role=role.code,
            own_role_id=role.own_role_id,
            language=language,
            timezone=timezone,
        )

    def refuse(self, error: DomainError) -> None:
        """Write a refusal to its field, or to the row."""
        field = error.field if isinstance(error, BadInput) else _FIELDS.get(error.code)
        self.add_error(field if field in self.fields else None, error.text(translate=gettext))


_FIELDS = {"login_taken": "login", "role_beyond_own": "role"}


@dataclass(frozen=True, slots=True)
class Made:
    """A link that is handed over; it opens the account, so that it stands on this one answer only."""

    name: str
    login: str
    link: str
    until: str


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"), fresh=True)
def new_users(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Ask for new users and create them together; a form that is sent twice creates them once."""
    team = team_of(request.viewer, account)
    roles = roles_to_give(request.viewer, account_id=team.account_id, kind=team.facts.row.kind)
    given = request.POST if request.method == "POST" else None
    rows = _rows(request, given, roles)
    status, refusal = 200, ""
    if given is not None and "more" not in given:
        if _was_made(request, given.get("key", "")):
            return HttpResponseRedirect(team.url("users"))
        invites = given.get("invites") == "1"
        filled = [row for position, row in enumerate(rows) if position == 0 or row.is_filled]
        status = 422
        if _all_valid(filled, team, invites=invites):
            try:
                return _create(request, team, filled, invites=invites)
            except DomainError as error:
                status, refusal = _refused(filled, error)
    context = {
        "title": gettext("New users") if len(rows) > 1 else gettext("New user"),
        "crumbs": team.crumbs(),
        "rows": rows,
        "key": request.POST.get("key") or secrets.token_hex(16),
        "row_count": len(rows),
        "invites": given is None or given.get("invites") == "1",
        "may_hand_over": request.viewer.acting is None,
        "may_add_rows": len(rows) < ROWS_MAX,
        "faulty": next((row for row in rows if row.is_bound and row.errors), None),
        "refusal": refusal,
        "import_url": team.url("user-imports") if request.viewer.acting is None else "",
        "back_url": team.url("users"),
    }
    return render(request, "screens/users/new.html", context, status=status)


def _rows(request: SignedInRequest, given: Any, roles: Sequence[RoleChoice]) -> list[UserForm]:
    """Give the rows of the form: the first without a prefix, so that one user is a plain form."""
    source = request.GET if given is None else given
    count = min(max(number_in(source.get("rows", "")) or 1, 1), ROWS_MAX)
    bound = given if given is not None and "more" not in given else None
    shown = count if given is None or "more" not in given else min(count + ROWS_MORE, ROWS_MAX)
    rows = []
    for place in range(shown):
        prefix = str(place) if place else None
        typed = _typed(given, prefix) if given is not None and bound is None else None
        rows.append(
            UserForm(
                bound,
                prefix=prefix,
                roles=roles,
                initial=typed,
                use_required_attribute=False,
            )
        )
    for place, row in enumerate(rows if shown > 1 else [], start=1):
        row.heading = gettext("User %(n)s") % {"n": place}
    return rows


def _typed(given: Any, prefix: str | None) -> dict[str, str]:
    """Keep the typing when only more rows are asked for."""
    names = {name: f"{prefix}-{name}" if prefix else name for name in UserForm.base_fields}
    return {name: given[key][:300] for name, key in names.items() if key in given}


def _all_valid(rows: Sequence[UserForm], team: Team, *, invites: bool) -> bool:
    """Check each row as the command does, so that every fault stands at its field."""
    for row in rows:
        if not row.is_valid():
            continue
        try:
            cleaned(row.person(language="en", timezone="UTC"), country=team.facts.row.country)
        except DomainError as error:
            row.refuse(error)
        if invites and not row.cleaned_data.get("email"):
            row.add_error("email", gettext("The activation link is mailed to this address."))
    return all(row.is_valid() for row in rows)


def _create(
    request: SignedInRequest, team: Team, rows: Sequence[UserForm], *, invites: bool
) -> HttpResponse:
    viewer = request.viewer
    people = [row.person(language=team.facts.language, timezone=viewer.timezone) for row in rows]
    actor = viewer.actor(request_id=request.request_id)
    ids = create_people(
        viewer,
        account_id=team.account_id,
        people=people,
        invites=invites,
        actor=actor,
        now=request.now,
    )
    _remember(request, request.POST.get("key", ""))
    if invites:
        text = ngettext(
            "%(n)s user is created; the activation link is on its way.",
            "%(n)s users are created; the activation links are on their way.",
            len(ids),
        )
        messages.success(request, text % {"n": home_words.number(len(ids))})
        url = team.url("user", ids[0]) if len(ids) == 1 else team.url("users")
        return HttpResponseRedirect(url)
    made = [
        hand_over_link(
            viewer, account_id=team.account_id, user_id=number, actor=actor, now=request.now
        )
        for number in ids
    ]
    return show_links(request, team, made)


def show_links(request: SignedInRequest, team: Team, made: Sequence[Activation]) -> HttpResponse:
    """Show links to hand over, on this one answer only."""
    context = {
        "title": gettext("Hand over"),
        "crumbs": team.crumbs(),
        "panel_url": panel_address(made[0].realm),
        "made": [
            Made(
                one.display_name,
                one.login,
                password_address(one.realm, user_key=one.user_key, token=one.token),
                home_words.day(one.until, "stamp"),
            )
            for one in made
        ],
        "back_url": team.url("users"),
    }
    return render(request, "screens/users/links.html", context)


def _refused(rows: Sequence[UserForm], error: DomainError) -> tuple[int, str]:
    """Write a refusal to the row with the login that it names, or above the form."""
    login = str(error.params.get("login", ""))
    row = next((one for one in rows if one.cleaned_data["login"].lower() == login), None)
    status = 422 if isinstance(error, BadInput) else 409
    if row is None and len(rows) > 1:
        return status, error.text(translate=gettext)
    (row or rows[0]).refuse(error)
    return status, ""


def _usual(roles: Sequence[RoleChoice]) -> RoleChoice:
    """Offer the role with the least rights first: users of a customer, people who only read at a seller."""
    wanted = (RoleCode.USER, RoleCode.READ_ONLY)
    return next((one for code in wanted for one in roles if one.code is code), roles[0])


def _was_made(request: SignedInRequest, key: str) -> bool:
    return bool(key) and key in request.session.get(_MADE, [])


def _remember(request: SignedInRequest, key: str) -> None:
    request.session[_MADE] = [*request.session.get(_MADE, []), key[:64]][-_KEYS_KEPT:]
