import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ordering", "0002_statuses"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("is_own", True)),
                fields=["code", "-id"],
                name="sales_order_own_code",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("is_own", True)),
                fields=["seller_id", "code", "-id"],
                name="sales_order_of_seller_own",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("customer_name"), name="text_pattern_ops"
                ),
                name="sales_order_name",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                models.F("seller_id"),
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("customer_name"), name="text_pattern_ops"
                ),
                name="sales_order_of_seller_name",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["number_text", "-id"], name="sales_order_number"),
        ),
    ]
