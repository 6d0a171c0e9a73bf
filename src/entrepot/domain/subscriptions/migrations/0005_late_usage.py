from django.db import migrations, models

_RUNNING = models.Q(
    ("due_on", None), ("status__in", ["trial", "active", "graced"]), _connector="OR"
)
_ENDED = models.Q(("is_usage", True), ("status__in", ["expired", "cancelled"]))


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0004_term_calendar")]

    operations = [
        migrations.RemoveConstraint("SubBilling", "sub_billing_due_only_running"),
        migrations.AddConstraint(
            "SubBilling",
            models.CheckConstraint(
                condition=_RUNNING | _ENDED,
                name="sub_billing_due_only_running",
            ),
        ),
    ]
