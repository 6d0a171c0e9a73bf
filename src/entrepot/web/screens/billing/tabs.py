"""The three lists of billing as tabs."""

from django.urls import reverse
from django.utils.translation import gettext

from entrepot.web.screens.billing import words
from entrepot.web.ui.parts import Tab


def tabs(current: str, *, open_count: int) -> list[Tab]:
    """Return the tabs; `current` is runs, aside or rehearsals."""
    found = [
        ("runs", gettext("Runs"), "provider:billing", None),
        ("aside", gettext("Not billed"), "provider:billing-aside", words.number(open_count)),
        ("rehearsals", gettext("Rehearsals"), "provider:billing-rehearsals", None),
    ]
    return [
        Tab(label, reverse(name), count, current=key == current)
        for key, label, name, count in found
    ]
