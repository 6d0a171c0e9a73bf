"""Sign-in realms: which brand stands behind a host, and where the people of an account sign in (decision 10)."""

from dataclasses import dataclass

from entrepot.domain.parties.errors import NoSuchObject, PartyRefused
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand, BrandLogo, Hub
from entrepot.kernel.ids import IdKind


@dataclass(frozen=True, slots=True)
class Realm:
    """A seller's brand as people see it; `host` is the realm's name and the address of its links."""

    host: str
    account_id: int
    display_name: str
    accent: str
    logo_icon: str
    logo_digest: str


def realm_of_host(host: str) -> Realm | None:
    """Return the realm of a request's host (with or without port); an unknown host is the provider's.

    None only while the provider has no brand yet.
    """
    name = host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host.lower()
    brand = Brand.objects.filter(host=name.rstrip(".")).first()
    if brand is None:
        brand = Brand.objects.filter(account__in=Hub.objects.values("provider_id")).first()
    return None if brand is None else _realm(brand)


def realm_of_account(*, account_id: int) -> str:
    """Return the realm in which an account's people sign in.

    The provider's for provider and resellers; for a customer the nearest seller's above it that has
    a brand. Raises: NoSuchObject; PartyRefused `no_brand`.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    ancestors = [int(part) for part in account.path.split(".") if part]
    sellers = ancestors[:1] if account.kind is not AccountKind.CUSTOMER else ancestors[:-1]
    hosts = dict(Brand.objects.filter(account_id__in=sellers).values_list("account_id", "host"))
    for seller_id in reversed(sellers):
        if seller_id in hosts:
            return hosts[seller_id]
    raise PartyRefused(
        "no_brand",
        "There is no address at which people of {account} could sign in.",
        next_step="Set up the provider's brand first.",
        account=account.name,
    )


def logo_content(*, digest: str) -> bytes | None:
    """Return the logo file with a name, None if no brand shows it. One statement."""
    rows = (
        BrandLogo.objects.filter(brand__logo_digest=digest) if digest else BrandLogo.objects.none()
    )
    found = rows.values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def _realm(brand: Brand) -> Realm:
    return Realm(
        host=brand.host,
        account_id=brand.account_id,
        display_name=brand.display_name,
        accent=brand.accent,
        logo_icon=brand.logo_icon,
        logo_digest=brand.logo_digest,
    )
