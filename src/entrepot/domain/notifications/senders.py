"""In whose name an account is told something: its seller, the brand at which its people sign in, and their words."""

from dataclasses import dataclass

from entrepot.domain.notifications.builtin import builtin
from entrepot.domain.notifications.kinds import MessageKind
from entrepot.domain.notifications.models import MessageTemplate
from entrepot.domain.notifications.wording import Look, Wording
from entrepot.domain.parties.errors import NoSuchObject, PartyRefused
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand
from entrepot.kernel.ids import IdKind


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes to an account. `seller_ids` are the sellers whose words may count, the nearest last."""

    account_id: int
    account_name: str
    account_kind: AccountKind
    tenant_id: int
    language: str
    email: str
    seller_id: int
    seller_ids: tuple[int, ...]
    brand_id: int
    host: str
    brand_name: str
    accent: str
    logo_digest: str

    def look(self, *, address: str) -> Look:
        """Return how the brand appears; `address` is where its panel is."""
        return Look(self.brand_name, self.accent, address, has_logo=bool(self.logo_digest))


def sender_to(*, account_id: int) -> Sender:
    """Return who writes to an account: the seller above it, the provider for itself.

    The brand is that of the address at which the account's people sign in (decision 10). Raises: NoSuchObject;
    PartyRefused `no_brand`.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    above = tuple(int(part) for part in account.path.split(".") if part)[:-1] or (account.id,)
    brands = {one.account_id: one for one in Brand.objects.filter(account_id__in=above)}
    # Provider and resellers sign in at the provider's address, customers at that of the nearest seller with a brand.
    signs_in_at = above if account.kind is AccountKind.CUSTOMER else above[:1]
    brand = next((brands[one] for one in reversed(signs_in_at) if one in brands), None)
    if brand is None:
        raise PartyRefused(
            "no_brand",
            "There is no address at which people of {account} could sign in.",
            next_step="Set up the provider's brand first.",
            account=account.name,
        )
    return Sender(
        account_id=account.id,
        account_name=account.name,
        account_kind=account.kind,
        tenant_id=account.tenant_id,
        language=account.language,
        email=account.email,
        seller_id=above[-1],
        seller_ids=above,
        brand_id=brand.account_id,
        host=brand.host,
        brand_name=brand.display_name,
        accent=brand.accent,
        logo_digest=brand.logo_digest,
    )


def words_of(*, seller_ids: tuple[int, ...], kind: MessageKind, language: str) -> Wording:
    """Return the words that count: of the last seller that has its own, else the usual ones."""
    rows = MessageTemplate.objects.filter(seller_id__in=seller_ids, kind=kind, language=language)
    own = {row.seller_id: row for row in rows}
    for seller_id in reversed(seller_ids):
        if seller_id in own:
            return Wording(own[seller_id].subject, own[seller_id].body)
    return builtin(kind=kind, language=language)
