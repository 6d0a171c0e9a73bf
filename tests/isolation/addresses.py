"""Every address, from the resolver, with the kind of object that its places name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel

# By the words after the panel; the longest that fits counts. An address with a place that none fits fails the suite.
KINDS: Mapping[str, str] = {
    "account/messages": "message",
    "account/orders": "order",
    "account/subscriptions": "subscription",
    "accounts": "account",
    "accounts/users": "user",
    "approvals": "workflow",
    "billing/rehearsals": "rehearsal",
    "billing/runs": "day",
    "cart/placed": "placed",
    "credit": "terms",
    "customers": "account",
    "invoices": "invoice",
    "invoices/issued": "invoice",
    "jobs": "job",
    "marketplace": "plan",
    "messages": "message",
    "messages/words": "words",
    "orders": "order",
    "plans": "plan",
    "plans/categories": "category",
    "plans/periods": "period",
    "plans/resources": "resource",
    "plans/services": "service",
    "price-lists": "price_list",
    "price-lists/preview": "price_list_file",
    "price-lists/work": "job",
    "prices/file": "price_file",
    "promotions": "promotion",
    "provisioning": "operation",
    "provisioning/connectors": "connector",
    "provisioning/differences": "difference",
    "provisioning/follow-ups": "follow_up",
    "resellers": "account",
    "roles": "own_role",
    "services": "resource",
    "sign-in": "portal",
    "sign-in/directory/groups": "directory_group",
    "sign-in/directory/tokens": "directory_token",
    "subscription-imports": "job",
    "subscriptions": "subscription",
    "subscriptions/changes": "change",
    "account/subscriptions/changes": "change",
    "tasks/facts": "fact",
    "usage-imports": "usage_import",
    "usage-imports/work": "job",
    "users": "user",
}
# Addresses outside the panels with a place; what they name is no object of an account.
OUTSIDE_PLACES: Mapping[str, str] = {
    "brand-logo": "logos are shown to everybody",
    "gallery-page": "a sheet of components; not in production",
    "own-factor-remove": "one's own second factors; tests/web/access/test_second_factor.py",
    "own-passkey": "one's own second factors; tests/web/access/test_passkeys.py",
    "password-set": "its key is a secret; tests/web/access/test_passwords.py",
    **dict.fromkeys(
        ("portal", "portal-go", "portal-back"),
        "its short name is told to everybody; tests/web/access/test_portals.py",
    ),
    "scim": "its token is a secret; tests/api/test_scim.py",
    "vendor-callback": "its signature is a secret; tests/domain/provisioning",
}
_PLACE = re.compile(r"<(?:[a-z_]+:)?([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its pattern, its panel ("" outside the panels), what it answers to and who may open it.

    `fresh`: who opens it is asked again who they are.
    """

    pattern: str
    name: str
    panel: str
    methods: tuple[str, ...]
    capability: Capability | None
    fresh: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kind of object that each place names.

        Raises: LookupError for an address without an entry.
        """
        if not self.panel:
            return ()
        found: list[str] = []
        words: list[str] = []
        for one in self.pattern.strip("/").split("/")[1:]:
            if not _PLACE.search(one):
                words.append(one)
            elif "language>" not in one:
                found.append(self._kind(words))
        return tuple(found)

    def _kind(self, words: list[str]) -> str:
        for many in range(len(words), 0, -1):
            if "/".join(words[:many]) in KINDS:
                return KINDS["/".join(words[:many])]
        raise LookupError(
            f"{self.pattern}: say in tests/isolation/addresses.py what its place names"
        )

    def of(self, *keys: object) -> str:
        """Return the address with its places filled, the last key in all that are left."""
        waiting = list(keys)

        def key(place: re.Match[str]) -> str:
            if place[1] == "language":
                return "en"
            return str(waiting.pop(0) if len(waiting) > 1 else waiting[0])

        return _PLACE.sub(key, self.pattern)


@cache
def every_address() -> tuple[Address, ...]:
    """Return all addresses of the site."""
    return tuple(_walk(get_resolver().url_patterns, "/"))


def of_panel(panel: Panel, only: str = "") -> list[Address]:
    """Return the addresses of a panel; `only` is a part of their patterns, which end with a dollar sign."""
    return [
        one for one in every_address() if one.panel == panel.value and only in f"{one.pattern}$"
    ]


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for one in patterns:
        pattern = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, pattern)
            continue
        first = pattern.split("/")[1]
        view = one.callback
        yield Address(
            pattern=pattern,
            name=str(one.name),
            panel=first if first in set(Panel) else "",
            methods=tuple(m for m in getattr(view, "methods", ("GET", "POST")) if m != "HEAD"),
            capability=getattr(view, "capability", None),
            fresh=getattr(view, "fresh", False),
        )
