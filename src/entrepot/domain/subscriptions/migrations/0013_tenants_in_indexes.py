from django.db import migrations, models

# As in 0003 and 0006, with the tenant of the row beside the key.
_INDEXES = {
    "subscription_sold_ix": ("(seller_id, id)", "search_text", ""),
    "subscription_sold_name_ix": ("(seller_id, lower(customer_name), id)", "", ""),
    "subscription_sold_status_ix": ("(seller_id, status, id)", "", ""),
    "subscription_sold_status_name_ix": ("(seller_id, status, lower(customer_name), id)", "", ""),
    "subscription_sold_trial_ix": ("(seller_id, trial_end, id)", "", "status = 'trial'"),
    "subscription_bought_ix": ("(customer_id, id)", "", ""),
    "subscription_bought_status_ix": ("(customer_id, status, id)", "", ""),
}


def _made(name: str, *beside: str) -> str:
    key, more, where = _INDEXES[name]
    columns = ", ".join([*([more] if more else []), *beside])
    included = f" INCLUDE ({columns})" if columns else ""
    return f"DROP INDEX {name}; CREATE INDEX {name} ON subscription {key}{included}" + (
        f" WHERE {where}" if where else ""
    )


class Migration(migrations.Migration):
    """Let the indexes of lists answer alone behind the second wall."""

    dependencies = [("subscriptions", "0012_notes")]

    operations = [
        *[migrations.RunSQL(_made(name, "tenant_id"), _made(name)) for name in _INDEXES],
        *[
            step
            for name, owner in (("sold", "seller_id"), ("bought", "customer_id"))
            for step in (
                migrations.RemoveIndex(model_name="termcalendar", name=f"term_calendar_{name}"),
                migrations.AddIndex(
                    model_name="termcalendar",
                    index=models.Index(
                        fields=[owner, "auto_renew", "ends_on", "subscription_id"],
                        name=f"term_calendar_{name}",
                        condition=~models.Q(ends_on=None),
                        include=["tenant_id"],
                    ),
                ),
            )
        ],
    ]
