"""Who may see what, said once more and otherwise than the program does: by the tree and by who buys from whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db import connection
from pypdf import PdfReader

from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.roles import PRIVILEGES, Capability
from tests.isolation.world import COST, PRICES, SELLERS, TREE, World

_MARKER = re.compile(r"qw([a-z]+)wq")
_NUMBER = re.compile(r"(?<![\d.,])[34]\d{6}(?![\d])")
_AMOUNT = re.compile(r"(?<![\d.])\d{1,3}(?:,?\d{3})*\.\d{2,}")
_DRAWN = re.compile(r"<svg.*?</svg>", re.DOTALL)
CHANGING = re.compile(
    r"[A-Za-z0-9]{64}|nonce[=-]['\"]?[^'\" ;]+|[0-9a-f]{32}|X-Request-Id: \w+|Content-Length: \d+"
)
"""What is another one in every answer."""
_PAPER = re.compile(r"PR\d-(?:[A-Z]+-)?\d{4}-\d+")
# Rows that belong to a customer and to everybody above; with the statement that names the customer.
_OF_CUSTOMERS = {
    "subscription": "SELECT id, customer_id FROM subscription",
    "subscription_item": "SELECT i.id, s.customer_id FROM subscription_item i JOIN subscription s"
    " ON s.id = i.subscription_id",
    "sales_order": "SELECT id, customer_id FROM sales_order",
    "quantity_change": "SELECT c.id, s.customer_id FROM quantity_change c JOIN subscription s"
    " ON s.id = c.subscription_id",
    "service_instance": "SELECT i.id, s.customer_id FROM service_instance i JOIN subscription s"
    " ON s.id = i.subscription_id",
    "operation": "SELECT o.id, s.customer_id FROM provisioning_operation o JOIN service_instance i"
    " ON i.id = o.instance_id JOIN subscription s ON s.id = i.subscription_id",
    "chain": "SELECT id, customer_id FROM chain",
    "user": "SELECT user_id, account_id FROM membership",
    "own_role": "SELECT id, account_id FROM own_role",
    "contact": "SELECT id, account_id FROM account_contact",
}
OF_PAIRS = {
    "message": "SELECT id, seller_id, account_id FROM message",
    "billing_account": "SELECT id, seller_id, buyer_id FROM billing_account",
    "invoice": "SELECT id, seller_id, buyer_id FROM invoice",
    "charge": "SELECT c.id, b.seller_id, b.buyer_id FROM charge c JOIN billing_account b"
    " ON b.id = c.billing_account_id",
}
OF_OWNERS = {
    "portal": "SELECT id, account_id FROM portal",
    "directory_group": "SELECT id, account_id FROM directory_group",
    "directory_token": "SELECT id, account_id FROM directory_token",
    "promotion": "SELECT id, seller_id FROM promotion",
    "workflow": "SELECT id, seller_id FROM approval_workflow",
    "seller_price": "SELECT id, seller_id FROM seller_price",
    "margin_rule": "SELECT id, seller_id FROM margin_rule",
    "job": "SELECT id, account_id FROM job WHERE account_id IS NOT NULL",
    "account_note": "SELECT id, owner_id FROM account_note",
    "order_note": "SELECT id, owner_id FROM order_note",
    "subscription_note": "SELECT id, owner_id FROM subscription_note",
}
_AMOUNTS = (
    # What a tier asks for and pays; the seller of tier t buys at tier t - 1.
    """
    SELECT p.unit_price, p.unit_cost, l.seller_id, b.buyer_id, below.seller_id FROM agreed_price p
    JOIN subscription_item i ON i.id = p.item_id JOIN subscription s ON s.id = i.subscription_id
    JOIN chain_link l ON l.chain_id = s.chain_id AND l.tier = p.tier
    JOIN billing_account b ON b.id = l.billing_account_id
    LEFT JOIN chain_link below ON below.chain_id = s.chain_id AND below.tier = p.tier - 1
    """,
    """
    SELECT m.monthly_price, m.monthly_cost, l.seller_id, b.buyer_id, below.seller_id
    FROM subscription_money m JOIN subscription s ON s.id = m.subscription_id
    JOIN chain_link l ON l.chain_id = s.chain_id AND l.tier = m.tier
    JOIN billing_account b ON b.id = l.billing_account_id
    LEFT JOIN chain_link below ON below.chain_id = s.chain_id AND below.tier = m.tier - 1
    """,
)
_DOCUMENTS = (
    """
    SELECT unnest(ARRAY[net, tax, gross, list_amount]), seller_id, buyer_id FROM invoice
    """,
    """
    SELECT unnest(ARRAY[c.net, c.tax, c.net + c.tax, c.list_amount]), b.seller_id, b.buyer_id
    FROM charge c JOIN billing_account b ON b.id = c.billing_account_id
    """,
)


@dataclass
class Secrets:
    """What stands in the database, and whose it is: words of accounts that may read it."""

    numbers: dict[int, set[str]] = field(default_factory=dict)
    # Of an amount, (word, "price") and (word, "cost"): a cost only for those who may see prices.
    amounts: dict[Decimal, set[tuple[str, str]]] = field(default_factory=dict)
    papers: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """One person: the account's word and the role."""

    word: str
    role: str = "administrator"

    @property
    def kind(self) -> AccountKind:
        """Return the kind of the account."""
        if self.word == "harbor":
            return AccountKind.PROVIDER
        return AccountKind.RESELLER if self.word in SELLERS else AccountKind.CUSTOMER

    def may(self, capability: Capability | None) -> bool:
        """Tell what the role may do."""
        return capability is None or capability in PRIVILEGES[self.kind, RoleCode(self.role)]


def markers_for(world: World, reader: Reader) -> set[str]:
    """Return whose names a reader may see: the own tree's, the own seller's, and for sellers the hub's brand."""
    found = world.below(reader.word)
    if reader.word != "harbor":
        found |= {world.parents[reader.word]}
    return found | ({"harbor"} if reader.word in SELLERS else set())


def sees(world: World, reader: Reader, kind: str, owner: str) -> bool:
    """Tell whether a reader may see an object of an account."""
    if kind in {"account", "subscription", "change", "order", "placed", "operation", "user"}:
        return owner in world.below(reader.word)
    if kind in {"terms", "invoice", "message"}:
        return reader.word in {owner, world.parents.get(owner)}
    if kind == "job":
        return reader.word in {owner, "harbor"}
    if kind in {
        "own_role",
        "portal",
        "directory_group",
        "directory_token",
        "promotion",
        "workflow",
        "price_file",
    }:
        return owner == reader.word
    return True


def read_secrets(world: World) -> Secrets:
    """Read all numbers and amounts with those who may see them."""
    words = {number: word for word, number in world.accounts.items()}
    secrets = Secrets()
    above = {
        word: {one for one in words.values() if word in world.below(one)} for word in words.values()
    }
    for word, number in world.accounts.items():
        below = {one for one in TREE if world.parents[one] == word}
        secrets.numbers[number] = above[word] | below
    for text in _OF_CUSTOMERS.values():
        for number, owner in _rows(text):
            secrets.numbers.setdefault(number, set()).update(above[words[owner]])
    for text in OF_PAIRS.values():
        for number, seller, buyer in _rows(text):
            secrets.numbers.setdefault(number, set()).update({words[seller], words[buyer]})
    for text in OF_OWNERS.values():
        for number, owner in _rows(text):
            secrets.numbers.setdefault(number, set()).update({words[owner], "harbor"})
    for text, seller, buyer in _rows("SELECT number_text, seller_id, buyer_id FROM invoice"):
        secrets.papers[text] = {words[seller], words[buyer]}
    _read_amounts(world, words, secrets)
    return secrets


def _read_amounts(world: World, words: Mapping[int, str], secrets: Secrets) -> None:
    for text in _AMOUNTS:
        for price, cost, seller, buyer, upper in _rows(text):
            mine = {(words[upper], "price")} if upper else set()
            for units in (1, 2):
                bought = {(words[buyer], "cost"), (words[buyer], "bill")}
                _note(secrets, price * units, {(words[seller], "price")} | bought)
                _note(secrets, cost * units, {(words[seller], "cost")} | mine)
    for text in _DOCUMENTS:
        for amount, seller, buyer in _rows(text):
            _note(secrets, amount, {(words[seller], "price"), (words[buyer], "bill")})
    for word, price in PRICES.items():
        buyers = {(one, "bill") for one in TREE if world.parents[one] == word}
        for units in (1, 2, 3):
            _note(secrets, price * units, {(word, "price")} | buyers)
    for units in (1, 2, 3):
        _note(secrets, COST * units, {("harbor", "cost")})


def _note(secrets: Secrets, amount: Decimal, who: set[tuple[str, str]]) -> None:
    if amount:
        secrets.amounts.setdefault(amount.normalize(), set()).update(who)


def _rows(text: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def text_of(answer: Any) -> str:
    """Return everything that an answer says: headers, and the body as text."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.headers.get("Content-Type", "").startswith("application/pdf"):
        pages = PdfReader(BytesIO(body)).pages
        return heads + "\n".join(page.extract_text() for page in pages)
    return heads + body.decode("utf-8", "replace")


def leaks(
    text: str,
    *,
    world: World,
    secrets: Secrets,
    reader: Reader,
    former: str | None = None,
) -> list[str]:
    """Name what a lasting text holds that its reader may not see.

    `former` is a customer of before, which documents of that time name.
    """
    text = _DRAWN.sub("", text)
    said = set(_MARKER.findall(text.lower()))
    found = [f"name of {word}" for word in sorted(said - markers_for(world, reader) - {former})]
    for number in set(map(int, _NUMBER.findall(text))):
        # The operator of the hub sees that sales between others are there, not their amounts.
        whose = None if reader.word == "harbor" else secrets.numbers.get(number)
        if whose is not None and not whose & {reader.word, former}:
            found.append(f"number {number}")
    papers = set(_PAPER.findall(text)) & set(secrets.papers)
    found += [f"document {one}" for one in papers if reader.word not in secrets.papers[one]]
    may_see_costs = reader.may(Capability.VIEW_PRICES)
    for written in set(_AMOUNT.findall(text)):
        amount = Decimal(written.replace(",", "")).normalize()
        who = secrets.amounts.get(amount)
        mine = {kind for word, kind in who or () if word == reader.word}
        if who is not None and not (mine - {"cost"} or (mine and may_see_costs)):
            found.append(f"amount {written}")
    return found
