"""`entrepot import-usage FILE`: take in a cloud vendor's usage file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from entrepot.domain.usage.intake import UsageRowsRefused
from entrepot.flows.bill import hub_today
from entrepot.flows.daily_billing import business_date
from entrepot.flows.usage_import import UsageLoaded, load_usage
from entrepot.flows.wiring import usage_store
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.clock import Clock, SystemClock

PARKED_SHOWN = 20
_WHY_PARKED = {
    "unknown_sub_account": "not linked to a subscription",
    "no_price_rule": "no price of every seller, or no exchange rate",
}


class Command(BaseCommand):
    """Parse, read the clock, call the flow, print what came out."""

    group = "Data"
    help = (
        "Import a usage file in the FOCUS format; a newer file replaces the older one of its month."
    )
    clock: Clock = SystemClock()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, help="CSV file in the FOCUS 1.0 format")
        parser.add_argument(
            "--skip-bad", action="store_true", help="leave wrong rows out and take the others"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:
        """Import. Refusals are printed by `entrepot`, which then ends with exit code 1."""
        now = self.clock.now()
        try:
            loaded = load_usage(
                path=options["file"],
                store=usage_store(),
                actor=Actor(user_id=None, name="command", channel="command"),
                now=now,
                business_date=business_date() or hub_today(now=now),
                skip_bad=options["skip_bad"],
            )
        except UsageRowsRefused as refusal:
            for fault in refusal.report.faults:
                where = (
                    f"line {fault.line}, {fault.column}" if fault.column else f"line {fault.line}"
                )
                self.stderr.write(f"{where}: {fault.reason}")
            raise
        if options["json"]:
            self.stdout.write(json.dumps(facts_of(loaded), indent=2))
        else:
            self.stdout.write(text_of(loaded))


def facts_of(loaded: UsageLoaded) -> dict[str, Any]:
    """Give the result as JSON values; amounts as text."""
    result = loaded.result
    intake = result.intake
    return {
        "import": result.import_id,
        "known_already": intake is None,
        "lines": intake.lines if intake else 0,
        "rejected": intake.faults.rows if intake else 0,
        "billed_cost": str(intake.billed_cost) if intake else "0",
        "changed_totals": result.changed_totals,
        "due_subscriptions": loaded.due,
        "parked": [
            {
                "reason": one.reason,
                "provider": one.provider_name,
                "sub_account": one.sub_account_id,
                "lines": one.lines,
                "cost": str(one.cost),
            }
            for one in result.parked
        ],
    }


def text_of(loaded: UsageLoaded) -> str:
    """Say what came of the import."""
    result = loaded.result
    if result.intake is None:
        return (
            f"Exactly this file counts already, as import {result.import_id}; nothing was changed."
        )
    text = (
        f"Import {result.import_id}: {_counted(result.intake.lines, 'line')}, "
        f"{result.intake.faults.rows:,} rejected, {_counted(result.changed_totals, 'total')} changed, "
        f"{_counted(loaded.due, 'subscription')} to be billed by the next run."
    )
    if not result.parked:
        return text
    # One sub-account has a row per currency and month.
    names = len({(one.provider_name, one.sub_account_id) for one in result.parked})
    waits = "waits" if names == 1 else "wait"
    text += f"\n{_counted(names, 'sub-account')} {waits} to be linked or priced:"
    for one in result.parked[:PARKED_SHOWN]:
        why = _WHY_PARKED[one.reason]
        text += (
            f"\n  {one.provider_name} {one.sub_account_id}: {why}, {_counted(one.lines, 'line')}"
        )
    left = len(result.parked) - PARKED_SHOWN
    return f"{text}\n  {left:,} more; the page of the import has them all." if left > 0 else text


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
