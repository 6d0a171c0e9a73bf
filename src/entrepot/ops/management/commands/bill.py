"""`entrepot bill`: bill the next day, or every day up to one."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from entrepot.flows.bill import BilledDay, BillResult, BillState, ChunkProgress, bill, hub_today
from entrepot.flows.daily_billing import CHUNK_SIZE
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.ops.arguments import day_of, size_of, workers_of
from entrepot.ops.progress import duration_text


class Command(BaseCommand):
    """Parse, read the clock, call the flow, print what came out."""

    group = "Daily work"
    help = (
        "Bill the next day, or every day up to a date; an interrupted day goes on where it stopped."
    )
    clock: Clock = SystemClock()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--until", type=day_of, metavar="DATE", help="bill every day up to this one, YYYY-MM-DD"
        )
        parser.add_argument(
            "--workers",
            type=workers_of,
            default=1,
            help="how many processes work on it (default 1)",
        )
        parser.add_argument(
            "--chunk",
            type=size_of,
            default=CHUNK_SIZE,
            metavar="N",
            help=f"how many subscriptions one transaction bills (default {CHUNK_SIZE:,})",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:
        """Bill. Refusals are printed by `entrepot`, which then ends with exit code 1."""
        now = self.clock.now()
        shows = sys.stderr.isatty() and not options["json"]
        done = bill(
            now=now,
            today=hub_today(now=now),
            actor_name="command",
            until=options["until"],
            allow_future=not settings.PRODUCTION,
            workers=options["workers"],
            chunk_size=options["chunk"],
            progress=self._show if shows else None,
        )
        if options["json"]:
            self.stdout.write(json.dumps(result_facts(done), indent=2))
            return
        for day in done.days:
            self.stdout.write(day_text(day))
        self.stdout.write(end_text(done))

    def _show(self, seen: ChunkProgress) -> None:
        text = f"{seen.day} {seen.step}: {seen.done} of {seen.total} chunks"
        self.stderr.write(f"\r{text:<70}", ending="")


def day_text(day: BilledDay) -> str:
    """Say what one day brought."""
    result = day.result
    text = (
        f"{result.day}: {result.due:,} due, {result.charges:,} charges, {result.documents:,} documents "
        f"with {result.lines:,} lines in {duration_text(seconds=day.seconds)}"
    )
    if result.quarantined:
        text += f"; {result.quarantined:,} in quarantine"
    return text + (f"; {day.findings:,} FINDINGS of the proof" if day.findings else "; proved")


def end_text(done: BillResult) -> str:
    """Say how things stand afterwards."""
    if done.state is BillState.ALREADY_RUNNING:
        return "Billing is already running; nothing was done."
    next_day = f" The business date is {done.next_day}." if done.next_day else ""
    if done.state is BillState.ALREADY_COMPLETE:
        return f"Already complete.{next_day}"
    return next_day.strip()


def result_facts(done: BillResult) -> dict[str, Any]:
    """Give the result as JSON values."""
    return {
        "state": done.state,
        "business_date": done.next_day.isoformat() if done.next_day else None,
        "days": [
            {
                "day": day.result.day.isoformat(),
                "run": day.result.run_id,
                "due": day.result.due,
                "charges": day.result.charges,
                "documents": day.result.documents,
                "lines": day.result.lines,
                "quarantined": day.result.quarantined,
                "findings": day.findings,
                "seconds": round(day.seconds, 3),
            }
            for day in done.days
        ],
    }
