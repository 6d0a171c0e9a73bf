"""One worker process of a billing run: `python -m entrepot.ops.billing_worker RUN [SCHEMA]`."""

import os
import sys

import django

from entrepot.kernel.clock import SystemClock


def main(arguments: list[str]) -> None:
    """Work on the run whose id is the first argument until it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    from entrepot.flows.daily_billing.worker import work  # noqa: PLC0415 - models exist after setup only

    schema = arguments[1] if len(arguments) > 1 else None
    work(run_id=int(arguments[0]), now=SystemClock().now(), schema=schema)


if __name__ == "__main__":
    main(sys.argv[1:])
