"""The page of bad input has every row that it promises, and the tests that it names exist."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "bad-input.md"
EXPECTED = {
    *map("A{}".format, range(1, 8)),
    *map("O{}".format, range(1, 10)),
    *map("D{}".format, range(1, 6)),
    *("P1", "P2", "P3", "P4", "U1", "U2", "U3", "U4", "B1", "B2", "B3"),
    *map(str, [*range(1, 28), 36, 37, *range(46, 56), *range(74, 96), 100]),
}
_ROW = re.compile(r"^\| ([ABDOPU]?\d+) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _rows() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Give number, answer and named tests of each row."""
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [(number, answer, _TEST.findall(tests)) for number, _, answer, tests in found]


@cache
def _tests_in(path: str) -> frozenset[str]:
    """Name the tests of a file, none if there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    body = ast.parse(file.read_text(encoding="utf-8")).body
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in body if isinstance(node, kinds))


def test_every_row_is_there_once() -> None:
    numbers = [number for number, *_ in _rows()]
    assert sorted(numbers) == sorted(EXPECTED)


def test_every_test_that_is_named_exists() -> None:
    named = [test for _, _, tests in _rows() for test in tests]
    assert len(named) > 100
    assert [f"{path}::{name}" for path, name in named if name not in _tests_in(path)] == []


def test_a_row_has_a_test_or_says_that_the_feature_does_not_exist() -> None:
    bare = [n for n, answer, tests in _rows() if not tests and "does not exist yet" not in answer]
    assert bare == []


def test_everything_in_the_last_column_is_the_name_of_a_test() -> None:
    for number, _, _, cell in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        assert _TEST.sub("", cell).replace("<br>", "") in {"", "-"}, number
