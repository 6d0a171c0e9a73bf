"""Second factors of people: which they have, and whether what they typed or showed is right.

The rows are those of the identity library; secrets in them are sealed (`infra/sealing.py`). A code of an authenticator
app counts once: the row is locked while it is compared, and remembers the step of 30 seconds that was used last.
"""

import string
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection, transaction
from django.utils.crypto import constant_time_compare

from entrepot.domain.parties.factor_seals import opened, sealed
from entrepot.domain.parties.kinds import FactorKind
from entrepot.infra.db.sql import statement

PASSKEYS_MAX = 20
FACTOR_NAME_MAX = 80
CODE_LENGTH_MAX = 40
_STEP_SECONDS = 30
_STEPS_BESIDE = 1
_USED_STEP = "used_step"
_IGNORED = str.maketrans("", "", f"{string.whitespace}-\u00a0")
SECOND = (FactorKind.APP.value, FactorKind.PASSKEY.value)
"""What counts as a second factor by itself; recovery codes come with these only."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One second factor of a person; `name` is what the person calls it, empty for an authenticator app."""

    id: int
    kind: FactorKind
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has. `codes_left`: recovery codes that were not used yet, None for nobody who ever got some."""

    app: Factor | None
    passkeys: tuple[Factor, ...]
    codes_left: int | None

    @property
    def has_any(self) -> bool:
        """Tell whether there is a second factor."""
        return self.app is not None or bool(self.passkeys)


def factors_of(*, user_id: int) -> Factors:
    """Return what a person has; whose factors may be looked at is the caller's question."""
    rows = list(Authenticator.objects.filter(user_id=user_id).order_by("created_at", "id"))
    found = [_shown(row) for row in rows]
    codes = next((row for row in rows if row.type == FactorKind.CODES), None)
    return Factors(
        app=next((one for one in found if one.kind is FactorKind.APP), None),
        passkeys=tuple(one for one in found if one.kind is FactorKind.PASSKEY),
        codes_left=None if codes is None else len(codes.wrap().get_unused_codes()),
    )


def has_second_factor(*, user_id: int) -> bool:
    """Tell whether signing in as a person needs more than the password."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=SECOND).exists())


def must_add_factor(*, user_id: int, account_id: int) -> bool:
    """Tell whether a person has no second factor and the account, or a seller above it, demands one."""
    with connection.cursor() as cursor:
        due = statement("entrepot.domain.parties", "second_factor_due")
        rows = due.rows(cursor, user_id=user_id, account_id=account_id)
    return bool(rows[0][0])


def needs_factor(*, account_id: int) -> bool:
    """Tell whether people of an account need a second factor."""
    return must_add_factor(user_id=0, account_id=account_id)


def pass_by_code(*, user_id: int, code: str, now: datetime) -> FactorKind | None:
    """Compare a code with the person's app and recovery codes and use it up; None if it is neither.

    A code of the app counts for its 30 seconds and those beside, and once; a recovery code counts once.
    """
    typed = code.translate(_IGNORED)
    if not typed.isascii() or not typed.isdecimal() or len(typed) > CODE_LENGTH_MAX:
        return None
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user_id=user_id).order_by("id")
        for row in rows.exclude(type=FactorKind.PASSKEY.value):
            if _is_right(row, typed, now=now):
                Authenticator.objects.filter(pk=row.pk).update(data=row.data, last_used_at=now)
                return FactorKind(row.type)
    return None


def step_of_code(*, secret: str, code: str, after: int, now: datetime) -> int | None:
    """Return the step of 30 seconds for which a code is right now, later than `after`; None for a wrong or used one."""
    typed = code.translate(_IGNORED)
    present = int(now.timestamp()) // _STEP_SECONDS
    for step in range(present - _STEPS_BESIDE, present + _STEPS_BESIDE + 1):
        right = format_hotp_value(hotp_value(secret, step))
        if step > after and constant_time_compare(typed, right):
            return step
    return None


def app_data(*, secret: str, step: int) -> dict[str, Any]:
    """Return what is stored of an authenticator app, its secret sealed, its first code used up."""
    return {"secret": sealed(secret), _USED_STEP: step}


def _is_right(row: Authenticator, typed: str, *, now: datetime) -> bool:
    """Compare, and note in the row's data what was used."""
    if row.type == FactorKind.CODES:
        wrapped = row.wrap()
        is_right = bool(wrapped.validate_code(typed))
        row.data = wrapped.instance.data
        return is_right
    secret = opened(row.data["secret"])
    step = step_of_code(secret=secret, code=typed, after=row.data.get(_USED_STEP, 0), now=now)
    if step is None:
        return False
    row.data = {**row.data, _USED_STEP: step}
    return True


def _shown(row: Authenticator) -> Factor:
    return Factor(
        id=row.pk,
        kind=FactorKind(row.type),
        name=str(row.data.get("name", "")),
        added_at=row.created_at,
        used_at=row.last_used_at,
    )
