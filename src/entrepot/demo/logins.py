"""The sign-ins of this installation's demo people: a file that only its owner can read, never the database."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path

from entrepot.demo.private import write_private

FILE_NAME = "demo-logins.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How one person signs in at one address; `accounts` names whom they work for, with the role."""

    host: str
    login: str
    name: str
    accounts: tuple[str, ...]
    is_featured: bool
    password: str = field(repr=False)


def new_password() -> str:
    """Make a password of five random words and two digits, easy to copy from a screen."""
    known = (
        resources.files("entrepot.demo").joinpath("data", "words.txt").read_text("utf-8").split()
    )
    words = "-".join(secrets.choice(known) for _ in range(5))
    return f"{words}-{secrets.randbelow(90) + 10}"


def write_logins(*, directory: Path, logins: Sequence[Login]) -> Path:
    """Write the file in one step, readable by its owner only; return its path."""
    rows = [asdict(login) for login in logins]
    return write_private(directory=directory, name=FILE_NAME, facts=rows)


def read_logins(*, directory: Path) -> tuple[Login, ...]:
    """Read the file; no logins when there is none."""
    path = directory / FILE_NAME
    if not path.exists():
        return ()
    rows = json.loads(path.read_text("utf-8"))
    return tuple(Login(**{**row, "accounts": tuple(row["accounts"])}) for row in rows)
