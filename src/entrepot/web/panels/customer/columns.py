"""Columns of the customer's lists, in their order; what each shows stands with its screen."""

SUBSCRIPTIONS = ("plan", "status", "quantity", "price", "term", "ends")
ORDERS = ("plan", "status", "amount", "placed")
