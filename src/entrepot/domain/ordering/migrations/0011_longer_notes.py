from django.db import migrations, models


class Migration(migrations.Migration):
    """Notes about orders are as long as those about accounts and subscriptions."""

    dependencies = [
        ("ordering", "0010_orders_of_accounts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ordernote",
            name="text",
            field=models.TextField(),
        ),
    ]
