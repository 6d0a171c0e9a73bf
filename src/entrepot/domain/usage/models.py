"""What was used: imported files, totals per subscription and SKU, and measured resources."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import PgEnumField, QuantityField


class UsageImportState(StrEnum):
    """Where a usage file stands."""

    RUNNING = "running"
    APPLIED = "applied"
    APPLIED_WITH_REJECTS = "applied_with_rejects"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


class UsageImport(models.Model):
    """One usage file: its lines lie in Parquet at `parquet_path` (below the data folder), PostgreSQL has totals only.

    `problems` is a bounded list of {line, column, reason} of refused rows.
    """

    provider_name = models.CharField(max_length=120)
    file_name = models.CharField(max_length=250)
    sha256 = models.CharField(max_length=64)
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    state = PgEnumField(UsageImportState)
    lines = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    duplicate_lines = models.BigIntegerField(default=0)
    sub_accounts = models.IntegerField(default=0)
    parked_sub_accounts = models.IntegerField(default=0)
    billed_cost = models.DecimalField(max_digits=38, decimal_places=12, default=0)
    currency = models.CharField(max_length=3, default="USD")
    parquet_path = models.CharField(max_length=500, default="", blank=True)
    parquet_sha256 = models.CharField(max_length=64, default="", blank=True)
    problems = models.JSONField(default=list)
    engine = models.CharField(max_length=60, default="", blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=150)

    class Meta:
        db_table = "usage_import"
        indexes = [models.Index(fields=["-imported_at"], name="usage_import_recent")]


class UsageSource(models.Model):
    """Which import holds the valid lines of one provider, sub-account and period (the newest supersedes)."""

    provider_name = models.CharField(max_length=120)
    sub_account_id = models.CharField(max_length=200)
    period_start = models.DateField()
    period_end = models.DateField()
    usage_import = models.ForeignKey(UsageImport, models.PROTECT, related_name="+")

    class Meta:
        db_table = "usage_source"
        constraints = [
            models.UniqueConstraint(
                fields=["provider_name", "sub_account_id", "period_start"], name="usage_source_once"
            ),
        ]


class SubAccountLink(models.Model):
    """Which subscription a vendor's sub-account belongs to; `subscription_id` refers by value."""

    provider_name = models.CharField(max_length=120)
    sub_account_id = models.CharField(max_length=200)
    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    linked_at = models.DateTimeField()
    linked_by = models.CharField(max_length=150)

    class Meta:
        db_table = "sub_account_link"
        constraints = [
            models.UniqueConstraint(
                fields=["provider_name", "sub_account_id"], name="sub_account_link_once"
            ),
        ]
        indexes = [models.Index(fields=["subscription_id"], name="sub_account_link_sub")]


class ParkedSubAccount(models.Model):
    """A sub-account of a file that waits for a subscription, or for a price of its linked one; shown until then."""

    usage_import = models.ForeignKey(UsageImport, models.PROTECT, related_name="+")
    provider_name = models.CharField(max_length=120)
    sub_account_id = models.CharField(max_length=200)
    sub_account_name = models.CharField(max_length=250, default="", blank=True)
    lines = models.BigIntegerField()
    billed_cost = models.DecimalField(max_digits=38, decimal_places=12)
    mapped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "parked_sub_account"
        constraints = [
            models.UniqueConstraint(
                fields=["usage_import", "provider_name", "sub_account_id"],
                name="parked_sub_account_once",
            ),
        ]


class UsageTotal(models.Model):
    """The used quantity and amount of one subscription, SKU, period and tier that came with one import.

    `amount_before` and `amount_after` are the unrounded running amounts of all imports of that key, so that what is
    charged is round(after) - round(before) and always adds up to the rounded newest total. `billed_on` is set by the
    billing run, in the transaction of the charge. What links or prices change later joins a row that is not billed;
    after one that is billed comes another of the same import. `rated_at` is when that happened, None for the import's
    own rating: runs before it could not bill the row.
    """

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    sku = models.CharField(max_length=200)
    sku_name = models.CharField(max_length=300, default="", blank=True)
    unit = models.CharField(max_length=60, default="", blank=True)
    period_start = models.DateField()
    period_end = models.DateField()
    lines = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=38, decimal_places=12)
    cost = models.DecimalField(max_digits=38, decimal_places=12)
    amount_before = models.DecimalField(max_digits=38, decimal_places=12, default=0)
    amount_after = models.DecimalField(max_digits=38, decimal_places=12)
    currency = models.CharField(max_length=3)
    usage_import = models.ForeignKey(UsageImport, models.PROTECT, related_name="+")
    rated_at = models.DateTimeField(null=True)
    billed_on = models.DateField(null=True)

    class Meta:
        db_table = "usage_total"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "sku", "period_start", "tier", "usage_import"],
                condition=models.Q(billed_on=None),
                name="usage_total_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subscription_id", "sku", "period_start", "tier"], name="usage_total_key"
            ),
            models.Index(
                fields=["subscription_id"],
                name="usage_total_unbilled",
                condition=models.Q(billed_on=None),
            ),
        ]


class MeteredUsage(models.Model):
    """Measured units of one subscription item on one day; what exceeds the included units is overuse."""

    tenant_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    on_day = models.DateField()
    quantity = QuantityField()

    class Meta:
        db_table = "metered_usage"
        constraints = [
            models.UniqueConstraint(fields=["item_id", "on_day"], name="metered_usage_once")
        ]
