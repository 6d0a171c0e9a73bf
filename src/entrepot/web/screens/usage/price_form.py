"""What is asked to set an own price of a SKU: the goods, the month and up to five bands."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.resale.commands import Band, check_bands
from entrepot.domain.resale.queries import SkuGoods
from entrepot.kernel.errors import DomainError
from entrepot.web.screens.usage import words
from entrepot.web.ui.numbers import read_amount

BANDS_SHOWN = 5
_MONTHS_BACK, _MONTHS_AHEAD = 12, 12
_INTEGER_DIGITS = 12
# The command names its fields otherwise.
FIELD_OF = {
    "provider_name": "provider",
    "sku_id": "sku",
    "pricing_unit": "unit",
    "valid_from": "month",
    "currency": "currency",
}


class SkuPriceForm(forms.Form):
    """An own price; the fields of bands are `limit_1` (always 0) to `limit_5` and `price_1` to `price_5`."""

    provider = forms.CharField(
        label=_("Provider"), max_length=120, widget=forms.TextInput(attrs={"list": "providers"})
    )
    sku = forms.CharField(
        label=_("SKU"), max_length=200, widget=forms.TextInput(attrs={"list": "skus"})
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=120, widget=forms.TextInput(attrs={"list": "units"})
    )
    currency = forms.ChoiceField(label=_("Currency"))
    month = forms.ChoiceField(
        label=_("First month"),
        help_text=_("Stored usage of this month and later ones is rated again."),
    )
    withdraw = forms.BooleanField(
        label=_("No own price: back to cost plus margins"), required=False
    )

    def __init__(
        self, data: Mapping[str, str] | None, *, currencies: Sequence[str], today: date
    ) -> None:
        """Offer the currencies sold in and the months around the business date."""
        super().__init__(data)
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]
        self.fields["month"].choices = _months(today)  # type: ignore[attr-defined]
        for place in range(1, BANDS_SHOWN + 1):
            for name, label in (("limit", _("Units above")), ("price", _("Price of a unit"))):
                self.fields[f"{name}_{place}"] = forms.CharField(
                    label=label,
                    required=False,
                    max_length=60,
                )

    @property
    def further_bands(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Give the fields of each band after the first, in order."""
        return [
            (self[f"limit_{place}"], self[f"price_{place}"]) for place in range(2, BANDS_SHOWN + 1)
        ]

    @property
    def has_further_bands(self) -> bool:
        """Tell whether there is anything to see in bands after the first."""
        return any(field.value() or field.errors for row in self.further_bands for field in row)

    @property
    def goods(self) -> SkuGoods:
        """Say what the price is for; after validation."""
        given = self.cleaned_data
        return SkuGoods(given["provider"], given["sku"], given["unit"], given["currency"])

    @property
    def bands(self) -> list[Band]:
        """Give the bands in the order of the form, none for a withdrawal; after validation."""
        found: list[Band] = self.cleaned_data["bands"]
        return found

    @property
    def first_month(self) -> date:
        """Give the first day of the month that the price begins with; after validation."""
        return date.fromisoformat(self.cleaned_data["month"])

    def clean(self) -> dict[str, Any]:
        """Read the bands; rows that are left empty do not count."""
        given = super().clean() or self.cleaned_data
        given["bands"] = [] if given.get("withdraw") else self._bands(given)
        if not given["bands"] and not given.get("withdraw") and not self.errors:
            self.add_error("price_1", gettext("Give the price of a unit."))
        return given

    def _bands(self, given: Mapping[str, str]) -> list[Band]:
        bands = []
        for place in range(1, BANDS_SHOWN + 1):
            limit = "0" if place == 1 else given.get(f"limit_{place}", "")
            price = given.get(f"price_{place}", "")
            if not price and (not limit or place == 1):
                continue
            low, unit_price = (
                self._number("limit", place, limit),
                self._number("price", place, price),
            )
            if low is not None and unit_price is not None:
                bands.append(Band(low, unit_price))
        if not self.errors:
            self._check(bands)
        return bands

    def _check(self, bands: Sequence[Band]) -> None:
        try:
            check_bands(bands)
        except DomainError as refusal:
            self.add_error(None, refusal.text(translate=gettext))

    def _number(self, name: str, place: int, text: str) -> Decimal | None:
        field = f"{name}_{place}"
        if not text:
            missing = {
                "limit": gettext("Give the number of units above which this price holds."),
                "price": gettext("Give the price of a unit."),
            }
            self.add_error(field, missing[name])
            return None
        try:
            return read_amount(text, field=field, integer_digits_max=_INTEGER_DIGITS)
        except DomainError as refusal:
            self.add_error(field, refusal.text(translate=gettext))
            return None


def _months(today: date) -> list[tuple[str, str]]:
    """Name the months that a price may begin with, the earliest first."""
    middle = today.year * 12 + today.month - 1
    numbers = range(middle - _MONTHS_BACK, middle + _MONTHS_AHEAD + 1)
    days = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    return [(day.isoformat(), words.month(day)) for day in days]
