"""Each state has a tone, a translated word and an icon that exists."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from entrepot.web import ui
from entrepot.web.ui.badges import BADGES, badge_of
from entrepot.web.ui.templatetags.ui import icon

GERMAN = Path(ui.__file__).parent / "locale/de/LC_MESSAGES/django.po"

BRIEFED = {
    "active",
    "trial",
    "on_hold",
    "scheduled",
    "expired",
    "cancelled",
    "terminated",
    "graced",
    "unpaid",
    "paid",
    "overdue",
    "partly_paid",
    "failed",
    "running",
    "finished",
    "finished_with_exceptions",
    "draft",
}

ICONS = {
    "active": "circle-check",
    "on_hold": "circle-pause",
    "trial": "hourglass",
    "scheduled": "calendar-clock",
    "failed": "circle-x",
    "overdue": "circle-alert",
    "unpaid": "circle-dashed",
    "finished_with_exceptions": "triangle-alert",
    "renews": "repeat",
    "ends": "calendar-x",
}


def test_the_map_knows_the_states_of_the_design():
    assert set(BADGES) >= BRIEFED
    assert {name: BADGES[name].icon for name in ICONS} == ICONS


@pytest.mark.parametrize("state", sorted(BADGES))
def test_a_badge_has_a_german_word_and_a_drawing(state):
    with GERMAN.open("rb") as file:
        catalogue = read_po(file, locale="de")
    badge = BADGES[state]
    with translation.override("en"):
        english = str(badge.label)

    assert catalogue.get(english, context="state").string
    assert "<svg" in icon(badge.icon)


def test_spelling_of_a_state_does_not_matter():
    assert badge_of("Partly paid") is badge_of("partly-paid") is BADGES["partly_paid"]


def test_an_unknown_state_says_where_to_add_it():
    with pytest.raises(KeyError, match="no badge for the state 'melted'"):
        badge_of("melted")
