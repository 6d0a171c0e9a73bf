"""What administrators do with the people of an account: edit, disable, enable, delete, give a role."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.commands.factors import forget_factors
from entrepot.domain.parties.commands.users import keep_one_administrator, require_kept_here
from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyInput, PartyRefused
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.leaving import release_belongings
from entrepot.domain.parties.models import Account, Membership, OwnRole, SignIn, User
from entrepot.domain.parties.names import clean_email, clean_language, clean_name, sort_key
from entrepot.domain.parties.phones import clean_phone
from entrepot.domain.parties.roles import ROLES_OF, capabilities_of
from entrepot.domain.parties.sessions import end_sessions
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.parties.walls import everywhere
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX, IdKind, format_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What an administrator may change about a person; the login stays."""

    display_name: str
    email: str
    phone: str
    language: str


def account_of_people(viewer: Viewer, *, account_id: int) -> Account:
    """Return an account whose people the viewer may look after: the own one, or one directly below.

    Raises: NoSuchObject for all others, also for customers of a lower seller: those are that seller's.
    """
    account = one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    if viewer.account_id not in (account.id, account.parent_id):
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    return account


def require_may_give(
    viewer: Viewer, *, kind: AccountKind, account_id: int, role: RoleCode, own_role_id: int | None
) -> None:
    """Refuse a role that people of such an account do not have, or that may do more than the viewer.

    Raises: PartyInput `role_unknown`; PartyRefused `role_beyond_own`.
    """
    levels = None
    if role is RoleCode.OWN:
        rows = OwnRole.objects.filter(pk=own_role_id or 0, account_id=account_id)
        levels = rows.values_list("levels", flat=True).first()
    if levels is None and role not in ROLES_OF[kind]:
        raise PartyInput(
            "role_unknown",
            "People of this account cannot have this role.",
            field="role",
            next_step="Choose a role from the list.",
        )
    if capabilities_of(kind=kind, role=role, levels=levels) - viewer.capabilities:
        raise PartyRefused(
            "role_beyond_own",
            "This role may do more than you may.",
            next_step="Ask somebody who has these privileges.",
        )


def edit_person(
    viewer: Viewer,
    *,
    account_id: int,
    user_id: int,
    version: int,
    facts: PersonFacts,
    actor: Actor,
    now: datetime,
) -> None:
    """Store what is known of a person; nothing is written when nothing changes.

    A new address makes links void that were sent before. Raises: NoSuchObject; PartyInput; PartyConflict
    `changed_meanwhile`; PartyRefused `not_while_acting`, `person_shared`, `role_beyond_own`, `kept_outside`.
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        user = member.user
        require_mine(viewer, member)
        wanted = {
            "display_name": clean_name(facts.display_name, field="display_name", length_max=150),
            "email": clean_email(facts.email),
            "phone": clean_phone(facts.phone, country=account.country),
            "language": clean_language(facts.language),
        }
        changed = {key: text for key, text in wanted.items() if getattr(user, key) != text}
        if not changed:
            return
        _require_version(user, version)
        if changed.keys() - {"language"}:
            require_kept_here(user)
        if "email" in changed:
            require_in_person(viewer)
        before = {key: getattr(user, key) for key in changed}
        User.objects.filter(pk=user.pk).update(**changed, version=version + 1)
        if "display_name" in changed:
            key = sort_key(wanted["display_name"])
            with everywhere():
                Membership.objects.filter(user=user).update(name_key=key)
        record_act(member, "user_edited", actor=actor, now=now, before=before, after=changed)


def disable_person(
    viewer: Viewer, *, account_id: int, user_id: int, actor: Actor, now: datetime
) -> None:
    """Shut a person out and end all sessions; services stay with the person. Doing it again changes nothing.

    Raises: NoSuchObject; PartyRefused `own_person`, `person_shared`, `role_beyond_own`, `last_administrator`.
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        if not member.user.is_active:
            return
        _require_other(viewer, member)
        require_mine(viewer, member)
        keep_one_administrator(account=account, user_id=user_id)
        write_person(member.user, is_active=False)
        end_sessions(user_ids=[user_id])
        record_act(member, "user_disabled", actor=actor, now=now)


def enable_person(
    viewer: Viewer, *, account_id: int, user_id: int, actor: Actor, now: datetime
) -> None:
    """Let a disabled person in again. Doing it again changes nothing.

    Raises: NoSuchObject; PartyRefused `person_shared`, `role_beyond_own`.
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        if member.user.is_active:
            return
        require_mine(viewer, member)
        write_person(member.user, is_active=True)
        record_act(member, "user_enabled", actor=actor, now=now)


def delete_person(
    viewer: Viewer, *, account_id: int, user_id: int, actor: Actor, now: datetime
) -> None:
    """Take a person out of an account: what they have is released first, then they are gone from it.

    Who worked for this account only is deleted: the login is free again, sessions end, address, telephone number,
    password and the history of signing in are removed. The audit trail keeps the name that its entries were written
    with. Who works for others too stays there. Raises: NoSuchObject; PartyRefused `own_person`, `role_beyond_own`,
    `last_administrator`; what keeps them (`leaving`).
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        _require_other(viewer, member)
        _require_within(viewer, member)
        keep_one_administrator(account=account, user_id=user_id)
        release_belongings(account_id=account_id, user_ids=[user_id], actor=actor, now=now)
        user = member.user
        record_act(
            member,
            "user_deleted",
            actor=actor,
            now=now,
            before={"login": user.login, "role": member.role.value, "account": account_id},
        )
        with everywhere():
            Membership.objects.filter(pk=member.pk).delete()
            if not Membership.objects.filter(user=user).exists():
                _forget(user, now=now)


def give_role(
    viewer: Viewer,
    *,
    account_id: int,
    user_id: int,
    role: RoleCode,
    own_role_id: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a person another role for an account; it holds from their next request on. The same role changes nothing.

    Raises: NoSuchObject; PartyInput `role_unknown`; PartyRefused `role_beyond_own` for the new role or the one that
    the person has, `last_administrator`.
    """
    own = own_role_id if role is RoleCode.OWN else None
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        if (member.role, member.own_role_id) == (role, own):
            return
        require_may_give(
            viewer, kind=account.kind, account_id=account_id, role=role, own_role_id=own
        )
        _require_within(viewer, member)
        keep_one_administrator(account=account, user_id=user_id)
        Membership.objects.filter(pk=member.pk).update(role=role, own_role_id=own)
        before = {"role": member.role.value, "own_role": member.own_role_id}
        after = {"account": account_id, "role": role.value, "own_role": own}
        record_act(member, "role_set", actor=actor, now=now, before=before, after=after)


def require_in_person(viewer: Viewer) -> None:
    """Refuse what nobody does on behalf of others: whoever gets a person's links can sign in as that person.

    Raises: PartyRefused `not_while_acting`.
    """
    if viewer.acting is not None:
        raise PartyRefused(
            "not_while_acting",
            "How people sign in is not changed on behalf of {account}.",
            next_step="Leave it to an administrator of {account}.",
            account=viewer.account_name,
        )


def member_of(viewer: Viewer, account: Account, user_id: int) -> Membership:
    """Find a member and lock it, the account first, so that two administrators cannot shut each other out at once.

    Raises: NoSuchObject.
    """
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    rows = visible(viewer, Membership).filter(account=account, user_id=user_id)
    found = (
        rows.select_for_update(of=("self", "user")).select_related("user", "account").first()
        if 0 < user_id <= NUMBER_MAX
        else None
    )
    if found is None:
        raise NoSuchObject(object=f"{IdKind.USER.value}-{user_id}")
    return found


def require_mine(viewer: Viewer, member: Membership) -> None:
    """Let nobody change a person who also works for an account that is none of their business, or who may do more."""
    others = Membership.objects.filter(user_id=member.user_id).exclude(account_id=member.account_id)
    mine = {viewer.account_id}
    with everywhere():
        works_for = list(others.values_list("account_id", "account__parent_id"))
    if any(not mine & {*one} for one in works_for):
        raise PartyRefused(
            "person_shared",
            "{person} also works for an account that is not yours.",
            next_step="Take this person out of {account}, or leave the change to them.",
            person=member.user.display_name,
            account=member.account.name,
        )
    _require_within(viewer, member)


def _require_within(viewer: Viewer, member: Membership) -> None:
    """Let nobody change a person who may do more than they may."""
    levels = None if member.own_role is None else member.own_role.levels
    has = capabilities_of(kind=member.account.kind, role=member.role, levels=levels)
    if has - viewer.capabilities and member.user_id != viewer.user_id:
        raise PartyRefused(
            "role_beyond_own",
            "{person} may do more than you may.",
            next_step="Ask somebody who has these privileges.",
            person=member.user.display_name,
        )


def _require_other(viewer: Viewer, member: Membership) -> None:
    if member.user_id == viewer.user_id:
        raise PartyRefused(
            "own_person",
            "You cannot shut yourself out.",
            next_step="Ask another administrator of {account}.",
            account=member.account.name,
        )


def _require_version(user: User, version: int) -> None:
    if user.version != version:
        raise PartyConflict(
            "changed_meanwhile",
            "{object} was changed by somebody else meanwhile.",
            object=user.display_name,
            next_step="Look at the new values and change them again.",
        )


def _forget(user: User, *, now: datetime) -> None:
    """Remove what is personal. A login with "#" is one that nobody can type or choose."""
    free = f"#{user.pk}"
    User.objects.filter(pk=user.pk).update(
        login=free,
        username=f"{user.realm}/{free}",
        display_name=format_id(kind=IdKind.USER, number=user.pk),
        email="",
        phone="",
        password=make_password(None),
        is_active=False,
        awaits_activation=False,
        kept_by="",
        signs_in_outside=False,
        deleted_at=now,
        version=user.version + 1,
    )
    end_sessions(user_ids=[user.pk])
    SignIn.objects.filter(user_id=user.pk).delete()
    forget_factors(user_id=user.pk)


def write_person(user: User, **facts: Any) -> None:
    """Store facts of a person with the next version."""
    User.objects.filter(pk=user.pk).update(**facts, version=user.version + 1)


def record_act(
    member: Membership,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down what was done to a member."""
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="user",
        object_id=member.user_id,
        object_label=member.user.display_name,
        tenant_id=member.account.tenant_id,
        before=before,
        after=after,
    )
