"""Portals of an account: added, changed, switched and deleted by its administrators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from entrepot.domain.identity import cleaning
from entrepot.domain.identity.errors import PortalConflict, PortalRefused
from entrepot.domain.identity.models import ExternalIdentity, Portal, PortalDomain
from entrepot.domain.identity.secrets import sealed
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.commands import require_in_person, require_may_give
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, User
from entrepot.domain.parties.names import clean_name
from entrepot.domain.parties.realms import realm_of_account
from entrepot.domain.parties.sessions import end_sessions
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

PORTALS_MAX = 10
NAME_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalFacts:
    """What administrators say about a portal. `domains` is a text with blanks, commas or lines between them."""

    name: str
    issuer: str
    client_id: str
    scopes: str
    login_claim: str
    role: RoleCode
    own_role_id: int | None
    domains: str
    checks_second_factor: bool


def add_portal(
    viewer: Viewer,
    *,
    slug: str,
    secret: str,
    facts: PortalFacts,
    actor: Actor,
    now: datetime,
) -> int:
    """Add a portal to the viewer's account, switched off; return its id. The short name stays for ever.

    Raises: PortalInput; PartyInput; PortalConflict `portal_slug_taken`, `portal_domain_taken`; PortalRefused
    `portals_too_many`; PartyRefused `not_while_acting`, `role_beyond_own`, `no_brand`.
    """
    require_in_person(viewer)
    slug, secret = cleaning.clean_slug(slug), cleaning.clean_secret(secret)
    wanted, domains = _cleaned(viewer, facts)
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).get(pk=viewer.account_id)
        if Portal.objects.filter(account=account).count() >= PORTALS_MAX:
            raise PortalRefused(
                "portals_too_many",
                "An account has {most} portals at most.",
                next_step="Change or delete one that is not needed.",
                most=PORTALS_MAX,
            )
        realm = realm_of_account(account_id=account.pk)
        try:
            with transaction.atomic():
                portal = Portal.objects.create(
                    account=account,
                    realm=realm,
                    slug=slug,
                    sealed_secret=sealed(secret, account_id=account.pk, slug=slug),
                    **wanted,
                )
        except IntegrityError as race:
            raise PortalConflict(
                "portal_slug_taken",
                "Another portal has the short name {slug}.",
                field="slug",
                next_step="Choose another one.",
                slug=slug,
            ) from race
        _set_domains(portal, domains)
        _record(portal, account, "portal_added", actor, now, after=_told(wanted, domains))
    return portal.pk


def change_portal(
    viewer: Viewer,
    *,
    portal_id: int,
    version: int,
    secret: str,
    facts: PortalFacts,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a portal of the viewer's account; an empty secret keeps the present one. Nothing new writes nothing.

    The issuer stays once somebody has come through it, because names of people are its own. Raises: NoSuchObject;
    as `add_portal`; PortalConflict `portal_changed_meanwhile`; PortalRefused `portal_issuer_fixed`.
    """
    require_in_person(viewer)
    fresh = cleaning.clean_secret(secret) if secret.strip() else ""
    wanted, domains = _cleaned(viewer, facts)
    with transaction.atomic():
        portal = _locked(viewer, portal_id)
        before = {key: getattr(portal, key) for key in wanted}
        had = tuple(portal.domains.order_by("domain").values_list("domain", flat=True))
        if before == wanted and set(had) == set(domains) and not fresh:
            return
        if portal.version != version:
            raise PortalConflict(
                "portal_changed_meanwhile",
                "{object} was changed by somebody else meanwhile.",
                object=portal.name,
                next_step="Look at the new values and change them again.",
            )
        people = ExternalIdentity.objects.filter(portal=portal)
        if wanted["issuer"] != portal.issuer and people.exists():
            raise PortalRefused(
                "portal_issuer_fixed",
                "People have come through {object}; another issuer would give their names to others.",
                object=portal.name,
                next_step="Add another portal for the other issuer.",
            )
        if fresh:
            wanted_secret = sealed(fresh, account_id=portal.account_id, slug=portal.slug)
            Portal.objects.filter(pk=portal.pk).update(sealed_secret=wanted_secret)
        Portal.objects.filter(pk=portal.pk).update(**wanted, version=version + 1)
        _set_domains(portal, domains)
        User.objects.filter(pk__in=people.values("user_id")).update(kept_by=wanted["name"])
        after = _told(wanted, domains) | ({"client_secret": "new"} if fresh else {})
        told = _told(before, had)
        changed = {key for key in after if after[key] != told.get(key)}
        _record(
            portal,
            portal.account,
            "portal_changed",
            actor,
            now,
            before={key: told[key] for key in changed if key in told},
            after={key: after[key] for key in changed},
        )


def switch_portal(
    viewer: Viewer, *, portal_id: int, is_on: bool, actor: Actor, now: datetime
) -> None:
    """Switch a portal on or off. Off, nobody comes in through it, and who came is signed out. Again changes nothing.

    Raises: NoSuchObject; PartyRefused `not_while_acting`.
    """
    require_in_person(viewer)
    with transaction.atomic():
        portal = _locked(viewer, portal_id)
        if portal.is_on == is_on:
            return
        Portal.objects.filter(pk=portal.pk).update(is_on=is_on, version=portal.version + 1)
        if not is_on:
            end_sessions(user_ids=_people(portal))
        action = "portal_switched_on" if is_on else "portal_switched_off"
        _record(portal, portal.account, action, actor, now)


def delete_portal(viewer: Viewer, *, portal_id: int, actor: Actor, now: datetime) -> int:
    """Delete a portal; return how many people it kept. They stay, are signed out, and need a password from now on.

    Raises: NoSuchObject; PartyRefused `not_while_acting`.
    """
    require_in_person(viewer)
    with transaction.atomic():
        portal = _locked(viewer, portal_id)
        people = _people(portal)
        elsewhere = ExternalIdentity.objects.filter(user_id__in=people).exclude(portal=portal)
        left = set(people) - set(elsewhere.values_list("user_id", flat=True))
        User.objects.filter(pk__in=left).update(kept_by="", signs_in_outside=False)
        end_sessions(user_ids=people)
        told = {"issuer": portal.issuer, "people": len(people)}
        _record(portal, portal.account, "portal_deleted", actor, now, before=told)
        portal.delete()
    return len(people)


def _people(portal: Portal) -> list[int]:
    return list(ExternalIdentity.objects.filter(portal=portal).values_list("user_id", flat=True))


def _cleaned(viewer: Viewer, facts: PortalFacts) -> tuple[dict[str, Any], tuple[str, ...]]:
    own = facts.own_role_id if facts.role is RoleCode.OWN else None
    require_may_give(
        viewer,
        kind=viewer.account_kind,
        account_id=viewer.account_id,
        role=facts.role,
        own_role_id=own,
    )
    wanted = {
        "name": clean_name(facts.name, field="name", length_max=NAME_MAX),
        "issuer": cleaning.clean_issuer(facts.issuer),
        "client_id": cleaning.clean_client_id(facts.client_id),
        "scopes": cleaning.clean_scopes(facts.scopes),
        "login_claim": cleaning.clean_claim(facts.login_claim),
        "role": facts.role,
        "own_role_id": own,
        "checks_second_factor": facts.checks_second_factor,
    }
    return wanted, cleaning.clean_domains(facts.domains)


def _locked(viewer: Viewer, portal_id: int) -> Portal:
    rows = visible(viewer, Portal).select_related("account").select_for_update(of=("self",))
    found = rows.filter(pk=portal_id).first() if 0 < portal_id <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object="portal")
    return found


def _set_domains(portal: Portal, domains: tuple[str, ...]) -> None:
    PortalDomain.objects.filter(portal=portal).exclude(domain__in=domains).delete()
    had = set(portal.domains.values_list("domain", flat=True))
    for one in domains:
        if one in had:
            continue
        try:
            with transaction.atomic():
                PortalDomain.objects.create(portal=portal, realm=portal.realm, domain=one)
        except IntegrityError as race:
            raise PortalConflict(
                "portal_domain_taken",
                "Another portal takes the people of {domain} already.",
                field="domains",
                next_step="Leave this domain out, and give people your portal's own address.",
                domain=one,
            ) from race


def _told(facts: dict[str, Any], domains: tuple[str, ...]) -> dict[str, Any]:
    return {**facts, "role": str(facts["role"]), "domains": ", ".join(sorted(domains))}


def _record(
    portal: Portal,
    account: Account,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="portal",
        object_id=portal.pk,
        object_label=portal.name,
        tenant_id=account.tenant_id,
        before=before,
        after=after,
    )
