"""The form of a new promotion: what is typed, which plans are meant, and what it asks the command for."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import NewPromotion
from entrepot.domain.resale.promotions import is_sold_by, plan_names, plans_to_promote
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.screens.customers.listing import TEXT_MAX
from entrepot.web.ui.numbers import AmountField

_NUMBER = re.compile(r"PLN-(\d{1,19})\)?$", re.ASCII | re.IGNORECASE)
_PPM_OF_PERCENT = 10_000
_NAMED_MAX = 6
# The command calls days and rates by the names of its own fields.
_FIELDS = {"valid_to": "last_day"}


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        """Write days as the browser's own field reads them, whatever the language."""
        super().__init__(format="%Y-%m-%d")


class _Plan(forms.TextInput):
    def __init__(self) -> None:
        """Offer the names of the list `plans` while somebody types."""
        super().__init__(attrs={"list": "plans", "autocomplete": "off"})


class PromotionForm(forms.Form):
    """A promotion as it is typed; `wanted` is what it asks for."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("Customers read it on offers, orders and invoices."),
        max_length=200,
    )
    code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=200,
        help_text=_("Who types it in the cart gets the promotion. Without a code everybody does."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    plan = forms.CharField(
        label=_("For the plan"),
        required=False,
        max_length=TEXT_MAX * 3,
        widget=_Plan(),
        help_text=_("Name, SKU or number, such as PLN-12. Empty: every plan that you sell."),
    )
    parent_plan = forms.CharField(
        label=_("Only for customers who have the plan"),
        required=False,
        max_length=TEXT_MAX * 3,
        widget=_Plan(),
    )
    recurring = AmountField(
        label=_("Off the price"),
        required=False,
        max_digits=7,
        decimal_places=4,
        help_text=_("Of every bill of the first term, pay as you go included."),
    )
    setup = AmountField(
        label=_("Off the set-up fee"), required=False, max_digits=7, decimal_places=4
    )
    valid_from = forms.DateField(label=_("First day"), widget=_Day())
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=_Day(),
        help_text=_("Empty: until you end it."),
    )
    on_renewal = forms.BooleanField(
        label=_("Also for terms that are renewed on these days"),
        required=False,
        help_text=_("Neither with a code nor with another plan."),
    )
    uses_max = forms.IntegerField(
        label=_("Orders that can take it at most"),
        required=False,
        help_text=_("Empty: as many as there are."),
    )
    once_per_customer = forms.BooleanField(label=_("Once per customer"), required=False)

    def __init__(
        self, data: Mapping[str, str] | None, *, viewer: Viewer, initial: Mapping[str, object]
    ) -> None:
        """Ask for a promotion of the viewer's account."""
        super().__init__(data, initial=dict(initial))
        self.viewer = viewer

    def clean_plan(self) -> int | None:
        """Find the plan that is meant."""
        return self._plan("plan")

    def clean_parent_plan(self) -> int | None:
        """Find the plan that is the condition."""
        return self._plan("parent_plan")

    def _plan(self, field: str) -> int | None:
        text: str = self.cleaned_data[field]
        number, fault = find_plan(self.viewer, text)
        if fault:
            raise forms.ValidationError(fault)
        return number

    @property
    def wanted(self) -> NewPromotion:
        """Give what is asked for; after validation."""
        given: dict[str, Any] = self.cleaned_data
        last: date | None = given["last_day"]
        return NewPromotion(
            name=given["name"],
            code=given["code"],
            plan_id=given["plan"],
            parent_plan_id=given["parent_plan"],
            recurring_ppm=_ppm(given["recurring"]),
            setup_ppm=_ppm(given["setup"]),
            valid_from=given["valid_from"],
            valid_to=min(last, date.max - timedelta(days=1)) + timedelta(days=1) if last else None,
            on_renewal=given["on_renewal"],
            uses_max=given["uses_max"],
            once_per_customer=given["once_per_customer"],
        )

    def field_of(self, name: str | None) -> str | None:
        """Give the field in which a refusal of the command is shown, None for the whole form."""
        found = _FIELDS.get(name or "", name)
        return found if found in self.fields else None


def find_plan(viewer: Viewer, text: str) -> tuple[int | None, str]:
    """Find the plan that a text means, None for an empty one; the second says why there is none."""
    wanted = " ".join(text.split())
    if not wanted:
        return None, ""
    if match := _NUMBER.search(wanted):
        number = min(int(match[1]), NUMBER_MAX)
        known = is_sold_by(viewer, plan_id=number)
        return (number, "") if known else (None, gettext("You sell no plan with this number."))
    found = plans_to_promote(viewer, search=wanted[:TEXT_MAX], limit=_NAMED_MAX)
    exact = [number for number, name in found.items() if name.casefold() == wanted.casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or list(found))[0], ""
    if not found:
        return None, gettext("No plan that you sell is called so.")
    names = ", ".join(f"{name} (PLN-{number})" for number, name in found.items())
    return None, gettext("Which one is meant: %(names)s?") % {"names": names}


def plan_text(viewer: Viewer, plan_id: int) -> str:
    """Write a plan as the form reads it."""
    name = plan_names(viewer, plan_ids=[plan_id]).get(plan_id, "")
    return f"{name} (PLN-{plan_id})"


def _ppm(percent: Decimal | None) -> int:
    return int((percent or 0) * _PPM_OF_PERCENT)
