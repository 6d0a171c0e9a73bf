"""Translations: compiled without gettext's programs, complete in German."""

from pathlib import Path

import pytest

from entrepot.config.messages import PACKAGE, check_complete, compile_all, texts_of

HEAD = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
MINE = ("kernel/", "domain/parties/", "web/access/", "web/panels/", "web/context", "web/middleware")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of one template, one module and one German catalogue, all in order."""
    templates = tmp_path / "web" / "templates"
    templates.mkdir(parents=True)
    (templates / "a.html").write_text(
        "{% load i18n %}<p title=\"{% translate 'Save' %}\">\n"
        "{% blocktranslate count n=n %}{{ n }} seat{% plural %}{{ n }} seats{% endblocktranslate %}"
    )
    (tmp_path / "web" / "a.py").write_text(
        'from django.utils.translation import pgettext\npgettext("state", "On hold")\n'
        'raise Refused("too_late", "{day} is over.", next_step="Take another day.")\n'
    )
    catalogue(
        tmp_path,
        'msgid "Save"\nmsgstr "Speichern"\n\n'
        'msgid "%(n)s seat"\nmsgid_plural "%(n)s seats"\n'
        'msgstr[0] "%(n)s Platz"\nmsgstr[1] "%(n)s Plätze"\n\n'
        'msgctxt "state"\nmsgid "On hold"\nmsgstr "Angehalten"\n\n'
        'msgid "{day} is over."\nmsgstr "{day} ist vorbei."\n\n'
        'msgid "Take another day."\nmsgstr "Nehmen Sie einen anderen Tag."\n',
    )
    return tmp_path


def catalogue(root: Path, body: str) -> Path:
    path = root / "web" / "locale" / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def replaced(root: Path, old: str, new: str) -> None:
    path = root / "web" / "locale" / "de" / "LC_MESSAGES" / "django.po"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_finished_catalogue_has_no_problems(package):
    assert {t.text for t in texts_of(root=package)} == {
        "Save",
        "%(n)s seat",
        "On hold",
        "{day} is over.",
        "Take another day.",
    }
    assert check_complete(root=package) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Speichern"', '""', "“Save” has no finished translation"),
        ('msgid "Save"', '#, fuzzy\nmsgid "Save"', "“Save” has no finished translation"),
        ("{day} ist vorbei.", "Vorbei.", "“{day} is over.” has other places"),
        ('"%(n)s Plätze"', '"Plätze"', "“%(n)s seat” has other places"),
        ('msgid "Save"', 'msgid "Store"', "web/templates/a.html:1: “Save” is not in a catalogue"),
        ('msgid "Save"', 'msgid "Store"', "“Store” stands in no source any more"),
        ('msgctxt "state"\n', "", "web/a.py:2: “On hold” is not in a catalogue"),
        ("Take another", "Take a", "web/a.py:3: “Take another day.” is not in a catalogue"),
    ],
)
def test_what_is_missing_or_wrong_is_named(package, old, new, said):
    replaced(package, old, new)

    assert [problem for problem in check_complete(root=package) if said in problem]


def test_catalogues_are_compiled_once_and_again_after_a_change(package):
    import os

    assert compile_all(root=package) == 1
    assert compile_all(root=package) == 0

    source = next(package.rglob("*.po"))
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))

    assert compile_all(root=package) == 1
    assert not list(package.rglob("*.mo.*"))


def test_every_catalogue_of_the_project_can_be_compiled(tmp_path):
    for source in PACKAGE.rglob("locale/*/LC_MESSAGES/*.po"):
        copy = tmp_path / source.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True)
        copy.write_bytes(source.read_bytes())

    assert compile_all(root=tmp_path) == len(list(tmp_path.rglob("*.mo"))) > 1


def test_sign_in_menus_and_refusals_of_accounts_are_complete_in_german():
    assert [problem for problem in check_complete() if problem.startswith(MINE)] == []
