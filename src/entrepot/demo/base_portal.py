"""One customer's sign-in portal, switched on by its own administrator; who comes through it is nobody's yet."""

from pathlib import Path

from entrepot.demo.cast import customers
from entrepot.demo.portal import CUSTOMER, PORT, SLUG, DemoPortal, write_portal
from entrepot.demo.sellers import BY_KEY
from entrepot.demo.stage import Stage, administrators
from entrepot.domain.identity.commands import PortalFacts, add_portal, switch_portal
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.viewer import build_viewer
from entrepot.infra.audit.recorder import Actor


def add_demo_portal(stage: Stage, *, directory: Path) -> None:
    """Add the portal and keep its secret in the data directory, for the simulator that plays it."""
    customer = next(one for one in customers(small=stage.small) if one.name == CUSTOMER)
    portal = DemoPortal(host=BY_KEY[customer.seller].host, domain=customer.domain, port=PORT)
    user_id, name = administrators()[CUSTOMER]
    viewer = build_viewer(user_id=user_id, account_id=stage.accounts[CUSTOMER], now=stage.now)
    facts = PortalFacts(
        name="Cobalt Freight Portal",
        issuer=portal.issuer,
        client_id=portal.client_id,
        scopes="profile email",
        login_claim="preferred_username",
        role=RoleCode.USER,
        own_role_id=None,
        domains=portal.domain,
        checks_second_factor=False,
    )
    made = {**stage.made, "actor": Actor(user_id=user_id, name=name)}
    number = add_portal(viewer, slug=SLUG, secret=portal.secret, facts=facts, **made)
    switch_portal(viewer, portal_id=number, is_on=True, **made)
    write_portal(directory=directory, portal=portal)
