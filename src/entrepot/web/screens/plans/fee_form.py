"""What is asked for a vendor price: what it is for, and cost and retail price by levels."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from entrepot.domain.catalog.commands import Fee, FeeLevel
from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.web.ui.numbers import AmountField

_FURTHER_LEVELS = range(2, 6)
_LEVEL_PARTS = ("above", "cost", "retail")


class FeeForm(forms.Form):
    """A vendor price of a plan from a day on."""

    period = forms.ChoiceField(label=_("Period"))
    resource = forms.ChoiceField(label=_("Resource"))
    kind = forms.ChoiceField(
        label=_("Charged"),
        choices=[
            (PriceKind.RECURRING.value, _("every billing period")),
            (PriceKind.SETUP.value, _("once, at the first paid period")),
            (PriceKind.RENEWAL.value, _("with each further term")),
            (PriceKind.OVERUSE.value, _("overuse, per measured unit")),
        ],
    )
    market = forms.CharField(label=_("Market"), max_length=20)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    model = forms.ChoiceField(
        label=_("Price by quantity"),
        required=False,
        initial=PriceModel.FLAT.value,
        choices=[
            (PriceModel.FLAT.value, _("no: every unit costs the same")),
            (PriceModel.TIERED.value, _("tiered: each level has a price for its own units")),
            (PriceModel.VOLUME.value, _("volume: the level reached gives the price of all units")),
        ],
        help_text=_("Levels are for recurring prices and overuse, and stay as the first price."),
    )
    unit_cost = AmountField(
        label=_("Cost of a unit"), min_value=Decimal(0), max_digits=24, decimal_places=12
    )
    retail_price = AmountField(
        label=_("Recommended retail price"),
        min_value=Decimal(0),
        max_digits=24,
        decimal_places=12,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the fields of the levels after the first: `above_2`, `cost_2`, `retail_2` to `…_5`."""
        super().__init__(*args, **kwargs)
        for place in _FURTHER_LEVELS:
            self.fields[f"above_{place}"] = AmountField(
                label=_("Units above"),
                required=False,
                min_value=Decimal(0),
                max_digits=18,
                decimal_places=6,
            )
            for name, label in (
                ("cost", _("Cost of a unit")),
                ("retail", _("Recommended retail price")),
            ):
                self.fields[f"{name}_{place}"] = AmountField(
                    label=label,
                    required=False,
                    min_value=Decimal(0),
                    max_digits=24,
                    decimal_places=12,
                )

    @property
    def further_levels(self) -> list[list[forms.BoundField]]:
        """Give the fields of each level after the first, in order."""
        return [[self[f"{name}_{place}"] for name in _LEVEL_PARTS] for place in _FURTHER_LEVELS]

    @property
    def has_further_levels(self) -> bool:
        """Tell whether there is anything to see in levels after the first."""
        return any(field.value() or field.errors for row in self.further_levels for field in row)

    def clean(self) -> dict[str, Any]:
        """Ask for the rest of a level that is filled in part."""
        given = super().clean() or self.cleaned_data
        for place in _FURTHER_LEVELS:
            names = [f"{name}_{place}" for name in _LEVEL_PARTS]
            missing = [
                name for name in names if given.get(name) is None and name not in self.errors
            ]
            if 0 < len(missing) < len(names):
                for name in missing:
                    self.add_error(name, _("Fill in the whole level, or leave it empty."))
        return given

    @property
    def fee(self) -> Fee:
        """Give the price; after validation."""
        given = self.cleaned_data
        return Fee(
            plan_period_id=int(given["period"]),
            resource_id=int(given["resource"]),
            kind=PriceKind(given["kind"]),
            market=given["market"],
            currency=given["currency"].upper(),
            model=PriceModel(given["model"] or PriceModel.FLAT),
            levels=(
                FeeLevel(Decimal(0), given["unit_cost"], given["retail_price"]),
                *(
                    FeeLevel(*(given[f"{name}_{place}"] for name in _LEVEL_PARTS))
                    for place in _FURTHER_LEVELS
                    if given[f"above_{place}"] is not None
                ),
            ),
        )

    @property
    def valid_on(self) -> date:
        """Give the first day; after validation."""
        day: date = self.cleaned_data["valid_from"]
        return day
