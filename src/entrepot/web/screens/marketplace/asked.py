"""What an address of the marketplace asks for: for whom, which category, which words, which page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from entrepot.domain.parties.viewer import Panel
from entrepot.domain.resale.buyers import Buyer, buyer_for
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

    Raises: NoSuchObject for an account that the viewer cannot buy for.
    """
    viewer = request.viewer
    if viewer.panel is not Panel.RESELLER:
        return buyer_for(viewer, account_id=None)
    cart = store.read(request.session, viewer)
    number = account or cart.customer_id
    chain = cart.chain_id if number == cart.customer_id else None
    return buyer_for(viewer, account_id=number, chain_id=chain)
