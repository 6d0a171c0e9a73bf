"""Hand an account over to its people: panel address, login name, and a link for one use, shown once.

Nothing of it is mailed: the seller's staff give it on (decision 00.10 of the domain reference).
"""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.queries import account_page
from entrepot.domain.parties.realms import realm_of_account
from entrepot.domain.parties.resets import issue_activation
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.addresses import public_address
from entrepot.flows.onboarding import editable, visible_people
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import list_of, number_in
from entrepot.web.screens.home import links, words
from entrepot.web.ui.shell import Link

_KEPT = "hand-over"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is given on; `link` opens the account, so that it stands on this one answer only."""

    name: str
    login: str
    link: str
    until: str


def remember(request: SignedInRequest, *, account_id: int, user_id: int) -> None:
    """Have the next look at the hand-over of an account show a link at once: it was just opened."""
    request.session[_KEPT] = [account_id, user_id]


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def hand_over(request: SignedInRequest, number: int) -> HttpResponse:
    """Show where the people of an account sign in; by button, a link for one of them."""
    viewer = request.viewer
    account = editable(viewer, account_id=number)
    if account.id == viewer.account_id:
        raise NoSuchObject(object="account")
    facts = account_page(viewer, account_id=number)
    people = visible_people(viewer, account_id=number)
    chosen = _chosen(request, number)
    if chosen is not None and chosen not in dict(people):
        raise Http404
    back = links.account_url(viewer, number, facts.row.kind)
    context = {
        "row": facts.row,
        "crumbs": [
            list_of(viewer, facts.row.kind),
            Link(facts.row.name, back),
        ],
        "panel_url": f"{public_address(realm_of_account(account_id=number))}/",
        "people": people,
        "shown": None if chosen is None else _issue(request, viewer, number, chosen),
        "order_url": links.address(viewer, "marketplace", **{"for": str(number)})
        if links.address(viewer, "cart") and facts.row.kind.value == "customer"
        else "",
        "back_url": back,
    }
    return render(request, "screens/customers/hand_over.html", context)


def _chosen(request: SignedInRequest, number: int) -> int | None:
    """Return for whom a link is asked: by the button, or once after the account was opened."""
    kept = request.session.pop(_KEPT, None)
    if request.method == "POST":
        return number_in(request.POST.get("person", "")) or 0
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == number:
        return int(kept[1])
    return None


def _issue(request: SignedInRequest, viewer: Viewer, number: int, user_id: int) -> Shown:
    made = issue_activation(
        account_id=number,
        user_id=user_id,
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    path = reverse("password-set", args=[made.user_key, made.token])
    return Shown(
        name=made.display_name,
        login=made.login,
        link=f"{public_address(made.realm)}{path}",
        until=words.day(made.until, "stamp"),
    )
