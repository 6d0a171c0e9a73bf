from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ordering", "0007_renewal_and_cancellation_orders")]

    operations = [
        migrations.AddField(model_name="order", name="amounts", field=models.JSONField(null=True)),
        migrations.RemoveConstraint(model_name="order", name="sales_order_not_negative"),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_amount__gte", 0),
                    ("kind__in", ["change", "cancellation"]),
                    _connector="OR",
                )
                & models.Q(("period_amount__gte", 0)),
                name="sales_order_not_negative",
            ),
        ),
    ]
