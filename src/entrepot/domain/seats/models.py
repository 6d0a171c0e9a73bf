"""Units that people have, and people who wait for units."""

from django.db import models
from django.db.models import Q

from entrepot.domain.parties.models import User
from entrepot.domain.seats.kinds import SeatState
from entrepot.infra.db.fields import PgEnumField, QuantityField
from entrepot.infra.db.models import TenantForeignKey, TenantModel, TenantReference


class Seat(TenantModel):
    """One unit of a subscription's resource, used by one person.

    `operation_id` names by value what the vendor was last asked about it, null where vendors are not told who uses
    their services. `error` is why it failed. `name_key` repeats the person's name for sorting, as memberships do, so
    that a list of many people is read from one index; people who are leaving have no membership any more.
    """

    account = TenantForeignKey("parties.Account", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    subscription = TenantForeignKey("subscriptions.Subscription", db_index=False)
    item = models.ForeignKey(
        "subscriptions.SubscriptionItem", models.PROTECT, related_name="+", db_index=False
    )
    resource = models.ForeignKey(
        "catalog.Resource", models.PROTECT, related_name="+", db_index=False
    )
    state = PgEnumField(SeatState)
    operation_id = models.BigIntegerField(null=True)
    error = models.CharField(max_length=1000, default="", db_default="", blank=True)
    assigned_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()
    name_key = models.CharField(max_length=250, default="", db_default="", blank=True)

    class Meta:
        db_table = "seat"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="seat_account"),
            TenantReference(
                column="subscription_id", to_table="subscription", name="seat_subscription"
            ),
            models.UniqueConstraint(fields=["item", "user"], name="seat_once"),
        ]
        indexes = [
            models.Index(fields=["user"], name="seat_user"),
            models.Index(fields=["account", "resource", "name_key", "id"], name="seat_by_name"),
            models.Index(fields=["subscription"], name="seat_subscription_ix"),
            models.Index(
                fields=["operation_id"],
                condition=Q(operation_id__isnull=False),
                name="seat_operation",
            ),
            # What a list of services counts beside the tallies; the second wall asks for the tenant of each row.
            models.Index(
                fields=["account", "resource", "state"],
                include=["tenant_id"],
                condition=~Q(state=SeatState.ASSIGNED.value),
                name="seat_unsettled",
            ),
        ]


class SeatTally(models.Model):
    """Units that an act gave to people (or took, less than 0): the sum by item is how many seats it has.

    A figure for pages, which would count thousands of seats. Acts add rows instead of changing one, so that nobody
    waits for somebody else's; every day those of an item become one row. `verify` compares them with the seats.
    """

    tenant_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    resource_id = models.BigIntegerField()
    units = models.IntegerField()

    class Meta:
        db_table = "seat_tally"
        indexes = [
            models.Index(fields=["account_id", "resource_id"], name="seat_tally_account"),
            models.Index(fields=["item_id"], name="seat_tally_item"),
        ]


class SeatWait(TenantModel):
    """A person who gets a unit of a resource once an order is completed; `error` says why that did not happen."""

    account = TenantForeignKey("parties.Account", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    resource = models.ForeignKey(
        "catalog.Resource", models.PROTECT, related_name="+", db_index=False
    )
    order_id = models.BigIntegerField()
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    error = models.CharField(max_length=1000, default="", db_default="", blank=True)

    class Meta:
        db_table = "seat_wait"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="seat_wait_account"),
            models.UniqueConstraint(fields=["order_id", "user", "resource"], name="seat_wait_once"),
        ]
        indexes = [
            models.Index(fields=["user"], name="seat_wait_user"),
            models.Index(fields=["account", "resource"], name="seat_wait_account_resource"),
        ]


class SeatUse(models.Model):
    """How many units of an item a vendor last said to be in use."""

    item_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    used = QuantityField()
    on_day = models.DateField()

    class Meta:
        db_table = "seat_use"
