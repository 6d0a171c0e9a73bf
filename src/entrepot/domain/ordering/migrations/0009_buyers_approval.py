from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ordering", "0008_kept_amounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderapproval",
            name="buyer_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="orderapproval",
            index=models.Index(
                fields=["buyer_id", "order_id"],
                name="order_approval_of_buyer",
                condition=models.Q(state="waiting", buyer_id__isnull=False),
            ),
        ),
    ]
