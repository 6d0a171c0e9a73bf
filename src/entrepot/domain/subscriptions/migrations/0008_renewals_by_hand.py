from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_service_terms"),
        ("parties", "0006_customers"),
        ("resale", "0004_promotions"),
        ("subscriptions", "0007_promotions_taken"),
    ]

    operations = [
        migrations.AddField(
            model_name="subbilling",
            name="next_term_end",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="subbilling",
            name="renews_once",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subscription",
            name="destroy_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="follows_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("destroy_on", None), _negated=True),
                fields=["destroy_on", "id"],
                name="subscription_destroy",
            ),
        ),
    ]
