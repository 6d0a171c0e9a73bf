from django.db import migrations

from entrepot.infra.db.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [AppendOnly("transfer")]
