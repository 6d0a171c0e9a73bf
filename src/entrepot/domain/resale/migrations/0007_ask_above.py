from django.db import migrations

import entrepot.infra.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("resale", "0006_delegation"),
    ]

    operations = [
        migrations.AddField(
            model_name="billingaccount",
            name="ask_above",
            field=entrepot.infra.db.fields.AmountField(decimal_places=3, max_digits=20, null=True),
        ),
    ]
