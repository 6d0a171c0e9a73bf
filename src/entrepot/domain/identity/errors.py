"""Refusals of the identity package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, Refused


class PortalInput(BadInput):
    """A value of a portal that cannot be stored."""

    codes = frozenset(
        {
            "portal_slug_malformed",
            "portal_issuer_malformed",
            "portal_client_malformed",
            "portal_secret_malformed",
            "portal_scopes_malformed",
            "portal_claim_malformed",
            "portal_domain_malformed",
            "portal_domain_public",
            "portal_domains_too_many",
        }
    )


class PortalConflict(Conflict):
    """Somebody else took the name, or changed the portal first."""

    codes = frozenset({"portal_slug_taken", "portal_domain_taken", "portal_changed_meanwhile"})


class PortalRefused(Refused):
    """A rule forbids the change of a portal."""

    codes = frozenset({"portal_issuer_fixed", "portals_too_many"})


class SignInRefused(Refused):
    """A portal has sent somebody who is not let in. `detail` is for the account's own people, not for who was sent."""

    codes = frozenset(
        {
            "portal_off",
            "portal_attempt_unknown",
            "portal_denied",
            "portal_code_refused",
            "portal_secret_refused",
            "portal_unreachable",
            "portal_not_called",
            "portal_answer_unusable",
            "portal_issuer_differs",
            "portal_token_invalid",
            "portal_token_expired",
            "portal_claim_missing",
            "portal_login_taken",
            "portal_person_shut_out",
            "portal_account_held",
            "portal_account_closed",
        }
    )

    detail: str = ""


class DirectoryInput(BadInput):
    """What a directory says cannot be stored."""

    codes = frozenset({"group_member_unknown"})


class DirectoryConflict(Conflict):
    """Somebody else took the name, or changed the entry first."""

    codes = frozenset({"directory_changed_meanwhile", "group_name_taken"})


class DirectoryRefused(Refused):
    """A rule forbids what a directory or its administrator wants."""

    codes = frozenset({"directory_held", "tokens_too_many"})


def refused(
    code: str, message: str, *, next_step: str, detail: str = "", **params: str
) -> SignInRefused:
    """Make a refusal with what the account's own people may read besides."""
    refusal = SignInRefused(code, message, next_step=next_step, **params)
    refusal.detail = detail[:300]
    return refusal
