"""Where tax is owed and how much: seller zone x buyer zone x category."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import PgEnumField


class TaxTreatment(StrEnum):
    """How a sale is taxed."""

    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    EXEMPT = "exempt"


class TaxZone(models.Model):
    """A country, or a region of one, with one set of rules."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        db_table = "tax_zone"
        constraints = [models.UniqueConstraint(fields=["country", "region"], name="tax_zone_once")]


class TaxCategory(models.Model):
    """What kind of thing is sold, for tax."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)

    class Meta:
        db_table = "tax_category"


class TaxRule(models.Model):
    """The rate of one zone pair and category in a span of days; `rate_ppm` 190000 is 19 %.

    `buyer_registered` says whether the rule is for buyers with a tax number (reverse charge between businesses).
    Rows are closed and replaced, never edited.
    """

    seller_zone = models.ForeignKey(TaxZone, models.PROTECT, related_name="+")
    buyer_zone = models.ForeignKey(TaxZone, models.PROTECT, related_name="+")
    category = models.ForeignKey(TaxCategory, models.PROTECT, related_name="+")
    buyer_registered = models.BooleanField()
    treatment = PgEnumField(TaxTreatment)
    rate_ppm = models.IntegerField()
    label = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "tax_rule"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rate_ppm__gte=0, rate_ppm__lte=1_000_000), name="tax_rate_bounds"
            ),
        ]
        indexes = [
            models.Index(
                fields=["seller_zone", "buyer_zone", "category", "buyer_registered", "valid_from"],
                name="tax_rule_find",
            ),
        ]
