"""What the provider's vendors offer: services, resources, plans, periods and dated prices.

These are provider-level rows without a tenant; what a reseller sets of its own lives in `resale`.
"""

from django.db import models

from entrepot.domain.catalog.kinds import (
    ImportState,
    PriceKind,
    PriceModel,
    RefundPolicy,
    SwitchTime,
)
from entrepot.infra.db.fields import PgEnumField, UnitPriceField


class Vendor(models.Model):
    """The publisher of services; outside the account tree."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        db_table = "vendor"


class SalesCategory(models.Model):
    """A shelf of the marketplace; decides display, never tax. Texts by language in `name`."""

    code = models.CharField(max_length=40, unique=True)
    name = models.JSONField(default=dict)
    icon = models.CharField(max_length=40, default="package")
    position = models.SmallIntegerField(default=0)
    display_in_customer_panel = models.BooleanField(default=True)

    class Meta:
        db_table = "sales_category"


class Service(models.Model):
    """What gets provisioned."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="+")
    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=250)
    icon = models.CharField(max_length=40, default="package")

    class Meta:
        db_table = "service"


class Resource(models.Model):
    """A countable unit of a service, such as a seat or a gigabyte. `unit` holds texts by language.

    `mpn` is the number by which the vendor's lists and other systems name it; several may share one.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=250)
    unit = models.JSONField(default=dict)
    is_measured = models.BooleanField(default=False)
    mpn = models.CharField(max_length=80, default="", db_default="", blank=True)

    class Meta:
        db_table = "resource"


class ResourcePart(models.Model):
    """What a composite resource holds: so many units of another resource in each of its own."""

    whole = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    part = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    units = models.DecimalField(max_digits=20, decimal_places=6, default=1)

    class Meta:
        db_table = "resource_part"
        constraints = [
            models.UniqueConstraint(fields=["whole", "part"], name="resource_part_once"),
            models.CheckConstraint(
                condition=models.Q(units__gt=0) & ~models.Q(whole=models.F("part")),
                name="resource_part_apart",
            ),
        ]


class Plan(models.Model):
    """A sellable package: one vendor product and SKU in one market segment (decision 17)."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    sales_category = models.ForeignKey(SalesCategory, models.PROTECT, null=True, related_name="+")
    tax_category = models.ForeignKey("tax.TaxCategory", models.PROTECT, related_name="+")
    name = models.CharField(max_length=250)
    description = models.JSONField(default=dict)
    product_code = models.CharField(max_length=60)
    sku_code = models.CharField(max_length=60)
    segment = models.CharField(max_length=60, default="", blank=True)
    is_usage = models.BooleanField(default=False)
    is_published = models.BooleanField(default=True)

    class Meta:
        db_table = "plan"
        constraints = [
            models.UniqueConstraint(
                fields=["product_code", "sku_code", "segment"], name="plan_once"
            ),
        ]


class PlanResource(models.Model):
    """A resource in a plan. `included` units per unit of the plan's quantity are free before overuse starts.

    An order asks for `minimum` units at least and `maximum` at most; null means no bound.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    included = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    minimum = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    maximum = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "plan_resource"
        constraints = [
            models.UniqueConstraint(fields=["plan", "resource"], name="plan_resource_once"),
            models.CheckConstraint(
                condition=models.Q(minimum=None)
                | models.Q(maximum=None)
                | models.Q(minimum__lte=models.F("maximum")),
                name="plan_resource_bounds",
            ),
        ]


class PlanNeed(models.Model):
    """A plan that has to be bought with another one: it is added to the cart, unless the buyer has it.

    With `same_units` as many units as of the plan that needs it, else one. Needs of one plan with the same `choice`
    above zero are alternatives: one of them is enough.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    needed = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    same_units = models.BooleanField(default=False)
    choice = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "plan_need"
        constraints = [
            models.UniqueConstraint(fields=["plan", "needed"], name="plan_need_once"),
            models.CheckConstraint(
                condition=~models.Q(plan=models.F("needed")), name="plan_need_apart"
            ),
        ]


class PlanPeriod(models.Model):
    """How long a plan is bought for and how often it is billed; months.

    `grace_days` run free after a term that is not renewed; `refund_days` is how long after the start of a term a
    cancellation gives money back, null meaning always (decision 11 of the domain reference). Within
    `full_refund_days` it is all of the running period with its fees. Later terms have the same windows unless
    `later_refund_days` and `later_full_refund_days` say otherwise. With `locks_after_window` nothing can be cancelled
    or reduced after these days before the next term.
    What has ended can be renewed for `hold_days`, while its service stands still; then it is removed for good if
    `destroys_after_hold`, else it stays so. `destroys_on_cancel` removes a cancelled service at the vendor at once.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+")
    term_months = models.SmallIntegerField()
    billing_months = models.SmallIntegerField()
    trial_days = models.SmallIntegerField(default=0)
    grace_days = models.SmallIntegerField(default=0)
    hold_days = models.SmallIntegerField(default=30, db_default=30)
    destroys_after_hold = models.BooleanField(default=False, db_default=False)
    destroys_on_cancel = models.BooleanField(default=True, db_default=True)
    refund = PgEnumField(RefundPolicy, default=RefundPolicy.PRORATED)
    full_refund_days = models.SmallIntegerField(default=0, db_default=0)
    refund_days = models.SmallIntegerField(null=True)
    later_full_refund_days = models.SmallIntegerField(null=True)
    later_refund_days = models.SmallIntegerField(null=True)
    locks_after_window = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        db_table = "plan_period"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "term_months", "billing_months"], name="plan_period_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    term_months__gte=1, billing_months__gte=1, trial_days__gte=0, grace_days__gte=0
                ),
                name="plan_period_bounds",
            ),
        ]


class PlanSwitch(models.Model):
    """A plan period to which subscriptions of another one may go over (section 2.7 of the domain reference).

    `refunds` gives the rest of the charged period back; `keeps_term_end` lets the new term end when the old one would
    have, else it is a whole new one.
    """

    from_period = models.ForeignKey(PlanPeriod, models.PROTECT, related_name="+")
    to_period = models.ForeignKey(PlanPeriod, models.PROTECT, related_name="+")
    takes_effect = PgEnumField(SwitchTime, default=SwitchTime.NOW)
    refunds = models.BooleanField(default=True)
    keeps_term_end = models.BooleanField(default=True)

    class Meta:
        db_table = "plan_switch"
        constraints = [
            models.UniqueConstraint(fields=["from_period", "to_period"], name="plan_switch_once"),
            models.CheckConstraint(
                condition=~models.Q(from_period=models.F("to_period")), name="plan_switch_apart"
            ),
        ]


class PlanChange(models.Model):
    """What a seller changed of a plan, for those that sell it on: one value before and after.

    `seller_id` null is the provider's catalogue, else a reseller's own value (the id by value). `offers` marks a plan
    that was put on sale: it is new for the sellers below. Rows are never edited.
    """

    seller_id = models.BigIntegerField(null=True)
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    field = models.CharField(max_length=30)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    offers = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "plan_change"
        indexes = [
            models.Index(
                fields=["plan", "id"], name="plan_change_offers", condition=models.Q(offers=True)
            ),
        ]


class PriceListImport(models.Model):
    """One price list that somebody loaded; rows of `catalog_price` say which list they came from."""

    file_name = models.CharField(max_length=250)
    sha256 = models.CharField(max_length=64)
    state = PgEnumField(ImportState)
    rows = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    created_plans = models.IntegerField(default=0)
    created_periods = models.IntegerField(default=0)
    created_prices = models.IntegerField(default=0)
    changed_prices = models.IntegerField(default=0)
    effective_on = models.DateField(null=True)
    report = models.JSONField(default=dict)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=150)

    class Meta:
        db_table = "price_list_import"
        indexes = [models.Index(fields=["-imported_at"], name="price_list_import_recent")]


class CatalogPrice(models.Model):
    """The vendor's price in one market and span of days: what the provider pays and the recommended retail price.

    Amounts are per unit and billing period, already broken down from the list's basis (decision 16). A change closes
    the row and adds one; the span is half-open. A price with levels has a row for each of them on a day: it counts for
    the units above `lower_limit`, up to the next level's; the lowest is 0.
    """

    plan_period = models.ForeignKey(PlanPeriod, models.PROTECT, related_name="+")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    kind = PgEnumField(PriceKind, default=PriceKind.RECURRING)
    model = PgEnumField(PriceModel, default=PriceModel.FLAT, db_default="flat")
    lower_limit = models.DecimalField(max_digits=20, decimal_places=6, default=0, db_default=0)
    market = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    unit_cost = UnitPriceField()
    retail_price = UnitPriceField()
    listed_cost = UnitPriceField()
    listed_retail = UnitPriceField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    price_list = models.ForeignKey(PriceListImport, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "catalog_price"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit_cost__gte=0, retail_price__gte=0),
                name="catalog_price_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(lower_limit=0)
                | (models.Q(lower_limit__gt=0) & ~models.Q(model=PriceModel.FLAT.value)),
                name="catalog_price_level",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="catalog_price_span",
            ),
        ]
        indexes = [
            models.Index(
                fields=["plan_period", "resource", "kind", "market", "valid_from"],
                name="catalog_price_find",
            ),
        ]
