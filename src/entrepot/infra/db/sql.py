"""Named SQL statements: one statement per file, with a typed header, run with named parameters.

A file starts with comment lines: purpose, one line `-- name type: meaning` per parameter, `-- Writes t1, t2.`, and why
repeating it is safe. Statements of one transaction meet in temporary tables: the file that fills one declares it as
`-- Temp: name (column type, ...)`, over several comment lines if need be; the others name it as `-- Reads temp a, b.`.
The driver and the plan test create them from these headers (decision 2).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import takewhile
from typing import Any, Protocol

_PARAMETER = re.compile(r"^-- (?P<name>[a-z_]+) (?P<type>[a-z_0-9 (),\[\]]+): (?P<meaning>.+)$")
_TEMP = re.compile(r"-- Temp: (?P<name>[a-z_]+) \((?P<columns>[^;]+)\);")
_WRITES = re.compile(r"^-- Writes (?P<tables>[a-z_, ]+)[.;]?")


class Cursor(Protocol):
    """What a statement needs of a database cursor (Django's or psycopg's)."""

    rowcount: int

    def execute(self, query: Any, params: Any = None, /) -> Any:
        """Run one statement."""

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""


@dataclass(frozen=True)
class Statement:
    """One statement of a package, with what its header declares."""

    package: str
    name: str
    text: str
    parameters: Mapping[str, str]
    temp_tables: Mapping[str, str]
    writes: tuple[str, ...]

    def run(self, cursor: Cursor, **values: object) -> int:
        """Run the statement and return the number of rows it wrote or returned.

        Raises: TypeError if the values are not exactly the declared parameters.
        """
        if set(values) != set(self.parameters):
            raise TypeError(
                f"{self.package}/{self.name} takes {sorted(self.parameters)}, got {sorted(values)}"
            )
        cursor.execute(self.text, values or None)
        return cursor.rowcount

    def rows(self, cursor: Cursor, **values: object) -> list[Any]:
        """Run the statement and return its rows as tuples."""
        self.run(cursor, **values)
        return cursor.fetchall()


@cache
def statement(package: str, name: str) -> Statement:
    """Load `sql/<name>.sql` of a package such as "entrepot.domain.billing"."""
    text = resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return parse(package=package, name=name, text=text)


def parse(*, package: str, name: str, text: str) -> Statement:
    """Read the header of a statement file."""
    parameters: dict[str, str] = {}
    writes: list[str] = []
    header = list(takewhile(lambda line: line.startswith("--"), text.splitlines()))
    joined = "\n".join(header).replace("\n--  ", "")
    temp = {found["name"]: found["columns"] for found in _TEMP.finditer(joined)}
    for line in header:
        if found := _WRITES.match(line):
            writes += [t.strip() for t in found["tables"].split(",") if t.strip()]
        elif found := _PARAMETER.match(line):
            parameters[found["name"]] = found["type"]
    return Statement(package, name, text, parameters, temp, tuple(writes))


def all_statements() -> list[Statement]:
    """Return every statement file of the project, in path order."""
    found = []
    for layer in ("infra", "domain"):
        for package in sorted(resources.files(f"entrepot.{layer}").iterdir(), key=lambda p: p.name):
            folder = package.joinpath("sql")
            if folder.is_dir():
                found += [
                    statement(f"entrepot.{layer}.{package.name}", f.name.removesuffix(".sql"))
                    for f in sorted(folder.iterdir(), key=lambda p: p.name)
                    if f.name.endswith(".sql")
                ]
    return found
