"""The three database roles, tried on the test cluster."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_migrations_of_the_test_database_run_as_its_owner():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('is_superuser')")
        assert cursor.fetchone() == ("entrepot_owner", "off")
