"""The marketplace: plans by category, the page of a plan, the cart and the checkout."""
