"""Addresses of documents in the provider's panel: what it sells."""

from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.invoices.addresses import addresses

urlpatterns = addresses("invoice", side=Side.SOLD)
