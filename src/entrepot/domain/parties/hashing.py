"""How passwords are stored: Argon2id at a cost that a small machine bears."""

import threading
import unicodedata

from django.contrib.auth.hashers import Argon2PasswordHasher

from entrepot.domain.parties.errors import PartyInput

PASSWORD_LENGTH_MAX = 128

# Each hash takes 19 MiB and one core for some 40 ms. Without a bound, fifty sign-ins at once would
# take a gigabyte and both cores away from everybody else; four wait for each other instead. The
# bound holds per process.
_SLOTS = threading.BoundedSemaphore(4)


def normalised(password: str) -> str:
    """Return the one spelling of a password (NFKC), so that it works however the keyboard composes its letters.

    Raises: PartyInput `password_too_long` for more than 128 characters, before or after; nothing is
    hashed then.
    """
    spelled = "" if len(password) > PASSWORD_LENGTH_MAX else unicodedata.normalize("NFKC", password)
    if len(password) > PASSWORD_LENGTH_MAX or len(spelled) > PASSWORD_LENGTH_MAX:
        raise PartyInput(
            "password_too_long",
            "The password is longer than {length_max} characters.",
            field="password",
            next_step="Choose a shorter one.",
            length_max=PASSWORD_LENGTH_MAX,
        )
    return spelled


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with two passes over 19 MiB in one lane, at most four at once per process."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a password. Raises: PartyInput `password_too_long`."""
        spelled = normalised(password)
        with _SLOTS:
            return super().encode(spelled, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a stored hash; one that is too long never matches and is not hashed."""
        try:
            spelled = normalised(password)
        except PartyInput:
            return False
        with _SLOTS:
            return bool(super().verify(spelled, encoded))
