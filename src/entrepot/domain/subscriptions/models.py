"""Subscriptions: the wide row that people see, the narrow row that billing moves, items, changes, terms, spans."""

from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.infra.db.fields import PgEnumField, QuantityField
from entrepot.infra.db.models import TenantForeignKey, TenantKey, TenantModel, TenantReference


class SpanEnd(StrEnum):
    """Why a span of delivered service ended."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HELD = "held"


class Subscription(TenantModel):
    """One purchase of one plan for one customer; what lists and pages show.

    `seller_id` is the account that sells to the customer (last tier) and `customer_path` repeats the customer's place
    in the tree, so that lists need no join to be filtered by subtree. `search_text` is what the search box matches:
    customer, plan, id and vendor reference, case folded. `destroy_on` is the day on which an ended one is removed for
    good; null when it is not. `follows_id` is the subscription that a plan switch ended for this one.
    """

    customer = TenantForeignKey("parties.Account", db_index=False)
    seller_id = models.BigIntegerField()
    customer_path = models.TextField()
    customer_name = models.CharField(max_length=250)
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, related_name="+")
    plan_name = models.CharField(max_length=250)
    plan_period = models.ForeignKey("catalog.PlanPeriod", models.PROTECT, related_name="+")
    chain = TenantForeignKey("resale.Chain")
    is_own = models.BooleanField(default=False)
    status = PgEnumField(Status, type_name="subscription_status", default=Status.ORDERED)
    admin_hold = models.BooleanField(default=False)
    credit_hold = models.BooleanField(default=False)
    auto_renew = models.BooleanField(default=True)
    started_on = models.DateField(null=True)
    trial_end = models.DateField(null=True)
    term_start = models.DateField(null=True)
    term_end = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    destroy_on = models.DateField(null=True)
    follows_id = models.BigIntegerField(null=True)
    cancel_on = models.DateField(null=True)
    cancel_reason = models.CharField(max_length=80, default="", blank=True)
    currency = models.CharField(max_length=3)
    quantity = QuantityField(default=0)
    vendor_reference = models.CharField(max_length=120, default="", blank=True)
    purchase_order = models.CharField(max_length=80, default="", blank=True)
    search_text = models.TextField(default="")
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "subscription"
        constraints = [
            TenantKey(table="subscription"),
            TenantReference(column="customer_id", to_table="account", name="subscription_customer"),
            TenantReference(column="chain_id", to_table="chain", name="subscription_chain"),
        ]
        indexes = [
            models.Index(
                fields=["destroy_on", "id"],
                name="subscription_destroy",
                condition=~models.Q(destroy_on=None),
            ),
            models.Index(
                fields=["follows_id"],
                name="subscription_follows",
                condition=~models.Q(follows_id=None),
            ),
        ]


class SubscriptionItem(TenantModel):
    """One resource of a subscription with its quantity now; future quantities wait in `quantity_change`."""

    subscription = TenantForeignKey(Subscription, db_index=False)
    resource = models.ForeignKey("catalog.Resource", models.PROTECT, related_name="+")
    quantity = QuantityField()
    included = QuantityField(default=0)
    is_measured = models.BooleanField(default=False)
    position = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "subscription_item"
        constraints = [
            TenantKey(table="subscription_item"),
            TenantReference(
                column="subscription_id", to_table="subscription", name="subscription_item_sub"
            ),
            models.UniqueConstraint(
                fields=["subscription", "resource"], name="subscription_item_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=0), name="subscription_item_not_negative"
            ),
        ]


class TermCalendar(models.Model):
    """When the running term of an active subscription ends; `ends_on` is null while none is running.

    It repeats four facts of `subscription` for the lists that are sorted by that day. A renewal moves this narrow row
    with its three indexes instead of a wide one with all of its indexes (docs/decisions/0009-term-calendar.md);
    `verify` compares the two. A subscription has no row before its first term.
    """

    subscription_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    seller_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    auto_renew = models.BooleanField()
    ends_on = models.DateField(null=True)

    class Meta:
        db_table = "term_calendar"
        indexes = [
            models.Index(
                fields=[*owner, "auto_renew", "ends_on", "subscription_id"],
                name=f"term_calendar_{name}",
                condition=~models.Q(ends_on=None),
                # Behind the second wall a row's tenant is asked for: with it, an index answers alone.
                include=["tenant_id"] if owner else None,
            )
            for name, owner in (("all", ()), ("sold", ("seller_id",)), ("bought", ("customer_id",)))
        ]


class PromotionTaken(models.Model):
    """A promotion that an order took for one tier of its subscription: it counts for the first paid term."""

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    promotion_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()

    class Meta:
        db_table = "promotion_taken"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "tier"], name="promotion_taken_once"
            ),
        ]
        indexes = [
            models.Index(fields=["promotion_id", "customer_id"], name="promotion_taken_by"),
        ]


class SubscriptionMoney(models.Model):
    """What one tier of a subscription earns and pays a month at today's quantities and agreed prices, after discount.

    A figure for lists and home pages, refreshed whenever a price or quantity changes; documents never read it.
    """

    pk = models.CompositePrimaryKey("subscription_id", "tier")
    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    tier = models.SmallIntegerField()
    seller_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    monthly_price = models.DecimalField(max_digits=20, decimal_places=3)
    monthly_cost = models.DecimalField(max_digits=20, decimal_places=3)

    class Meta:
        db_table = "subscription_money"
        indexes = [
            # What a seller earns now is added up from this index alone.
            models.Index(
                fields=["seller_id", "subscription_id"],
                name="subscription_money_sold",
                include=["currency", "monthly_price", "monthly_cost", "tenant_id"],
            ),
        ]


class SubBilling(models.Model):
    """The narrow billing state of one subscription; the only row that the daily run moves for everybody.

    `due_on` is the next day on which something has to be charged or changed: the smallest of period end, term end,
    trial end, grace end, cancellation and next quantity change; null when nothing can happen. Usage that is reported
    later makes a pay-as-you-go subscription due once more after its end. Whoever changes
    anything that billing reads locks this row first and raises `version`; the run compares it before it commits.
    `period_end` is the exclusive end of what has been charged. `renews_once` lets one more term follow whatever
    `auto_renew` says; `next_term_end` is where the term ends that starts next, instead of after `term_months`.
    """

    subscription_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    due_on = models.DateField(null=True)
    status = PgEnumField(Status, type_name="subscription_status")
    anchor_day = models.SmallIntegerField()
    billing_months = models.SmallIntegerField()
    term_months = models.SmallIntegerField()
    grace_days = models.SmallIntegerField(default=0)
    period_start = models.DateField(null=True)
    period_end = models.DateField(null=True)
    term_end = models.DateField(null=True)
    trial_end = models.DateField(null=True)
    grace_end = models.DateField(null=True)
    cancel_on = models.DateField(null=True)
    cancel_refund = models.BooleanField(default=False)
    cancel_full = models.BooleanField(default=False, db_default=False)
    next_change_on = models.DateField(null=True)
    auto_renew = models.BooleanField(default=True)
    renews_once = models.BooleanField(default=False, db_default=False)
    next_term_end = models.DateField(null=True)
    setup_done = models.BooleanField(default=False)
    is_usage = models.BooleanField(default=False)
    chain_id = models.BigIntegerField()
    plan_period_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    tax_category_id = models.BigIntegerField()
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "sub_billing"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_on=None)
                | models.Q(status__in=["trial", "active", "graced"])
                | models.Q(is_usage=True, status__in=["expired", "cancelled"]),
                name="sub_billing_due_only_running",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "subscription_id"],
                name="sub_billing_due",
                condition=~models.Q(due_on=None),
            ),
            models.Index(
                fields=["trial_end", "subscription_id"],
                name="sub_billing_trial",
                condition=models.Q(status=Status.TRIAL.value),
            ),
        ]


class QuantityChange(models.Model):
    """A new quantity of an item from a day on. `applied_on` is set by billing together with the charge."""

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    effective_on = models.DateField()
    new_quantity = QuantityField()
    old_quantity = QuantityField(null=True)
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=150)
    applied_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "quantity_change"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(new_quantity__gte=0), name="quantity_change_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["subscription_id", "effective_on"],
                name="quantity_change_open",
                condition=models.Q(applied_on=None, withdrawn_at=None),
            ),
            models.Index(fields=["item_id", "effective_on"], name="quantity_change_item"),
        ]


class Term(models.Model):
    """One term of a subscription, from start to exclusive end; a renewal is a new row (decision 23)."""

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    number = models.SmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        db_table = "term"
        constraints = [
            models.UniqueConstraint(fields=["subscription_id", "number"], name="term_once"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="term_span"
            ),
        ]


class ServiceSpan(models.Model):
    """Days on which service was delivered and has to be charged: the proof's own record, apart from charges.

    Open spans have no end. A cancellation without refund ends at the end of the paid period.
    """

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    end_reason = PgEnumField(SpanEnd, null=True)

    class Meta:
        db_table = "service_span"
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "starts_on"], name="service_span_once"
            ),
        ]


class SubscriptionEvent(models.Model):
    """What happened to a subscription, for its history; written by commands and, set-wise, by the billing run."""

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    on_day = models.DateField()
    kind = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=150, default="", blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "subscription_event"
        indexes = [
            models.Index(
                fields=["subscription_id", "-on_day", "-id"], name="subscription_event_recent"
            ),
            # Lines of a day lie together, so its events are counted without an entry for each line.
            BrinIndex(fields=["on_day"], name="subscription_event_day", pages_per_range=16),
        ]


class NoticeRule(models.Model):
    """How many days before the end of a term or trial a seller's customers are told of it; no row: the usual days.

    `expiry_days` count where nothing follows, `renewal_days` where another term does.
    """

    seller_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    expiry_days = ArrayField(models.SmallIntegerField())
    renewal_days = ArrayField(models.SmallIntegerField())
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "notice_rule"


class NoticeGiven(models.Model):
    """A notice of an end that was given: once for each subscription, end and number of days."""

    pk = models.CompositePrimaryKey("subscription_id", "ends_on", "days")
    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    ends_on = models.DateField()
    days = models.SmallIntegerField()
    renews = models.BooleanField()
    given_on = models.DateField()

    class Meta:
        db_table = "notice_given"


class UsageNotice(models.Model):
    """A share of the included units that was reached: once for each item, period and share, in per cent."""

    pk = models.CompositePrimaryKey("item_id", "period_start", "share")
    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    period_start = models.DateField()
    share = models.SmallIntegerField()
    given_on = models.DateField()

    class Meta:
        db_table = "usage_notice"


class SubscriptionNote(models.Model):
    """What people of one account write down about a subscription; nobody else reads it. Rows are only ever added."""

    tenant_id = models.BigIntegerField()
    subscription_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    at = models.DateTimeField()
    author_name = models.CharField(max_length=150)
    text = models.TextField()
    request_key = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "subscription_note"
        indexes = [
            models.Index(fields=["subscription_id", "owner_id", "id"], name="subscription_note_of")
        ]
