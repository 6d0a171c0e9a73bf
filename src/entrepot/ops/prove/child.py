"""A process that bills one day and may be killed: `python -m entrepot.ops.prove.child DAY CHUNK WORKERS`."""

import os
import sys
from datetime import date

import django

from entrepot.kernel.clock import SystemClock


def main(arguments: list[str]) -> None:
    """Bill the day of the first argument and print its fingerprint."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 - after setup only

    from entrepot.flows.daily_billing import run_day  # noqa: PLC0415
    from entrepot.flows.period_differences import fingerprint  # noqa: PLC0415

    day = date.fromisoformat(arguments[0])
    run_day(
        day=day,
        now=SystemClock().now(),
        chunk_size=int(arguments[1]),
        workers=int(arguments[2]),
        actor_name="proof",
    )
    with connection.cursor() as cursor:
        sys.stdout.write(fingerprint(cursor, day=day))


if __name__ == "__main__":
    main(sys.argv[1:])
