"""`entrepot rehearse --date D`: what would this day's billing bring, and why is it different?"""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from entrepot.domain.billing.models import Rehearsal
from entrepot.flows.rehearsal import rehearse
from entrepot.kernel.clock import SystemClock
from entrepot.kernel.money import Money
from entrepot.ops.arguments import day_of, size_of, workers_of


class Command(BaseCommand):
    """Rehearse a day and print the differences, the largest unexplained change first."""

    help = "Rehearse the billing of a day and compare it with the previous periods"
    group = "Daily work"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--date", required=True, type=day_of, help="the day to rehearse, YYYY-MM-DD"
        )
        parser.add_argument(
            "--workers",
            type=workers_of,
            default=1,
            help="how many processes work on it (default 1)",
        )
        parser.add_argument(
            "--rows", type=size_of, default=10, help="how many rows to print per dimension"
        )

    def handle(self, **options: Any) -> None:
        """Rehearse and print. Raises: RunRefused; `entrepot` prints the sentence and ends with exit code 1."""
        made = rehearse(
            day=options["date"],
            now=SystemClock().now(),
            actor_name="operator",
            workers=options["workers"],
            say=self.stdout.write,
        )
        found = Rehearsal.objects.get(id=made)
        self.stdout.write(
            f"{found.day}: {found.due} due, {found.charges} charges, {found.documents} documents, "
            f"{found.quarantined} put aside, {found.seconds:.1f} s"
        )
        for tier in found.totals["tiers"]:
            code = tier["currency"]
            self.stdout.write(
                f"  tier {tier['tier']} {code}: {_amount(tier['before'], code)} before, "
                f"{_amount(tier['now'], code)} now, {tier['unexplained']} unexplained"
            )
        for name, rows in found.differences.items():
            self.stdout.write(f"by {name}:")
            for row in rows["rows"][: options["rows"]]:
                self.stdout.write(f"  {'?' if row['unexplained'] else ' '} {_line(row)}")


def _line(row: dict[str, Any]) -> str:
    """Name a row with its id in brackets: "Office 365 E3 (47): 1,200.00 -> 1,250.00 EUR, price"."""
    code = row["currency"]
    note = f", {row['note']}" if row["note"] else ""
    moved = f"{_amount(row['before'], code)} -> {_amount(row['now'], code)} {code}"
    why = (row["cause"] or "no cause").replace("_", " ")
    return f"{row['name']}{note} ({row['id']}): {moved}, {why}"


def _amount(text: str, currency: str) -> str:
    """Write a stored amount with the digits of its currency."""
    return f"{Money.rounded(Decimal(text), currency=currency).amount:,f}"
