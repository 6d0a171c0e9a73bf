from django.db import migrations, models

_SOLD = (
    "CREATE INDEX subscription_sold_status_ix ON subscription (seller_id, status, id) INCLUDE ({})"
)


def _made(columns: str) -> str:
    return f"DROP INDEX subscription_sold_status_ix; {_SOLD.format(columns)}"


class Migration(migrations.Migration):
    """Let two indexes answer what a seller earns now: plan and customer of a subscription never change."""

    dependencies = [("subscriptions", "0014_usage_notices")]

    operations = [
        migrations.RunSQL(_made("tenant_id, plan_id, customer_id"), _made("tenant_id")),
        migrations.AddIndex(
            model_name="subscriptionmoney",
            index=models.Index(
                fields=["seller_id", "subscription_id"],
                name="subscription_money_sold",
                include=["currency", "monthly_price", "monthly_cost", "tenant_id"],
            ),
        ),
    ]
