"""For whom somebody looks at the marketplace: the buyer, the sellers above it, and the chain whose prices are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, QuerySet, When

from entrepot.domain.parties.access import one, sight, visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.models import BillingAccount, Chain, ChainLink
from entrepot.kernel.ids import IdKind

# So many billing accounts of a seller are asked for the one whose currency and market are the usual ones.
_ACCOUNTS_ASKED = 50


@dataclass(frozen=True, slots=True)
class Market:
    """A chain of sellers, the tier of it that the viewer sees, and what may be shown of that tier."""

    chain_id: int
    tiers: int
    tier: int
    name: str
    currency: str
    sees_price: bool
    sees_cost: bool


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: an account, or None for a seller that looks at what it sells to its customers.

    `seller_ids` lead from the provider to the seller; `market` is None where no chain exists yet; `markets` are all
    chains of the account, the oldest first, none for a seller that only looks.
    """

    account_id: int | None
    name: str
    path: str
    seller_ids: tuple[int, ...]
    market: Market | None
    markets: tuple[Market, ...] = ()

    @property
    def seller_path(self) -> str:
        """The path of the last seller, as accounts keep it."""
        return "".join(f"{number}." for number in self.seller_ids)


def buyer_for(viewer: Viewer, *, account_id: int | None, chain_id: int | None = None) -> Buyer:
    """Say for whom the viewer buys: itself, or a customer directly below it; None lets a seller look.

    The provider buys nothing for itself.
    `chain_id` chooses one of the account's chains; an unknown one is as none: the oldest.
    Raises: NoSuchObject for an account that the viewer cannot buy for.
    """
    if viewer.panel is Panel.CUSTOMER:
        account_id = viewer.account_id
    if account_id is None:
        return _looking(viewer)
    account = one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    is_own = account.id == viewer.account_id and viewer.panel is not Panel.PROVIDER
    is_customer = account.kind is AccountKind.CUSTOMER and account.parent_id == viewer.account_id
    if not (is_own or is_customer):
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    markets = _markets(viewer, account)
    chosen = [found for found in markets if found.chain_id == chain_id]
    return Buyer(
        account_id=account.id,
        name=account.name,
        path=account.path,
        seller_ids=_ids(account.path)[:-1],
        market=next(iter([*chosen, *markets]), None),
        markets=markets,
    )


def _ids(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.split(".") if part)


def _markets(viewer: Viewer, account: Account) -> tuple[Market, ...]:
    chains = list(Chain.objects.filter(customer=account).order_by("id")[:_ACCOUNTS_ASKED])
    return _seen(viewer, chains, buyer_id=account.id)


def _looking(viewer: Viewer) -> Buyer:
    """Take the prices of a seller's usual sale: the one in its own currency, else any; its own purchase before one."""
    own = Account.objects.get(pk=viewer.account_id)
    # Sales alone, which an index has in this order: with purchases beside them all would be read for the first few.
    sold = visible(viewer, BillingAccount, scope=document_scope(viewer, side=Side.SOLD))
    accounts = sold.filter(seller_id=viewer.account_id)
    asked = sorted(
        accounts.order_by("id").values_list("id", "currency")[:_ACCOUNTS_ASKED],
        key=lambda row: (row[1] != own.currency, row[0]),
    )
    usual = [number for number, currency in asked if currency == asked[0][1]]
    links = ChainLink.objects.filter(billing_account_id__in=usual, seller_id=viewer.account_id)
    oldest = links.order_by("chain_id").values("pk")[:_ACCOUNTS_ASKED]
    nearest = _nearest(ChainLink.objects.filter(pk__in=oldest), own)
    chains = [link.chain for link in nearest.select_related("chain")[:1]]
    markets = _seen(viewer, chains, buyer_id=None)
    if not markets and viewer.panel is Panel.RESELLER:
        markets = _markets(viewer, own)
    return Buyer(
        account_id=None,
        name="",
        path=viewer.account_path,
        seller_ids=_ids(viewer.account_path),
        market=markets[0] if markets else None,
    )


def _nearest(links: QuerySet[ChainLink], own: Account) -> QuerySet[ChainLink]:
    """Prefer the market of the seller's country, and sales to customers before those over further sellers."""
    return links.order_by(
        Case(When(chain__market=own.country, then=0), default=1),
        F("chain__tiers") - F("tier"),
        "chain_id",
    )


def _seen(viewer: Viewer, chains: Sequence[Chain], *, buyer_id: int | None) -> tuple[Market, ...]:
    """Read the links of chains once, and what the viewer may see of the tier that it sells or buys on."""
    links: dict[int, list[ChainLink]] = {chain.id: [] for chain in chains}
    rows = ChainLink.objects.filter(chain__in=chains).select_related("billing_account")
    for row in rows.order_by("tier"):
        links[row.chain_id].append(row)
    return tuple(_market(viewer, chain, links[chain.id], buyer_id) for chain in chains)


def _market(
    viewer: Viewer, chain: Chain, links: Sequence[ChainLink], buyer_id: int | None
) -> Market:
    sellers = [link.seller_id for link in links]
    sells = viewer.account_id in sellers
    tier = sellers.index(viewer.account_id) + 1 if sells else len(sellers)
    last_buyer = chain.customer_id if buyer_id is None else buyer_id
    seen = sight(viewer, seller_ids=sellers, buyer_id=last_buyer)[tier - 1]
    return Market(
        chain_id=chain.id,
        tiers=len(links),
        tier=tier,
        name=chain.market,
        currency=links[tier - 1].billing_account.currency,
        sees_price=seen.price,
        sees_cost=seen.cost,
    )
