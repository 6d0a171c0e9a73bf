"""Whose wall stands around the work of a viewer."""

from contextlib import AbstractContextManager

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.db.walls import Wall, beyond


def wall_of(viewer: Viewer | None) -> Wall | None:
    """Return the second wall of a viewer: the tree of the account, None for the provider, who works with all of it."""
    if viewer is None or viewer.account_kind is AccountKind.PROVIDER:
        return None
    return Wall(tenant_id=viewer.tenant_id, path=viewer.account_path, user_id=viewer.user_id)


def everywhere() -> AbstractContextManager[None]:
    """Look at all that a person works for, in other trees too."""
    return beyond("a person may work for accounts of other trees, and for none any more")
