"""`bin/test`: every check and test in order, with one table at the end."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from entrepot.infra.postgres.binaries import system_directories
from entrepot.ops.database import ROOT

CHROMIUM_VARIABLE = "ENTREPOT_CHROMIUM"
SEED_VARIABLE = "ENTREPOT_TEST_SEED"
# Fixed, so that a failure on one machine is the same failure on the next.
_SEED = "20260630"
_PROCESSES = "2"
# An older server can refuse statements, all of which are planned there, and reckon or guard rows otherwise: the runs of
# days and what surrounds them, the queue, and the second wall are tried there, too.
_OLDER_SERVER_TESTS = (
    "tests/architecture/test_sql_statements.py",
    "tests/domain/billing",
    "tests/domain/ledger",
    "tests/domain/ordering",
    "tests/domain/resale",
    "tests/domain/subscriptions",
    "tests/domain/usage",
    "tests/infra/tasks",
    "tests/infra/outbox",
    "tests/isolation/test_second_wall.py",
    "tests/flows/test_change_orders.py",
    "tests/flows/test_life_of_a_subscription.py",
    "tests/flows/test_orders.py",
    "tests/flows/test_plan_switches.py",
    "tests/flows/test_promotions.py",
    "tests/flows/test_rehearsal.py",
    "tests/flows/test_seats.py",
    "tests/flows/test_subscription_import.py",
    "tests/flows/test_vendor_wishes.py",
    "tests/flows/verify",
    "--ignore=tests/infra/tasks/test_queue.py",
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_MACOS_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_SPELLED = ("src", "tests", "docs", "bin", "README.md")
_NOT_SPELLED = "*.po,*.csv,*.svg,*.otf,*.ttf,*.xml,*.xsd,*.json"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One check: its name in the table, its command, what it needs in the environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a step ended; `remark` says more than its result in a few words."""

    name: str
    passed: bool
    seconds: float
    remark: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen steps and return the exit code: 0 only if every one passed."""
    options = _parser().parse_args(arguments)
    browser = _find_browser() or _install_browser()
    steps = _steps(expression=options.k, browser=browser)
    names = [step.name for step in steps]
    if options.list:
        print("\n".join(names))
        return 0
    if unknown := set(options.only) - set(names):
        print(f"No such step: {', '.join(sorted(unknown))}. Steps: {', '.join(names)}")
        return 2
    if options.only:
        steps = [step for step in steps if step.name in options.only]
    elif options.k:
        steps = [step for step in steps if step.name.startswith("tests")]
    outcomes = [_run(step) for step in steps]
    if browser is None and any(step.name == "tests" for step in steps):
        outcomes.append(_missing_browser())
    print(_table(outcomes))
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/test", description="Run all checks and tests.")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="run one step (repeatable)"
    )
    parser.add_argument("-k", metavar="EXPRESSION", help="run only the tests that match")
    parser.add_argument("--list", action="store_true", help="print the names of the steps")
    return parser


def _steps(*, expression: str | None, browser: str | None) -> list[Step]:
    tools = Path(sys.executable).parent
    spelled = [name for name in _SPELLED if (ROOT / name).exists()]
    steps = [
        Step(name="lint", command=[f"{tools}/ruff", "check", "."]),
        Step(name="format", command=[f"{tools}/ruff", "format", "--check", "."]),
        Step(name="types", command=[f"{tools}/mypy"]),
        Step(name="imports", command=[f"{tools}/lint-imports"]),
        Step(name="templates", command=[f"{tools}/djlint", "--lint", "--quiet", "src"]),
        Step(
            name="sql",
            command=[
                f"{tools}/sqlfluff",
                "lint",
                "--processes",
                _PROCESSES,
                "--disable-progress-bar",
                "src",
            ],
        ),
        Step(
            name="spelling",
            command=[
                f"{tools}/codespell",
                "--ignore-words=.codespell-words",
                f"--skip={_NOT_SPELLED}",
                *spelled,
            ],
        ),
    ]
    if importlib.util.find_spec("entrepot.config.messages"):
        command = [sys.executable, "-m", "entrepot.config.messages", "--check"]
        steps.append(Step(name="messages", command=command))
    return steps + _test_steps(expression=expression, browser=browser)


def _test_steps(*, expression: str | None, browser: str | None) -> list[Step]:
    seed = os.environ.get(SEED_VARIABLE) or _SEED
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", _PROCESSES, "--dist", "worksteal"]
    pytest += [f"--randomly-seed={seed}", "--durations=40", "--durations-min=4"]
    if expression:
        pytest += ["-k", expression]
    environment = {CHROMIUM_VARIABLE: browser} if browser else {}
    without = [] if browser else ["-m", "not browser"]
    steps = [Step(name="tests", command=[*pytest, *without], environment=environment)]
    # The oldest server of the system's packages stands for "any PostgreSQL from 15 on".
    for programs in system_directories()[-1:]:
        paths = [
            path
            for path in _OLDER_SERVER_TESTS
            if path.startswith("--ignore=") or (ROOT / path).exists()
        ]
        steps.append(
            Step(
                name=f"tests-postgresql-{programs.parent.name}",
                command=[*pytest, "-m", "database and not browser and not slow", *paths],
                environment={"ENTREPOT_PG_BIN": str(programs)},
            )
        )
    return steps


def _find_browser() -> str | None:
    named = os.environ.get(CHROMIUM_VARIABLE)
    found = [named] if named else [*map(shutil.which, _BROWSERS), *_MACOS_BROWSERS]
    return next((path for path in found if path and Path(path).exists()), None)


def _install_browser() -> str | None:
    """Install Chromium from the system's packages where that needs nobody's permission."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    print("Installing Chromium for the browser tests", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-qq", "-y", "chromium"]):
        command = ["apt-get", *words]
        subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)
    return _find_browser()


def _missing_browser() -> Outcome:
    advice = "brew install --cask chromium" if sys.platform == "darwin" else "apt install chromium"
    return Outcome(
        name="browser",
        passed=False,
        seconds=0,
        remark=f"no Chromium found; install it ({advice}) or name it in {CHROMIUM_VARIABLE}",
    )


def _run(step: Step) -> Outcome:
    shown = " ".join(Path(word).name if word.startswith("/") else word for word in step.command)
    print(f"\n[{step.name}] {shown}", flush=True)
    started = time.monotonic()
    # Everything imports from src; the package itself is not installed.
    environment = {**os.environ, **step.environment, "PYTHONPATH": str(ROOT / "src")}
    code = subprocess.run(step.command, check=False, cwd=ROOT, env=environment).returncode
    seconds = time.monotonic() - started
    return Outcome(
        name=step.name,
        passed=code == 0,
        seconds=seconds,
        remark="" if code == 0 else f"exit code {code}",
    )


def _table(outcomes: list[Outcome]) -> str:
    width = max((len(outcome.name) for outcome in outcomes), default=0)
    lines = ["", f"{'step':<{width}}  result  seconds"]
    for outcome in outcomes:
        result = "passed" if outcome.passed else "FAILED"
        line = f"{outcome.name:<{width}}  {result}  {outcome.seconds:7.1f}  {outcome.remark}"
        lines.append(line.rstrip())
    passed = sum(outcome.passed for outcome in outcomes)
    lines += ["", f"{passed} passed, {len(outcomes) - passed} failed"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
