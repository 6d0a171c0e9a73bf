"""What billing will do with one subscription: the statements of the daily run, in a transaction that is undone.

Nothing is calculated here a second time. The subscription is billed event by event as the next runs would do it, what
they charge is read, and the savepoint around it is rolled back (docs/billing.md section 3).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import OperationalError, connection, transaction

from entrepot.domain.subscriptions.commands.locked import dates_of
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.domain.subscriptions.rules import due_on
from entrepot.flows.daily_billing.rating import rate_range
from entrepot.flows.daily_billing.session import RunSession
from entrepot.infra.db.walls import beyond
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import IdKind
from entrepot.kernel.periods import period_end

EVENTS_MAX = 12
"""A trial, its first period, the period of the action, the action and what follows are half as many."""
_LOCK_WAIT = "2s"
_LOCK_NOT_AVAILABLE = "55P03"
_STARTS = (Status.TRIAL, Status.ACTIVE)

_CHARGES = """
SELECT
    charge.tier, charge.kind::text, charge.item_id, charge.quantity, charge.period_start, charge.period_end,
    charge.num, charge.den, charge.statement_on, charge.net, charge.tax, charge.exponent, price.unit_cost
FROM charge
INNER JOIN agreed_price AS price ON price.id = charge.agreed_price_id
WHERE charge.id > %(after)s AND charge.subscription_id = %(id)s
ORDER BY charge.id"""


class BusyRefused(Refused):
    """Somebody else holds the subscription at this moment."""

    codes = frozenset({"subscription_busy"})


@dataclass(frozen=True, slots=True)
class SeenCharge:
    """One charge that a coming run makes; `net` is without tax."""

    tier: int
    kind: str
    item_id: int
    quantity: Decimal
    period_start: date
    period_end: date
    num: int
    den: int
    statement_on: date
    net: Decimal
    tax: Decimal
    exponent: int
    unit_cost: Decimal

    @property
    def event_on(self) -> date:
        """The day that causes it: overuse is charged when its period ends, everything else when it starts.

        The run that charges it may be a later one.
        """
        return self.period_end if self.kind == "overuse" else self.period_start


@dataclass(frozen=True, slots=True)
class Ahead:
    """What comes, up to the first period that starts on `target` or later.

    `starts_on` is that period's first day, None when none comes. `problem` is the reason for which the
    run puts the subscription aside, empty when it bills it.
    """

    charges: tuple[SeenCharge, ...]
    starts_on: date | None
    problem: str


@contextmanager
def taken_back(*, subscription_id: int, run_day: date, now: datetime) -> Iterator[None]:
    """Hold the subscription while the block runs, and take back whatever the block wrote.

    Raises: BusyRefused when somebody else holds it for two seconds.
    """
    with beyond("the engine bills every tier of the subscription"):
        # Made inside what is undone, the temporary tables would be made again every time.
        _session(subscription_id, day=run_day, now=now).make_tables()
        with _held(subscription_id=subscription_id):
            yield


@contextmanager
def _held(*, subscription_id: int) -> Iterator[None]:
    try:
        with transaction.atomic():
            cursor = connection.cursor()
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
            # Locked first, as every command does.
            list(SubBilling.objects.select_for_update().filter(pk=subscription_id).values("pk"))
            yield
            transaction.set_rollback(True)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        raise BusyRefused(
            "subscription_busy",
            "{object} is being billed or changed at this moment.",
            object=f"{IdKind.SUBSCRIPTION.value}-{subscription_id}",
            next_step="Try again in a moment.",
        ) from error


def look_ahead(
    *, subscription_id: int, target: date, run_day: date, now: datetime, passes_over: bool = True
) -> Ahead:
    """Bill one subscription event by event until a period starts on `target` or later, or nothing comes any more.

    Periods that begin and end before `target` are passed over, unless told otherwise; they cost the same with and
    without what happens on `target`. `run_day` is the business date: nothing is billed earlier. Call it inside
    `taken_back`.
    """
    billing = SubBilling.objects.filter(pk=subscription_id).first()
    if billing is None:
        return Ahead((), None, "")
    start, end = billing.period_start, billing.period_end
    if start is not None and end is not None and start < end:
        # What happens on a period's first day happens in it, and the next period tells what it costs then.
        target = max(target, start + timedelta(days=1))
    found: list[SeenCharge] = []
    for _ in range(EVENTS_MAX):
        billing.refresh_from_db()
        if _has_reached(billing, target):
            return Ahead(tuple(found), billing.period_start, "")
        if billing.due_on is None or billing.status not in _STARTS:
            break
        if passes_over:
            _pass_over(billing, target)
        last = _value("SELECT coalesce(max(id), 0) FROM charge")
        problem = _bill(subscription_id, day=max(run_day, billing.due_on), now=now)
        if problem:
            return Ahead(tuple(found), None, problem)
        found += _charges(subscription_id, after=last)
    return Ahead(tuple(found), None, "")


def _has_reached(billing: SubBilling, target: date) -> bool:
    start, end = billing.period_start, billing.period_end
    return (
        billing.status is Status.ACTIVE
        and start is not None
        and end is not None
        and target <= start < end
    )


def _pass_over(billing: SubBilling, target: date) -> None:
    """Let the period end on the last boundary up to `target`, so that what follows is one or two events away."""
    start, end, term_end = billing.period_start, billing.period_end, billing.term_end
    if billing.status is not Status.ACTIVE or start is None or end is None or term_end is None:
        return
    if not start < end < min(target, term_end):
        return
    while end < term_end:
        months, anchor = billing.billing_months, billing.anchor_day
        following = period_end(end, months=months, anchor=anchor, term_end=term_end).end
        if following > target:
            break
        start, end = end, following
    billing.period_start, billing.period_end = start, end
    billing.due_on = due_on(dates_of(billing))
    billing.save(update_fields=["period_start", "period_end", "due_on"])


def _bill(subscription_id: int, *, day: date, now: datetime) -> str:
    """Bill what is due up to a day; return the reason if the run puts it aside."""
    session = _session(subscription_id, day=day, now=now)
    session.open(sparse=True)
    session.empty("put_aside")
    rate_range(session)
    return str(session.value("SELECT coalesce(min(reason::text), '') FROM put_aside"))


def _session(subscription_id: int, *, day: date, now: datetime) -> RunSession:
    return RunSession(
        day=day,
        first_day=day,
        now=now,
        step="effect",
        schema=None,
        id_from=subscription_id,
        id_to=subscription_id,
    )


def _charges(subscription_id: int, *, after: int) -> list[SeenCharge]:
    with connection.cursor() as cursor:
        cursor.execute(_CHARGES, {"id": subscription_id, "after": after})
        return [SeenCharge(*row) for row in cursor.fetchall()]


def _value(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
