from django.db import migrations, models

import entrepot.infra.db.fields


class Migration(migrations.Migration):
    dependencies = [("resale", "0004_promotions"), ("catalog", "0008_price_levels")]

    operations = [
        migrations.AddField(
            model_name="agreedprice",
            name="level",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="agreedprice",
            name="model",
            field=entrepot.infra.db.fields.MigratedEnumField(
                db_default="flat", default="flat", type_name="price_model"
            ),
        ),
        migrations.AddField(
            model_name="agreedprice",
            name="lower_limit",
            field=models.DecimalField(db_default=0, decimal_places=6, default=0, max_digits=20),
        ),
        migrations.AddField(
            model_name="agreedprice",
            name="upper_limit",
            field=models.DecimalField(decimal_places=6, max_digits=20, null=True),
        ),
        migrations.RemoveConstraint(model_name="agreedprice", name="agreed_price_once"),
        migrations.AddConstraint(
            model_name="agreedprice",
            constraint=models.UniqueConstraint(
                fields=("item_id", "tier", "kind", "level", "valid_from"), name="agreed_price_once"
            ),
        ),
        migrations.AddIndex(
            model_name="agreedprice",
            index=models.Index(
                condition=models.Q(level__gt=0), fields=["item_id"], name="agreed_price_levels"
            ),
        ),
    ]
