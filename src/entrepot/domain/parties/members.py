"""What a member of an account may do."""

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Membership
from entrepot.domain.parties.roles import Capability, capabilities_of


def granted_to(row: Membership, *, kind: AccountKind) -> frozenset[Capability]:
    """Return what a person may do for an account of a kind; read `row` with its `own_role`."""
    levels = None if row.own_role is None else row.own_role.levels
    return capabilities_of(kind=kind, role=row.role, levels=levels)
