"""Connectors, services at vendors, operations with their calls, call-backs and what people have to look at."""

from django.db import models
from django.db.models import Q

from entrepot.domain.catalog.models import Vendor
from entrepot.domain.provisioning.kinds import (
    FOR_PEOPLE,
    Action,
    CallbackState,
    ConnectorKind,
    FollowUpKind,
    InstanceState,
    Purpose,
)
from entrepot.domain.provisioning.lifecycle import FINAL, State
from entrepot.infra.db.fields import PgEnumField, QuantityField
from entrepot.infra.db.models import TenantForeignKey, TenantKey, TenantModel, TenantReference


class Connector(models.Model):
    """How one vendor is reached; `name` is also the name of its secrets, which are not in the database.

    `quantity_parameter` is the parameter in which a service broker wants the units of a plan's first resource, empty
    for one that is not told units. Further resources are parameters of their own names. `people_at_once` is for how
    many people one operation may be: 0 for a vendor that is not told who uses its service, 1 for one that takes them
    singly. People set `is_active`; what a
    connector that does not answer does by itself stands in `failures`, `rests` and `rests_until` (`breaker.py`).
    """

    name = models.CharField(max_length=60, unique=True)
    kind = PgEnumField(ConnectorKind)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, related_name="+")
    base_url = models.CharField(max_length=500, default="", blank=True)
    quantity_parameter = models.CharField(max_length=100, default="", db_default="", blank=True)
    people_at_once = models.SmallIntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True)
    failures = models.SmallIntegerField(default=0, db_default=0)
    rests = models.SmallIntegerField(default=0, db_default=0)
    rests_until = models.DateTimeField(null=True)
    rest_reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "connector"


class VendorOffer(models.Model):
    """One plan of a service broker's catalogue as last imported; gone ones stay with `is_offered` false."""

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="+")
    service_id = models.CharField(max_length=255)
    plan_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    plan_name = models.CharField(max_length=255)
    description = models.TextField(default="", blank=True)
    is_free = models.BooleanField(default=True)
    is_retrievable = models.BooleanField(default=False)
    is_updateable = models.BooleanField(default=False)
    is_offered = models.BooleanField(default=True)
    poll_seconds_max = models.IntegerField(null=True)
    schemas = models.JSONField(default=dict)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "vendor_offer"
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "service_id", "plan_id"], name="vendor_offer_once"
            )
        ]


class ServiceInstance(TenantModel):
    """A service that a vendor runs for one subscription, as far as the vendor has confirmed it.

    `key` is our name of it at the vendor and is never used for a second one. `product`, `quantity`, `units` and
    `parameters` are what the last successful operation made; what is wanted stands in the operations. `quantity` are
    the units of the plan's first resource, `units` those of further ones by their names at the vendor, empty where it
    was never told any. `subscription_id` refers by value.
    """

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="+")
    subscription_id = models.BigIntegerField()
    key = models.CharField(max_length=64, unique=True)
    vendor_id = models.CharField(max_length=255, default="", blank=True)
    state = PgEnumField(InstanceState, default=InstanceState.ABSENT)
    product = models.JSONField(default=dict)
    quantity = QuantityField(default=0)
    units = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "service_instance"
        constraints = [
            TenantKey(table="service_instance"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0), name="service_instance_quantity_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "subscription_id"], name="service_instance_subscription"
            ),
            models.Index(fields=["connector", "id"], name="service_instance_connector"),
            models.Index(
                fields=["vendor_id"], condition=~Q(vendor_id=""), name="service_instance_vendor_id"
            ),
        ]


class Operation(TenantModel):
    """One intended effect at a vendor; written before the vendor is called.

    `cause` is the caller's name of it: asking twice for one cause makes one operation. `key` is what the vendor gets;
    `round` counts resubmissions with other content, each with a new key. `due_at` is when to act or look next, the end
    of the lease while a worker does, and null when nothing happens by itself. `claims` numbers the leases.
    `people` are those whom a service is handed out to or taken from (key, login, name, email, resource; of what is
    over key and resource only), `people_failed` for whom of them it did not work, and why until it is over.
    `give_up_at` is set when it is first sent: `poll_seconds_max` of the vendor's plan later, or our own bound.
    """

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="+")
    instance = TenantForeignKey(ServiceInstance)
    action = PgEnumField(Action, type_name="provisioning_action")
    state = PgEnumField(State, type_name="operation_state", default=State.INTENT)
    cause = models.CharField(max_length=200)
    key = models.CharField(max_length=64, unique=True)
    round = models.SmallIntegerField(default=1)
    product = models.JSONField(default=dict)
    quantity = QuantityField(default=0)
    units = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    parameters = models.JSONField(default=dict)
    people = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    people_failed = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    reference = models.TextField(default="", blank=True)
    attempts = models.SmallIntegerField(default=0)
    polls = models.IntegerField(default=0)
    claims = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    poll_seconds_max = models.IntegerField(null=True)
    give_up_at = models.DateTimeField(null=True)
    is_effect_known = models.BooleanField(default=True)
    error_class = models.CharField(max_length=20, default="", blank=True)
    error = models.CharField(max_length=1000, default="", blank=True)
    originator_id = models.BigIntegerField(null=True)
    requested_by = models.CharField(max_length=150)
    requested_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "provisioning_operation"
        constraints = [
            TenantKey(table="provisioning_operation"),
            TenantReference(
                column="instance_id", to_table="service_instance", name="operation_instance"
            ),
            models.UniqueConstraint(fields=["tenant_id", "cause"], name="operation_cause_once"),
            models.UniqueConstraint(
                fields=["instance"],
                condition=~Q(state__in=sorted(state.value for state in FINAL))
                & ~Q(action__in=sorted(action.value for action in FOR_PEOPLE)),
                name="operation_one_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="operation_due",
            ),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="operation_next"
            ),
            models.Index(
                fields=["-requested_at", "-id"],
                condition=Q(state=State.PARKED.value),
                name="operation_parked",
            ),
            models.Index(fields=["state", "-id"], name="operation_state"),
            models.Index(fields=["connector", "state", "-id"], name="operation_connector_state"),
            models.Index(
                fields=["error_class", "-id"],
                condition=~Q(error_class=""),
                name="operation_error_class",
            ),
        ]


class VendorCall(TenantModel):
    """One call to a vendor and what came of it; rows are only ever added."""

    operation = TenantForeignKey(Operation)
    at = models.DateTimeField()
    purpose = PgEnumField(Purpose, type_name="call_purpose")
    key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20)
    text = models.CharField(max_length=1000, default="", blank=True)
    milliseconds = models.IntegerField(default=0)

    class Meta:
        db_table = "vendor_call"
        constraints = [
            TenantReference(
                column="operation_id",
                to_table="provisioning_operation",
                name="vendor_call_operation",
            )
        ]
        indexes = [models.Index(fields=["operation", "id"], name="vendor_call_operation_order")]


class Callback(models.Model):
    """A call-back of a vendor as it came; its tenant is that of the operation, once that is found.

    `message_id` is remembered for ever. `due_at` is when it is looked at (again).
    """

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    body = models.BinaryField()
    state = PgEnumField(CallbackState, default=CallbackState.STORED)
    due_at = models.DateTimeField(null=True)
    operation_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        db_table = "vendor_callback"
        constraints = [
            models.UniqueConstraint(fields=["connector", "message_id"], name="vendor_callback_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="vendor_callback_due",
            ),
            models.Index(fields=["operation_id"], name="vendor_callback_operation"),
        ]


class CallbackRefusal(models.Model):
    """How many call-backs of a day were not taken, and why; their content is not kept."""

    connector_name = models.CharField(max_length=60)
    on_day = models.DateField()
    reason = models.CharField(max_length=60)
    count = models.BigIntegerField(default=0)

    class Meta:
        db_table = "callback_refusal"
        constraints = [
            models.UniqueConstraint(
                fields=["connector_name", "on_day", "reason"], name="callback_refusal_once"
            )
        ]


class FollowUp(models.Model):
    """Something that a person has to look at; `tenant_id` is null while nobody knows whose it is."""

    kind = PgEnumField(FollowUpKind)
    connector = models.ForeignKey(Connector, models.PROTECT, related_name="+")
    tenant_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    callback_id = models.BigIntegerField(null=True)
    text = models.CharField(max_length=1000)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, default="", blank=True)
    comment = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        db_table = "provisioning_follow_up"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "operation_id"],
                condition=Q(operation_id__isnull=False),
                name="follow_up_operation_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "callback_id"],
                condition=Q(callback_id__isnull=False, operation_id__isnull=True),
                name="follow_up_callback_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-opened_at", "-id"],
                condition=Q(closed_at__isnull=True),
                name="follow_up_open",
            )
        ]


class DriftLook(models.Model):
    """One comparison of a vendor's services with ours, as it was found; `in_motion` services were not compared."""

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="+", db_index=False)
    looked_at = models.DateTimeField()
    compared = models.IntegerField()
    in_motion = models.IntegerField()
    found_unknown = models.BooleanField()
    looked_by = models.CharField(max_length=150)

    class Meta:
        db_table = "drift_look"
        indexes = [models.Index(fields=["connector", "-id"], name="drift_look_connector")]


class DriftDifference(models.Model):
    """One difference of a look; `operation_id` is what repairs it, once somebody asked for that.

    `instance_id`, `service_tenant_id` and `subscription_id` refer by value; null for services that we do not know.
    """

    look = models.ForeignKey(DriftLook, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    instance_key = models.CharField(max_length=255)
    ours = models.TextField(default="")
    theirs = models.TextField(default="")
    instance_id = models.BigIntegerField(null=True)
    service_tenant_id = models.BigIntegerField(null=True)
    subscription_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    repaired_by = models.CharField(max_length=150, default="")
    repaired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "drift_difference"
        indexes = [models.Index(fields=["look", "id"], name="drift_difference_look")]
