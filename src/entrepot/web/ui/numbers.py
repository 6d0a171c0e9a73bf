"""Numbers in fields: written and read as the person's language does, with a decimal comma in German."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext

from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import AMOUNT_INTEGER_DIGITS, parse_decimal
from entrepot.kernel.numbers import plain_number


def has_decimal_comma() -> bool:
    """Tell whether the language of the request writes 1.234,56."""
    return (get_language() or "en").startswith("de")


def field_text(plain: str) -> str:
    """Write a plain number such as `1234.5` for a field."""
    return plain.replace(".", ",") if has_decimal_comma() else plain


def read_amount(
    text: str, *, field: str | None = None, integer_digits_max: int = AMOUNT_INTEGER_DIGITS
) -> Decimal:
    """Read what was typed. Raises: MoneyError as `parse_decimal`, and `number_ambiguous`."""
    plain = plain_number(text, decimal_comma=has_decimal_comma(), field=field)
    return parse_decimal(plain, field=field, integer_digits_max=integer_digits_max)


class AmountField(forms.DecimalField):
    """A price, an amount or a percentage in a form."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """Write a stored number; what was typed stays as it is."""
        return field_text(f"{value:f}") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        """Read what was typed, else refuse it with the reason."""
        if value in self.empty_values:
            return None
        try:
            plain = plain_number(str(value), decimal_comma=has_decimal_comma())
        except DomainError as refusal:
            raise forms.ValidationError(refusal.text(translate=gettext)) from refusal
        return super().to_python(plain)
