"""Which step follows which, and that the reference table in the database says the same."""

import pytest
from django.db import connection

from entrepot.domain.ordering.lifecycle import FINAL, NEXT, SHOWN, Code, Trigger, allowed


@pytest.mark.parametrize(
    ("code", "triggers"),
    [
        (Code.OPENED, {Trigger.ASK_APPROVAL, Trigger.ASK_PAYMENT, Trigger.ACCEPT}),
        (
            Code.WAITING_FOR_APPROVAL,
            {
                Trigger.ENDORSE,
                Trigger.APPROVE,
                Trigger.REJECT,
                Trigger.CANCEL,
                Trigger.OVERTAKE,
            },
        ),
        (Code.WAITING_FOR_PAYMENT, {Trigger.ACCEPT, Trigger.CANCEL, Trigger.OVERTAKE}),
        (Code.PAYMENT_DONE, {Trigger.PROVISION, Trigger.COMPLETE}),
        (Code.PROVISIONING, {Trigger.FAIL, Trigger.COMPLETE, Trigger.OVERTAKE}),
        (
            Code.PROVISIONING_FAILED,
            {Trigger.RESUBMIT, Trigger.COMPLETE, Trigger.CANCEL, Trigger.OVERTAKE},
        ),
        (Code.COMPLETED, set()),
        (Code.CANCELLED, set()),
    ],
)
def test_what_is_possible_at_each_code(code, triggers):
    assert allowed(code) == triggers


def test_a_final_code_is_never_left_and_every_other_one_leads_to_an_end():
    assert {code for code in Code if not allowed(code)} == FINAL
    for code in set(Code) - FINAL:
        reached, fresh = set(), {code}
        while fresh:
            reached |= fresh
            fresh = {after for (before, _), after in NEXT.items() if before in fresh} - reached
        assert reached & FINAL, code


def test_what_was_delivered_is_never_cancelled():
    assert (Code.PROVISIONING, Trigger.CANCEL) not in NEXT
    assert (Code.COMPLETED, Trigger.CANCEL) not in NEXT


def test_the_reference_table_says_the_same(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, shown, is_final FROM order_status")
        stored = set(cursor.fetchall())
    assert stored == {(code.value, SHOWN[code].value, code in FINAL) for code in Code}
