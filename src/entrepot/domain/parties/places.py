"""Where each table keeps what access is decided by: data, checked against the real tables by a test; pure.

Tables of higher packages are named by their database name, so that the whole policy can be read in
one place. A table that is missing here cannot be read through `access`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """Kinds of objects with a rule of their own in `scopes`."""

    ACCOUNT = "account"
    SUBSCRIPTION = "subscription"
    DOCUMENT = "document"
    PRICE = "price"
    USER = "user"
    OPERATION = "operation"
    AUDIT = "audit"
    NOTE = "note"


class Facet(StrEnum):
    """What a rule may ask of a row."""

    TENANT = "tenant"
    PATH = "path"
    SELLER = "seller"
    BUYER = "buyer"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Via:
    """The row is visible when its `column` is among the `select` values of the visible rows of another table."""

    column: str
    table: str
    select: str = "id"


@dataclass(frozen=True, slots=True)
class Place:
    """A table's kind and the columns of its facets, or the table that decides for it."""

    kind: Kind
    columns: Mapping[Facet, str] = field(default_factory=dict)
    via: Via | None = None


_OF_TENANT = {Facet.TENANT: "tenant_id"}
_BY_BILLING_ACCOUNT = Place(Kind.DOCUMENT, via=Via("billing_account_id", "billing_account"))
_BY_SUBSCRIPTION = Place(Kind.SUBSCRIPTION, via=Via("subscription_id", "subscription"))
_OPERATION = Place(Kind.OPERATION)

PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "account": Place(Kind.ACCOUNT, {**_OF_TENANT, Facet.PATH: "path"}),
        "account_contact": Place(Kind.ACCOUNT, via=Via("account_id", "account")),
        "account_event": Place(Kind.ACCOUNT, via=Via("account_id", "account")),
        "account_note": Place(Kind.NOTE, {Facet.SELLER: "owner_id"}),
        "seller_setup": Place(Kind.ACCOUNT, via=Via("account_id", "account")),
        "membership": Place(Kind.USER, {Facet.ACCOUNT: "account_id"}),
        "own_role": Place(Kind.USER, {Facet.ACCOUNT: "account_id"}),
        "directory_token": Place(Kind.NOTE, {Facet.SELLER: "account_id"}),
        "directory_person": Place(Kind.NOTE, {Facet.SELLER: "account_id"}),
        "directory_group": Place(Kind.NOTE, {Facet.SELLER: "account_id"}),
        "directory_member": Place(Kind.NOTE, via=Via("group_id", "directory_group")),
        "portal": Place(Kind.NOTE, {Facet.SELLER: "account_id"}),
        "portal_domain": Place(Kind.NOTE, via=Via("portal_id", "portal")),
        "external_identity": Place(Kind.NOTE, via=Via("portal_id", "portal")),
        "acting_session": Place(Kind.USER, {Facet.ACCOUNT: "account_id"}),
        "sign_in": Place(Kind.USER, via=Via("user_id", "membership", "user_id")),
        "mfa_authenticator": Place(Kind.USER, via=Via("user_id", "membership", "user_id")),
        "party_user": Place(Kind.USER, via=Via("id", "membership", "user_id")),
        "seller_price": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "sku_price": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "sku_price_band": Place(Kind.PRICE, via=Via("sku_price_id", "sku_price")),
        "margin_rule": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "promotion": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "subscription_money": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "sale_place": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "plan_own": Place(Kind.PRICE, {Facet.SELLER: "account_id"}),
        "delegation": Place(Kind.PRICE, {Facet.SELLER: "account_id"}),
        "billing_account": Place(
            Kind.DOCUMENT, {**_OF_TENANT, Facet.SELLER: "seller_id", Facet.BUYER: "buyer_id"}
        ),
        "chain": Place(Kind.ACCOUNT, via=Via("customer_id", "account")),
        "chain_link": _BY_BILLING_ACCOUNT,
        "invoice": Place(
            Kind.DOCUMENT, {**_OF_TENANT, Facet.SELLER: "seller_id", Facet.BUYER: "buyer_id"}
        ),
        "invoice_line": Place(Kind.DOCUMENT, via=Via("invoice_id", "invoice")),
        "document_tax": _BY_BILLING_ACCOUNT,
        "charge": _BY_BILLING_ACCOUNT,
        "transfer": _BY_BILLING_ACCOUNT,
        "balance": _BY_BILLING_ACCOUNT,
        "allocation": _BY_BILLING_ACCOUNT,
        "credit_state": _BY_BILLING_ACCOUNT,
        "hold_event": _BY_BILLING_ACCOUNT,
        "subscription": Place(
            Kind.SUBSCRIPTION,
            {
                **_OF_TENANT,
                Facet.PATH: "customer_path",
                Facet.SELLER: "seller_id",
                Facet.BUYER: "customer_id",
            },
        ),
        "subscription_item": _BY_SUBSCRIPTION,
        "subscription_event": _BY_SUBSCRIPTION,
        "sub_billing": _BY_SUBSCRIPTION,
        "quantity_change": _BY_SUBSCRIPTION,
        "promotion_taken": _BY_SUBSCRIPTION,
        "term": _BY_SUBSCRIPTION,
        "term_calendar": _BY_SUBSCRIPTION,
        "service_span": _BY_SUBSCRIPTION,
        "notice_given": _BY_SUBSCRIPTION,
        "usage_notice": _BY_SUBSCRIPTION,
        "notice_rule": Place(Kind.NOTE, {Facet.SELLER: "seller_id"}),
        "metered_usage": Place(Kind.SUBSCRIPTION, via=Via("item_id", "subscription_item")),
        "seat": Place(Kind.USER, {Facet.ACCOUNT: "account_id"}),
        "seat_tally": Place(Kind.USER, {Facet.ACCOUNT: "account_id"}),
        "seat_wait": Place(Kind.USER, {Facet.ACCOUNT: "account_id"}),
        "seat_use": Place(Kind.SUBSCRIPTION, via=Via("item_id", "subscription_item")),
        "billing_run": _OPERATION,
        "run_chunk": _OPERATION,
        "rehearsal": _OPERATION,
        "quarantine": _OPERATION,
        "month_end_sales": Place(Kind.PRICE, {Facet.SELLER: "seller_id"}),
        "price_list_import": _OPERATION,
        "catalog_price": _OPERATION,
        "job": _OPERATION,
        "job_event": _OPERATION,
        "task_priority": _OPERATION,
        "task_turn": _OPERATION,
        "usage_import": _OPERATION,
        "usage_source": _OPERATION,
        "usage_total": _OPERATION,
        "sub_account_link": _OPERATION,
        "parked_sub_account": _OPERATION,
        "outbox_event": _OPERATION,
        "fact_delivery": _OPERATION,
        "service_instance": _BY_SUBSCRIPTION,
        "provisioning_operation": Place(
            Kind.SUBSCRIPTION, via=Via("instance_id", "service_instance")
        ),
        "vendor_call": Place(Kind.SUBSCRIPTION, via=Via("operation_id", "provisioning_operation")),
        "sales_order": Place(
            Kind.SUBSCRIPTION,
            {
                **_OF_TENANT,
                Facet.PATH: "customer_path",
                Facet.SELLER: "seller_id",
                Facet.BUYER: "customer_id",
            },
        ),
        "order_approval": Place(Kind.SUBSCRIPTION, via=Via("order_id", "sales_order")),
        "subscription_note": Place(Kind.NOTE, {Facet.SELLER: "owner_id"}),
        "order_note": Place(Kind.NOTE, {Facet.SELLER: "owner_id"}),
        "approval_workflow": Place(Kind.NOTE, {Facet.SELLER: "seller_id"}),
        "order_event": Place(Kind.SUBSCRIPTION, via=Via("order_id", "sales_order")),
        "message": Place(
            Kind.DOCUMENT, {**_OF_TENANT, Facet.SELLER: "seller_id", Facet.BUYER: "account_id"}
        ),
        "message_template": Place(Kind.NOTE, {Facet.SELLER: "seller_id"}),
        "message_recipient": Place(Kind.ACCOUNT, via=Via("account_id", "account")),
        "connector": _OPERATION,
        "vendor_offer": _OPERATION,
        "vendor_callback": _OPERATION,
        "callback_refusal": _OPERATION,
        "provisioning_follow_up": _OPERATION,
        "drift_look": _OPERATION,
        "drift_difference": _OPERATION,
        "audit_entry": Place(Kind.AUDIT),
    }
)
