import django.db.models.deletion
from django.db import migrations, models

import entrepot.infra.db.fields
from entrepot.infra.db.operations import AppendOnly, CreateEnum

_LEVELS = ["idle", "very_low", "low", "normal", "high", "very_high", "realtime"]
_STEPS = [
    "begun",
    "put_back",
    "done",
    "failed",
    "stop_asked",
    "cancelled",
    "restarted",
    "put_first",
]


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]

    operations = [
        CreateEnum("task_level", _LEVELS),
        CreateEnum("job_step", _STEPS),
        migrations.AddField("job", "handler", models.TextField(default="", db_default="")),
        migrations.AddField(
            "job", "attempts_max", models.SmallIntegerField(default=6, db_default=6)
        ),
        migrations.AddIndex("job", models.Index(fields=["state", "-id"], name="job_state")),
        migrations.AddIndex("job", models.Index(fields=["task", "-id"], name="job_task")),
        migrations.AddIndex("job", models.Index(fields=["owner_id", "-id"], name="job_owner")),
        migrations.CreateModel(
            name="JobEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("step", entrepot.infra.db.fields.MigratedEnumField(type_name="job_step")),
                ("text", models.TextField(default="")),
                ("by", models.TextField(default="")),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tasks.job",
                    ),
                ),
            ],
            options={
                "db_table": "job_event",
                "indexes": [models.Index(fields=["job", "id"], name="job_event_job")],
            },
        ),
        migrations.CreateModel(
            name="TaskPriority",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("level", entrepot.infra.db.fields.MigratedEnumField(type_name="task_level")),
                ("version", models.IntegerField(default=1)),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={"db_table": "task_priority"},
        ),
        migrations.CreateModel(
            name="TaskTurn",
            fields=[
                (
                    "level",
                    entrepot.infra.db.fields.MigratedEnumField(
                        primary_key=True, serialize=False, type_name="task_level"
                    ),
                ),
                ("begun_at", models.BigIntegerField()),
                ("next_at", models.BigIntegerField()),
            ],
            options={"db_table": "task_turn"},
        ),
        AppendOnly("job_event"),
    ]
