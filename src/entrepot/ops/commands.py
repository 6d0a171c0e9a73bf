"""The list of the operator's commands, read from their source so that listing imports nothing.

A management command in `entrepot.ops` appears under its `group` with the first sentence of its
`help`; both are plain strings in the class. `needs_database = False` lets it run without a server.
"""

from __future__ import annotations

import ast
import difflib
import textwrap
from dataclasses import dataclass
from pathlib import Path

_DIRECTORY = Path(__file__).parent / "management" / "commands"
_GROUPS = ("Daily work", "Data", "Installation", "Development")
_OTHER = "Other"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One command: the name people type, the group it is listed in, its one line of help."""

    name: str
    group: str
    summary: str
    needs_database: bool = True

    @property
    def module(self) -> str:
        """Return the name of the management command."""
        return self.name.replace("-", "_")


BUILT_IN = (
    Entry(
        name="db",
        group="Installation",
        summary="Start, stop, inspect, dump or restore the database: db start|stop|status|...",
        needs_database=False,
    ),
    Entry(
        name="migrate",
        group="Installation",
        summary="Bring the database to the form this version of the program needs.",
    ),
    Entry(
        name="django",
        group="Development",
        summary="Run a command of the web framework, for example: django makemigrations",
    ),
)


def available() -> list[Entry]:
    """Return all commands, sorted by name."""
    own = [_read(path) for path in _DIRECTORY.glob("*.py") if not path.name.startswith("_")]
    return sorted([*BUILT_IN, *own], key=lambda entry: entry.name)


def _read(path: Path) -> Entry:
    values: dict[str, object] = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and node.name == "Command":
            values = _literals(node)
    summary = " ".join(str(values.get("help", "")).split())
    return Entry(
        name=path.stem.replace("_", "-"),
        group=str(values.get("group", _OTHER)),
        summary=summary.split(". ")[0].rstrip(".") + "." if summary else "",
        needs_database=values.get("needs_database") is not False,
    )


def _literals(node: ast.ClassDef) -> dict[str, object]:
    found: dict[str, object] = {}
    for step in node.body:
        if isinstance(step, ast.Assign) and isinstance(step.value, ast.Constant):
            found |= {t.id: step.value.value for t in step.targets if isinstance(t, ast.Name)}
        elif isinstance(step, ast.AnnAssign) and isinstance(step.value, ast.Constant):
            found |= {step.target.id: step.value.value} if isinstance(step.target, ast.Name) else {}
    return found


def find(name: str) -> Entry | None:
    """Return the command of that name; underscores are read as hyphens. None when there is none."""
    wanted = name.replace("_", "-")
    return next((entry for entry in available() if entry.name == wanted), None)


def suggestions(name: str) -> list[str]:
    """Return up to three commands whose names are close to `name`, the closest first."""
    return difflib.get_close_matches(name, [entry.name for entry in available()], n=3, cutoff=0.5)


def help_text() -> str:
    """Return the overview of all commands in their groups."""
    entries = available()
    width = max(len(entry.name) for entry in entries) + 2
    lines = [
        "Entrepot, the commerce platform of a cloud distributor.",
        "",
        "Usage: bin/entrepot COMMAND [OPTIONS]",
        "       bin/entrepot COMMAND --help",
    ]
    named = [*_GROUPS, *sorted({entry.group for entry in entries} - {*_GROUPS, _OTHER}), _OTHER]
    for group in named:
        members = [entry for entry in entries if entry.group == group]
        if members:
            lines += ["", group]
            lines += [line for entry in members for line in _wrapped(entry, width)]
    return "\n".join(lines)


def _wrapped(entry: Entry, width: int) -> list[str]:
    head = f"  {entry.name:<{width}}"
    return textwrap.wrap(head + entry.summary, 98, subsequent_indent=" " * len(head)) or [head]
