"""The card on a person's page that names their services."""

from dataclasses import dataclass

from django.utils.translation import gettext

from entrepot.domain.parties.people import PersonPage
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel
from entrepot.domain.seats.queries import PersonService, services_of
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words
from entrepot.web.screens.home.links import address
from entrepot.web.screens.services.page import STATES
from entrepot.web.screens.users.parts import Part
from entrepot.web.screens.users.team import Team

TEMPLATE = "screens/services/of_person.html"


@dataclass(frozen=True, slots=True)
class Line:
    """One service of a person."""

    name: str
    url: str
    plan: str
    badge: str
    state: str
    error: str
    since: str


def services_part(request: SignedInRequest, _team: Team, facts: PersonPage) -> Part | None:
    """Read the services of a person of a customer; nothing for people of sellers that have none."""
    viewer = request.viewer
    rows = services_of(viewer, user_id=facts.row.id, account_id=facts.account_id)
    is_own = facts.account_id == viewer.account_id and viewer.panel is Panel.CUSTOMER
    may = is_own and viewer.can(Capability.MANAGE_USERS)
    all_url = address(viewer, "services") if may else ""
    if not rows and not all_url:
        return None
    return Part(
        TEMPLATE, {"rows": [_line(request, row, is_own=is_own) for row in rows], "all_url": all_url}
    )


def _line(request: SignedInRequest, row: PersonService, *, is_own: bool) -> Line:
    badge, word = STATES[row.state] if row.state else ("pending", gettext("Waits for an order"))
    return Line(
        name=row.name,
        url=address(request.viewer, "service", row.resource_id) if is_own else "",
        plan=row.plan,
        badge=badge,
        state=str(word),
        error=row.error,
        since=words.day(row.since, "stamp"),
    )
