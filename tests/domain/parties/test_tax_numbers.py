"""VAT numbers by their form."""

import pytest

from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.tax_numbers import clean_tax_number


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("de 123.456-789", "DE", "DE123456789"),
        ("ATU12345678", "AT", "ATU12345678"),
        ("NL123456789B01", "DE", "NL123456789B01"),
        ("EL 123456789", "GR", "EL123456789"),
        # A national number, one of a country outside the Union, and none.
        ("22/815/08154", "DE", "22/815/08154"),
        ("CHE-123.456.789 MWST", "CH", "CHE-123.456.789 MWST"),
        ("DE1", "US", "DE1"),
        ("  ", "DE", ""),
    ],
)
def test_a_number_is_stored_in_one_spelling_or_as_it_was_typed(typed, country, stored):
    assert clean_tax_number(typed, country=country) == stored


@pytest.mark.parametrize("typed", ["DE12345678", "DE1234567890", "ATU1234567", "FR12", "DE"])
def test_a_number_of_another_length_or_shape_is_refused(typed):
    with pytest.raises(PartyInput) as refused:
        clean_tax_number(typed, country="DE")
    assert (refused.value.code, refused.value.field) == ("tax_number_malformed", "tax_number")
