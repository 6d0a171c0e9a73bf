"""`entrepot import-prices FILE`: load a vendor's price list into the catalogue."""

import getpass
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext, override

from entrepot.domain.catalog.pricelist.reader import read_price_list
from entrepot.domain.catalog.pricelist.rejects import write_rejected_rows
from entrepot.domain.catalog.pricelist.report import render_report
from entrepot.domain.catalog.pricelist.types import ParsedPriceList
from entrepot.domain.parties.models import Hub
from entrepot.flows.price_import import (
    PriceListPreview,
    apply_price_list,
    business_date,
    preview_price_list,
)
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.clock import Clock, SystemClock
from entrepot.kernel.errors import Refused
from entrepot.ops.console import FAILED

DEFAULT_ZONE = "Europe/Berlin"


class RejectsNotWritten(Refused):
    """The file for rejected rows cannot be written, so nothing was applied."""

    codes = frozenset({"price_rejects_not_written"})


class Command(BaseCommand):
    """Read, compare, report, apply."""

    group = "Data"
    help = "Load a vendor's price list: add plans and prices, schedule and report changes."
    clock: Clock = SystemClock()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "file", type=Path, help="CSV file in the format of the New Commerce price sheet"
        )
        parser.add_argument(
            "--preview", action="store_true", help="show what would change and write nothing"
        )
        parser.add_argument(
            "--skip-bad",
            action="store_true",
            help="apply the right rows and write the wrong ones to a file",
        )
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="FILE",
            help="file for the wrong rows of --skip-bad; default: NAME-rejected.csv beside it",
        )
        parser.add_argument("--tax-category", metavar="CODE", help="tax category of new plans")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument(
            "--language",
            choices=[code for code, _ in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="language of the report",
        )

    def handle(self, *_args: object, **options: object) -> None:
        """Run the import.

        Raises: PriceListRefused, PriceImportRefused, RejectsNotWritten; `entrepot` prints the
        sentence and ends with exit code 1, and so does a preview of a list that would be refused.
        """
        chosen = Namespace(**options)
        with override(chosen.language):
            self._import(chosen)

    def _import(self, options: Namespace) -> None:
        now = self.clock.now()
        zone = Hub.objects.values_list("timezone", flat=True).first() or DEFAULT_ZONE
        today = business_date(today=self.clock.today(ZoneInfo(zone)))
        parsed = read_price_list(options.file, translate=gettext)
        preview = preview_price_list(parsed=parsed, today=today, translate=gettext)
        if options.preview:
            self._report(preview, as_json=options.json)
            self._say(gettext("Preview: nothing was written."), options)
            if preview.parsed.rejected and not options.skip_bad:
                sys.exit(FAILED)
            return
        if options.skip_bad and preview.parsed.rejected:
            self._write_rejects(preview.parsed, options)
        # Applied before it is printed: who stops reading the report has still imported the list.
        try:
            outcome = apply_price_list(
                parsed=parsed,
                actor=Actor(user_id=None, name=_operator(), channel="command"),
                now=now,
                today=today,
                skip_bad=options.skip_bad,
                tax_category_code=options.tax_category,
                translate=gettext,
            )
        finally:
            self._report(preview, as_json=options.json)
        if outcome.import_id is None:
            self._say(gettext("The catalogue already says so; nothing was changed."), options)
            return
        self._say(gettext("Applied as import {number}.").format(number=outcome.import_id), options)
        later = [day.isoformat() for day in preview.starts if day > today]
        if later:
            self._say(gettext("Scheduled for {days}.").format(days=", ".join(later)), options)

    def _report(self, preview: PriceListPreview, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(preview.facts(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(
                render_report(
                    parsed=preview.parsed,
                    diff=preview.diff,
                    impacts=preview.impacts,
                    translate=gettext,
                )
            )

    def _write_rejects(self, parsed: ParsedPriceList, options: Namespace) -> None:
        """Write the wrong rows before anything is applied, so that they cannot get lost."""
        source: Path = options.file
        target: Path = options.rejects or source.with_name(f"{source.stem}-rejected.csv")
        try:
            with target.open("w", encoding="utf-8-sig", newline="") as stream:
                count = write_rejected_rows(parsed, stream=stream, translate=gettext)
        except OSError as error:
            raise RejectsNotWritten(
                "price_rejects_not_written",
                "The wrong rows cannot be written to {object}: {cause}. Nothing was applied.",
                object=str(target),
                next_step="Name another file (--rejects).",
                cause=error.strerror or type(error).__name__,
            ) from error
        text = gettext("Wrong rows written to {file}: {count}.").format(count=count, file=target)
        self._say(text, options)

    def _say(self, text: str, options: Namespace) -> None:
        """Print a sentence; beside JSON it goes where it does not disturb a program."""
        (self.stderr if options.json else self.stdout).write(text)


def _operator() -> str:
    """Name the operating system's user, by number where it has no name (as in a container)."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"command:{os.getuid()}"
