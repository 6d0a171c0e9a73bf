"""Fill the history day by day: what people did, then the day's billing run by the real engine."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from entrepot.demo.base import BASE_BUILT
from entrepot.demo.base_prices import add_rates, is_rate_day
from entrepot.demo.meters import read_meters
from entrepot.demo.payments import play_payments
from entrepot.demo.player import Player
from entrepot.demo.script import script
from entrepot.demo.stage import ACTOR, FIRST_DAY, LAST_DAY, SMALL_LAST_DAY, instant
from entrepot.flows.bill import bill
from entrepot.flows.daily_billing import business_date
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import record
from entrepot.infra.db.locks import Space, lock_all

_WAIT_SECONDS = 0.5
DAY_PLAYED = "demo_day_played"


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """What was done this time: days billed, charges and documents made, findings of the proofs, refused acts."""

    days: int
    charges: int
    documents: int
    findings: int
    refused: tuple[str, ...]


def history_days(*, until: date | None = None) -> tuple[date, date]:
    """Give the next day to fill and the last one; nothing is left when the first lies behind the second."""
    last = SMALL_LAST_DAY if is_small() else LAST_DAY
    return business_date() or FIRST_DAY, min(until or last, last)


def is_demo() -> bool:
    """Tell whether this database holds the demo world."""
    return AuditEntry.objects.filter(action=BASE_BUILT).exists()


def is_small() -> bool:
    """Tell whether the base of this database is the small one."""
    built = AuditEntry.objects.filter(action=BASE_BUILT).order_by("id").first()
    return built is not None and bool(built.after.get("small"))


def fill_history(
    *,
    data_dir: Path,
    until: date | None = None,
    progress: Callable[[date, date], None] = lambda _day, _last: None,
) -> HistoryResult:
    """Act and bill every day that is left up to `until`; `progress` hears each finished day and the last one.

    Stopping at any point loses at most the unfinished part of one transaction: the acts of a day are one,
    marked by an audit entry, and the run of a day continues by itself. Two at once do nothing twice.
    """
    day, last = history_days(until=until)
    totals = {"days": 0, "charges": 0, "documents": 0, "findings": 0}
    player = Player.on(today=day, small=is_small(), data_dir=data_dir)
    while day <= last:
        _act(player, day)
        result = bill(now=instant(day), today=day, until=day, actor_name=ACTOR.name)
        for billed in result.days:
            totals["days"] += 1
            totals["charges"] += billed.result.charges
            totals["documents"] += billed.result.documents
            totals["findings"] += billed.findings
        if not result.days and business_date() == day:
            # Another process bills this day; it is done when the business date moves.
            time.sleep(_WAIT_SECONDS)
            continue
        progress(day, last)
        day = business_date() or FIRST_DAY
    return HistoryResult(**totals, refused=tuple(player.refused))


def _act(player: Player, day: date) -> None:
    """Do what happens on a day, once: nothing if it was done before or the day is billed already."""
    player.stage.today = day
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.DEMO, ids=[1])
        if (business_date() or FIRST_DAY) != day or _is_played(day):
            player.refresh()
            return
        if is_rate_day(day):
            add_rates(player.stage)
        read_meters(player.stage)
        play_payments(player.stage)
        for act in script(small=player.stage.small).get(day, ()):
            player.play(act)
        record(
            action=DAY_PLAYED,
            object_kind="demo",
            object_id=_number(day),
            tenant_id=None,
            after={"day": day.isoformat()},
            **player.stage.made,
        )


def _is_played(day: date) -> bool:
    return AuditEntry.objects.filter(
        action=DAY_PLAYED, object_kind="demo", object_id=_number(day)
    ).exists()


def _number(day: date) -> int:
    return day.toordinal()
