from django.db import migrations, models


class Migration(migrations.Migration):
    """Orders of an account that are complete and not charged are counted beside its open ones."""

    dependencies = [
        ("ordering", "0009_buyers_approval"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["billing_account_id", "closed_at"], name="sales_order_of_account"
            ),
        ),
        migrations.RemoveIndex(
            model_name="order",
            name="sales_order_open",
        ),
    ]
