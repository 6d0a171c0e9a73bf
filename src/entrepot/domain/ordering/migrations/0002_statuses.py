from django.db import migrations

from entrepot.infra.db.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("ordering", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE order_status (code varchar(2) PRIMARY KEY, shown text NOT NULL, is_final boolean NOT NULL);
            INSERT INTO order_status (code, shown, is_final) VALUES
                ('OP', 'submitted', FALSE),
                ('WP', 'submitted', FALSE),
                ('PD', 'processing', FALSE),
                ('PR', 'processing', FALSE),
                ('PF', 'error', FALSE),
                ('CP', 'completed', TRUE),
                ('CL', 'cancelled', TRUE);
            ALTER TABLE sales_order ADD CONSTRAINT sales_order_code FOREIGN KEY (code) REFERENCES order_status (code);
            """,
            "ALTER TABLE sales_order DROP CONSTRAINT sales_order_code; DROP TABLE order_status;",
        ),
        AppendOnly("order_event"),
    ]
