"""The pages of sign-in portals: a customer looks at every kind of them."""

from datetime import datetime

from entrepot.domain.identity.commands import PortalFacts, add_portal
from entrepot.domain.identity.commands.tokens import add_token
from entrepot.domain.identity.models import DirectoryGroup
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.domain.parties.viewer import build_viewer
from entrepot.infra.audit.recorder import Actor

Page = tuple[tuple[object, ...], str]


def portal_pages(account_id: int, *, actor: Actor, now: datetime) -> list[Page]:
    """Add a portal to an account; return its pages."""
    boss = Membership.objects.filter(account_id=account_id, role=RoleCode.ADMINISTRATOR)
    viewer = build_viewer(user_id=boss.earliest("id").user_id, account_id=account_id, now=now)
    facts = PortalFacts(
        name="Company sign-in",
        issuer="https://login.company.example",
        client_id="cloud",
        scopes="profile email",
        login_claim="preferred_username",
        role=RoleCode.USER,
        own_role_id=None,
        domains="company.example",
        checks_second_factor=True,
    )
    number = add_portal(viewer, slug="company", secret="any", facts=facts, actor=actor, now=now)
    add_token(viewer, name="Company directory", days=30, actor=actor, now=now)
    group = DirectoryGroup.objects.create(
        account_id=account_id, name="Helpdesk", made_at=now, changed_at=now
    )
    pages = [
        ("portals",),
        ("portal-new",),
        ("directory",),
        ("token-new",),
        ("group-role", group.pk),
    ]
    return [
        *[(one, "") for one in pages],
        *[((name, number), "") for name in ("portal", "portal-edit", "portal-delete")],
    ]
