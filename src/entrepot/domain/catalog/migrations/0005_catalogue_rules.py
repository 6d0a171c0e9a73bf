import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_plan_switches"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanNeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("same_units", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "plan_need",
            },
        ),
        migrations.CreateModel(
            name="ResourcePart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("units", models.DecimalField(decimal_places=6, default=1, max_digits=20)),
            ],
            options={
                "db_table": "resource_part",
            },
        ),
        migrations.AddField(
            model_name="planresource",
            name="maximum",
            field=models.DecimalField(decimal_places=6, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="planresource",
            name="minimum",
            field=models.DecimalField(decimal_places=6, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name="resource",
            name="mpn",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddConstraint(
            model_name="planresource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minimum", None),
                    ("maximum", None),
                    ("minimum__lte", models.F("maximum")),
                    _connector="OR",
                ),
                name="plan_resource_bounds",
            ),
        ),
        migrations.AddField(
            model_name="planneed",
            name="needed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.plan"
            ),
        ),
        migrations.AddField(
            model_name="planneed",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.plan"
            ),
        ),
        migrations.AddField(
            model_name="resourcepart",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.resource"
            ),
        ),
        migrations.AddField(
            model_name="resourcepart",
            name="whole",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.resource"
            ),
        ),
        migrations.AddConstraint(
            model_name="planneed",
            constraint=models.UniqueConstraint(fields=("plan", "needed"), name="plan_need_once"),
        ),
        migrations.AddConstraint(
            model_name="planneed",
            constraint=models.CheckConstraint(
                condition=models.Q(("plan", models.F("needed")), _negated=True),
                name="plan_need_apart",
            ),
        ),
        migrations.AddConstraint(
            model_name="resourcepart",
            constraint=models.UniqueConstraint(fields=("whole", "part"), name="resource_part_once"),
        ),
        migrations.AddConstraint(
            model_name="resourcepart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("units__gt", 0), models.Q(("whole", models.F("part")), _negated=True)
                ),
                name="resource_part_apart",
            ),
        ),
    ]
