"""`entrepot rehearse --date D`: what would this day's billing bring, and why is it different?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entrepot.domain.billing.models import Rehearsal
from entrepot.flows.rehearsal import rehearse
from entrepot.kernel.clock import SystemClock
from entrepot.kernel.errors import DomainError
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
        """Rehearse and print."""
        try:
            made = rehearse(
                day=options["date"],
                now=SystemClock().now(),
                actor_name="operator",
                workers=options["workers"],
                say=self.stdout.write,
            )
        except DomainError as refused:
            raise CommandError(str(refused)) from refused
        found = Rehearsal.objects.get(id=made)
        self.stdout.write(
            f"{found.day}: {found.due} due, {found.charges} charges, {found.documents} documents, "
            f"{found.quarantined} put aside, {found.seconds:.1f} s"
        )
        for tier in found.totals["tiers"]:
            self.stdout.write(
                f"  tier {tier['tier']} {tier['currency']}: {tier['before']} before, {tier['now']} now, "
                f"{tier['unexplained']} unexplained"
            )
        for name, rows in found.differences.items():
            self.stdout.write(f"by {name}:")
            for row in rows["rows"][: options["rows"]]:
                mark = "?" if row["unexplained"] else " "
                self.stdout.write(
                    f"  {mark} {name} {row['id']}: {row['before']} -> {row['now']} {row['currency']} ({row['cause']})"
                )
