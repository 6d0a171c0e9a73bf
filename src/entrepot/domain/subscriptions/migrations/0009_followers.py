from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_locked_windows"),
        ("parties", "0006_customers"),
        ("resale", "0004_promotions"),
        ("subscriptions", "0008_renewals_by_hand"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("follows_id", None), _negated=True),
                fields=["follows_id"],
                name="subscription_follows",
            ),
        ),
    ]
