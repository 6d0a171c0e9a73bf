from django.db import migrations

from entrepot.infra.db.row_security import Walled, through


class Migration(migrations.Migration):
    """Put notices of used units behind the second wall too."""

    dependencies = [
        ("flows", "0002_walls_of_directories"),
        ("subscriptions", "0014_usage_notices"),
    ]
    operations = [
        Walled("usage_notice", through("subscription_id", "subscription").in_tenant()),
    ]
