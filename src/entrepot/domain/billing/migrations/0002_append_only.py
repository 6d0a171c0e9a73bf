from django.db import migrations

from entrepot.infra.db.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [AppendOnly("charge"), AppendOnly("document_tax"), AppendOnly("invoice_line")]
