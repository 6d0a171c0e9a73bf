"""Kinds of orders; pure."""

from enum import StrEnum


class OrderKind(StrEnum):
    """What an order asks for; a sales order buys a new subscription."""

    SALES = "sales"


PREFIX = {OrderKind.SALES: "SO"}
"""How the numbers of a kind begin, as the trade writes them: SO000012."""


def number_text(kind: OrderKind, number: int) -> str:
    """Write a seller's number of an order with at least six digits."""
    return f"{PREFIX[kind]}{number:06d}"
