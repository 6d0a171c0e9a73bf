from django.db import migrations

from entrepot.infra.db.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0002_calls_and_callbacks")]

    operations = [AppendOnly("vendor_call")]
