"""One action on many ticked subscriptions: tried first, then done row by row, each in its own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.queries import PickedRow
from entrepot.flows.subscription_actions import hold, release
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.walls import settle
from entrepot.kernel.errors import BadInput, DomainError, Refused
from entrepot.kernel.ids import IdKind, format_id

ROWS_MAX = 200
_TRIED_REASON = "effect"


class BulkAct(StrEnum):
    """What can be done with many at once."""

    RENEWAL_ON = "renewal-on"
    RENEWAL_OFF = "renewal-off"
    HOLD = "hold"
    RELEASE = "release"

    @property
    def is_hold(self) -> bool:
        """Tell whether only a seller does it, and says why."""
        return self in (BulkAct.HOLD, BulkAct.RELEASE)


class BulkInput(BadInput):
    """A selection that cannot be used."""

    codes = frozenset({"rows_too_many"})


class BulkRefused(Refused):
    """One row needs no change."""

    codes = frozenset({"renewal_set_already"})


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What came of one row; `refusal` is None where it is done, or would be."""

    row: PickedRow
    refusal: DomainError | None


def require_few(*, ids: Sequence[int]) -> None:
    """Refuse more than 200 rows. Raises: BulkInput `rows_too_many`."""
    if len(ids) > ROWS_MAX:
        raise BulkInput(
            "rows_too_many",
            "{count} subscriptions are too many at once.",
            next_step="Choose {most} at most.",
            count=len(ids),
            most=ROWS_MAX,
        )


def try_rows(
    *, act: BulkAct, rows: Sequence[PickedRow], actor: Actor, now: datetime, today: date
) -> tuple[RowOutcome, ...]:
    """Say of each row whether `act_on_rows` would do it; nothing is written."""
    outcomes = []
    for row in rows:
        with transaction.atomic():
            refusal = _do(act, row, _TRIED_REASON, row.version, actor=actor, now=now, today=today)
            transaction.set_rollback(True)
        outcomes.append(RowOutcome(row, refusal))
    return tuple(outcomes)


def act_on_rows(
    *,
    act: BulkAct,
    rows: Sequence[PickedRow],
    versions: Mapping[int, int],
    reason: str,
    actor: Actor,
    now: datetime,
    today: date,
) -> tuple[RowOutcome, ...]:
    """Do it with each row in a transaction of its own; what one refuses leaves the others as they are.

    `versions` has what the review has shown by id: a row that was changed meanwhile is refused.
    """
    outcomes = []
    for row in rows:
        version = versions.get(row.id, -1)
        refusal = _do(act, row, reason, version, actor=actor, now=now, today=today)
        outcomes.append(RowOutcome(row, refusal))
        settle()
    return tuple(outcomes)


def _do(
    act: BulkAct,
    row: PickedRow,
    reason: str,
    version: int,
    *,
    actor: Actor,
    now: datetime,
    today: date,
) -> DomainError | None:
    try:
        with transaction.atomic():
            if act is BulkAct.HOLD:
                hold(
                    subscription_id=row.id,
                    reason=reason,
                    expected_version=version,
                    actor=actor,
                    now=now,
                    today=today,
                )
            elif act is BulkAct.RELEASE:
                release(
                    subscription_id=row.id,
                    reason=reason,
                    expected_version=version,
                    actor=actor,
                    now=now,
                    today=today,
                )
            else:
                _set_renewal(act, row, expected_version=version, actor=actor, now=now, today=today)
    except DomainError as refusal:
        return refusal
    return None


def _set_renewal(
    act: BulkAct,
    row: PickedRow,
    *,
    expected_version: int,
    actor: Actor,
    now: datetime,
    today: date,
) -> None:
    wanted = act is BulkAct.RENEWAL_ON
    commands.require_version(subscription_id=row.id, expected_version=expected_version)
    if row.auto_renew is wanted:
        raise BulkRefused(
            "renewal_set_already",
            "Automatic renewal of {object} is so already.",
            object=format_id(kind=IdKind.SUBSCRIPTION, number=row.id),
            next_step="Nothing needs to be done.",
        )
    commands.set_auto_renew(
        subscription_id=row.id,
        auto_renew=wanted,
        actor=actor,
        now=now,
        today=today,
        expected_version=expected_version,
    )
