from django.db import migrations, models

_FIELDS = ["seller_id", "-issued_on", "-id"]
_INDEXES = (
    models.Index(fields=_FIELDS, name="invoice_of_seller", include=["tenant_id"]),
    models.Index(
        fields=_FIELDS,
        name="invoice_open_of_seller",
        condition=models.Q(open_amount__gt=0),
        include=["due_on", "currency", "gross", "open_amount", "tenant_id"],
    ),
    models.Index(
        fields=_FIELDS,
        name="invoice_credit_of_seller",
        condition=models.Q(kind="credit_note"),
        include=["tenant_id"],
    ),
)


class Migration(migrations.Migration):
    """Let the indexes of a seller's documents answer alone behind the second wall."""

    dependencies = [("billing", "0007_price_levels")]

    operations = [
        step
        for index in _INDEXES
        for step in (
            migrations.RemoveIndex(model_name="invoice", name=index.name),
            migrations.AddIndex(model_name="invoice", index=index),
        )
    ]
