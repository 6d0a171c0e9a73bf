"""Refusals of the parties package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Conflict, NotFound, Refused


class NoSuchObject(NotFound):
    """The object does not exist or belongs to somebody else; the answer is the same for both."""

    codes = frozenset({"no_such_object"})

    def __init__(self, *, object: str) -> None:  # noqa: A002 - as in DomainError
        super().__init__(
            "no_such_object",
            "There is no {object} here.",
            object=object,
            next_step="Check the number, or open it from its list.",
        )


class NoMembership(NotFound):
    """The person works for no account, or not for this one."""

    codes = frozenset({"no_membership"})


class PartyInput(BadInput):
    """A value of an account, brand or user that cannot be stored."""

    codes = frozenset(
        {
            "name_missing",
            "name_too_long",
            "name_has_controls",
            "login_malformed",
            "email_malformed",
            "password_too_long",
            "password_weak",
            "country_unknown",
            "language_unknown",
            "timezone_unknown",
            "host_malformed",
            "brand_accent_malformed",
            "logo_unusable",
            "prefix_malformed",
            "parent_cannot_sell",
            "phone_malformed",
            "tax_number_malformed",
            "phone_unknown",
            "note_unusable",
            "hold_reason_unusable",
            "acting_reason_missing",
            "role_unusable",
            "role_unknown",
            "factor_code_wrong",
            "passkey_unusable",
        }
    )


class SetupInput(BadInput):
    """A value of the wizard that cannot be stored."""

    codes = frozenset(
        {
            "sales_currency_missing",
        }
    )


class PartyConflict(Conflict):
    """Somebody else took the name or changed the object first."""

    codes = frozenset(
        {
            "login_taken",
            "host_taken",
            "prefix_taken",
            "changed_meanwhile",
            "provider_exists",
            "external_id_taken",
            "sales_currency_fixed",
            "role_name_taken",
        }
    )


class PartyRefused(Refused):
    """A rule of the account tree or of roles forbids it."""

    codes = frozenset(
        {
            "tree_too_deep",
            "last_administrator",
            "other_realm",
            "already_member",
            "no_brand",
            "link_expired",
            "already_held",
            "not_held",
            "not_convertible",
            "conversion_blocked",
            "setup_unfinished",
            "acting_not_allowed",
            "role_in_use",
            "role_beyond_own",
            "not_while_acting",
            "own_person",
            "person_shared",
            "account_closed",
            "activated_already",
            "no_mail_address",
            "person_disabled",
            "kept_outside",
            "signs_in_outside",
            "factor_exists",
            "factor_unreadable",
            "factor_missing",
            "factor_needed",
            "factors_too_many",
        }
    )
