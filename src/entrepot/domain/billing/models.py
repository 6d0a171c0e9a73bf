"""Runs, charges and documents. High-volume tables carry no foreign keys; the run checks its own references."""

from django.db import models

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind, QuarantineReason, RunStep
from entrepot.infra.db.fields import AmountField, PgEnumField, UnitPriceField


class BillingRun(models.Model):
    """One business date. `step` says what is being worked on; `done` means complete, perhaps with quarantine.

    Business date = the last done day + 1 (decision 13). `first_day` is the business date when the run was opened:
    the same day, unless a run for tests jumped over days; documents of all days since then belong to this run.
    """

    day = models.DateField(unique=True)
    first_day = models.DateField()
    step = PgEnumField(RunStep, default=RunStep.RATE)
    chunk_size = models.IntegerField()
    due = models.BigIntegerField(default=0)
    charges = models.BigIntegerField(default=0)
    documents = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    workers = models.SmallIntegerField(default=1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=150, default="", blank=True)
    fingerprint = models.CharField(max_length=80, default="", blank=True)
    proof = models.JSONField(default=dict)

    class Meta:
        db_table = "billing_run"


class RunChunk(models.Model):
    """A range of ids that one worker does in one transaction; `rows`, `seconds` and `counts` are what it measured."""

    run_id = models.BigIntegerField()
    step = PgEnumField(RunStep)
    number = models.IntegerField()
    id_from = models.BigIntegerField()
    id_to = models.BigIntegerField()
    is_done = models.BooleanField(default=False)
    rows = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "run_chunk"
        constraints = [
            models.UniqueConstraint(fields=["run_id", "step", "number"], name="run_chunk_once")
        ]


class Quarantine(models.Model):
    """A subscription that could not be billed: it stays due and is tried again by every run and by a button.

    `last_bill` is the net of the provider's own sale in the last charged period, null before the first one.
    """

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    reason = PgEnumField(QuarantineReason)
    detail = models.JSONField(default=dict)
    due_on = models.DateField()
    first_day = models.DateField()
    last_day = models.DateField()
    tries = models.IntegerField(default=1)
    resolved_on = models.DateField(null=True)
    last_bill = models.DecimalField(max_digits=20, decimal_places=3, null=True)
    currency = models.CharField(max_length=3, default="", db_default="", blank=True)

    class Meta:
        db_table = "quarantine"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id"],
                name="quarantine_open_once",
                condition=models.Q(resolved_on=None),
            ),
        ]
        indexes = [
            models.Index(fields=["last_day"], name="quarantine_day"),
            # Which runs a row belongs to is asked by both ends of its span.
            models.Index(
                fields=["first_day", "last_day"], name="quarantine_span", include=["resolved_on"]
            ),
        ]


class MonthEndSales(models.Model):
    """What a seller's own customers paid a month at the end of a past month, and what the seller paid for it.

    A figure for home pages, kept for sellers whose documents are too many to add up again for a page
    (`flows/home/sales.py`). `sales_category_id` is 0 for plans without one.
    """

    pk = models.CompositePrimaryKey("seller_id", "day", "currency", "sales_category_id")
    seller_id = models.BigIntegerField()
    day = models.DateField()
    currency = models.CharField(max_length=3)
    sales_category_id = models.BigIntegerField()
    price = models.DecimalField(max_digits=24, decimal_places=6)
    cost = models.DecimalField(max_digits=24, decimal_places=6)

    class Meta:
        db_table = "month_end_sales"


class Charge(models.Model):
    """One amount for one item on one tier: everything that is needed to calculate it again. Never changed.

    `period_start`..`period_end` are the days that this charge covers (half-open); `num`/`den` the part of the natural
    period. `statement_on` is the day of the document that will carry it, fixed here, so that "not yet invoiced" is a
    value and not a flag. `level` is that of the agreed price, 0 for prices without levels. `cause_id` is the quantity
    change, usage total or reversed charge, 0 for none. Rates are parts per million.
    """

    tenant_id = models.BigIntegerField()
    billing_account_id = models.BigIntegerField()
    statement_on = models.DateField()
    billed_on = models.DateField()
    subscription_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    kind = PgEnumField(ChargeKind)
    period_start = models.DateField()
    period_end = models.DateField()
    num = models.IntegerField()
    den = models.IntegerField()
    exponent = models.SmallIntegerField()
    agreed_price_id = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=38, decimal_places=12)
    unit_price = UnitPriceField()
    discount_ppm = models.IntegerField(default=0)
    tax_rule_id = models.BigIntegerField()
    tax_ppm = models.IntegerField()
    cause_id = models.BigIntegerField(default=0)
    level = models.SmallIntegerField(default=0, db_default=0)
    list_amount = AmountField()
    discount_amount = AmountField()
    net = AmountField()
    tax = AmountField()

    class Meta:
        db_table = "charge"
        constraints = [
            models.UniqueConstraint(
                fields=["period_start", "item_id", "tier", "level", "kind", "cause_id"],
                name="charge_once_per_period",
            ),
        ]
        indexes = [
            models.Index(fields=["statement_on", "billing_account_id"], name="charge_by_statement")
        ]


class DocumentTax(models.Model):
    """What one document holds of one tax rule; made before the document's head, which is their sum."""

    tenant_id = models.BigIntegerField()
    statement_on = models.DateField()
    billing_account_id = models.BigIntegerField()
    seller_id = models.BigIntegerField()
    tax_rule_id = models.BigIntegerField()
    tax_ppm = models.IntegerField()
    lines = models.IntegerField()
    list_amount = AmountField()
    discount_amount = AmountField()
    net = AmountField()
    tax = AmountField()

    class Meta:
        db_table = "document_tax"
        constraints = [
            models.UniqueConstraint(
                fields=["statement_on", "billing_account_id", "tax_rule_id"],
                name="document_tax_once",
            ),
        ]


class NumberSeries(models.Model):
    """The last number given to a seller's documents of one kind and year; the row is locked while numbers are drawn."""

    seller_id = models.BigIntegerField()
    kind = PgEnumField(DocumentKind)
    year = models.SmallIntegerField()
    prefix = models.CharField(max_length=10)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "number_series"
        constraints = [
            models.UniqueConstraint(fields=["seller_id", "kind", "year"], name="number_series_once")
        ]


class Invoice(models.Model):
    """The head of an invoice or credit note: one billing account on one statement day.

    Amounts of a credit note are negative, as its lines are. `open_amount` is what is still to be paid (0 for credit
    notes, whose amount became account credit). `due_on` = issue day + due days - 1. People see a document when the run
    of its issue day is done.
    """

    tenant_id = models.BigIntegerField()
    billing_account_id = models.BigIntegerField()
    seller_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField()
    kind = PgEnumField(DocumentKind)
    year = models.SmallIntegerField()
    number = models.BigIntegerField()
    number_text = models.CharField(max_length=40)
    statement_on = models.DateField()
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    exponent = models.SmallIntegerField()
    lines = models.IntegerField()
    list_amount = AmountField()
    discount_amount = AmountField()
    net = AmountField()
    tax = AmountField()
    gross = AmountField()
    open_amount = AmountField()

    class Meta:
        db_table = "invoice"
        constraints = [
            models.UniqueConstraint(
                fields=["statement_on", "billing_account_id"], name="invoice_once_per_statement"
            ),
            models.UniqueConstraint(
                fields=["seller_id", "kind", "year", "number"], name="invoice_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(open_amount__gte=0), name="invoice_open_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer_id", "-issued_on", "-id"], name="invoice_of_buyer"),
            # Behind the second wall a row's tenant is asked for: with it, an index answers alone.
            models.Index(
                fields=["seller_id", "-issued_on", "-id"],
                name="invoice_of_seller",
                include=["tenant_id"],
            ),
            models.Index(
                fields=["billing_account_id", "issued_on", "id"],
                name="invoice_open",
                condition=models.Q(open_amount__gt=0),
            ),
            models.Index(
                fields=["due_on"], name="invoice_open_due", condition=models.Q(open_amount__gt=0)
            ),
            # Counts, sums and pages of a seller's tabs without reading the documents.
            models.Index(
                fields=["seller_id", "-issued_on", "-id"],
                name="invoice_open_of_seller",
                condition=models.Q(open_amount__gt=0),
                include=["due_on", "currency", "gross", "open_amount", "tenant_id"],
            ),
            models.Index(
                fields=["seller_id", "-issued_on", "-id"],
                name="invoice_credit_of_seller",
                condition=models.Q(kind=DocumentKind.CREDIT_NOTE.value),
                include=["tenant_id"],
            ),
        ]


class InvoiceLine(models.Model):
    """The frozen numbering of a document: which charge stands on which line, and the part of the tax it shows."""

    pk = models.CompositePrimaryKey("invoice_id", "line_no")
    invoice_id = models.BigIntegerField()
    line_no = models.IntegerField()
    charge_id = models.BigIntegerField()
    tax = AmountField()

    class Meta:
        db_table = "invoice_line"


class Rehearsal(models.Model):
    """What a rehearsed day would bring: totals, and the differences to each subscription's own previous period.

    `fingerprint` is that of the rehearsed day (`sql/fingerprint.sql`); a later run with the same one did exactly this.
    `differences` holds, per dimension (reseller, customer, plan, subscription), the largest rows with unexplained ones
    first, and the sum of the rest.
    """

    day = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150, default="", blank=True)
    seconds = models.FloatField(default=0)
    due = models.BigIntegerField(default=0)
    charges = models.BigIntegerField(default=0)
    documents = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=80, default="", blank=True)
    totals = models.JSONField(default=dict)
    differences = models.JSONField(default=dict)

    class Meta:
        db_table = "rehearsal"
        indexes = [models.Index(fields=["-day", "-id"], name="rehearsal_day")]
