"""Telephone numbers: checked by country, stored in one form, shown in two."""

import pytest

from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.phones import clean_phone, example_phone, shown_phone


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("040 / 300 342-0", "DE", "+49403003420"),
        ("+43 316 123456", "DE", "+43316123456"),
        ("00 43 316 123456", "DE", "+43316123456"),
        ("(503) 555-0142", "US", "+15035550142"),
        ("  ", "DE", ""),
    ],
)
def test_a_number_is_stored_in_one_form_however_it_was_typed(typed, country, stored):
    assert clean_phone(typed, country=country) == stored


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("call me", "DE", "phone_malformed"),
        ("040 300342 ext. 12", "DE", "phone_malformed"),
        ("0" * 41, "DE", "phone_malformed"),
        ("040 3003420", "XX", "phone_malformed"),
        ("12", "DE", "phone_unknown"),
        ("+1 555 0142", "US", "phone_unknown"),
        ("+999 40 3003420", "DE", "phone_malformed"),
    ],
)
def test_what_no_numbering_plan_has_is_refused_at_its_field(typed, country, code):
    with pytest.raises(PartyInput) as refused:
        clean_phone(typed, country=country, field="billing-phone")

    assert (refused.value.code, refused.value.field) == (code, "billing-phone")


def test_a_number_reads_as_people_of_the_country_write_it():
    home = shown_phone("+49403003420", country="DE")
    abroad = shown_phone("+49403003420", country="AT")
    unchecked = shown_phone("ask for Heidi", country="DE")

    assert (home.national, home.international) == ("040 3003420", "+49 40 3003420")
    assert (home.is_foreign, abroad.is_foreign) == (False, True)
    assert unchecked.national == unchecked.international == "ask for Heidi"
    assert clean_phone(example_phone(country="CH"), country="CH").startswith("+41")
    assert example_phone(country="XX") == ""
