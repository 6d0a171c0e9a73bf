"""Create people as somebody who looks after them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.commands.people import NewPerson, add_people
from entrepot.domain.parties.commands.user_edits import (
    account_of_people,
    require_in_person,
    require_may_give,
)
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor


def create_people(
    viewer: Viewer,
    *,
    account_id: int,
    people: Sequence[NewPerson],
    invites: bool,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Create people of the own account or of one directly below, all or none; return the ids in their order.

    With `invites` activation links are mailed, else the viewer hands them over. Raises: NoSuchObject; what
    `require_may_give` and `add_people` raise; PartyRefused `not_while_acting` for links that the viewer would see.
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        if not invites:
            require_in_person(viewer)
        for role, own_role_id in {(one.role, one.own_role_id) for one in people}:
            require_may_give(
                viewer,
                kind=account.kind,
                account_id=account.pk,
                role=role,
                own_role_id=own_role_id,
            )
        return add_people(
            account_id=account.pk, people=people, invites=invites, actor=actor, now=now
        )
