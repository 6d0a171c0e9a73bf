"""`entrepot worker`: do the jobs of the queue until Ctrl-C or SIGTERM."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from entrepot.demo.job import register_tasks
from entrepot.flows.facts import facts_thread, hand_over_all
from entrepot.flows.provisioning import provisioning_thread
from entrepot.infra.tasks.queue import run_worker
from entrepot.kernel.clock import SystemClock


class Command(BaseCommand):
    """Connect the tasks and work; operations at vendors are carried out, and facts handed over, beside the jobs."""

    group = "Daily work"
    help = "Do the jobs of the queue until Ctrl-C; running jobs may finish for up to 25 seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--jobs",
            type=int,
            choices=range(1, 17),
            default=settings.WORKER_SLOTS,
            metavar="N",
            help="how many jobs at a time, 1 to 16 (default: ENTREPOT_WORKER_SLOTS, or 2)",
        )
        parser.add_argument(
            "--until-idle", action="store_true", help="leave when no job is left to do"
        )

    def handle(self, **options: Any) -> None:
        """Work until a signal."""
        register_tasks()
        hand_over_all(clock=SystemClock())
        with provisioning_thread(), facts_thread():
            run_worker(concurrency=options["jobs"], until_idle=options["until_idle"])
