"""Import of people from a file: every row checked, then those in order created, with a handful of statements.

The key of a row is its login: people whom the account has already are left as they are, so that the same file twice,
or a job that a killed worker left in the middle, adds nobody twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from entrepot.domain.parties.commands import (
    NewPerson,
    account_of_people,
    cleaned,
    create_people,
    require_may_give,
)
from entrepot.domain.parties.errors import PartyConflict
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.people import RoleChoice, roles_of
from entrepot.domain.parties.realms import realm_of_account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer, build_viewer
from entrepot.flows import file_jobs
from entrepot.flows.csv_file import Cells, read_cells, require_cell, template_of
from entrepot.flows.file_jobs import APPLY, CHECK, FAULTS_KEPT, Fault
from entrepot.flows.job_actor import actor_of
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.failpoints import failpoint
from entrepot.infra.tasks.jobs import JobRow
from entrepot.infra.tasks.queue import RunningJob
from entrepot.kernel.errors import BadInput, DomainError

TASK = "import_users"
COLUMNS = (
    *("login", "display_name", "first_name", "last_name"),
    *("email", "phone", "role", "language"),
)
OPTIONAL = frozenset(COLUMNS) - {"login"}
ROWS_MAX = 50_000
BYTES_MAX = 10 * 1024 * 1024
ROWS_KEPT = 50
_ROWS_AT_ONCE = 2_000
_LOOKED_UP_AT_ONCE = 5_000
_EXAMPLES = (
    ("anna.berg", "", "Anna", "Berg", "anna.berg@company.example", "+49 40 3003420", "user", "de"),
    ("o.borg@company.example", "Olaf Borg", "", "", "", "", "administrator", "en"),
)
_FORMULA_STARTS = frozenset("=+-@")
_COLUMN_OF = {"login_taken": "login", "role_beyond_own": "role"}

Tell = Callable[[int, int], None]


class UserImportFault(BadInput):
    """What is wrong with a row of people; `field` names the column."""

    codes = frozenset({"import_name_missing", "import_login_twice"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file would bring: new people with their lines, how many the account has already, and what is wrong."""

    rows: int
    ready: tuple[tuple[int, NewPerson], ...]
    known: int
    faults: tuple[Fault, ...]


def template() -> str:
    """Return the file that people fill in, with two rows as examples."""
    return template_of(COLUMNS, _EXAMPLES)


def start_check(viewer: Viewer, *, account_id: int, path: Path, actor: Actor, now: datetime) -> int:
    """Start checking an uploaded file; return the job. A second start for the same file returns the first job.

    Raises: NoSuchObject for an account whose people the viewer does not look after.
    """
    account_of_people(viewer, account_id=account_id)
    arguments = {"path": str(path), "mode": CHECK, "account": account_id}
    return file_jobs.start(viewer, arguments, task=TASK, action="user_import", actor=actor, now=now)


def start_import(
    viewer: Viewer,
    *,
    check_id: int,
    skip_bad: bool,
    invites: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Start creating the people of a finished check; return the job, the first one for a second click.

    With `skip_bad` rows with faults are left out, else nobody comes while there is one. With `invites` activation links
    are mailed to those with an address. Raises: NoSuchObject; ImportNotPossible.
    """
    check = import_job(viewer, job_id=check_id)
    file_jobs.require_importable(check, skip_bad=skip_bad)
    given = file_jobs.arguments_of(check)
    arguments = {
        "path": given["path"],
        "mode": APPLY,
        "account": given["account"],
        "skip_bad": skip_bad,
        "invites": invites,
        "check": check.id,
    }
    return file_jobs.start(viewer, arguments, task=TASK, action="user_import", actor=actor, now=now)


def import_job(viewer: Viewer, *, job_id: int) -> JobRow:
    """Return a check or an import that the viewer's account started, all for the provider. Raises: NoSuchObject."""
    return file_jobs.job_of(viewer, task=TASK, job_id=job_id)


def newest_imports(viewer: Viewer, *, account_id: int, limit: int) -> tuple[JobRow, ...]:
    """Return the newest checks and imports of an account's people that the viewer's account started."""
    return file_jobs.newest_jobs(viewer, task=TASK, limit=limit, account=account_id)


def do_import(
    job: RunningJob,
    *,
    path: str,
    mode: str,
    account: int,
    skip_bad: bool = False,
    invites: bool = False,
    check: int | None = None,
) -> Mapping[str, Any]:
    """Check a file; in the second step create its people: all in one transaction, or with `skip_bad` in steps."""
    viewer = _starter(job)
    owner = account_of_people(viewer, account_id=account)
    try:
        found = check_file(viewer, owner, path=Path(path), tell=job.progress)
    except BadInput as fault:
        if mode == APPLY:
            raise
        return {**file_jobs.unreadable(fault), "known": 0}
    if mode == CHECK:
        return _result(found, mode=mode)
    if found.faults and not skip_bad:
        raise file_jobs.has_faults(len(found.faults))
    actor = actor_of(job)
    people = [person for _line, person in found.ready]
    facts: dict[str, Any] = {"invites": invites, "actor": actor, "now": job.now}
    if skip_bad:
        _create_in_steps(viewer, account, people, tell=job.progress, **facts)
    else:
        job.progress(found.rows, found.rows, "writing")
        with transaction.atomic():
            _create_in_steps(viewer, account, people, tell=None, **facts)
    return {**_result(found, mode=mode), "imported": len(people), "check": check}


def check_file(viewer: Viewer, account: Account, *, path: Path, tell: Tell) -> Checked:
    """Check every row of a file; changes nothing. `tell` hears how many rows of how many are done.

    Raises: CsvFault about the whole file.
    """
    cells = read_cells(path, columns=COLUMNS, optional=OPTIONAL, rows_max=ROWS_MAX)
    reader = _Reader(viewer, account)
    meant: list[tuple[int, NewPerson]] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for done, row in enumerate(cells):
        if done % _ROWS_AT_ONCE == 0:
            tell(done, len(cells))
        try:
            person = reader.person(row)
            _require_once(person.login, row.line, seen)
        except DomainError as reason:
            column = getattr(reason, "field", None) or _COLUMN_OF.get(reason.code, "")
            faults.append(Fault(row.line, column, reason))
        else:
            meant.append((row.line, person))
    own, foreign = _known(account.pk, [person.login for _line, person in meant])
    faults += [
        Fault(line, "login", _elsewhere(person.login))
        for line, person in meant
        if person.login in foreign
    ]
    return Checked(
        rows=len(cells),
        ready=tuple(one for one in meant if one[1].login not in own | foreign),
        known=len(own),
        faults=tuple(sorted(faults, key=lambda one: one.line)),
    )


class _Reader:
    """Reads the rows of one file: roles are looked up once, and each role is asked for once."""

    def __init__(self, viewer: Viewer, account: Account) -> None:
        self._viewer, self._account = viewer, account
        choices = roles_of(viewer, account_id=account.pk, kind=account.kind)
        self._roles = {(one.name or one.code.value).casefold(): one for one in choices}
        is_customer = account.kind is AccountKind.CUSTOMER
        self._usual = RoleChoice(RoleCode.USER if is_customer else RoleCode.READ_ONLY)
        self._refused: dict[str, DomainError | None] = {}

    def person(self, row: Cells) -> NewPerson:
        """Return the person of a row as it would be stored. Raises: CsvFault, PartyInput, PartyRefused."""
        require_cell(row.values, optional=OPTIONAL)
        given = {name: _without_mark(text) for name, text in row.values.items()}
        role = self._role(given["role"])
        parts = (given["first_name"], given["last_name"])
        name = given["display_name"] or " ".join(one for one in parts if one)
        if not name:
            raise UserImportFault(
                "import_name_missing",
                "The row has no name.",
                field="display_name",
                next_step="Fill in display_name, or first_name and last_name.",
            )
        return cleaned(
            NewPerson(
                login=given["login"],
                display_name=name,
                email=given["email"],
                phone=given["phone"],
                role=role.code,
                own_role_id=role.own_role_id,
                language=given["language"].lower() or self._account.language,
                timezone=self._viewer.timezone,
            ),
            country=self._account.country,
        )

    def _role(self, text: str) -> RoleChoice:
        key = text.casefold()
        choice = self._roles.get(key) if key else self._usual
        if key not in self._refused:
            self._refused[key] = None
            try:
                require_may_give(
                    self._viewer,
                    kind=self._account.kind,
                    account_id=self._account.pk,
                    role=choice.code if choice else RoleCode.OWN,
                    own_role_id=choice.own_role_id if choice else None,
                )
            except DomainError as reason:
                self._refused[key] = reason
        refusal = self._refused[key]
        if refusal is not None or choice is None:
            assert refusal is not None, "a role that nobody has is refused"
            raise refusal
        return choice


def _without_mark(text: str) -> str:
    """Take away the apostrophe with which an exported file keeps a cell from being read as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA_STARTS else text


def _create_in_steps(
    viewer: Viewer,
    account_id: int,
    people: Sequence[NewPerson],
    *,
    tell: Callable[..., None] | None,
    invites: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Create people in steps of some thousand; each is a transaction unless the caller has one around all."""
    for start in range(0, len(people), _ROWS_AT_ONCE):
        if tell is not None:
            tell(start, len(people), "writing")
        create_people(
            viewer,
            account_id=account_id,
            people=people[start : start + _ROWS_AT_ONCE],
            invites=invites,
            actor=actor,
            now=now,
        )
        failpoint("user_import.step")


def _starter(job: RunningJob) -> Viewer:
    assert job.owner_id is not None, "imports are started by people"
    viewer = build_viewer(user_id=job.owner_id, account_id=job.account_id, now=job.now)
    if not viewer.can(Capability.ADMINISTER_USERS):
        raise file_jobs.ImportNotPossible(
            "import_not_allowed",
            "{person} may not create users any more.",
            next_step="Have somebody else upload the file.",
            person=viewer.user_name,
        )
    return viewer


def _require_once(login: str, line: int, seen: dict[str, int]) -> None:
    first = seen.setdefault(login, line)
    if first != line:
        raise UserImportFault(
            "import_login_twice",
            "The login name stands in line {line} already.",
            field="login",
            line=first,
            next_step="Give each user a login name of their own.",
        )


def _known(account_id: int, logins: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return which logins the account's own people have, and which somebody else of the realm has."""
    realm = realm_of_account(account_id=account_id)
    own: set[str] = set()
    taken: set[str] = set()
    for start in range(0, len(logins), _LOOKED_UP_AT_ONCE):
        names = [f"{realm}/{login}" for login in logins[start : start + _LOOKED_UP_AT_ONCE]]
        found = dict(User.objects.filter(username__in=names).values_list("id", "login"))
        members = Membership.objects.filter(account_id=account_id, user_id__in=list(found))
        taken |= set(found.values())
        own |= {found[number] for number in members.values_list("user_id", flat=True)}
    return own, taken - own


def _elsewhere(login: str) -> PartyConflict:
    return PartyConflict(
        "login_taken",
        "Somebody already signs in as {login}.",
        next_step="Choose another login name.",
        login=login,
    )


def _result(found: Checked, *, mode: str) -> Mapping[str, Any]:
    return {
        "mode": mode,
        "rows": found.rows,
        "good": len(found.ready),
        "bad": len(found.faults),
        "known": found.known,
        "faults": [file_jobs.kept(one) for one in found.faults[:FAULTS_KEPT]],
        "lines": [
            {
                "line": line,
                "name": one.display_name,
                "login": one.login,
                "email": one.email,
                "role": one.role.value,
            }
            for line, one in found.ready[:ROWS_KEPT]
        ],
    }
