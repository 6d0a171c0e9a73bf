"""Public identifiers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.ids import NUMBER_MAX, IdError, IdKind, PublicId, format_id, parse_id

NUMBERS = st.integers(min_value=1, max_value=NUMBER_MAX)


def test_a_subscription_reads_as_prefix_and_number():
    assert format_id(kind=IdKind.SUBSCRIPTION, number=204311) == "SUB-204311"
    assert str(PublicId(IdKind.ORDER, 7)) == "ORD-7"


def test_every_prefix_is_three_capital_letters_and_belongs_to_one_kind():
    prefixes = [kind.value for kind in IdKind]

    assert all(len(p) == 3 and p.isascii() and p.isupper() for p in prefixes)
    assert len(set(prefixes)) == len(prefixes)
    assert {"ACC", "SUB", "ORD", "INV", "PLN", "RUN", "IMP", "USG", "CHG", "TSK"} <= set(prefixes)


@pytest.mark.parametrize(
    "typed",
    ["SUB-204311", "sub-204311", "  Sub-204311\n", "SUB 204311", "sub204311", "SUB - 000204311"],
)
def test_an_identifier_is_read_in_any_usual_writing(typed):
    assert parse_id(typed) == PublicId(IdKind.SUBSCRIPTION, 204311)


@pytest.mark.parametrize("typed", ["204311", " 204311 ", "000204311", "SUB-204311"])
def test_the_number_alone_is_enough_where_the_kind_is_known(typed):
    found = parse_id(typed, expected=IdKind.SUBSCRIPTION)

    assert found == PublicId(IdKind.SUBSCRIPTION, 204311)


@given(kind=st.sampled_from(IdKind), number=NUMBERS)
def test_what_is_written_is_read_back(kind, number):
    text = format_id(kind=kind, number=number)

    assert parse_id(text) == parse_id(text.lower(), expected=kind) == PublicId(kind, number)


@pytest.mark.parametrize(
    ("typed", "expected", "code"),
    [
        ("", None, "id_malformed"),
        ("   ", None, "id_malformed"),
        ("SUB-", None, "id_malformed"),
        ("-5", None, "id_malformed"),
        ("SUB-1.5", None, "id_malformed"),
        ("SUB-1 OR 1=1", None, "id_malformed"),
        ("SUB-٣", None, "id_malformed"),
        ("XYZ-1", None, "id_malformed"),
        ("9" * 41, IdKind.ORDER, "id_malformed"),
        ("1" * 100_000, IdKind.ORDER, "id_malformed"),
        ("204311", None, "id_kind_missing"),
        ("ORD-1", IdKind.SUBSCRIPTION, "id_kind_wrong"),
        ("SUB-0", None, "id_out_of_range"),
        ("SUB-9223372036854775808", None, "id_out_of_range"),
    ],
)
def test_nonsense_is_refused_with_its_cause_and_its_field(typed, expected, code):
    with pytest.raises(IdError) as caught:
        parse_id(typed, expected=expected, field="subscription")

    assert caught.value.code == code
    assert caught.value.field == "subscription"
    assert caught.value.next_step
    assert len(str(caught.value)) < 200


def test_the_next_step_shows_an_identifier_of_the_expected_kind():
    with pytest.raises(IdError, match="Write it as ORD-204311"):
        parse_id("SUB-1", expected=IdKind.ORDER)


@given(st.text(max_size=30))
def test_any_text_is_refused_or_reads_the_same_once_written_out(text):
    try:
        found = parse_id(text)
    except IdError:
        return

    assert parse_id(str(found)) == found


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_a_number_outside_bigint_is_no_identifier(number):
    with pytest.raises(IdError) as caught:
        format_id(kind=IdKind.INVOICE, number=number)

    assert caught.value.code == "id_out_of_range"


def test_the_bounds_of_bigint_are_identifiers():
    assert format_id(kind=IdKind.CHARGE, number=2**63 - 1) == "CHG-9223372036854775807"
    assert format_id(kind=IdKind.CHARGE, number=1) == "CHG-1"
