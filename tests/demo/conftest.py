"""The small demo world, built once for the module whose tests only read it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from entrepot.demo.base import build_base
from entrepot.demo.history import HistoryResult, fill_history


@pytest.fixture(scope="module")
def small_world(
    django_db_setup: None, django_db_blocker, tmp_path_factory
) -> Iterator[HistoryResult]:
    """Build the small world in the test database and empty it afterwards."""
    place: Path = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock():
        # A billing run in the same session would leave temporary tables behind.
        connection.close()
        build_base(data_dir=place, small=True)
        try:
            yield fill_history(data_dir=place)
        finally:
            call_command("flush", interactive=False, verbosity=0)
