"""What portals do and what was done to them, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.identity.portals import PortalAct

_ACTS: Mapping[str, object] = {
    "portal_added": _("Added"),
    "portal_changed": _("Changed: %(fields)s"),
    "portal_switched_on": _("Switched on"),
    "portal_switched_off": _("Switched off; who had come through it was signed out"),
    "portal_refused": _("Somebody was not let in: %(reason)s"),
}
_FIELDS: Mapping[str, object] = {
    "name": _("Name"),
    "issuer": _("Issuer"),
    "client_id": _("Client ID"),
    "client_secret": _("Client secret"),
    "scopes": _("Scopes"),
    "login_claim": _("Fact for the login name"),
    "role": _("Role of new users"),
    "own_role_id": _("Role of new users"),
    "domains": _("Mail domains"),
    "checks_second_factor": _("Second factor"),
}
_REASONS: Mapping[str, object] = {
    "portal_off": _("the portal was switched off"),
    "portal_denied": _("the portal refused"),
    "portal_code_refused": _("the portal did not take back its code"),
    "portal_secret_refused": _("the portal does not accept client ID and secret"),
    "portal_unreachable": _("the portal did not answer"),
    "portal_not_called": _("an address of the portal is never called"),
    "portal_answer_unusable": _("the portal's answer could not be used"),
    "portal_issuer_differs": _("the portal called itself by another issuer"),
    "portal_token_invalid": _("the token could not be trusted"),
    "portal_token_expired": _("the token was not valid at that time"),
    "portal_claim_missing": _("the fact for the login name was missing or unusable"),
    "portal_login_taken": _("somebody else has the login name"),
    "portal_person_shut_out": _("the user is disabled or gone"),
    "portal_account_held": _("the account is on hold"),
    "portal_account_closed": _("the account is closed"),
    "portal_attempt_unknown": _("somebody else came back than had begun"),
}


def act(one: PortalAct) -> str:
    """Say what happened to a portal; the detail of a refusal is the portal's or the program's own wording."""
    template = str(_ACTS.get(one.action, one.action.replace("_", " ")))
    fields = dict.fromkeys(str(_FIELDS.get(name, name)) for name in one.fields)
    reason = str(_REASONS.get(one.code, one.code))
    detail = f"{reason} ({one.detail})" if one.detail else reason
    return template % {"fields": ", ".join(fields) or gettext("nothing"), "reason": detail}
