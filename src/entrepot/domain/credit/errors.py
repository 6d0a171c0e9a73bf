"""Refusals of the credit package; their texts are translated by the screens."""

from entrepot.kernel.errors import BadInput, Refused


class CreditInput(BadInput):
    """A payment or a release that cannot be taken as given."""

    codes = frozenset(
        {
            "credit_reason_missing",
            "release_until_past",
            "release_until_far",
            "payment_not_positive",
            "payment_reference_unusable",
        }
    )


class CreditRefused(Refused):
    """The state of the account's credit does not allow it."""

    codes = frozenset({"credit_already_held", "credit_not_held", "payment_known"})
