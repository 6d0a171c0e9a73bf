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
                self.stderr.write(f"line {fault.line}, {fault.column}: {fault.reason}")
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
        f"Import {result.import_id}: {result.intake.lines:,} lines, "
        f"{result.intake.faults.rows:,} rejected, {result.changed_totals:,} totals changed, "
        f"{loaded.due:,} subscriptions become due."
    )
    if result.parked:
        text += f"\n{len(result.parked):,} sub-accounts wait to be linked or priced:"
        text += "".join(
            f"\n  {one.provider_name} {one.sub_account_id}: {one.reason}, {one.lines:,} lines"
            for one in result.parked[:20]
        )
    return text
