"""What people have of packages above this one: asked and taken back before they leave.

A package that hands something to people says so by `kept_by`; while none does, people leave without more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from entrepot.infra.audit.recorder import Actor


class Belongings(Protocol):
    """What people have, of one package."""

    def release(
        self, *, account_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
    ) -> None:
        """Take back what people have of an account, in the caller's transaction; they leave it in the next moment.

        Raises: a DomainError that names what cannot be taken back and what to do, and nobody leaves.
        """


_keepers: list[Belongings] = []


def kept_by(keeper: Belongings) -> None:
    """Ask this keeper from now on, once per process."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def release_belongings(
    *, account_id: int, user_ids: Sequence[int], actor: Actor, now: datetime
) -> None:
    """Have everything taken back that people have of an account. Raises: what a keeper raises."""
    for keeper in _keepers:
        keeper.release(account_id=account_id, user_ids=user_ids, actor=actor, now=now)
