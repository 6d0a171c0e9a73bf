"""Orders with their numbers and their timeline."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Upper

from entrepot.domain.ordering.kinds import ApprovalState, AtTimeout, Audience, OrderKind
from entrepot.infra.db.fields import AmountField, PgEnumField
from entrepot.infra.db.models import TenantForeignKey, TenantKey, TenantModel, TenantReference


class OrderSeries(models.Model):
    """The last number of a seller's orders of one kind; locked while a number is taken."""

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    kind = PgEnumField(OrderKind)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "order_series"
        constraints = [
            models.UniqueConstraint(fields=["seller", "kind"], name="order_series_once"),
        ]


class Order(TenantModel):
    """One wish of one account: a plan, or something about a subscription that is there.

    A cart with several plans makes several orders with one `request_key`.

    `seller_id` sells to the customer (the last tier), `customer_path` repeats the customer's place in the tree.
    `code` is one of `order_status`, the reference table that migrations fill from `lifecycle.py` (decision 6).
    `place` counts the orders of one request. `first_amount` is what the first bill takes without tax in `currency`, as
    it was confirmed, below zero where the seller gives something back; `period_amount` what each further period takes.
    `amounts` has both, and the cost, for all sales of the chain (`amounts.py`); null for orders of the time before.
    `trial_days` and `parameters` are what was chosen. `changes` has what the order wants of a subscription that is
    there (`units.py`, `wishes.py`); null where it wants a new one.
    `instance_id` and `operation_id` refer by value to what provisioning does for it.
    """

    request_key = models.CharField(max_length=64)
    place = models.SmallIntegerField()
    kind = PgEnumField(OrderKind)
    number = models.BigIntegerField()
    number_text = models.CharField(max_length=24)
    code = models.CharField(max_length=2)
    customer = TenantForeignKey("parties.Account", db_index=False)
    customer_path = models.TextField()
    customer_name = models.CharField(max_length=250)
    seller_id = models.BigIntegerField()
    billing_account_id = models.BigIntegerField()
    plan_name = models.CharField(max_length=250)
    subscription = TenantForeignKey("subscriptions.Subscription", db_index=False)
    is_own = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    first_amount = AmountField()
    period_amount = AmountField()
    trial_days = models.SmallIntegerField(default=0)
    parameters = models.JSONField(default=dict)
    changes = models.JSONField(null=True)
    amounts = models.JSONField(null=True)
    purchase_order = models.CharField(max_length=80, default="", blank=True)
    operation_id = models.BigIntegerField(null=True)
    error = models.TextField(default="", blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=150)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sales_order"
        constraints = [
            TenantKey(table="sales_order"),
            TenantReference(column="customer_id", to_table="account", name="sales_order_customer"),
            TenantReference(
                column="subscription_id", to_table="subscription", name="sales_order_subscription"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "request_key", "place"], name="sales_order_once"
            ),
            models.UniqueConstraint(
                fields=["seller_id", "kind", "number"], name="sales_order_number_once"
            ),
            models.UniqueConstraint(
                fields=["subscription"],
                name="sales_order_one_open",
                condition=models.Q(closed_at=None),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ("first_amount__gte", 0),
                    ("kind__in", ["change", "cancellation"]),
                    _connector="OR",
                )
                & models.Q(period_amount__gte=0),
                name="sales_order_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["seller_id", "-id"], name="sales_order_of_seller"),
            models.Index(fields=["seller_id", "code", "-id"], name="sales_order_of_seller_code"),
            models.Index(fields=["customer", "-id"], name="sales_order_of_customer"),
            models.Index(fields=["tenant_id", "-id"], name="sales_order_of_tenant"),
            models.Index(fields=["code", "-id"], name="sales_order_code"),
            # What resellers buy for themselves is rare among everything else.
            models.Index(
                fields=["code", "-id"], name="sales_order_own_code", condition=models.Q(is_own=True)
            ),
            models.Index(
                fields=["seller_id", "code", "-id"],
                name="sales_order_of_seller_own",
                condition=models.Q(is_own=True),
            ),
            models.Index(
                OpClass(Upper("customer_name"), name="text_pattern_ops"), name="sales_order_name"
            ),
            models.Index(
                models.F("seller_id"),
                OpClass(Upper("customer_name"), name="text_pattern_ops"),
                name="sales_order_of_seller_name",
            ),
            models.Index(fields=["number_text", "-id"], name="sales_order_number"),
            models.Index(fields=["subscription", "-id"], name="sales_order_of_sub"),
            # Open ones, and those that were closed since a moment.
            models.Index(fields=["billing_account_id", "closed_at"], name="sales_order_of_account"),
        ]


class OrderEvent(models.Model):
    """One step of an order: from which code to which, when, who, and what was said about it."""

    tenant_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    at = models.DateTimeField()
    from_code = models.CharField(max_length=2, default="", blank=True)
    to_code = models.CharField(max_length=2)
    actor_name = models.CharField(max_length=150)
    comment = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        db_table = "order_event"
        indexes = [models.Index(fields=["order_id", "id"], name="order_event_of_order")]


class OrderNote(models.Model):
    """What people of one account write down about an order; nobody else reads it. Rows are only ever added."""

    tenant_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()
    at = models.DateTimeField()
    author_name = models.CharField(max_length=150)
    text = models.TextField()
    request_key = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "order_note"
        indexes = [models.Index(fields=["order_id", "owner_id", "id"], name="order_note_of_order")]


class ApprovalWorkflow(models.Model):
    """Who of a seller has to approve which new orders.

    `steps` is a list of lists of user ids, asked one after the other; one person of a step decides it. An order waits
    `timeout_hours` at each step, then `at_timeout` happens. `above_amount` None: every order; an order in another
    currency than `currency` is never below it.
    """

    seller = models.ForeignKey("parties.Account", models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    audience = PgEnumField(Audience, type_name="approval_audience")
    above_amount = AmountField(null=True)
    currency = models.CharField(max_length=3, default="", blank=True)
    steps = models.JSONField()
    timeout_hours = models.SmallIntegerField()
    at_timeout = PgEnumField(AtTimeout, type_name="approval_at_timeout")
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "approval_workflow"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(timeout_hours__gte=1, timeout_hours__lte=999),
                name="approval_workflow_hours",
            ),
        ]


class OrderApproval(models.Model):
    """The approval that one order waits or waited for, with the workflow as it was when the order was placed.

    `step` counts from 0. Who decided what stands in the timeline of the order. With a `buyer_id` its people are asked
    first, because somebody else ordered on their behalf: the first of `steps` is theirs and names nobody, as whoever
    may manage orders there decides. Without a workflow `workflow_id` is 0.
    """

    order_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    seller_id = models.BigIntegerField()
    buyer_id = models.BigIntegerField(null=True)
    workflow_id = models.BigIntegerField()
    workflow_name = models.CharField(max_length=80)
    steps = models.JSONField()
    step = models.SmallIntegerField(default=0)
    timeout_hours = models.SmallIntegerField()
    at_timeout = PgEnumField(AtTimeout, type_name="approval_at_timeout")
    state = PgEnumField(ApprovalState, default=ApprovalState.WAITING)
    due_at = models.DateTimeField()

    class Meta:
        db_table = "order_approval"
        indexes = [
            models.Index(
                fields=["seller_id", "order_id"],
                name="order_approval_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["buyer_id", "order_id"],
                name="order_approval_of_buyer",
                condition=models.Q(state="waiting", buyer_id__isnull=False),
            ),
        ]

    @property
    def waits_for_buyer(self) -> bool:
        """Tell whether the buyer's people are asked now."""
        return self.buyer_id is not None and self.step == 0
