"""Fill a database for proofs: `python -m entrepot.ops.prove.base SUBSCRIPTIONS DAY`.

Everything is billed on the day before; then the day gets every kind of event.
"""

import os
import sys
from datetime import date, timedelta
from importlib import resources

import django

from entrepot.kernel.clock import SystemClock


def main(arguments: list[str]) -> None:
    """Make the world of the arguments."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 - after setup only

    from entrepot.flows.daily_billing import run_day  # noqa: PLC0415
    from entrepot.ops.bench.world import make_world  # noqa: PLC0415

    day = date.fromisoformat(arguments[1])
    eve = day - timedelta(days=1)
    make_world(subscriptions=int(arguments[0]), due_percent=100, day=eve)
    run_day(day=eve, now=SystemClock().now(), actor_name="proof")
    text = (
        resources.files("entrepot.ops.bench")
        .joinpath("sql", "06_second_day.sql")
        .read_text("utf-8")
    )
    with connection.cursor() as cursor:
        cursor.execute(text, {"day": day})
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(sys.argv[1:])
