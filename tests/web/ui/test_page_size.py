"""How many rows a page has, and badges of rows that look as the component does."""

import pytest
from django.template import engines
from django.utils import translation

from entrepot.web.ui.badges import BADGES
from entrepot.web.ui.page_size import SIZES, chosen, keep_size, page_size
from entrepot.web.ui.parts import Pager


@pytest.mark.parametrize("size", SIZES)
def test_an_offered_size_is_taken(size):
    assert page_size({"rows": str(size)}, usual=25) == size


@pytest.mark.parametrize("text", ["", "7", "1000000", "-5", "5.0", " 5", "５", "05", "abc", "\0"])
def test_any_other_size_is_the_usual_one(text):
    assert chosen({"rows": text}) is None
    assert page_size({"rows": text}, usual=25) == 25


def test_neighbours_of_a_page_keep_its_size():
    pager = Pager(previous_url="?", next_url="?after=3.7", summary="1 to 50")

    kept = keep_size(pager, {"rows": "50"})

    assert (kept.previous_url, kept.next_url) == ("?rows=50", "?after=3.7&rows=50")
    assert kept.summary == "1 to 50"
    assert keep_size(pager, {"rows": "51"}) is pager
    assert keep_size(Pager(), {"rows": "50"}) == Pager()


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_badge_of_a_row_is_the_badge_of_the_component(language):
    tag = engines["django"].from_string("{% load ui %}{% row_badge state label %}")
    component = engines["django"].from_string(
        '{% load ui %}{% cotton badge :state="state" label="{{ label }}" / %}'
    )

    with translation.override(language):
        for state in BADGES:
            for label in ("", "Not billed & late"):
                values = {"state": state, "label": label}
                drawn = component.render(values).replace(' "', '"').replace(" >", ">").strip()
                assert tag.render(values) == drawn, state
