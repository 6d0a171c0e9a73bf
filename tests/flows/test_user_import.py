"""Import of users from files: rows 46 to 55 of the catalogue of bad input, but for amounts, which no such file has."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership, OwnRole, User
from entrepot.flows import file_jobs, user_import
from entrepot.flows.user_import import ROWS_MAX, template
from entrepot.infra import failpoints
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from tests.support.people import NOW, Cast, Person, cast, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody, in a database of this test."""
    return cast()


def work(number: int) -> dict[str, Any]:
    """Do a job here, as a worker would."""
    row = Job.objects.get(pk=number)
    running = RunningJob(row.id, 1, row.owner_id, row.account_id, NOW, lambda: False)
    result = dict(user_import.do_import(running, **row.arguments))
    Job.objects.filter(pk=number).update(state=JobState.DONE, result=result)
    return result


def check(
    person: Person, path: Path, *, account_id: int | None = None
) -> tuple[int, dict[str, Any]]:
    viewer = person.viewer()
    number = user_import.start_check(
        viewer,
        account_id=account_id or person.account_id,
        path=path,
        actor=viewer.actor(),
        now=NOW,
    )
    return number, work(number)


def take(person: Person, number: int, *, skip_bad: bool = False, invites: bool = False) -> int:
    viewer = person.viewer()
    return user_import.start_import(
        viewer,
        check_id=number,
        skip_bad=skip_bad,
        invites=invites,
        actor=viewer.actor(),
        now=NOW,
    )


def faults(result: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["message"]) for one in result["faults"]]


def book(folder: Path, text: str | bytes, *, name: str = "users.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(number: int, mark: str = "many") -> str:
    lines = [f"{mark}.{n:05},{mark.title()} {n:05}" for n in range(number)]
    return "login,display_name\n" + "\n".join(lines) + "\n"


def test_a_file_is_checked_and_its_people_created_once(people, tmp_path):
    path = book(tmp_path, template())
    number, found = check(people.cleo, path)
    assert (found["rows"], found["good"], found["bad"], found["known"]) == (2, 2, 0, 0)
    assert User.objects.filter(login="anna.berg").count() == 0

    job = take(people.cleo, number, invites=True)
    assert take(people.cleo, number, invites=True) == job
    assert work(job)["imported"] == 2

    anna = User.objects.get(login="anna.berg")
    assert (anna.display_name, anna.phone, anna.language) == ("Anna Berg", "+49403003420", "de")
    assert anna.awaits_activation
    olaf = Membership.objects.get(user__login="o.borg@company.example")
    assert (olaf.role, olaf.account_id) == (RoleCode.ADMINISTRATOR, people.cleo.account_id)
    # A worker that was killed after its work does it again, and the same people in another file are there already.
    assert work(job)["imported"] == 0
    _, again = check(people.cleo, book(tmp_path, template(), name="again.csv"))
    assert (again["good"], again["known"], again["bad"]) == (0, 2, 0)
    assert Membership.objects.filter(account_id=people.cleo.account_id).count() == 3
    entry = AuditEntry.objects.get(action="user_created", object_id=anna.id)
    assert entry.channel == "task"


def test_every_fault_is_named_by_line_and_column_and_nobody_comes_unless_asked(people, tmp_path):
    user(people.cleo.account_id, "known.user", "Known")
    OwnRole.objects.create(account_id=people.cleo.account_id, name="Buyers", levels={"orders": 2})
    text = "\r\n".join(
        [
            "role,login,display_name,email,phone,language",
            "user,good.one,Good One,,,",
            "user,x,Too Short,,,",
            "user,good.one,Twice,,,",
            "user,no.name,,,,",
            "user,bad.mail,Bad Mail,nobody,,",
            "user,bad.phone,Bad Phone,,12,",
            "owner,bad.role,Bad Role,,,",
            "user,bad.language,Bad Language,,,fr",
            "buyers,=HYPERLINK(1),Formula,,,",
            "Buyers,good.two,=1+1,,,de",
            ",known.user,Known,,,",
            f"user,good.three,{'x' * 201},,,",
        ]
    )
    number, found = check(people.cleo, book(tmp_path, text))

    assert [(line, column) for line, column, _ in faults(found)] == [
        (3, "login"),
        (4, "login"),
        (5, "display_name"),
        (6, "email"),
        (7, "phone"),
        (8, "role"),
        (9, "language"),
        (10, "login"),
        (13, "display_name"),
    ]
    assert (found["good"], found["known"], found["bad"]) == (2, 1, 9)
    with pytest.raises(file_jobs.ImportNotPossible) as refusal:
        take(people.cleo, number)
    assert refusal.value.code == "import_has_faults"
    assert work(take(people.cleo, number, skip_bad=True))["imported"] == 2
    two = Membership.objects.get(user__login="good.two")
    # What looks like a formula is text.
    assert (two.user.display_name, two.role, two.own_role.name) == ("=1+1", RoleCode.OWN, "Buyers")


def test_a_login_of_somebody_else_in_the_realm_is_a_fault(people, tmp_path):
    text = "login,display_name\nsven.admin,Sven\numa.user,Uma\n"

    # Both realms are others than that of the logins: customers sign in at their seller's brand.
    assert check(people.carl, book(tmp_path, text))[1]["good"] == 2
    _, found = check(people.rex, book(tmp_path, text, name="b.csv"))
    assert [one[:2] for one in faults(found)] == [(2, "login")]


@pytest.mark.parametrize(
    "content",
    [
        "login;display_name;first_name\r\nanna.berg;;Änne\r\n".encode("utf-8-sig"),
        "login\tfirst_name\ranna.berg\tÄnne\r".encode(),
        "first_name,login\nÄnne,anna.berg\n".encode("utf-16"),
        "first_name,login\nÄnne,anna.berg\n".encode("utf-16-le"),
        "first_name,login\nÄnne,anna.berg\n".encode("utf-16-be"),
        "first_name;login\nÄnne;anna.berg\n".encode("latin-1"),
    ],
)
def test_what_a_file_is_written_in_is_found_out(people, tmp_path, content):
    _, found = check(people.cleo, book(tmp_path, content))

    assert [(one["login"], one["name"]) for one in found["lines"]] == [("anna.berg", "Änne")]


def test_a_file_that_is_none_is_refused_as_a_whole(people, tmp_path):
    archive = tmp_path / "bomb.csv"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("users.csv", "0" * 1_000_000)
    cases = {
        b"": "no rows",
        b"login,display_name\n": "no rows",
        b"display_name\nAnna\n": "no column",
        b"login,login\nanna.berg,x\n": "one twice",
        b"login,colour\nanna.berg,x\n": "nobody knows",
        archive.read_bytes(): "not text",
        b"login,display_name\nanna\0berg,x\n": "not text",
        b"login\n" + b'"' + b"x" * 200_000: "cannot be read as CSV",
        rows(ROWS_MAX + 1).encode(): "50000 are possible",
    }
    for place, (content, message) in enumerate(cases.items()):
        _, found = check(people.cleo, book(tmp_path, content, name=f"{place}.csv"))
        fault = found["faults"][0]
        assert message in fault["message"].format(**fault["values"]), content[:40]
        assert found["good"] == 0


def test_many_rows_take_a_handful_of_statements(people, tmp_path, monkeypatch):
    monkeypatch.setattr(user_import, "_ROWS_AT_ONCE", 300)
    _, warm = check(people.cleo, book(tmp_path, rows(2), name="warm.csv"))
    assert warm["good"] == 2
    number, found = check(people.cleo, book(tmp_path, rows(900)))
    assert found["good"] == 900
    job = take(people.cleo, number)

    with CaptureQueriesContext(connection) as seen:
        assert work(job)["imported"] == 900

    # Three steps of 300 people, each with some inserts and looks; not one statement per row.
    assert len(seen) < 120
    assert Membership.objects.filter(account_id=people.cleo.account_id).count() == 901


def test_an_import_that_dies_in_the_middle_goes_on_without_doubles(people, tmp_path, monkeypatch):
    monkeypatch.setattr(user_import, "_ROWS_AT_ONCE", 20)
    text = rows(50) + "x,Too Short\n"
    number, _ = check(people.cleo, book(tmp_path, text))
    job = take(people.cleo, number, skip_bad=True)
    monkeypatch.setattr(failpoints, "_COUNTS", {})
    monkeypatch.setenv("ENTREPOT_FAILPOINT", "user_import.step:raise:2")

    with pytest.raises(failpoints.FailpointReached):
        work(job)
    assert Membership.objects.filter(account_id=people.cleo.account_id).count() == 41
    monkeypatch.delenv("ENTREPOT_FAILPOINT")
    rest = work(job)

    assert (rest["imported"], rest["known"]) == (10, 40)
    assert Membership.objects.filter(account_id=people.cleo.account_id).count() == 51
    # Without the choice to leave rows out it is all or nobody.
    whole, _ = check(people.cleo, book(tmp_path, rows(50, "whole"), name="whole.csv"))
    job = take(people.cleo, whole)
    monkeypatch.setattr(failpoints, "_COUNTS", {})
    monkeypatch.setenv("ENTREPOT_FAILPOINT", "user_import.step:raise:2")
    with pytest.raises(failpoints.FailpointReached):
        work(job)
    assert Membership.objects.filter(account_id=people.cleo.account_id).count() == 51


def test_sellers_import_for_direct_customers_and_others_see_nothing_of_it(people, tmp_path):
    path = book(tmp_path, template())
    number, found = check(people.sven, path, account_id=people.cleo.account_id)
    assert found["good"] == 2
    for stranger in (people.rex, people.ria, people.cleo, people.carl):
        with pytest.raises(NoSuchObject):
            user_import.import_job(stranger.viewer(), job_id=number)
    for stranger in (people.rex, people.ria):
        with pytest.raises(NoSuchObject):
            check(stranger, path, account_id=people.cleo.account_id)
    job = take(people.sven, number)
    user(people.sven.account_id, "second.admin", "Second")
    Membership.objects.filter(user_id=people.sven.user_id).update(role=RoleCode.READ_ONLY)
    with pytest.raises(file_jobs.ImportNotPossible) as refusal:
        work(job)
    assert refusal.value.code == "import_not_allowed"
    assert Membership.objects.filter(account_id=people.cleo.account_id).count() == 1
