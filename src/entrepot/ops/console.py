"""Running one command: database first, refusals as sentences, exit codes for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from entrepot.infra.postgres.server import Server
from entrepot.infra.postgres.settings import ROLE_VARIABLE
from entrepot.kernel.errors import DomainError
from entrepot.ops import commands, database, database_commands

FAILED = 1
USAGE = 2
INTERRUPTED = 130
# Options of the web framework that mean nothing to an operator.
_HIDDEN_OPTIONS = {
    "--version",
    "--verbosity",
    "--settings",
    "--pythonpath",
    "--traceback",
    "--no-color",
    "--force-color",
    "--skip-checks",
}


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code: 0 done, 1 refused or failed, 2 wrong usage.

    A refusal is printed as its sentences; a bug keeps its traceback.
    """
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(commands.help_text())
        return 0
    name, rest = arguments[0], list(arguments[1:])
    entry = commands.find(name)
    if entry is None:
        return _unknown(name)
    try:
        if entry.name == "db":
            return database_commands.run(rest)
        return _run_with_database(entry, rest)
    except DomainError as error:
        print(error.text(), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED


def _unknown(name: str) -> int:
    close = commands.suggestions(name)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    print(f"There is no command '{name}'.{hint}", file=sys.stderr)
    print("All commands: bin/entrepot --help", file=sys.stderr)
    return USAGE


def _run_with_database(entry: commands.Entry, rest: list[str]) -> int:
    server: Server | None = None
    asks_for_help = bool({"-h", "--help"} & set(rest))
    try:
        if entry.needs_database and not asks_for_help:
            server = database.start_server()
            if entry.name not in {"migrate", "django"}:
                database.require_migrations()
        return _run_management_command(entry, rest)
    finally:
        if server is not None:
            server.stop()


def _run_management_command(entry: commands.Entry, rest: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", database.SETTINGS_MODULE)
    if entry.name == "migrate":
        os.environ[ROLE_VARIABLE] = "owner"
    # Django reads its settings at import, so the environment has to be complete before.
    import django  # noqa: PLC0415
    from django.core import management  # noqa: PLC0415

    django.setup()
    if entry.name == "django":
        management.execute_from_command_line(["bin/entrepot django", *rest])
        return 0
    app = "django.core" if entry.name == "migrate" else "entrepot.ops"
    command = management.load_command_class(app, entry.module)
    command.suppressed_base_arguments = _HIDDEN_OPTIONS
    command.requires_system_checks = []
    try:
        command.run_from_argv(["entrepot", entry.name, *rest])
    except SystemExit as leaving:
        return _exit_code(leaving)
    if entry.name == "migrate" and rest in ([], *database.FULL_MIGRATION):
        database.mark_migrated()
    return 0


def _exit_code(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        return leaving.code
    print(leaving.code, file=sys.stderr)
    return FAILED
