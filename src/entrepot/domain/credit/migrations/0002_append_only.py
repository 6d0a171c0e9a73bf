from django.db import migrations

from entrepot.infra.db.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial")]

    operations = [AppendOnly("allocation"), AppendOnly("hold_event")]
