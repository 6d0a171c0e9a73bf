"""The page of error codes has every code of the program, with the answer that a screen gives."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import entrepot
from entrepot.kernel.errors import BadInput, DomainError, NotFound, error_codes

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "errors.md"
GENERAL = {"BadInput": "400", "NotFound": "404", "Conflict": "409", "Refused": "409"}
_ROW = re.compile(r"^\| `([a-z0-9_]+)` \| (\d{3}) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_CODES = re.compile(r"codes(: ClassVar\[frozenset\[str\]\])? = frozenset\(.*?\)\n", re.DOTALL)


def _answer(error: type[DomainError]) -> str:
    if issubclass(error, NotFound):
        return "404"
    return "400" if issubclass(error, BadInput) else "409"


def _sources() -> list[Path]:
    return sorted((ROOT / "src").rglob("*.py"))


def _raised_directly() -> Iterator[tuple[str, str]]:
    """Find the codes that are given to one of the general classes at the place where they are raised."""
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            first = node.args[0]
            if node.func.id in GENERAL and isinstance(first, ast.Constant):
                yield str(first.value), GENERAL[node.func.id]


def _known() -> dict[str, str]:
    for module in pkgutil.walk_packages(entrepot.__path__, "entrepot."):
        # To import the entry point is to start the web program, which asks the database.
        if ".migrations" not in module.name and module.name != "entrepot.config.wsgi":
            importlib.import_module(module.name)
    listed = {code: _answer(error) for code, error in error_codes().items()}
    ours = {c: a for c, a in listed.items() if error_codes()[c].__module__.startswith("entrepot.")}
    return ours | dict(_raised_directly())


def test_the_page_has_every_code_with_its_answer_and_no_other() -> None:
    rows = {code: answer for code, answer, _, _ in _ROW.findall(PAGE.read_text(encoding="utf-8"))}
    known = _known()
    assert len(known) > 200
    assert sorted(set(known) - set(rows)) == [], "docs/errors.md needs a row for each of these"
    assert sorted(set(rows) - set(known)) == [], "no refusal has these codes any more"
    assert {code: a for code, a in rows.items() if known[code] != a} == {}


def test_every_code_stands_once_with_a_meaning_and_a_next_step() -> None:
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    codes = [code for code, *_ in rows]
    assert len(codes) == len(set(codes))
    assert [code for code, _, meaning, step in rows if min(len(meaning), len(step)) < 6] == []


def test_every_listed_code_is_used() -> None:
    text = "\n".join(_CODES.sub("", path.read_text(encoding="utf-8")) for path in _sources())
    assert [code for code in _known() if f'"{code}"' not in text] == []
