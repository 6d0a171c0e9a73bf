from django.db import migrations, models


class Migration(migrations.Migration):
    """Let the index of a seller's terms answer alone behind the second wall."""

    dependencies = [("resale", "0007_ask_above")]

    operations = [
        migrations.RemoveIndex(model_name="billingaccount", name="billing_account_seller"),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(
                fields=["seller", "id"], name="billing_account_seller", include=["tenant_id"]
            ),
        ),
    ]
