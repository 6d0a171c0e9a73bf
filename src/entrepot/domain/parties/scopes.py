"""Which rows of each kind a viewer sees: one function per kind, no query."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.places import Facet, Kind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer


class Side(StrEnum):
    """From which end of a sale a list is read; lists of one side use one index."""

    SOLD = "sold"
    BOUGHT = "bought"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Condition:
    """One facet of a row equals an account, or lies inside the subtree of a path."""

    facet: Facet
    account_id: int | None = None
    path_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows of one kind that a viewer sees: one of `any_of` holds, inside the tenant if one is set.

    Without conditions there are no rows, unless `everything` is set.
    """

    kind: Kind
    everything: bool = False
    tenant_id: int | None = None
    any_of: tuple[Condition, ...] = ()


def account_scope(viewer: Viewer) -> Scope:
    """Accounts: the own one and all below it."""
    return _subtree(viewer, Kind.ACCOUNT, Facet.PATH)


def subscription_scope(viewer: Viewer, *, side: Side = Side.BOTH) -> Scope:
    """Subscriptions: those of the own account and of all accounts below it; a customer has nobody below.

    One side is narrower: what the own account itself sells, or what it uses. Both lie inside its subtree, so that
    lists of them need one index and no condition on the path.
    """
    if side is Side.BOTH:
        return _subtree(viewer, Kind.SUBSCRIPTION, Facet.PATH)
    end = Facet.SELLER if side is Side.SOLD else Facet.BUYER
    return Scope(Kind.SUBSCRIPTION, any_of=(Condition(end, account_id=viewer.account_id),))


def document_scope(viewer: Viewer, *, side: Side = Side.BOTH) -> Scope:
    """Billing accounts, invoices and what hangs on them: those where the own account sells or buys.

    Sales of lower sellers need VIEW_DOWNSTREAM_PRICES, because their amounts are resale prices
    (decision 11). One side of the own account lies inside its tenant, so that such a list asks one
    index for the account alone.
    """
    ends = {
        Side.SOLD: (Facet.SELLER,),
        Side.BOUGHT: (Facet.BUYER,),
        Side.BOTH: (Facet.SELLER, Facet.BUYER),
    }[side]
    conditions = tuple(Condition(end, account_id=viewer.account_id) for end in ends)
    if side is not Side.BOUGHT and viewer.can(Capability.VIEW_DOWNSTREAM_PRICES):
        if _is_provider(viewer):
            return Scope(Kind.DOCUMENT, everything=True)
        conditions += (Condition(Facet.SELLER, path_prefix=viewer.account_path),)
    tenant_id = _tenant(viewer) if len(conditions) > 1 else None
    return Scope(Kind.DOCUMENT, tenant_id=tenant_id, any_of=conditions)


def price_scope(viewer: Viewer) -> Scope:
    """Own prices, margin rules and overlays of a seller: only the own account's."""
    return Scope(Kind.PRICE, any_of=(Condition(Facet.SELLER, account_id=viewer.account_id),))


def user_scope(viewer: Viewer) -> Scope:
    """Users and memberships: those of the own account and of the accounts below; a customer has nobody below."""
    if viewer.account_kind is AccountKind.CUSTOMER:
        own = Condition(Facet.ACCOUNT, account_id=viewer.account_id)
        return Scope(Kind.USER, tenant_id=_tenant(viewer), any_of=(own,))
    return _subtree(viewer, Kind.USER, Facet.ACCOUNT)


def operation_scope(viewer: Viewer) -> Scope:
    """Billing runs, quarantine, price and usage imports, parked usage, outbox: the provider's only."""
    return Scope(Kind.OPERATION, everything=_is_provider(viewer))


def audit_scope(viewer: Viewer) -> Scope:
    """The audit trail: the provider's. An entry may hold a seller's costs, so nobody else lists it."""
    return Scope(Kind.AUDIT, everything=_is_provider(viewer))


def note_scope(viewer: Viewer) -> Scope:
    """Notes and rules of work: those of the own account."""
    return Scope(Kind.NOTE, any_of=(Condition(Facet.SELLER, account_id=viewer.account_id),))


RULES: Mapping[Kind, Callable[[Viewer], Scope]] = MappingProxyType(
    {
        Kind.ACCOUNT: account_scope,
        Kind.SUBSCRIPTION: subscription_scope,
        Kind.DOCUMENT: document_scope,
        Kind.PRICE: price_scope,
        Kind.USER: user_scope,
        Kind.OPERATION: operation_scope,
        Kind.AUDIT: audit_scope,
        Kind.NOTE: note_scope,
    }
)


def _is_provider(viewer: Viewer) -> bool:
    return viewer.account_kind is AccountKind.PROVIDER


def _tenant(viewer: Viewer) -> int | None:
    return None if _is_provider(viewer) else viewer.tenant_id


def _subtree(viewer: Viewer, kind: Kind, facet: Facet) -> Scope:
    if _is_provider(viewer):
        return Scope(kind, everything=True)
    if facet is Facet.PATH and viewer.tenant_id == viewer.account_id:
        # A tenant is the provider's direct child with all below it: here the tenant is the subtree.
        return Scope(kind, any_of=(Condition(Facet.TENANT, account_id=viewer.account_id),))
    return Scope(
        kind,
        tenant_id=_tenant(viewer),
        any_of=(Condition(facet, path_prefix=viewer.account_path),),
    )
