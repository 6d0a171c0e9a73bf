"""What sellers set of their own for plans, and how they follow the sellers above them."""

from enum import StrEnum

from django.db import models

from entrepot.infra.db.fields import PgEnumField
from entrepot.infra.db.models import TenantForeignKey, TenantModel, TenantReference


class NewPlans(StrEnum):
    """What a seller does with plans that come on sale above it: show them, wait for a review, show one category."""

    SHOW = "show"
    REVIEW = "review"
    CATEGORY = "category"


class PlanOverlay(TenantModel):
    """What a seller set for a plan; null means "as upstream" (rule 3 of the domain reference).

    `is_reviewed`: it has looked at a new plan and follows the seller above.
    """

    account = TenantForeignKey("parties.Account")
    plan = models.ForeignKey("catalog.Plan", models.PROTECT, related_name="+")
    is_published = models.BooleanField(null=True)
    name = models.JSONField(null=True)
    description = models.JSONField(null=True)
    sales_category = models.ForeignKey(
        "catalog.SalesCategory", models.PROTECT, null=True, related_name="+"
    )
    display_in_customer_panel = models.BooleanField(null=True)
    is_reviewed = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "plan_own"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="plan_overlay_account"),
            models.UniqueConstraint(
                fields=["tenant_id", "account", "plan"], name="plan_overlay_once"
            ),
        ]


class PlanShown(models.Model):
    """What a seller's own values and its policy for new plans come to: the view that all statements read.

    A new plan that waits for its review is a row that is not published (`is_waiting`); nothing is stored for it.
    """

    account_id = models.BigIntegerField(primary_key=True)
    plan_id = models.BigIntegerField()
    is_published = models.BooleanField(null=True)
    name = models.JSONField(null=True)
    description = models.JSONField(null=True)
    sales_category_id = models.BigIntegerField(null=True)
    display_in_customer_panel = models.BooleanField(null=True)
    is_waiting = models.BooleanField()

    class Meta:
        managed = False
        db_table = "plan_overlay"


class Delegation(TenantModel):
    """How a seller follows the one above it; without a row it shows new plans at once and has looked at nothing.

    Changes up to `reviewed_id` are no new plans for the policy; those up to `seen_id`, and prices up to `seen_on`, are
    not listed any more.
    """

    account = TenantForeignKey("parties.Account")
    new_plans = PgEnumField(NewPlans, default=NewPlans.SHOW)
    sales_category = models.ForeignKey(
        "catalog.SalesCategory", models.PROTECT, null=True, related_name="+"
    )
    reviewed_id = models.BigIntegerField(default=0)
    seen_id = models.BigIntegerField(default=0)
    seen_on = models.DateField(null=True)

    class Meta:
        db_table = "delegation"
        constraints = [
            TenantReference(column="account_id", to_table="account", name="delegation_account"),
            models.UniqueConstraint(fields=["account"], name="delegation_once"),
        ]
