"""The two views of price lists as tabs, and the way to them."""

from django.urls import reverse
from django.utils.translation import gettext

from entrepot.web.ui.parts import Tab
from entrepot.web.ui.shell import Link


def crumbs() -> list[Link]:
    """Return the way to a page below the price lists."""
    return [
        Link(gettext("Operation"), ""),
        Link(gettext("Price lists"), reverse("provider:price-lists")),
    ]


def tabs(current: str) -> list[Tab]:
    """Return the tabs; `current` is lists or prices."""
    found = [
        ("lists", gettext("Imports"), "provider:price-lists"),
        ("prices", gettext("Prices"), "provider:prices"),
    ]
    return [Tab(label, reverse(name), current=key == current) for key, label, name in found]
