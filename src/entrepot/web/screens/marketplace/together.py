"""What the plans of a cart need comes and goes with them, and each time the page says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib import messages
from django.utils.translation import gettext

from entrepot.flows.marketplace_needs import Together, complete_cart, needed_lines
from entrepot.flows.orders import order_day
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.marketplace import store
from entrepot.web.screens.marketplace.asked import buyer_of_cart


@dataclass(frozen=True, slots=True)
class Staying:
    """A line that somebody wants to remove while others need it: its id, and what is said."""

    id: int
    text: str


def completed(request: SignedInRequest, cart: store.StoredCart) -> Together:
    """Work out a cart with what its plans need; nothing is kept."""
    viewer = request.viewer
    buyer = buyer_of_cart(viewer, cart)
    return complete_cart(viewer, buyer=buyer, lines=cart.lines, on_day=order_day(now=request.now))


def keep(request: SignedInRequest, cart: store.StoredCart, found: Together | None = None) -> None:
    """Keep a cart with what its plans need, and say what came and went."""
    together = found or completed(request, cart)
    store.write(request.session, request.viewer, replace(cart, lines=together.lines))
    for name, needed_by in together.added:
        text = gettext("“%(name)s” was added because “%(plan)s” needs it.")
        messages.info(request, text % {"name": name, "plan": needed_by})
    for name in together.dropped:
        text = gettext("“%(name)s” was taken out: nothing in the cart needs it any more.")
        messages.info(request, text % {"name": name})


def refusal(request: SignedInRequest, before: store.StoredCart, found: Together) -> str:
    """Say that what a new plan needs cannot be ordered; empty if nothing new is missing."""
    if not found.missing:
        return ""
    known = completed(request, before).missing
    for name, needed_by in found.missing:
        if (name, needed_by) not in known:
            text = gettext(
                "“%(plan)s” needs “%(name)s”, which cannot be ordered here: it is not published, or has no price"
                " in this market and currency. Choose another plan, or ask the seller."
            )
            return text % {"plan": needed_by, "name": name}
    return ""


def staying(
    request: SignedInRequest, cart: store.StoredCart, posted: Mapping[str, str]
) -> Staying | None:
    """Say why a line is not removed by itself: others need it. None if it may go."""
    wanted = posted.get("remove", "")
    lines = [line for line in cart.lines if str(line.id) == wanted]
    if not lines:
        return None
    buyer = buyer_of_cart(request.viewer, cart)
    needing = needed_lines(cart.lines, line_id=lines[0].id, buyer=buyer)
    if not needing:
        return None
    text = gettext("“%(name)s” stays in the cart because it is needed by: %(plans)s.")
    plans = ", ".join(line.name for line in needing)
    return Staying(lines[0].id, text % {"name": lines[0].name, "plans": plans})


def without(
    request: SignedInRequest, cart: store.StoredCart, posted: Mapping[str, str]
) -> store.StoredCart:
    """Take out the line that a form names, with all that need it."""
    wanted = posted.get("remove_all", "")
    number = next((line.id for line in cart.lines if str(line.id) == wanted), 0)
    if not number:
        return cart
    buyer = buyer_of_cart(request.viewer, cart)
    gone = {number} | {line.id for line in needed_lines(cart.lines, line_id=number, buyer=buyer)}
    return replace(cart, lines=tuple(line for line in cart.lines if line.id not in gone))
