"""A worker process with the program's own tasks, for tests: `python -m tests.flows.import_worker FOLDER`.

FOLDER takes the place of the data folder for uploads and usage lines.
"""

import os
import sys
from pathlib import Path

import django


def main() -> None:
    """Work until nothing is left; jobs of a killed worker are taken up within a second."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    from django.conf import settings

    from entrepot.flows import wiring
    from entrepot.infra.tasks import queue

    queue.HEARTBEAT_SECONDS, queue.STALLED_SECONDS = 0.2, 1.0
    settings.DATA = Path(sys.argv[1])
    wiring.connect()
    queue.run_worker()


if __name__ == "__main__":
    main()
