"""Columns of the reseller's lists, in their order; what each shows stands with its screen."""

SUBSCRIPTIONS = ("customer", "plan", "status", "quantity", "price", "cost", "margin", "ends")
OWN_SUBSCRIPTIONS = ("plan", "status", "quantity", "price", "term", "ends")
ORDERS = ("customer", "plan", "status", "amount", "placed")
OWN_ORDERS = ("plan", "status", "amount", "placed")
