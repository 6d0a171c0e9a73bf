"""Which rows of each table are left behind the second wall: all tables at one place, so that gaps are seen.

Tables that come later bring their own operation. What has no line here belongs to nobody (catalogue, taxes), or is
work of the hub that no page of a tenant reads; tests/isolation/test_second_wall.py has the reasons.
"""

from django.db import migrations

from entrepot.infra.db.row_security import (
    Walled,
    accounts,
    below,
    below_path,
    line,
    nobodys,
    own,
    through,
)

_SUBSCRIPTION = through("subscription_id", "subscription").in_tenant()
_ITEM = through("item_id", "subscription_item").in_tenant()
_ORDER = through("order_id", "sales_order").in_tenant()
_TERMS = through("billing_account_id", "billing_account").in_tenant()
_BUYING_OR_SELLING = below("seller_id") | below("buyer_id")

PARTIES = [
    Walled("account", accounts()),
    Walled("account_contact", below("account_id").in_tenant()),
    Walled("account_event", below("account_id").in_tenant()),
    Walled("account_note", below("owner_id")),
    Walled("seller_setup", line("account_id")),
    Walled("brand", line("account_id")),
    Walled("membership", below("account_id") | own("user_id")),
    Walled("own_role", line("account_id")),
    Walled("acting_session", below("account_id") | own("user_id")),
    Walled("party_user", through("id", "membership", "user_id") | own("id")),
    Walled("sign_in", through("user_id", "party_user")),
    Walled("open_session", through("user_id", "party_user")),
    Walled("factor_rule", line("account_id")),
    Walled("mfa_authenticator", through("user_id", "party_user")),
    Walled("portal", below("account_id")),
    Walled("portal_domain", through("portal_id", "portal")),
    Walled("external_identity", through("user_id", "party_user")),
]
PRICES = [
    # What those above change is listed for the sellers below, and promotions reach customers of sellers below.
    Walled(table, line("seller_id"))
    for table in ("seller_price", "margin_rule", "promotion", "sku_price")
] + [
    # A change of the catalogue itself is nobody's: it reaches everybody who sells the plan.
    Walled("plan_change", line("seller_id") | nobodys("seller_id")),
    Walled("sku_price_band", through("sku_price_id", "sku_price")),
    Walled("plan_own", line("account_id")),
    Walled("delegation", line("account_id")),
    Walled("month_end_sales", below("seller_id")),
    Walled("agreed_price", _ITEM),
]
SALES = [
    Walled("billing_account", line("buyer_id").in_tenant()),
    Walled("chain", below("customer_id").in_tenant()),
    Walled("chain_link", through("chain_id", "chain").in_tenant()),
    Walled("subscription", below_path("customer_path").in_tenant()),
    Walled("metered_usage", _ITEM),
    Walled("seat_use", _ITEM),
    Walled("usage_total", _SUBSCRIPTION),
    Walled("sub_account_link", _SUBSCRIPTION),
    Walled("subscription_note", below("owner_id")),
    Walled("notice_rule", line("seller_id")),
    Walled("seat", below("account_id").in_tenant()),
    Walled("seat_wait", below("account_id").in_tenant()),
    Walled("service_instance", _SUBSCRIPTION),
    Walled("provisioning_operation", through("instance_id", "service_instance").in_tenant()),
    Walled("vendor_call", through("operation_id", "provisioning_operation").in_tenant()),
    Walled("sales_order", below_path("customer_path").in_tenant()),
    Walled("order_event", _ORDER),
    Walled("order_approval", _ORDER),
    Walled("order_note", below("owner_id")),
    Walled("approval_workflow", line("seller_id")),
] + [
    Walled(table, _SUBSCRIPTION)
    for table in (
        "subscription_item",
        "term_calendar",
        "promotion_taken",
        "subscription_money",
        "sub_billing",
        "quantity_change",
        "term",
        "service_span",
        "subscription_event",
        "notice_given",
    )
]
MONEY = [
    Walled(table, _TERMS)
    for table in (
        "transfer",
        "balance",
        "document_tax",
        "allocation",
        "credit_state",
        "hold_event",
    )
] + [
    Walled("charge", _SUBSCRIPTION),
    Walled("invoice", _BUYING_OR_SELLING.in_tenant()),
    Walled("invoice_line", through("invoice_id", "invoice")),
]
WORK = [
    Walled("message", (below("account_id") | below("seller_id")).in_tenant()),
    Walled("message_template", line("seller_id")),
    Walled("message_recipient", below("account_id").in_tenant()),
    Walled("job", line("account_id") | nobodys("account_id")),
    Walled("job_event", through("job_id", "job")),
]


class Migration(migrations.Migration):
    """Put the tables of tenants behind the wall; views look with the rights of whoever asks."""

    dependencies = [
        ("billing", "0007_price_levels"),
        ("catalog", "0011_windows"),
        ("credit", "0002_append_only"),
        ("identity", "0001_portals"),
        ("ledger", "0002_append_only"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("notifications", "0001_initial"),
        ("ordering", "0008_kept_amounts"),
        ("parties", "0015_factor_rules"),
        ("provisioning", "0009_people"),
        ("resale", "0006_delegation"),
        ("seats", "0002_names"),
        ("subscriptions", "0012_notes"),
        ("tasks", "0003_refusals"),
        ("usage", "0003_rated_at"),
    ]
    operations = [
        *PARTIES,
        *PRICES,
        *SALES,
        *MONEY,
        *WORK,
        migrations.RunSQL(
            "ALTER VIEW plan_overlay SET (security_invoker = true)",
            "ALTER VIEW plan_overlay RESET (security_invoker)",
        ),
    ]
