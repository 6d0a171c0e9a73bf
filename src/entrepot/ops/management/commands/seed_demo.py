"""`entrepot seed-demo`: build the demo world, at once or with its history as a job."""

from argparse import ArgumentParser, Namespace
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand

from entrepot.demo.base import build_base
from entrepot.demo.history import fill_history, history_days, is_demo
from entrepot.demo.job import register_tasks, request_history
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.kernel.errors import Refused
from entrepot.ops.arguments import day_of
from entrepot.ops.progress import Progress


class DemoRefused(Refused):
    """The database holds something that is not the demo world."""

    codes = frozenset({"demo_database_used"})


class Command(BaseCommand):
    """Build base data, then the history."""

    group = "Data"
    help = "Fill an empty database with the demo world: companies, people and half a year of bills."
    clock: Clock = SystemClock()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="say nothing and do nothing to a database with another provider",
        )
        parser.add_argument(
            "--background",
            action="store_true",
            help="fill the history by a job of the worker instead of here",
        )
        parser.add_argument(
            "--until",
            type=day_of,
            metavar="DATE",
            help="last day of the history, 2026-06-30 at most",
        )
        parser.add_argument(
            "--small", action="store_true", help="a few customers and seven weeks only"
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Build what is missing.

        Raises: DemoRefused for a database with another provider, unless --if-empty.
        """
        chosen = Namespace(**options)
        register_tasks()
        if build_base(data_dir=settings.DATA, small=chosen.small):
            self.stdout.write(
                "The companies, people, plans and prices of the demo world are there."
            )
        elif not is_demo():
            if chosen.if_empty:
                return
            raise DemoRefused(
                "demo_database_used",
                "This database already holds a provider that is not the demo world's.",
                next_step="Use an empty database: set ENTREPOT_DATA to another directory.",
            )
        if chosen.background:
            self._enqueue(chosen.until)
        else:
            self._fill(chosen.until)

    def _enqueue(self, until: date | None) -> None:
        number = request_history(now=self.clock.now(), until=until)
        if number is not None:
            self.stdout.write(f"Its history fills in the background as task TSK-{number}.")

    def _fill(self, until: date | None) -> None:
        day, last = history_days(until=until)
        if day > last:
            self.stdout.write("The history is complete.")
            return
        with Progress((last - day).days + 1, "days of the history") as progress:
            result = fill_history(
                data_dir=settings.DATA,
                until=until,
                progress=lambda _day, _last: progress.advance(),
            )
        self.stdout.write(
            f"{result.days} days, {result.charges:,} charges, {result.documents:,} documents, "
            f"{result.findings} findings of the proofs."
        )
        for text in result.refused:
            self.stdout.write(f"Refused: {text}")
