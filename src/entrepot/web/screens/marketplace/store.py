"""The cart of a person for an account, kept in the session: small, and gone with it.

Each change of what would be ordered gives the cart a new key. The key is the request key of its orders, so a form that
was sent twice orders once, and a form of an older cart is noticed.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.marketplace_lines import CartLine

QUANTITY_LENGTH_MAX = 24
PURCHASE_ORDER_KEPT = 200
CODE_KEPT = 200
LINES_MAX = 50
_REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class StoredCart:
    """What is in the cart, and for whom; `chain_id` None is the account's oldest chain."""

    key: str
    customer_id: int | None = None
    chain_id: int | None = None
    purchase_order: str = ""
    promotion_code: str = ""
    lines: tuple[CartLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """What a cart became."""

    customer_id: int
    ids: tuple[int, ...]


def new_key() -> str:
    """Make a key that nobody guesses."""
    return secrets.token_hex(16)


def read(session: SessionBase, viewer: Viewer) -> StoredCart:
    """Return the cart of the viewer's account; an empty one has a key too."""
    found: dict[str, Any] | None = session.get(_name("cart", viewer))
    if found is None:
        return StoredCart(key=new_key())
    return StoredCart(
        key=found["key"],
        customer_id=found["customer"],
        chain_id=found["chain"],
        purchase_order=found["purchase_order"],
        # Carts of sessions that are older than promotion codes have none.
        promotion_code=found.get("promotion_code", ""),
        lines=tuple(
            CartLine(
                id=line["id"],
                plan_period_id=line["period"],
                name=line["name"],
                quantities={int(number): text for number, text in line["quantities"].items()},
                parameters=line["parameters"],
                is_added=line.get("is_added", False),
            )
            for line in found["lines"]
        ),
    )


def write(session: SessionBase, viewer: Viewer, cart: StoredCart) -> StoredCart:
    """Keep a cart; return it, with a new key if something else would be ordered than before."""
    before = read(session, viewer)
    if replace(before, key=cart.key, purchase_order=cart.purchase_order) != cart:
        cart = replace(cart, key=new_key())
    session[_name("cart", viewer)] = {
        "key": cart.key,
        "customer": cart.customer_id,
        "chain": cart.chain_id,
        "purchase_order": cart.purchase_order[:PURCHASE_ORDER_KEPT],
        "promotion_code": cart.promotion_code[:CODE_KEPT],
        "lines": [
            {
                "id": line.id,
                "period": line.plan_period_id,
                "name": line.name,
                "quantities": {str(number): text for number, text in line.quantities.items()},
                "parameters": dict(line.parameters),
                "is_added": line.is_added,
            }
            for line in cart.lines
        ],
    }
    return cart


def renew(session: SessionBase, viewer: Viewer) -> None:
    """Give the cart another key, because the present one has been used."""
    name = _name("cart", viewer)
    if name in session:
        session[name] = {**session[name], "key": new_key()}


def add(cart: StoredCart, line: CartLine) -> StoredCart:
    """Put a plan into the cart; the same plan and period once more replaces what was there."""
    same = [
        one
        for one in cart.lines
        if one.plan_period_id == line.plan_period_id
        and (one.is_added or dict(one.parameters) == line.parameters)
    ]
    if same:
        kept = [replace(line, id=same[0].id) if one is same[0] else one for one in cart.lines]
        return replace(cart, lines=tuple(kept))
    number = max((one.id for one in cart.lines), default=0) + 1
    return replace(cart, lines=(*cart.lines, replace(line, id=number)))


def changed(cart: StoredCart, form: Mapping[str, str]) -> StoredCart:
    """Take over what a form says of the cart: units, purchase-order number, promotion code, chain, a line to remove."""
    lines = [
        replace(
            line,
            quantities={
                number: form.get(f"units-{line.id}-{number}", text).strip()[:QUANTITY_LENGTH_MAX]
                for number, text in line.quantities.items()
            },
        )
        for line in cart.lines
        if form.get("remove", "") != str(line.id)
    ]
    chain = form.get("chain", "")
    is_number = chain.isascii() and chain.isdigit() and len(chain) < QUANTITY_LENGTH_MAX
    return replace(
        cart,
        lines=tuple(lines),
        purchase_order=form.get("purchase_order", cart.purchase_order)[:PURCHASE_ORDER_KEPT],
        promotion_code=form.get("promotion_code", cart.promotion_code).strip()[:CODE_KEPT],
        chain_id=int(chain) if is_number else cart.chain_id,
    )


def finish(
    session: SessionBase, viewer: Viewer, *, key: str, customer_id: int, ids: Sequence[int]
) -> None:
    """Remember what a cart became, the last ten, and begin an empty one for the same account."""
    name = _name("placed", viewer)
    entry = {"key": key, "customer": customer_id, "ids": list(ids)}
    session[name] = [entry, *session.get(name, [])][:_REMEMBERED]
    session.pop(_name("cart", viewer), None)


def placed(session: SessionBase, viewer: Viewer, *, key: str) -> Placed | None:
    """Return what the cart with a key became; None for one that was not ordered in this session."""
    for entry in session.get(_name("placed", viewer), []):
        if entry["key"] == key:
            return Placed(entry["customer"], tuple(entry["ids"]))
    return None


def _name(what: str, viewer: Viewer) -> str:
    return f"{what}-{viewer.account_id}"
