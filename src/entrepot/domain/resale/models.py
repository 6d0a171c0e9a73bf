"""What sellers set of their own over the catalogue, who bills whom, and the prices agreed for a term."""

from enum import StrEnum

from django.db import models

from entrepot.domain.catalog.kinds import PriceKind, PriceModel
from entrepot.domain.resale import plan_models  # noqa: F401 - so that Django finds them
from entrepot.infra.db.fields import AmountField, PgEnumField, UnitPriceField
from entrepot.infra.db.models import TenantForeignKey, TenantKey, TenantModel, TenantReference


class MarginBasis(StrEnum):
    """What a margin rule is applied to: the seller's own cost, or the recommended retail price."""

    COST = "cost"
    RETAIL = "retail"


class TaxRounding(StrEnum):
    """Where tax is rounded on a document."""

    LINE = "line"
    GROUP = "group"


class HoldMode(StrEnum):
    """Whether the daily run puts and releases credit holds."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class ExchangeRate(models.Model):
    """One unit of `from_currency` in `to_currency` on a day, with where it was read (decision 18)."""

    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    on_date = models.DateField()
    source = models.CharField(max_length=80)

    class Meta:
        db_table = "exchange_rate"
        constraints = [
            models.UniqueConstraint(
                fields=["from_currency", "to_currency", "on_date"], name="exchange_rate_once"
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_positive"),
        ]


class MarginRule(models.Model):
    """How a seller makes its price where it set none: percent on its cost, or off the recommended retail price.

    The narrowest rule wins: plan, then sales category, then vendor, then the default. `percent_ppm` 125000 is
    +12.5 %; for the retail basis it is usually zero or negative. `digits` overrides the currency's exponent.
    """

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    basis = PgEnumField(MarginBasis)
    percent_ppm = models.IntegerField()
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, null=True, related_name="+")
    sales_category = models.ForeignKey(
        "catalog.SalesCategory", models.PROTECT, null=True, related_name="+"
    )
    vendor = models.ForeignKey("catalog.Vendor", models.PROTECT, null=True, related_name="+")
    digits = models.SmallIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "margin_rule"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent_ppm__gte=-1_000_000, percent_ppm__lte=100_000_000),
                name="margin_rule_bounds",
            ),
        ]
        indexes = [models.Index(fields=["seller", "valid_from"], name="margin_rule_seller")]


class SellerPrice(models.Model):
    """A seller's own price for a plan period, resource and kind in a span of days; rows are closed, never edited."""

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    plan_period = models.ForeignKey("catalog.PlanPeriod", models.PROTECT, related_name="+")
    resource = models.ForeignKey("catalog.Resource", models.PROTECT, related_name="+")
    kind = PgEnumField(PriceKind)
    currency = models.CharField(max_length=3)
    unit_price = UnitPriceField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "seller_price"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit_price__gte=0), name="seller_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="seller_price_span",
            ),
        ]
        indexes = [
            models.Index(
                fields=["seller", "plan_period", "resource", "kind", "currency", "valid_from"],
                name="seller_price_find",
            ),
        ]


class Promotion(models.Model):
    """A lower price that a seller gives for whole terms that begin while it runs.

    It is asked for by a code, comes with another plan that the customer has (`parent_plan`), or with every sale. `plan`
    None means each plan. Parts per million come off the recurring price, or the factor of usage, and off the setup fee.
    The span is half-open; a row is never edited but for an earlier end.
    """

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=40, default="", blank=True)
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, null=True, related_name="+")
    parent_plan = models.ForeignKey("catalog.Plan", models.PROTECT, null=True, related_name="+")
    recurring_ppm = models.IntegerField(default=0)
    setup_ppm = models.IntegerField(default=0)
    on_renewal = models.BooleanField(default=False)
    uses_max = models.IntegerField(null=True)
    once_per_customer = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "promotion"
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "code"], name="promotion_code_once", condition=~models.Q(code="")
            ),
            models.CheckConstraint(
                condition=models.Q(
                    recurring_ppm__gte=0,
                    recurring_ppm__lte=1_000_000,
                    setup_ppm__gte=0,
                    setup_ppm__lte=1_000_000,
                )
                & (models.Q(recurring_ppm__gt=0) | models.Q(setup_ppm__gt=0)),
                name="promotion_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="promotion_span",
            ),
            models.CheckConstraint(
                condition=models.Q(on_renewal=False) | models.Q(code="", parent_plan=None),
                name="promotion_renewal_is_for_all",
            ),
        ]
        indexes = [models.Index(fields=["seller", "-id"], name="promotion_of_seller")]


class SkuPrice(models.Model):
    """A seller's own price of a vendor's SKU for usage, from a month on until the next row of the same goods.

    Without bands it gives the SKU back to cost plus margins. Rows are never edited.
    """

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    provider_name = models.CharField(max_length=120)
    sku_id = models.CharField(max_length=200)
    pricing_unit = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()

    class Meta:
        db_table = "sku_price"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "seller",
                    "provider_name",
                    "sku_id",
                    "pricing_unit",
                    "currency",
                    "valid_from",
                ],
                name="sku_price_once",
            ),
        ]


class SkuPriceBand(models.Model):
    """The price of the units of a month above `lower_limit`, up to the next band."""

    pk = models.CompositePrimaryKey("sku_price_id", "lower_limit")
    sku_price = models.ForeignKey(SkuPrice, models.CASCADE, db_index=False, related_name="bands")
    lower_limit = UnitPriceField()
    unit_price = UnitPriceField()

    class Meta:
        db_table = "sku_price_band"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lower_limit__gte=0, unit_price__gte=0),
                name="sku_price_band_not_negative",
            ),
        ]


class BillingAccount(TenantModel):
    """Who bills whom in which currency, with terms, statement cycle and tax place (rule 6 of the domain reference).

    `statement_day` 0 means a statement on every day with charges, 1..31 the day of the month. `exponent` repeats the
    currency's number of decimals so that no statement of the billing run has to look it up. `ask_above`: orders that a
    seller's person places on the buyer's behalf for more wait for the buyer's own people; null asks for none.
    """

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    buyer = TenantForeignKey("parties.Account")
    currency = models.CharField(max_length=3)
    exponent = models.SmallIntegerField()
    statement_day = models.SmallIntegerField(default=1)
    due_days = models.SmallIntegerField(default=30)
    grace_days = models.SmallIntegerField(default=0)
    credit_limit = AmountField(null=True)
    hold_mode = PgEnumField(HoldMode, default=HoldMode.AUTOMATIC)
    bill_on_hold = models.BooleanField(default=True)
    suspend_on_hold = models.BooleanField(default=False)
    ask_above = AmountField(null=True)
    tax_rounding = PgEnumField(TaxRounding, default=TaxRounding.GROUP)
    seller_zone = models.ForeignKey("tax.TaxZone", models.PROTECT, null=True, related_name="+")
    buyer_zone = models.ForeignKey("tax.TaxZone", models.PROTECT, null=True, related_name="+")
    buyer_registered = models.BooleanField(default=False)
    opened_on = models.DateField()

    class Meta:
        db_table = "billing_account"
        constraints = [
            TenantKey(table="billing_account"),
            TenantReference(column="buyer_id", to_table="account", name="billing_account_buyer"),
            models.UniqueConstraint(
                fields=["tenant_id", "seller", "buyer", "currency"], name="billing_account_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    statement_day__gte=0, statement_day__lte=31, due_days__gte=0, grace_days__gte=0
                ),
                name="billing_account_bounds",
            ),
        ]
        indexes = [
            # Behind the second wall a row's tenant is asked for: with it, an index answers alone.
            models.Index(
                fields=["seller", "id"], name="billing_account_seller", include=["tenant_id"]
            ),
            models.Index(fields=["buyer", "id"], name="billing_account_buyer_ix"),
        ]


class Chain(TenantModel):
    """The sellers between the provider and one customer, for one currency and market of the vendor's prices."""

    customer = TenantForeignKey("parties.Account")
    market = models.CharField(max_length=20)
    tiers = models.SmallIntegerField()

    class Meta:
        db_table = "chain"
        constraints = [
            TenantKey(table="chain"),
            TenantReference(column="customer_id", to_table="account", name="chain_customer"),
            models.CheckConstraint(
                condition=models.Q(tiers__gte=1, tiers__lte=4), name="chain_tier_bounds"
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="chain_customer_ix")]


class ChainLink(TenantModel):
    """One tier of a chain: 1 is the provider's sale, the last one is the sale to the customer."""

    chain = TenantForeignKey(Chain)
    tier = models.SmallIntegerField()
    billing_account = TenantForeignKey(BillingAccount)
    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")

    class Meta:
        db_table = "chain_link"
        constraints = [
            TenantReference(column="chain_id", to_table="chain", name="chain_link_chain"),
            TenantReference(
                column="billing_account_id",
                to_table="billing_account",
                name="chain_link_billing_account",
            ),
            models.UniqueConstraint(fields=["chain", "tier"], name="chain_link_once"),
        ]


class SalePlace(models.Model):
    """Where a seller sells: the markets and pairs of currencies that its chains have on each tier.

    `cost_currency` is empty for the provider; `chain_id` is the first such chain and stands for all of them. A figure
    for pages of prices, which would read all chains of the seller; `verify` compares the two.
    """

    pk = models.CompositePrimaryKey("seller_id", "tier", "market", "cost_currency", "currency")
    seller_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    market = models.CharField(max_length=20)
    cost_currency = models.CharField(max_length=3, blank=True)
    currency = models.CharField(max_length=3)
    chain_id = models.BigIntegerField()

    class Meta:
        db_table = "sale_place"


class AgreedPrice(models.Model):
    """The price of one subscription item on one tier for a span of days; what rating, refunds and "why" read.

    Written at term start, renewal, for a new item, or by hand (decision 14). `item_id` refers by value. `unit_cost`
    is what the seller of this tier pays upstream for the same unit, in this row's currency at `exchange_rate`.
    A price with levels has a row for each: it counts for the units above `lower_limit` up to `upper_limit` as the model
    says (`units_at_level` in the database); one without units was replaced on its first day. A renewal at an unchanged
    price keeps the open row. With a promotion, `discount_ppm` is the promotion's and the standing discount is what the
    next term without one goes back to.
    """

    tenant_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    kind = PgEnumField(PriceKind)
    level = models.SmallIntegerField(default=0, db_default=0)
    model = PgEnumField(PriceModel, default=PriceModel.FLAT, db_default="flat")
    lower_limit = models.DecimalField(max_digits=20, decimal_places=6, default=0, db_default=0)
    upper_limit = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    unit_price = UnitPriceField()
    unit_cost = UnitPriceField()
    currency = models.CharField(max_length=3)
    discount_ppm = models.IntegerField(default=0)
    discount_label = models.CharField(max_length=80, default="", blank=True)
    promotion_id = models.BigIntegerField(null=True)
    standing_ppm = models.IntegerField(null=True)
    standing_label = models.CharField(max_length=80, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    catalog_price_id = models.BigIntegerField(null=True)
    seller_price_id = models.BigIntegerField(null=True)
    margin_rule_id = models.BigIntegerField(null=True)
    exchange_rate = models.DecimalField(max_digits=24, decimal_places=12, null=True)

    class Meta:
        db_table = "agreed_price"
        constraints = [
            models.UniqueConstraint(
                fields=["item_id", "tier", "kind", "level", "valid_from"],
                name="agreed_price_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    discount_ppm__gte=0, discount_ppm__lte=1_000_000, unit_price__gte=0
                ),
                name="agreed_price_bounds",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="agreed_price_span",
            ),
        ]
        indexes = [
            models.Index(
                fields=["item_id"], name="agreed_price_levels", condition=models.Q(level__gt=0)
            ),
        ]
