"""`entrepot verify`: prove the books, and export them for an outside bookkeeper."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand

from entrepot.flows.verify import CHECKS, VerifyReport, verify
from entrepot.flows.verify.books import BooksSummary, write_books
from entrepot.flows.verify.report import report_facts, report_text
from entrepot.kernel.errors import Refused
from entrepot.kernel.ids import IdKind, parse_id
from entrepot.ops.arguments import day_of, size_of
from entrepot.ops.progress import Progress

FAILED = 1


class BooksNotWritten(Refused):
    """The file for the books cannot be written."""

    codes = frozenset({"verify_books_not_written"})


class Command(BaseCommand):
    """Prove, report, export."""

    group = "Daily work"
    help = "Prove the books: every service day is charged once, and every amount, number and balance agrees."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--check",
            action="append",
            metavar="NAME",
            help=f"make this check only; may be repeated: {', '.join(CHECKS)}",
        )
        parser.add_argument(
            "--day",
            type=day_of,
            help="look only at what the run of this day touched (YYYY-MM-DD)",
        )
        parser.add_argument(
            "--findings",
            type=size_of,
            default=100,
            metavar="N",
            help="name at most N findings of each check",
        )
        parser.add_argument(
            "--books",
            type=Path,
            metavar="FILE",
            help="also write the books as plain text that bean-check accepts",
        )
        parser.add_argument(
            "--seller",
            metavar="ID",
            help="with --books: only the books of this seller, for example ACC-1",
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Verify, and end with exit code 1 if anything was found.

        Raises: VerifyRefused, BooksNotWritten, IdError; `entrepot` prints the sentence.
        """
        chosen = Namespace(**options)
        seller = parse_id(chosen.seller, expected=IdKind.ACCOUNT).number if chosen.seller else None
        report = self._prove(chosen)
        if chosen.json:
            self.stdout.write(json.dumps(report_facts(report), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(report_text(report))
        if chosen.books:
            summary = _write(chosen.books, seller_id=seller)
            (self.stderr if chosen.json else self.stdout).write(_books_text(chosen.books, summary))
        if not report.is_proved:
            sys.exit(FAILED)

    def _prove(self, options: Namespace) -> VerifyReport:
        names = options.check or list(CHECKS)
        shown = nullcontext() if options.json else Progress(len(names), "checks")
        with shown as progress:
            say: Callable[[str], None] = lambda _name: progress.advance() if progress else None  # noqa: E731
            return verify(
                checks=options.check,
                day=options.day,
                findings_max=max(1, options.findings),
                say=say,
            )


def _write(path: Path, *, seller_id: int | None) -> BooksSummary:
    try:
        with path.open("w", encoding="utf-8") as stream:
            return write_books(stream=stream, seller_id=seller_id)
    except OSError as error:
        raise BooksNotWritten(
            "verify_books_not_written",
            "The books cannot be written to {object}: {cause}.",
            object=str(path),
            next_step="Name another file (--books).",
            cause=error.strerror or type(error).__name__,
        ) from error


def _books_text(path: Path, summary: BooksSummary) -> str:
    totals = ", ".join(f"{amount} {code}" for code, amount in sorted(summary.receivables.items()))
    return (
        f"Books written to {path}: {summary.transactions} transactions, "
        f"{summary.assertions} assertions, receivables {totals or 'none'}."
    )
