"""For whom a seller buys: one of its own customers, or a reseller itself."""

from dataclasses import replace

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.queries import list_accounts
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.domain.resale.buyers import buyer_for
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import TEXT_MAX, number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.marketplace import store
from entrepot.web.screens.marketplace.together import keep
from entrepot.web.ui.parts import Chip, Column
from entrepot.web.ui.shell import Link

SHOWN = 25


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def customer(request: SignedInRequest) -> HttpResponse:
    """Search the own customers, and keep the one that is chosen with the cart."""
    viewer = request.viewer
    if request.method == "POST":
        buyer = buyer_for(viewer, account_id=number_in(request.POST.get("account", "")))
        cart = store.read(request.session, viewer)
        keep(request, replace(cart, customer_id=buyer.account_id, chain_id=None))
        name = "cart" if cart.lines else "marketplace"
        return HttpResponseRedirect(links.address(viewer, name))
    text = request.GET.get("q", "").replace("\0", "").strip()[:TEXT_MAX]
    page = list_accounts(viewer, kind=AccountKind.CUSTOMER, limit=SHOWN, search=text)
    context = {
        "crumbs": [
            Link(gettext("Marketplace"), links.address(viewer, "marketplace")),
            Link(gettext("Cart"), links.address(viewer, "cart")),
        ],
        "columns": [
            Column(gettext("Name")),
            Column(gettext("State"), 200),
            Column(gettext("Choose"), 130, hidden_label=True),
        ],
        "rows": page.rows,
        "more": page.after is not None,
        "query": text,
        "chips": [Chip(f"“{text}”", request.path)] if text else [],
        "own_id": "" if viewer.panel is Panel.PROVIDER else viewer.account_id,
        "own_name": viewer.account_name,
    }
    return render(request, "screens/marketplace/customer.html", context)
