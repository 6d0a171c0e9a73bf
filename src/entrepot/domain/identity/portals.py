"""Reads of portals: for the sign-in page, which knows nobody yet, and for the people who look after them."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db.models import Count, Max, Q

from entrepot.domain.identity.errors import refused
from entrepot.domain.identity.models import ExternalIdentity, Portal, PortalDomain
from entrepot.domain.identity.openid import Client
from entrepot.domain.identity.secrets import opened
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.people import RoleChoice
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.sealing import NotOpened
from entrepot.kernel.ids import NUMBER_MAX

ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class PortalPlace:
    """A portal as the sign-in page shows it; `host` is where people are sent to."""

    id: int
    slug: str
    name: str
    account_name: str
    host: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Relied:
    """What the way to a portal and back needs."""

    client: Client
    login_claim: str
    country: str
    checks_second_factor: bool


@dataclass(frozen=True, slots=True)
class PortalRow:
    """A portal in its account's list: how many people came through it, and when the last one did."""

    id: int
    name: str
    slug: str
    issuer: str
    is_on: bool
    people: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class PortalPage:
    """Everything about a portal but its secret."""

    row: PortalRow
    realm: str
    client_id: str
    scopes: str
    login_claim: str
    role: RoleChoice
    domains: tuple[str, ...]
    checks_second_factor: bool
    version: int


@dataclass(frozen=True, slots=True)
class PersonFrom:
    """Somebody who came through a portal."""

    user_id: int
    name: str
    login: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PortalAct:
    """One line of a portal's timeline; `code` and `detail` say why somebody was refused, `fields` what was changed."""

    at: datetime
    action: str
    by: str
    fields: tuple[str, ...]
    code: str
    detail: str


def offered_portals(*, realm: str, account_id: int) -> tuple[PortalPlace, ...]:
    """Return the switched-on portals of the account whose brand a sign-in page shows, never those of others."""
    rows = Portal.objects.filter(realm=realm, account_id=account_id, is_on=True)
    found = rows.select_related("account").order_by("name", "id")[:ROWS_MAX]
    return tuple(_place(one) for one in found)


def has_other_portals(*, realm: str, account_id: int) -> bool:
    """Tell whether accounts other than the brand's have a switched-on portal at a realm."""
    return Portal.objects.filter(realm=realm, is_on=True).exclude(account_id=account_id).exists()


def portal_at(*, realm: str, slug: str) -> PortalPlace | None:
    """Return the portal with a short name at a realm."""
    rows = Portal.objects.filter(realm=realm, slug=slug[:60]).select_related("account")
    found = rows.first()
    return None if found is None else _place(found)


def portal_for(*, realm: str, text: str) -> PortalPlace | None:
    """Return the switched-on portal that takes a mail address, a mail domain or has a short name.

    Only the part behind the last @ is looked at, so that nobody learns which people there are.
    """
    word = text.strip().lower().rpartition("@")[2].rstrip(".")[:253]
    domain = PortalDomain.objects.filter(realm=realm, domain=word, portal__is_on=True)
    found = domain.select_related("portal__account").first()
    if found is not None:
        return _place(found.portal)
    place = portal_at(realm=realm, slug=word) if "@" not in text else None
    return place if place is not None and place.is_on else None


def portal_of_person(*, user_id: int) -> PortalPlace | None:
    """Return the switched-on portal through which a person last came."""
    rows = ExternalIdentity.objects.filter(user_id=user_id, portal__is_on=True)
    found = rows.select_related("portal__account").order_by("-last_at").first()
    return None if found is None else _place(found.portal)


def relied_on(*, portal_id: int) -> Relied:
    """Return what the way through a portal needs. Raises: SignInRefused `portal_off`, `portal_secret_refused`."""
    portal = Portal.objects.select_related("account").filter(pk=portal_id, is_on=True).first()
    if portal is None:
        raise refused(
            "portal_off",
            "This portal is switched off.",
            next_step="Ask an administrator of your account how to sign in.",
        )
    try:
        secret = opened(portal.sealed_secret, account_id=portal.account_id, slug=portal.slug)
    except NotOpened as error:
        raise refused(
            "portal_secret_refused",
            "The portal does not accept this site any more.",
            next_step="Ask an administrator of your account to enter a new client secret.",
            detail=str(error),
        ) from error
    return Relied(
        client=Client(portal.issuer, portal.client_id, secret, portal.scopes),
        login_claim=portal.login_claim,
        country=portal.account.country,
        checks_second_factor=portal.checks_second_factor,
    )


def list_portals(viewer: Viewer) -> tuple[PortalRow, ...]:
    """List the portals of the viewer's account by name."""
    rows = visible(viewer, Portal).order_by("name", "id")[:ROWS_MAX]
    facts = {
        portal_id: (people, last)
        for portal_id, people, last in ExternalIdentity.objects.filter(
            portal__in=[p.pk for p in rows]
        )
        .values_list("portal_id")
        .annotate(Count("id"), Max("last_at"))
    }
    return tuple(_row(one, *facts.get(one.pk, (0, None))) for one in rows)


def portal_page(viewer: Viewer, *, portal_id: int) -> PortalPage:
    """Return one portal of the viewer's account. Raises: NoSuchObject."""
    rows = visible(viewer, Portal).select_related("own_role")
    found = rows.filter(pk=portal_id).first() if 0 < portal_id <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object="portal")
    said = ExternalIdentity.objects.filter(portal=found).aggregate(
        n=Count("id"), last=Max("last_at")
    )
    own_name = found.own_role.name if found.own_role else ""
    return PortalPage(
        row=_row(found, said["n"], said["last"]),
        realm=found.realm,
        client_id=found.client_id,
        scopes=found.scopes,
        login_claim=found.login_claim,
        role=RoleChoice(found.role, found.own_role_id, own_name),
        domains=tuple(found.domains.order_by("domain").values_list("domain", flat=True)),
        checks_second_factor=found.checks_second_factor,
        version=found.version,
    )


def people_from(viewer: Viewer, *, portal_id: int, limit: int) -> tuple[PersonFrom, ...]:
    """Return the people who came through a portal of the viewer's account, the latest first, at most 200."""
    rows = visible(viewer, ExternalIdentity).filter(portal_id=portal_id).select_related("user")
    return tuple(
        PersonFrom(one.user_id, one.user.display_name, one.user.login, one.first_at, one.last_at)
        for one in rows.order_by("-last_at", "-id")[: min(limit, ROWS_MAX)]
    )


def acts_of_portal(viewer: Viewer, *, portal_id: int, limit: int) -> tuple[PortalAct, ...]:
    """Return the newest of what happened to a portal of the viewer's account, at most 200."""
    if not visible(viewer, Portal).filter(pk=portal_id).exists():
        return ()
    rows = AuditEntry.objects.filter(Q(object_kind="portal"), object_id=portal_id)
    return tuple(
        PortalAct(
            at=one.at,
            action=one.action,
            by=one.actor_name,
            fields=tuple(one.after) if one.action == "portal_changed" else (),
            code=str(one.after.get("code", "")),
            detail=str(one.after.get("detail", "")),
        )
        for one in rows.order_by("-at", "-id")[: min(limit, ROWS_MAX)]
    )


def _place(one: Portal) -> PortalPlace:
    host = urlsplit(one.issuer).hostname or ""
    return PortalPlace(one.pk, one.slug, one.name, one.account.name, host, one.is_on)


def _row(one: Portal, people: int, last_at: datetime | None) -> PortalRow:
    return PortalRow(one.pk, one.name, one.slug, one.issuer, one.is_on, people, last_at)
