"""Roles, states and acts in the reader's language."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.kinds import RoleCode, SignInOutcome, UserState
from entrepot.domain.parties.people import PersonAct, RoleChoice

ROLES: Mapping[RoleCode, object] = {
    RoleCode.ADMINISTRATOR: _("Administrator"),
    RoleCode.BILLING: _("Billing"),
    RoleCode.SUPPORT: _("Support"),
    RoleCode.READ_ONLY: _("Read only"),
    RoleCode.USER: _("User"),
    RoleCode.OWN: _("Own role"),
}
STATES: Mapping[UserState, object] = {
    UserState.READY: _("Ready"),
    UserState.LOCKED: _("Locked"),
    UserState.NOT_ACTIVATED: _("Not activated"),
    UserState.DISABLED: _("Disabled"),
}
OUTCOMES: Mapping[SignInOutcome, tuple[object, str, str]] = {
    SignInOutcome.DONE: (_("Signed in"), "circle-check", "ok"),
    SignInOutcome.WRONG: (_("Wrong password"), "circle-x", "warn"),
    SignInOutcome.FACTOR_WRONG: (_("Wrong second factor"), "circle-x", "warn"),
    SignInOutcome.FACTOR_PASSED: (_("Second factor right"), "shield-check", "ok"),
    SignInOutcome.LOCKED: (_("Too many attempts"), "lock", "bad"),
}
"""Word, icon and tone of what came of an attempt to sign in."""

_ACTS: Mapping[str, object] = {
    "user_created": _("Created"),
    "user_edited": _("Changed: %(fields)s"),
    "user_refreshed": _("Taken over from the portal: %(fields)s"),
    "profile_edited": _("Changed in the own profile: %(fields)s"),
    "user_disabled": _("Disabled"),
    "user_enabled": _("Enabled"),
    "user_invited": _("Activation link asked for"),
    "activation_link_issued": _("Activation link made"),
    "role_set": _("New role: %(role)s"),
    "membership_added": _("Works for one more account"),
    "password_set": _("Password set"),
    "factor_added": _("Second factor added"),
    "factor_removed": _("Second factor removed"),
    "factor_renamed": _("Second factor renamed"),
    "factors_reset": _("Second factors reset"),
    "recovery_codes_made": _("Recovery codes made"),
}
_FIELDS: Mapping[str, object] = {
    "display_name": _("Name"),
    "email": _("E-mail"),
    "phone": _("Telephone"),
    "language": _("Language"),
    "timezone": _("Time zone"),
}


def role(choice: RoleChoice) -> str:
    """Name a role; own ones have names of their own."""
    return choice.name or str(ROLES[choice.code])


def role_key(choice: RoleChoice) -> str:
    """Write a role as forms and addresses carry it."""
    return f"own-{choice.own_role_id}" if choice.own_role_id else choice.code.value


def chosen(key: str, choices: Sequence[RoleChoice]) -> RoleChoice | None:
    """Find the role behind what a form or address carries, None for another text."""
    return next((one for one in choices if role_key(one) == key), None)


def act(one: PersonAct) -> str:
    """Say what happened to a person; acts of later versions by their code."""
    template = str(_ACTS.get(one.action, one.action.replace("_", " ")))
    known = one.role in set(RoleCode)
    return template % {
        "fields": ", ".join(str(_FIELDS.get(name, name)) for name in one.fields),
        "role": str(ROLES[RoleCode(one.role)]) if known else gettext("unknown"),
    }
