"""Prepared statements: right after a rollback, several at once, and with exactly the values that are declared."""

import pytest
from django.db import connection, transaction

from entrepot.infra.db.prepared import is_prepared, prepared_batch, prepared_rows
from entrepot.infra.db.sql import Statement, parse

_TEXT = """-- Add a number to another one.
-- first integer: one.
-- more integer[]: the others.
-- Safe to repeat: it reads.
SELECT %(first)s + sum(n), 100 %% 7 FROM unnest(%(more)s) AS n"""


def _sum(name: str) -> Statement:
    return parse(package="entrepot.infra.tests", name=name, text=_TEXT)


@pytest.mark.django_db(transaction=True)
def test_a_statement_stays_prepared_when_its_transaction_is_rolled_back():
    wanted = _sum("rolled_back")
    assert not is_prepared(wanted)
    with transaction.atomic():
        assert prepared_rows(wanted, first=1, more=[2, 3]) == [(6, 2)]
        transaction.set_rollback(True)
    assert is_prepared(wanted)
    assert prepared_rows(wanted, first=1, more=[4]) == [(5, 2)]

    # Another connection has to prepare it itself.
    connection.close()
    assert not is_prepared(wanted)
    assert prepared_rows(wanted, first=0, more=[7]) == [(7, 2)]


@pytest.mark.django_db
def test_several_are_sent_at_once_and_each_sees_what_was_before():
    first = parse(
        package="entrepot.infra.tests",
        name="put",
        text="-- at date: a day.\n-- Writes outbox_event.\nINSERT INTO outbox_event"
        " (kind, object_id, on_day, payload) VALUES ('x', 1, %(at)s, '{}')",
    )
    then = parse(
        package="entrepot.infra.tests",
        name="count_them",
        text="-- Safe to repeat: it reads.\nSELECT count(*) FROM outbox_event",
    )
    found = prepared_batch((then, {}), (first, {"at": "2026-03-01"}), (then, {}))
    assert found == [[(0,)], [], [(1,)]]


@pytest.mark.django_db
def test_other_values_than_the_declared_ones_are_refused_before_the_database_is_asked():
    with pytest.raises(TypeError, match="takes"):
        prepared_rows(_sum("refused"), first=1)
    assert not is_prepared(_sum("refused"))
