"""Columns of the provider's lists, in their order; what each shows stands with its screen."""

SUBSCRIPTIONS = (
    "customer",
    "seller",
    "plan",
    "status",
    "quantity",
    "price",
    "cost",
    "margin",
    "ends",
)
ORDERS = ("customer", "seller", "plan", "status", "placed")
