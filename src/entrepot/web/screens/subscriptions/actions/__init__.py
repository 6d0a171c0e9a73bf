"""Actions on a subscription: each shows its effect on money before it is taken."""
