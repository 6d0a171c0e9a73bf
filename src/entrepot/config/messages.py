"""Translations: compile the catalogues without gettext's programs, and check that nothing is left in English.

`python -m entrepot.config.messages` compiles what is out of date; with `--check` it also fails for texts without a
German translation, for catalogue entries that no source uses and for differing places such as `{name}`.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parents[1]
LANGUAGE = "de"

# Refusals of these layers are shown on screens. Those of the operator's commands are English, as the commands are.
_SHOWN_LAYERS = ("kernel", "domain", "flows", "web", "api")
_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_PLACES = re.compile(r"\{[a-z_0-9]+\}|%\([a-z_]+\)[sd]|%[sd]")
_SENTENCE_ENDS = (".", "?", ":")
_FUNCTIONS: Mapping[str, tuple[int | None, int]] = {
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "gettext_noop": (None, 0),
    "_": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A text to translate and where it stands first."""

    context: str
    text: str
    place: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What catalogues know the text by."""
        return self.context, self.text


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a catalogue; `translated` has one text per plural form."""

    context: str
    text: str
    translated: tuple[str, ...]
    is_fuzzy: bool


def compile_all(*, root: Path = PACKAGE) -> int:
    """Compile every catalogue whose compiled form is missing or older; return how many were.

    Several processes may do it at once: a compiled file appears whole or not at all.
    """
    done = 0
    for source in sorted(root.rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, _catalogue(source))
        fresh.replace(target)
        done += 1
    return done


def check_complete(*, root: Path = PACKAGE) -> list[str]:
    """Return what is wrong with the German catalogues, one sentence each, by place; empty if nothing."""
    wanted: dict[tuple[str, str], Text] = {}
    for text in texts_of(root=root):
        wanted.setdefault(text.key, text)
    used = {text for _, text in wanted} | _constants(root)
    problems = []
    known: set[tuple[str, str]] = set()
    for source in sorted(root.rglob(f"locale/{LANGUAGE}/LC_MESSAGES/*.po")):
        place = source.relative_to(root).as_posix()
        for entry in _entries(_catalogue(source)):
            known.add((entry.context, entry.text))
            problems += [f"{place}: “{entry.text}” {why}." for why in _faults(entry)]
            if entry.text not in used:
                problems.append(f"{place}: “{entry.text}” stands in no source any more.")
    missing = sorted(text for key, text in wanted.items() if key not in known)
    problems += [f"{t.place}: “{t.text}” is not in a catalogue." for t in missing]
    return sorted(problems)


def texts_of(*, root: Path = PACKAGE) -> Iterator[Text]:
    """Find the texts of all templates and Python files, and those of refusals that screens show."""
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        is_shown = place.parts[0] in _SHOWN_LAYERS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                where = f"{place.as_posix()}:{node.lineno}"
                yield from _called(node, where)
                if is_shown:
                    yield from _refused(node, where)
    for path in sorted([*root.rglob("templates/**/*.html"), *root.rglob("templates/**/*.txt")]):
        yield from _in_template(path, path.relative_to(root).as_posix())


def main(arguments: Sequence[str]) -> int:
    """Compile, and check if asked to; return the exit code."""
    compile_all()
    problems = check_complete() if "--check" in arguments else []
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


def _catalogue(source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=source.parts[-3])


def _entries(catalogue: Catalog) -> Iterator[_Entry]:
    for message in catalogue:
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[0]
        given = (message.string,) if isinstance(message.string, str) else message.string
        yield _Entry(message.context or "", text, tuple(given or ("",)), message.fuzzy)


def _faults(entry: _Entry) -> Iterator[str]:
    if entry.is_fuzzy or not all(entry.translated):
        yield "has no finished translation"
    elif any(set(_PLACES.findall(t)) != set(_PLACES.findall(entry.text)) for t in entry.translated):
        yield "has other places in its translation"


def _constants(root: Path) -> set[str]:
    """Return all strings of the Python files: some texts are kept in tables and translated by name."""
    return {
        text
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and (text := _constant(node))
    }


def _called(node: ast.Call, place: str) -> Iterator[Text]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name not in _FUNCTIONS:
        return
    context_at, text_at = _FUNCTIONS[name]
    values = [_constant(argument) for argument in node.args]
    if len(values) > text_at and (text := values[text_at]):
        context = "" if context_at is None else values[context_at] or ""
        yield Text(context, text, place)


def _refused(node: ast.Call, place: str) -> Iterator[Text]:
    """Find message and next step of a refusal: a call whose first argument is a code."""
    code = _constant(node.args[0]) if len(node.args) > 1 else None
    message = _constant(node.args[1]) if code and _CODE.fullmatch(code) else None
    next_step = next((_constant(k.value) for k in node.keywords if k.arg == "next_step"), None)
    if message and message.endswith(_SENTENCE_ENDS):
        yield Text("", message, place)
    if next_step:
        yield Text("", next_step, place)


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _in_template(path: Path, place: str) -> Iterator[Text]:
    """Find the texts of a template in the form that Django's own tools make of it."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - reads the settings

    plain = templatize(path.read_text(encoding="utf-8"), origin=place)
    flat = "\n".join(line.strip() for line in plain.splitlines())
    names = dict.fromkeys(_FUNCTIONS)
    found = extract_python(io.BytesIO(flat.encode()), names, (), {"encoding": "utf-8"})
    for line, name, values, _comments in found:
        context_at, text_at = _FUNCTIONS[str(name)]
        given: Any = values
        parts = [given] if isinstance(given, str) else list(given)
        context = "" if context_at is None else str(parts[context_at])
        yield Text(context, str(parts[text_at]), f"{place}:{line}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    sys.exit(main(sys.argv[1:]))
