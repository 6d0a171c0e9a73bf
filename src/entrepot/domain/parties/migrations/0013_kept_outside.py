from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0012_names_of_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="kept_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="user",
            name="signs_in_outside",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
