"""What is asked for services, resources, plans, periods, their resources and prices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.catalog.commands import (
    InPlan,
    PeriodFacts,
    PlanFacts,
    ResourceValues,
    ServiceValues,
)
from entrepot.domain.catalog.icons import ICONS
from entrepot.domain.catalog.kinds import RefundPolicy
from entrepot.domain.catalog.plans import PlanResourceRow
from entrepot.web.ui.numbers import AmountField

Pairs = Sequence[tuple[object, object]]
_CODE = {"autocapitalize": "none", "autocomplete": "off"}


class VersionForm(forms.Form):
    """A form that says which state of the object it was filled with."""

    version = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput())

    def offer(self, **choices: Pairs) -> None:
        """Give the choices of fields."""
        for name, offered in choices.items():
            self.fields[name].choices = list(offered)  # type: ignore[attr-defined]

    @property
    def state(self) -> str | None:
        """Give the version; after validation."""
        return self.cleaned_data["version"] or None


class ServiceForm(VersionForm):
    """A service."""

    vendor = forms.ChoiceField(label=_("Vendor"))
    name = forms.CharField(label=_("Name"), max_length=250)
    code = forms.CharField(label=_("Code"), max_length=80, widget=forms.TextInput(attrs=_CODE))
    icon = forms.ChoiceField(label=_("Icon"), choices=[(name, name) for name in ICONS])

    @property
    def values(self) -> ServiceValues:
        """Give the service; after validation."""
        given = self.cleaned_data
        return ServiceValues(
            vendor_id=int(given["vendor"]),
            code=given["code"],
            name=given["name"],
            icon=given["icon"],
        )


class ResourceForm(VersionForm):
    """A resource."""

    service = forms.ChoiceField(label=_("Service"))
    name = forms.CharField(label=_("Name"), max_length=250)
    code = forms.CharField(label=_("Code"), max_length=80, widget=forms.TextInput(attrs=_CODE))
    mpn = forms.CharField(label=_("Vendor's part number (MPN)"), required=False, max_length=80)
    unit_en = forms.CharField(label=_("Unit, English"), max_length=40)
    unit_de = forms.CharField(label=_("Unit, German"), required=False, max_length=40)
    is_measured = forms.BooleanField(
        label=_("Measured"),
        required=False,
        help_text=_(
            "Use is reported by the vendor, and what goes beyond the included units is charged."
        ),
    )

    @property
    def values(self) -> ResourceValues:
        """Give the resource; after validation."""
        given = self.cleaned_data
        unit = {code: given[f"unit_{code}"] for code in ("en", "de") if given[f"unit_{code}"]}
        return ResourceValues(
            service_id=int(given["service"]),
            code=given["code"],
            name=given["name"],
            unit=unit,
            is_measured=given["is_measured"],
            mpn=given["mpn"],
        )


class PlanForm(VersionForm):
    """A plan."""

    service = forms.ChoiceField(label=_("Service"))
    name = forms.CharField(label=_("Name"), max_length=250)
    product_code = forms.CharField(label=_("Product"), max_length=60)
    sku_code = forms.CharField(label=_("SKU"), max_length=60)
    segment = forms.CharField(
        label=_("Segment"),
        required=False,
        max_length=60,
        help_text=_("Such as Commercial or Education, as price lists write it."),
    )
    category = forms.ChoiceField(label=_("Sales category"), required=False)
    tax_category = forms.ChoiceField(label=_("Tax category"))
    description_en = forms.CharField(
        label=_("Description, English"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    description_de = forms.CharField(
        label=_("Description, German"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_usage = forms.BooleanField(
        label=_("Pay as you go"),
        required=False,
        help_text=_("Charged by what vendors' usage files report, not by the period."),
    )
    is_published = forms.BooleanField(
        label=_("Published"),
        required=False,
        help_text=_("Resellers and customers see it as soon as it has a period and a price."),
    )

    @property
    def values(self) -> PlanFacts:
        """Give the plan; after validation."""
        given = self.cleaned_data
        texts = {code: given[f"description_{code}"] for code in ("en", "de")}
        return PlanFacts(
            service_id=int(given["service"]),
            tax_category_id=int(given["tax_category"]),
            sales_category_id=int(given["category"]) if given["category"] else None,
            name=given["name"],
            product_code=given["product_code"],
            sku_code=given["sku_code"],
            segment=given["segment"],
            description={code: text for code, text in texts.items() if text},
            is_usage=given["is_usage"],
            is_published=given["is_published"],
        )


class PeriodForm(VersionForm):
    """A period of a plan."""

    term_months = forms.IntegerField(label=_("Term, months"), min_value=1, max_value=60)
    billing_months = forms.IntegerField(label=_("Billed every, months"), min_value=1, max_value=60)
    trial_days = forms.IntegerField(
        label=_("Trial, days"), min_value=0, max_value=366, help_text=_("0: no trial")
    )
    grace_days = forms.IntegerField(
        label=_("Grace, days"),
        min_value=0,
        max_value=366,
        help_text=_(
            "How long the service goes on free of charge after a term that is not renewed."
        ),
    )
    refund = forms.ChoiceField(
        label=_("Refund"),
        choices=[
            (RefundPolicy.PRORATED.value, _("the days that are left")),
            (RefundPolicy.NONE.value, _("none")),
        ],
    )
    full_refund_days = forms.IntegerField(
        label=_("Full refund within, days"),
        required=False,
        min_value=0,
        max_value=366,
        help_text=_("All of the running period with its fees; 0 or empty: never."),
    )
    refund_days = forms.IntegerField(
        label=_("Refund within, days"),
        required=False,
        min_value=0,
        max_value=366,
        help_text=_("Counted from the start of a term; empty: at any time."),
    )
    later_full_refund_days = forms.IntegerField(
        label=_("Full refund in later terms within, days"),
        required=False,
        min_value=0,
        max_value=366,
        help_text=_("Empty: as in the first term."),
    )
    later_refund_days = forms.IntegerField(
        label=_("Refund in later terms within, days"),
        required=False,
        min_value=0,
        max_value=366,
        help_text=_("Empty: as in the first term."),
    )
    locks_after_window = forms.BooleanField(
        label=_("After these days neither cancelled nor reduced before the next term"),
        required=False,
    )
    hold_days = forms.IntegerField(
        label=_("Kept after the end, days"),
        min_value=0,
        max_value=366,
        help_text=_("How long something that ended can be renewed; its service stands still."),
    )
    destroys_after_hold = forms.BooleanField(label=_("Removed for good after that"), required=False)
    destroys_on_cancel = forms.BooleanField(
        label=_("A cancellation removes the service at once"), required=False
    )
    is_active = forms.BooleanField(label=_("On sale"), required=False)

    @property
    def values(self) -> PeriodFacts:
        """Give the period; after validation."""
        given = self.cleaned_data
        return PeriodFacts(
            term_months=given["term_months"],
            billing_months=given["billing_months"],
            trial_days=given["trial_days"],
            grace_days=given["grace_days"],
            hold_days=given["hold_days"],
            destroys_after_hold=given["destroys_after_hold"],
            destroys_on_cancel=given["destroys_on_cancel"],
            refund=RefundPolicy(given["refund"]),
            full_refund_days=given["full_refund_days"] or 0,
            refund_days=given["refund_days"],
            later_full_refund_days=given["later_full_refund_days"],
            later_refund_days=given["later_refund_days"],
            locks_after_window=given["locks_after_window"],
            is_active=given["is_active"],
        )


class ContentsForm(VersionForm):
    """The resources of a plan; the fields of each are `included_7`, `minimum_7`, `maximum_7` by its id."""

    added = forms.ChoiceField(label=_("Add a resource"), required=False)

    def __init__(
        self, data: Mapping[str, str] | None, *, rows: Sequence[PlanResourceRow], version: str
    ) -> None:
        """Ask for the units of each resource that the plan has."""
        super().__init__(data, initial={"version": version})
        self.rows = rows
        for row in rows:
            self._ask(f"included_{row.resource_id}", _("Included"), row.included, required=False)
            self._ask(f"minimum_{row.resource_id}", _("At least"), row.minimum, required=False)
            self._ask(f"maximum_{row.resource_id}", _("At most"), row.maximum, required=False)

    def _ask(self, name: str, label: Any, value: Decimal | None, *, required: bool) -> None:
        shown = None if value is None else value.normalize()
        self.fields[name] = AmountField(
            label=label,
            required=required,
            initial=shown,
            min_value=Decimal(0),
            max_digits=20,
            decimal_places=6,
        )

    @property
    def fields_by_resource(self) -> list[tuple[PlanResourceRow, list[forms.BoundField]]]:
        """Give each resource with its fields."""
        names = ("included", "minimum", "maximum")
        return [(row, [self[f"{name}_{row.resource_id}"] for name in names]) for row in self.rows]

    @property
    def contents(self) -> list[InPlan]:
        """Give the resources in their order; after validation."""
        given = self.cleaned_data
        found = [
            InPlan(
                resource_id=row.resource_id,
                included=given[f"included_{row.resource_id}"] or Decimal(0),
                minimum=given[f"minimum_{row.resource_id}"],
                maximum=given[f"maximum_{row.resource_id}"],
            )
            for row in self.rows
        ]
        if given["added"]:
            found.append(InPlan(resource_id=int(given["added"])))
        return found


class NeedForm(forms.Form):
    """One more plan that is needed."""

    code = forms.CharField(
        label=_("Needed plan"),
        max_length=200,
        help_text=_(
            "Product and SKU, such as CB1T-17:0001, with the segment after another colon if several have it."
        ),
    )
    same_units = forms.BooleanField(
        label=_("In as many units as this plan"),
        required=False,
        help_text=_("Otherwise one unit."),
    )
    instead_of = forms.ChoiceField(
        label=_("Alternative to"),
        required=False,
        help_text=_("One of alternatives is enough; the first one that is sold comes by itself."),
    )

    def offer(self, *, known: Sequence[tuple[int, str]]) -> None:
        """Offer the plans that are needed already."""
        self.fields["instead_of"].choices = [  # type: ignore[attr-defined]
            ("", gettext("none: it is needed in any case")),
            *((str(key), name) for key, name in known),
        ]


class PartForm(forms.Form):
    """One more part of a composite resource."""

    part = forms.ChoiceField(label=_("Part"))
    units = AmountField(
        label=_("Units in each"), min_value=Decimal("0.000001"), max_digits=20, decimal_places=6
    )


def one_of(found: Sequence[int]) -> str:
    """Say why a code does not name one plan; nothing if it does."""
    if not found:
        return gettext("No plan has this product and SKU.")
    if len(found) > 1:
        return gettext("Several plans have this product and SKU: give the segment too.")
    return ""


def initial_of(values: Any, names: Sequence[str]) -> dict[str, Any]:
    """Give the values of an object by the names of fields that have the same."""
    return {name: getattr(values, name) for name in names}
