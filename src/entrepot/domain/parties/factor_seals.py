"""How secrets of second factors are stored: sealed. The setting MFA_ADAPTER names `FactorAdapter`."""

from pathlib import Path

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from entrepot.domain.parties.errors import PartyRefused
from entrepot.infra import sealing

_PURPOSE = "second factor"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The identity library's hooks for what it keeps in the database."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret. Raises: PartyRefused `factor_unreadable`."""
        return opened(encrypted_text)


def sealed(text: str) -> str:
    """Seal the secret of a second factor with the present key. Raises: PartyRefused `factor_unreadable`."""
    try:
        return sealing.seal(text, purpose=_PURPOSE, directory=Path(settings.DATA))
    except sealing.NotOpened as error:
        raise _refusal() from error


def opened(text: str) -> str:
    """Open the secret of a second factor. Raises: PartyRefused `factor_unreadable`."""
    try:
        return sealing.unseal(text, purpose=_PURPOSE, directory=Path(settings.DATA))
    except sealing.NotOpened as error:
        raise _refusal() from error


def _refusal() -> PartyRefused:
    return PartyRefused(
        "factor_unreadable",
        "This second factor cannot be checked: the key of the installation does not open it.",
        next_step="An administrator can reset your second factors; the operator looks after the file of keys.",
    )
