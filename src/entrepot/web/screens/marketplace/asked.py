"""What an address of the marketplace asks for: for whom, which category, which words, which page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.buyers import Buyer, buyer_for
from entrepot.kernel.errors import NotFound
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import TEXT_MAX, number_in
from entrepot.web.screens.marketplace import store

_TRAIL_MAX = 40
_DOT = "."


@dataclass(frozen=True, slots=True)
class Asked:
    """A place in the list; `trail` leads back over the pages that one came from."""

    account: int | None
    category: int | None
    text: str
    after: int | None
    trail: tuple[int, ...]

    def url(self, *, after: int | None = None, trail: tuple[int, ...] = (), **change: str) -> str:
        """Return the list at another place, or with another category or search from the first page on."""
        values = {
            "for": str(self.account or ""),
            "category": "" if self.category is None else str(self.category),
            "q": self.text,
            "after": str(after or ""),
            "trail": _DOT.join(map(str, trail)),
        } | change
        return f"?{urlencode({name: value for name, value in values.items() if value})}"

    @property
    def onward(self) -> tuple[int, ...]:
        """The trail of the page after this one."""
        here = () if self.after is None else (self.after,)
        return (*self.trail, *here)[-_TRAIL_MAX:]


def read(query: Mapping[str, str]) -> Asked:
    """Read an address; what is not a place in the list is ignored."""
    parts = query.get("trail", "")[:1000].split(_DOT)
    category = query.get("category", "")
    return Asked(
        account=number_in(query.get("for", "")),
        category=0 if category == "0" else number_in(category),
        text=query.get("q", "").replace("\0", "").strip()[:TEXT_MAX],
        after=number_in(query.get("after", "")),
        trail=tuple(n for part in parts if (n := number_in(part)) is not None)[-_TRAIL_MAX:],
    )


def buyer_of(request: SignedInRequest, account: int | None) -> Buyer:
    """Say for whom somebody looks: the account of the address, else that of the cart.

    Raises: NoSuchObject for an account of the address that the viewer cannot buy for.
    """
    viewer = request.viewer
    if viewer.panel is Panel.CUSTOMER:
        return buyer_for(viewer, account_id=None)
    cart = store.read(request.session, viewer)
    if account in (None, cart.customer_id):
        return buyer_of_cart(viewer, cart)
    return buyer_for(viewer, account_id=account)


def buyer_of_cart(viewer: Viewer, cart: store.StoredCart) -> Buyer:
    """Say for whom a cart is; nobody, if the viewer cannot buy for its account any more, as after a move."""
    try:
        return buyer_for(viewer, account_id=cart.customer_id, chain_id=cart.chain_id)
    except NotFound:
        return buyer_for(viewer, account_id=None)
