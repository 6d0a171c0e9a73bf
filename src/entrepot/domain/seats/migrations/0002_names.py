from django.db import migrations, models

# Who is leaving has no membership any more; their few rows come first until the vendor has answered.
FILL = """
UPDATE seat SET name_key = membership.name_key
FROM membership
WHERE membership.account_id = seat.account_id AND membership.user_id = seat.user_id
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0012_names_of_people"), ("seats", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="seat", name="seat_account_resource"),
        migrations.AddField(
            model_name="seat",
            name="name_key",
            field=models.CharField(blank=True, db_default="", default="", max_length=250),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                fields=["account", "resource", "state"], name="seat_account_resource"
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                fields=["account", "resource", "name_key", "id"], name="seat_by_name"
            ),
        ),
    ]
