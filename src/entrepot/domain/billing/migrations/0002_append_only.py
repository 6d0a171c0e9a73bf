from django.db import migrations

from entrepot.infra.db.operations import AppendOnly

# A rehearsal works in a scratch schema of its own, which the application's role makes and drops.
MAY_REHEARSE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'entrepot_app') THEN
        EXECUTE format('GRANT CREATE ON DATABASE %I TO entrepot_app', current_database());
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        AppendOnly("charge"),
        AppendOnly("document_tax"),
        AppendOnly("invoice_line"),
        migrations.RunSQL(MAY_REHEARSE, migrations.RunSQL.noop),
    ]
