"""Who needs a second factor, as accounts say; and taking the factors of somebody who has lost them away."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.commands.factors import forget_factors
from entrepot.domain.parties.commands.user_edits import (
    account_of_people,
    member_of,
    record_act,
    require_in_person,
    require_mine,
)
from entrepot.domain.parties.errors import PartyConflict, PartyRefused
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, FactorRule
from entrepot.domain.parties.sessions import end_sessions
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor, record


@dataclass(frozen=True, slots=True)
class Demands:
    """For whom an account demands a second factor: its own people, and those of resellers and customers below."""

    own: bool = False
    resellers: bool = False
    customers: bool = False
    version: int = 0


def demands_of(viewer: Viewer) -> Demands:
    """Return what the viewer's account demands; `version` 0 for one that never said anything."""
    row = FactorRule.objects.filter(account_id=viewer.account_id).first()
    if row is None:
        return Demands()
    return Demands(row.own, row.resellers, row.customers, row.version)


def offered_demands(kind: AccountKind) -> tuple[str, ...]:
    """Return what an account of a kind may demand, by the names of `Demands`."""
    return {
        AccountKind.PROVIDER: ("own", "resellers", "customers"),
        AccountKind.RESELLER: ("own", "customers"),
        AccountKind.CUSTOMER: ("own",),
    }[kind]


def set_demands(viewer: Viewer, *, wanted: Demands, actor: Actor, now: datetime) -> None:
    """Store for whom a second factor is demanded; `wanted.version` is the one that was shown.

    It holds for everybody within a minute: whoever has none is led to add one. What the kind of account is not offered
    is not stored. Raises: PartyConflict `changed_meanwhile`; PartyRefused `not_while_acting`.
    """
    require_in_person(viewer)
    offered = offered_demands(viewer.account_kind)
    names = ("own", "resellers", "customers")
    chosen = {name: name in offered and getattr(wanted, name) for name in names}
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
        present = demands_of(viewer)
        if present.version != wanted.version:
            raise PartyConflict(
                "changed_meanwhile",
                "{object} was changed by somebody else meanwhile.",
                object=account.name,
                next_step="Look at the new values and change them again.",
            )
        before = {name: getattr(present, name) for name in names}
        if before == chosen:
            return
        FactorRule.objects.update_or_create(
            account=account, defaults={**chosen, "version": present.version + 1}
        )
        record(
            actor=actor,
            now=now,
            action="factor_rule_set",
            object_kind="account",
            object_id=account.pk,
            object_label=account.name,
            tenant_id=account.tenant_id,
            before=before,
            after=chosen,
        )


def reset_factors(
    viewer: Viewer, *, account_id: int, user_id: int, actor: Actor, now: datetime
) -> None:
    """Take all second factors of a person away; the person's sessions end and the person is told.

    Raises: NoSuchObject; PartyRefused `not_while_acting`, `person_shared`, `role_beyond_own`, `factor_missing`, and
    `own_person` for oneself, because that has a page of its own.
    """
    require_in_person(viewer)
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        require_mine(viewer, member)
        if user_id == viewer.user_id:
            raise PartyRefused(
                "own_person",
                "You cannot reset your own second factors.",
                next_step="Change them on your own page of security.",
            )
        count = forget_factors(user_id=user_id)
        if not count:
            raise PartyRefused(
                "factor_missing",
                "{person} has no second factor.",
                next_step="There is nothing to reset.",
                person=member.user.display_name,
            )
        end_sessions(user_ids=[user_id])
        before = {"factors": count}
        record_act(member, "factors_reset", actor=actor, now=now, before=before)
