"""Every page of the gallery renders; components escape what they are given."""

import re
from collections import Counter
from decimal import Decimal

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.utils import translation

from entrepot.web.ui.gallery import PAGES

MARKUP = '<b>"x"</b>'


def render(source, **context):
    """Render a template that is written in the test, compiled as the loader would."""
    from django_cotton.compiler_regex import CottonCompiler

    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_renders_with_unique_ids_and_no_left_over_tags(browse, name):
    response = browse.get(f"/ui/{name}/")
    html = response.content.decode()
    ids = Counter(re.findall(r'\sid="([^"]+)"', html))

    assert response.status_code == 200
    assert [key for key, count in ids.items() if count > 1] == []
    assert "<c-" not in html
    assert "{%" not in html
    assert not re.search(r"\sstyle=", html)


def test_the_index_links_every_page(browse):
    html = browse.get("/ui/").content.decode()

    assert all(f'href="/ui/{name}/"' in html for name in PAGES)


def test_a_page_that_does_not_exist_is_not_found(browse):
    assert browse.get("/ui/nothing/").status_code == 404


def test_the_brand_sheet_is_a_style_sheet(browse):
    response = browse.get("/ui/brand.css")

    assert response["Content-Type"] == "text/css"
    assert b"--accent: #0b6e66;" in response.content


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_needs_no_context(gallery_site, name):
    html = render_to_string(f"{name}.html")

    assert name[:3] in html
    assert 'href="/"' in html


@pytest.mark.parametrize(
    "source",
    [
        '<c-page-head title="{{ text }}" lead="{{ text }}" />',
        '<c-tile :label="text" :value="text" :note="text" />',
        '<c-badge tone="ok" icon="check" label="{{ text }}" />',
        "<c-button>{{ text }}</c-button>",
        '<c-button data-note="{{ text }}" />',
        '<c-code :value="text" />',
        '<c-input name="a" :label="text" :value="text" :error="text" />',
        '<c-fact :label="text" :value="text" />',
        '<c-empty :title="text" :text="text" />',
    ],
)
def test_a_component_escapes_what_it_shows(gallery_site, source):
    html = render(source, text=MARKUP)

    assert "<b>&quot;" not in html
    assert MARKUP not in html
    assert '"x"' not in html


def test_a_component_does_not_take_words_from_the_page(gallery_site):
    html = render('<c-tile label="A" value="1" />', note="stray", trend="stray", unit="stray")

    assert "stray" not in html


def test_numbers_that_scripts_read_keep_their_point_in_german(gallery_site):
    with translation.override("de"):
        html = render(
            '<c-pick value="1" label="a" :amount="n" /><c-stepper :value="n" :max="n" />'
            '<c-progress :value="n" label="a" />',
            n=Decimal("1187.20"),
        )

    assert html.count('"1187.20"') == 4
    assert "1187,2" not in html


def test_a_disabled_link_is_a_disabled_button(gallery_site):
    html = render('<c-button href="/x" disabled>Hold</c-button>')

    assert "href" not in html
    assert " disabled" in html


def test_a_preference_is_kept_and_followed_back(browse):
    response = browse.post("/ui/preference/", {"theme": "dark", "next": "/ui/forms/"})

    assert response["Location"] == "/ui/forms/"
    assert response.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in browse.get("/ui/forms/").content.decode()


def test_an_empty_preference_is_forgotten(browse):
    browse.post("/ui/preference/", {"density": "compact"})

    browse.post("/ui/preference/", {"density": ""})

    assert "data-density" not in browse.get("/ui/forms/").content.decode().split("<head>")[0]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_a_foreign_address_is_not_followed(browse, target):
    assert browse.post("/ui/preference/", {"theme": "dark", "next": target})["Location"] == "/"


def test_a_made_up_cookie_is_ignored(browse):
    browse.cookies["theme"] = '"><script>'

    assert "data-theme" not in browse.get("/ui/forms/").content.decode().split("<head>")[0]
