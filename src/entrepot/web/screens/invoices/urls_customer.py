"""Addresses of documents in the customer's panel: what it buys."""

from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.invoices.addresses import addresses

urlpatterns = addresses("invoice", side=Side.BOUGHT)
