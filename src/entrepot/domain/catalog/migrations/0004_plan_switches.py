import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
import entrepot.infra.db.operations


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_service_terms"),
    ]

    operations = [
        entrepot.infra.db.operations.CreateEnum("switch_time", ["now", "next_term"]),
        migrations.CreateModel(
            name="PlanSwitch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "takes_effect",
                    entrepot.infra.db.fields.MigratedEnumField(
                        default="now", type_name="switch_time"
                    ),
                ),
                ("refunds", models.BooleanField(default=True)),
                ("keeps_term_end", models.BooleanField(default=True)),
                (
                    "from_period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.planperiod",
                    ),
                ),
                (
                    "to_period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalog.planperiod",
                    ),
                ),
            ],
            options={
                "db_table": "plan_switch",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("from_period", "to_period"), name="plan_switch_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_period", models.F("to_period")), _negated=True),
                        name="plan_switch_apart",
                    ),
                ],
            },
        ),
    ]
