"""What the pages of actions have in common."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from entrepot.domain.ordering.queries import order_of
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.queries import Book, SubscriptionFacts
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.subscriptions import links, words
from entrepot.web.ui.shell import Link

_VERSION_DIGITS = 9
_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both values in words, and who saved theirs."""

    yours: str
    theirs: str
    by: str


def version_in(posted: QueryDict) -> int:
    """Read the version that the page has shown; what cannot be read never matches."""
    text = posted.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _VERSION_DIGITS else -1


def request_key(given: Mapping[str, str]) -> str:
    """Keep the key that a page was given, so that a click that comes twice orders once; else give a new one."""
    key = given.get("key", "")
    is_ours = len(key) == _KEY_LENGTH and key.isascii() and key.isalnum()
    return key if is_ours else uuid.uuid4().hex


def told(viewer: Viewer, order_id: object, *, done: str) -> str:
    """Tell what came of an order that was just placed."""
    assert isinstance(order_id, int)
    return order_words.placed(order_of(viewer, order_id=order_id), done=done)


def last_change(viewer: Viewer, facts: SubscriptionFacts) -> str:
    """Say what happened last to the subscription, when and by whom."""
    lines = queries.history(viewer, facts=facts, limit=1).lines
    if not lines:
        return ""
    line = lines[0]
    return " · ".join(
        text for text in (words.event(line), words.actor(line), words.day(line.on_day)) if text
    )


def crumbs(viewer: Viewer, facts: SubscriptionFacts, *, name: str, book: Book) -> list[Link]:
    """Lead back to the list and to the subscription."""
    found = [
        Link(gettext("Subscriptions"), links.list_url(viewer, name)),
        Link(words.number(facts.id), links.page_url(viewer, name, facts.id)),
    ]
    if viewer.panel is Panel.CUSTOMER:
        return found
    return [Link(gettext("Account") if book is Book.OWN else gettext("Customers"), ""), *found]
