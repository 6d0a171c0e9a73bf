"""The style sheet, the scripts and the templates keep the rules of the content policy."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from entrepot.web import ui

ROOT = Path(ui.__file__).parent
SHEET = ROOT / "static/ui/entrepot.css"
SCRIPTS = sorted((ROOT / "static/ui").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates/cotton").glob("*.html"))
TOKENS = [
    "bg", "panel", "sunken", "hover", "line", "line-strong", "field", "ink", "muted", "accent",
    "on-accent", "accent-text", "accent-soft", "accent-wash", "accent-hover", "ok", "ok-soft",
    "info", "info-soft", "warn", "warn-soft", "bad", "bad-soft", "ok-fill", "warn-fill",
    "bad-fill", "neutral-fill", "invert", "on-invert", "invert-line", "invert-muted", "c1", "c2",
    "c3", "c4", "grid", "tri-b", "tri-a", "shadow-1", "shadow-2", "scrim", "focus", "t-s",
    "t-m", "t-l", "t-xl", "t-fig", "s1", "s2", "s3", "s4", "s5", "s6", "s8", "r1", "r2", "r3",
    "control", "control-s", "row", "head", "cell", "cell-y", "side", "top", "pad", "drawer",
    "icon", "font", "mono",
]  # fmt: skip
# What a component finds in every context, or makes itself.
GIVEN = {"attrs", "slot", "forloop", "csrf_token", "request", "True", "False", "None"}


def layer(name):
    sheet = SHEET.read_text()
    start = sheet.index(f"@layer {name} {{")
    return sheet[start : sheet.find("\n@layer ", start + 1)]


def test_the_sheet_stays_below_39_kilobytes():
    assert SHEET.stat().st_size < 39 * 1024


def test_the_layers_are_declared_in_their_order():
    assert "@layer tokens, base, shell, parts, pages, print;" in SHEET.read_text()


def test_nothing_is_important_outside_print():
    sheet = SHEET.read_text()

    assert "!important" not in sheet[: sheet.index("@layer print {")]


@pytest.mark.parametrize("token", TOKENS)
def test_the_token_is_set(token):
    assert re.search(rf"[\s{{]--{re.escape(token)}: ", layer("tokens"))


def test_every_custom_property_that_is_used_is_set():
    sheet = SHEET.read_text()
    used = set(re.findall(r"var\(--([\w-]+)", sheet))
    defined = set(re.findall(r"--([\w-]+):", sheet))

    assert used <= defined


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_or_script(path):
    text = path.read_text()

    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(
        r"\son(?:click|change|submit|input|load|key\w+|focus|blur|mouse\w+)\s*=", text
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "javascript:" not in text
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_passed_on_attributes_are_escaped(path):
    # `:hx-get="url"` would reach the page unescaped; `hx-get="{{ url }}"` does not.
    assert not re.search(r"\s:(?:hx-|data-|aria-|on)[\w-]*=", path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_small_and_needs_no_other(path):
    text = path.read_text()

    assert path.stat().st_size < 4096
    assert not re.search(r"^\s*import\b|\beval\(|innerHTML|\.style\b", text, re.MULTILINE)


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_a_component_declares_what_it_reads(path):
    """An undeclared name would take the value that the page happens to have under it."""
    text = path.read_text()
    declared = set(re.findall(r"[\s:]([a-z][\w-]*)=", re.search(r"<c-vars(.*?)/>", text, re.DOTALL)[1])) \
        if "<c-vars" in text else set()  # fmt: skip
    local = set(re.findall(r"{% for ([\w, ]+) in", text)) | set(re.findall(r"\bas (\w+)", text))
    local |= set(
        re.findall(
            r"[\s](\w+)=[\w\"'|:.%]+(?= |\s*%})",
            "".join(re.findall(r"{% (?:with|block).*?%}", text)),
        )
    )
    known = GIVEN | {name.replace("-", "_") for name in declared}
    known |= {name for group in local for name in re.split(r",\s*", group)}
    read = set(re.findall(r"{{ *([a-zA-Z]\w*)", text)) | set(
        re.findall(r"{% (?:el)?if (?:not )?([a-zA-Z]\w*)", text)
    )

    assert read <= known


def test_every_component_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    names = {f"c-{path.stem.replace('_', '-')}" for path in COMPONENTS} - {"c-chart-table"}

    assert {
        name for name in names if f"`{name}`" not in readme and f"`{name} " not in readme
    } == set()


def texts_of(path):
    """Find the translatable texts of a template as the extraction of Django sees them."""
    calls = re.findall(
        r"\b(?:gettext|ngettext|_)\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")",
        templatize(path.read_text()),
    )
    return {ast.literal_eval(call) for call in calls}


def test_every_text_of_the_templates_has_a_german_translation():
    with (ROOT / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="de")
    texts = set().union(*(texts_of(path) for path in TEMPLATES))
    missing = {
        text for text in texts if not (message := catalogue.get(text)) or not all(message.string)
    }

    assert len(texts) > 80
    assert missing == set()


def test_no_translation_is_fuzzy_or_empty():
    with (ROOT / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="de")

    assert [
        message.id for message in catalogue if message.id and (message.fuzzy or not message.string)
    ] == []
    assert "Vertrag" not in (ROOT / "locale/de/LC_MESSAGES/django.po").read_text()
