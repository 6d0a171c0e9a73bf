"""What follows when a portal has said who somebody is: known people are refreshed, new ones are created."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.domain.identity.claims import Facts
from entrepot.domain.identity.errors import SignInRefused, refused
from entrepot.domain.identity.models import ExternalIdentity, Portal
from entrepot.domain.identity.models_directory import DirectoryPerson
from entrepot.domain.parties.commands import NewPerson, add_people
from entrepot.domain.parties.kinds import AccountKind, AccountStatus, RoleCode
from entrepot.domain.parties.leaving import Belongings
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import sort_key
from entrepot.infra.audit.recorder import Actor, record


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came: the person, and whether they were created by it."""

    user_id: int
    is_new: bool


def arrive(*, portal_id: int, facts: Facts, request_id: str, now: datetime) -> Arrival:
    """Return the person whom a portal has named, created or refreshed.

    Somebody new gets the portal's role. A login name that somebody has already is never taken over: neither the same
    login nor the same mail address makes two people one. People refreshed keep their login and role. Raises:
    SignInRefused `portal_off`, `portal_account_closed`, `portal_account_held`, `portal_login_taken`,
    `portal_person_shut_out`.
    """
    with transaction.atomic():
        # One person at a time, so that two first pages at once create one person.
        rows = Portal.objects.select_for_update(of=("self",)).select_related("account", "own_role")
        portal = rows.filter(pk=portal_id, is_on=True).first()
        if portal is None:
            raise off()
        if portal.account.status is AccountStatus.CANCELLED:
            raise refused(
                "portal_account_closed",
                "The account of this portal is closed.",
                next_step="Ask your seller if you think that is wrong.",
            )
        actor = Actor(None, portal.name, channel="portal", request_id=request_id)
        identity = (
            ExternalIdentity.objects.select_related("user")
            .filter(portal=portal, subject=facts.subject)
            .first()
        )
        if identity is None:
            return Arrival(_welcome(portal, facts, actor=actor, now=now), is_new=True)
        _require_let_in(identity.user, portal.account)
        ExternalIdentity.objects.filter(pk=identity.pk).update(last_at=now)
        _refresh(identity.user, facts, portal, actor=actor, now=now)
        return Arrival(identity.user_id, is_new=False)


def note_refusal(*, portal_id: int, refusal: SignInRefused, request_id: str, now: datetime) -> None:
    """Write down at a portal that somebody it sent was not let in, and why."""
    portal = Portal.objects.select_related("account").filter(pk=portal_id).first()
    if portal is None:
        return
    record(
        actor=Actor(None, portal.name, channel="portal", request_id=request_id),
        now=now,
        action="portal_refused",
        object_kind="portal",
        object_id=portal.pk,
        object_label=portal.name,
        tenant_id=portal.account.tenant_id,
        after={"code": refusal.code, "detail": refusal.detail},
    )


def off() -> SignInRefused:
    """Say that nobody comes in through a portal."""
    return refused(
        "portal_off",
        "This portal is switched off.",
        next_step="Ask an administrator of your account how to sign in.",
    )


class _Identities:
    """What people have of portals: their names there, which go with them."""

    def release(
        self,
        *,
        account_id: int,
        user_ids: Sequence[int],
        actor: Actor,  # noqa: ARG002 - the protocol's
        now: datetime,  # noqa: ARG002 - the protocol's
    ) -> None:
        """Forget who people of an account are at its portals; who stays elsewhere is kept here from now on."""
        rows = ExternalIdentity.objects.filter(portal__account_id=account_id, user_id__in=user_ids)
        people = set(rows.values_list("user_id", flat=True))
        rows.delete()
        kept = DirectoryPerson.objects.filter(account_id=account_id, user_id__in=user_ids)
        people |= set(kept.values_list("user_id", flat=True))
        kept.delete()
        User.objects.filter(pk__in=people).update(kept_by="", signs_in_outside=False)


KEEPER: Belongings = _Identities()
"""To be named to `parties.leaving`."""


def _welcome(portal: Portal, facts: Facts, *, actor: Actor, now: datetime) -> int:
    account = portal.account
    if account.admin_hold:
        raise refused(
            "portal_account_held",
            "The account of this portal is on hold; nobody new is let in.",
            next_step="Ask an administrator of your account.",
        )
    kept = _kept_by_directory(portal, facts.login)
    if kept is not None:
        ExternalIdentity.objects.create(
            portal=portal, user_id=kept, subject=facts.subject, first_at=now, last_at=now
        )
        return kept
    if User.objects.filter(realm=portal.realm, login=facts.login).exists():
        raise refused(
            "portal_login_taken",
            "Somebody already signs in here as {login}, and it is not certain that it is you.",
            next_step="Sign in with that login's own password, or ask an administrator of the account to free it.",
            login=facts.login,
        )
    role, own_role_id = _role(portal)
    person = NewPerson(
        login=facts.login,
        display_name=facts.display_name,
        email=facts.email,
        phone=facts.phone,
        role=role,
        own_role_id=own_role_id,
        language=facts.language or account.language,
        timezone=facts.timezone or "Europe/Berlin",
        kept_by=portal.name,
        signs_in_outside=True,
    )
    user_id = add_people(
        account_id=account.pk, people=[person], actor=actor, now=now, invites=False
    )[0]
    ExternalIdentity.objects.create(
        portal=portal, user_id=user_id, subject=facts.subject, first_at=now, last_at=now
    )
    return user_id


def _kept_by_directory(portal: Portal, login: str) -> int | None:
    """Return whom the account's own directory has created to sign in outside under a login, and who never came."""
    rows = DirectoryPerson.objects.filter(
        account=portal.account,
        user__login=login,
        user__signs_in_outside=True,
        user__is_active=True,
    )
    found = rows.values_list("user_id", flat=True).first()
    came = ExternalIdentity.objects.filter(user_id=found or 0).exists()
    return None if came else found


def _role(portal: Portal) -> tuple[RoleCode, int | None]:
    """An own role that was removed meanwhile counts as the least one."""
    if portal.role is not RoleCode.OWN or portal.own_role_id is not None:
        return portal.role, portal.own_role_id
    is_customer = portal.account.kind is AccountKind.CUSTOMER
    return (RoleCode.USER if is_customer else RoleCode.READ_ONLY), None


def _require_let_in(user: User, account: Account) -> None:
    works_here = Membership.objects.filter(user=user, account=account).exists()
    if not user.is_active or not works_here:
        raise refused(
            "portal_person_shut_out",
            "You cannot sign in here at present.",
            next_step="Ask an administrator of your account.",
            detail=user.login,
        )


def _refresh(user: User, facts: Facts, portal: Portal, *, actor: Actor, now: datetime) -> None:
    """Take over what the portal says now; what it leaves out stays."""
    wanted = {"display_name": facts.display_name, "email": facts.email, "phone": facts.phone}
    changed = {key: text for key, text in wanted.items() if text and getattr(user, key) != text}
    if not changed:
        return
    before = {key: getattr(user, key) for key in changed}
    User.objects.filter(pk=user.pk).update(**changed, version=user.version + 1)
    if "display_name" in changed:
        key = sort_key(changed["display_name"])
        Membership.objects.filter(user=user).update(name_key=key)
    record(
        actor=actor,
        now=now,
        action="user_refreshed",
        object_kind="user",
        object_id=user.pk,
        object_label=user.display_name,
        tenant_id=portal.account.tenant_id,
        before=before,
        after=changed,
    )
