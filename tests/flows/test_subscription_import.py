"""Running subscriptions that were billed elsewhere: what a file may say, what is billed afterwards, and only once."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from entrepot.domain.billing.models import Charge
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.provisioning.models import Operation, ServiceInstance
from entrepot.domain.subscriptions.commands import change_quantity
from entrepot.domain.subscriptions.commands.take_over import first_day_of_ours
from entrepot.domain.subscriptions.models import SubBilling, Subscription
from entrepot.flows import subscription_import_jobs as jobs
from entrepot.flows.daily_billing import run_day
from entrepot.flows.provisioning import surroundings
from entrepot.flows.subscription_import_file import COLUMNS, template
from entrepot.flows.verify import verify
from entrepot.flows.verify.report import report_text
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks import jobs as task_jobs
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.queue import RunningJob
from tests.domain.resale.shop import Shop, add_price, shop
from tests.support.people import NOW, SETUP, Person, account

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Shop:
    """The shop of Sven, who sells to Cleo; today is 2 March 2026 and nothing was billed yet."""
    is_committed = request.node.get_closest_marker("django_db").kwargs.get("transaction")
    request.getfixturevalue("transactional_db" if is_committed else "db")
    return shop()


def book(folder: Path, *rows: str, name: str = "book.csv") -> Path:
    """Write a file of rows."""
    path = folder / name
    path.write_text("\r\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    return path


def work(number: int) -> dict[str, Any]:
    """Do what a worker does with a job."""
    row = Job.objects.get(pk=number)
    running = RunningJob(row.id, 1, row.owner_id, row.account_id, NOW, lambda: False)
    result = dict(jobs.do_import(running, **row.arguments))
    Job.objects.filter(pk=number).update(state=JobState.DONE, result=result)
    return result


def check(person: Person, path: Path) -> tuple[int, dict[str, Any]]:
    viewer = person.viewer()
    number = jobs.start_check(viewer, path=path, actor=viewer.actor(), now=NOW)
    return number, work(number)


def take(person: Person, number: int, *, skip_bad: bool = False) -> dict[str, Any]:
    viewer = person.viewer()
    return work(
        jobs.start_import(viewer, check_id=number, skip_bad=skip_bad, actor=viewer.actor(), now=NOW)
    )


def faults(result: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one["line"], one["column"]) for one in result["faults"]]


def cleo(store: Shop) -> str:
    return f"ACC-{store.people.cleo.account_id}"


def line(store: Shop, vendor_id: str, **changes: str) -> str:
    """Write a row that is in order: five seats since 15 January for a year."""
    values = {
        "customer": cleo(store),
        "plan": "MAIL/0001",
        "term_months": "12",
        "billing_months": "1",
        "quantity": "5",
        "start": "2026-01-15",
        "expiry": "2027-01-15",
        "vendor_id": vendor_id,
        "auto_renewal": "yes",
    }
    return ",".join({**values, **changes}.values())


@pytest.mark.parametrize(
    ("started", "ends", "months", "expected"),
    [
        # The month from 15 February to 15 March is billed elsewhere.
        ("2026-01-15", "2027-01-15", 1, "2026-03-15"),
        # A period that begins on the day itself is ours.
        ("2026-01-02", "2027-01-02", 1, "2026-03-02"),
        # From the last day of a month to the last day of the next one.
        ("2026-01-31", "2027-01-31", 1, "2026-03-31"),
        # A year that is paid at once is billed elsewhere until its end.
        ("2025-06-01", "2026-06-01", 12, "2026-06-01"),
        ("2023-06-01", "2026-06-01", 12, "2026-06-01"),
        # The end of the term cuts the last month.
        ("2025-03-10", "2026-03-07", 1, "2026-03-07"),
        ("2026-03-01", "2026-04-01", 1, "2026-04-01"),
    ],
)
def test_we_bill_from_the_first_period_that_is_not_billed_elsewhere(
    started, ends, months, expected
):
    day = first_day_of_ours(
        started_on=date.fromisoformat(started),
        ends_on=date.fromisoformat(ends),
        billing_months=months,
        business_day=TODAY,
    )

    assert day == date.fromisoformat(expected)


def test_every_fault_is_named_by_row_and_column_and_nothing_is_imported(
    store: Shop, tmp_path: Path
):
    other = account(AccountKind.CUSTOMER, store.people.rex.account_id, "Foreign Farms")
    path = book(
        tmp_path,
        line(store, "V-1"),
        line(store, "V-1"),
        line(store, "V-3", customer=f"ACC-{other}"),
        line(store, "V-4", customer="nobody"),
        line(store, "V-5", plan="PLN-99999"),
        line(store, "V-6", quantity="0"),
        line(store, "V-7", quantity="-1"),
        line(store, "V-8", quantity="1.5"),
        line(store, "V-9", quantity="many"),
        line(store, "V-10", start="2026-05-01", expiry="2027-05-01"),
        line(store, "V-11", start="2025-01-15", expiry="2026-01-15"),
        line(store, "V-12", start="15.01.2026"),
        line(store, "V-13", expiry="2025-12-31"),
        line(store, "V-14", billing_months="3"),
        line(store, ""),
        line(store, "V-16", auto_renewal="perhaps"),
        line(store, "x" * 65),
    )

    number, result = check(store.people.sven, path)

    assert (result["rows"], result["good"], result["bad"]) == (17, 1, 16)
    assert faults(result) == [
        (3, "vendor_id"),
        (4, "customer"),
        (5, "customer"),
        (6, "plan"),
        (7, "quantity"),
        (8, "quantity"),
        (9, "quantity"),
        (10, "quantity"),
        (11, "start"),
        (12, "expiry"),
        (13, "start"),
        (14, "expiry"),
        (15, "term_months"),
        (16, "vendor_id"),
        (17, "auto_renewal"),
        (18, "vendor_id"),
    ]
    with pytest.raises(jobs.ImportNotPossible, match="16 rows cannot be imported"):
        take(store.people.sven, number)
    assert not Subscription.objects.exists()

    assert take(store.people.sven, number, skip_bad=True)["imported"] == 1
    assert Subscription.objects.get().vendor_reference == "V-1"


def test_a_plan_that_is_not_published_and_a_customer_on_hold_are_refused(
    store: Shop, tmp_path: Path
):
    Plan.objects.filter(pk=store.plan).update(is_published=False)
    _, result = check(store.people.sven, book(tmp_path, line(store, "V-1")))
    assert faults(result) == [(2, "plan")]

    Plan.objects.filter(pk=store.plan).update(is_published=True)
    Account.objects.filter(pk=store.people.cleo.account_id).update(credit_hold=True)
    _, result = check(store.people.sven, book(tmp_path, line(store, "V-1"), name="held.csv"))
    assert faults(result) == [(2, "customer")]
    assert "is on hold" in result["faults"][0]["message"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no rows"),
        (b"customer,plan\r\n", "no rows"),
        (b"customer,plan\r\n1,2\r\n", "no column"),
        (template().replace("start", "begin").encode(), "no column"),
        (template().replace("expiry", "expiry,colour").encode(), "nobody knows"),
        (b"\xff\xfe\x00", "not text"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(store: Shop, tmp_path: Path, content, message):
    path = tmp_path / "book.csv"
    path.write_bytes(content)

    number, result = check(store.people.sven, path)

    assert message in result["faults"][0]["message"]
    with pytest.raises(jobs.ImportNotPossible):
        take(store.people.sven, number, skip_bad=True)


def test_the_same_file_twice_and_a_second_click_import_nothing_twice(store: Shop, tmp_path: Path):
    path = book(tmp_path, line(store, "V-1"), line(store, "V-2"))
    number, _ = check(store.people.sven, path)
    first = take(store.people.sven, number)
    viewer = store.people.sven.viewer()

    # A second click gets the job that there is.
    again = jobs.start_import(
        viewer, check_id=number, skip_bad=False, actor=viewer.actor(), now=NOW
    )
    assert Job.objects.filter(arguments__mode="apply").count() == 1
    assert Job.objects.get(pk=again).result["imported"] == first["imported"] == 2
    _, second = check(
        store.people.sven, book(tmp_path, line(store, "V-2"), line(store, "V-1"), name="b.csv")
    )
    assert (second["good"], faults(second)) == (0, [(2, "vendor_id"), (3, "vendor_id")])
    # A worker that was killed after its work does it again.
    with pytest.raises(jobs.ImportNotPossible):
        work(again)
    assert Subscription.objects.count() == 2


def test_others_do_not_see_an_import_and_a_seller_imports_for_its_own_customers_only(
    store: Shop, tmp_path: Path
):
    path = book(tmp_path, line(store, "V-1"))
    number, _ = check(store.people.sven, path)
    for person in (store.people.rex, store.people.ria, store.people.cleo):
        with pytest.raises(Exception, match="There is no"):
            jobs.import_job(person.viewer(), job_id=number)
    assert jobs.import_job(store.people.harbor.viewer(), job_id=number).id == number
    # Cleo is Sven's customer, not Ria's; the provider may import for all.
    assert faults(check(store.people.ria, book(tmp_path, line(store, "V-1"), name="r.csv"))[1]) == [
        (2, "customer")
    ]
    assert (
        check(store.people.harbor, book(tmp_path, line(store, "V-1"), name="h.csv"))[1]["good"] == 1
    )


def test_an_imported_service_is_known_at_its_vendor_and_later_changes_reach_it(
    store: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    connector = add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get(pk=store.plan).service.vendor_id,
        surroundings=surroundings(),
        actor=SETUP,
        now=NOW,
    )
    number, _ = check(store.people.sven, book(tmp_path, line(store, "V-1")))
    # Zero of one row is not shown: the first figure comes when the row is checked, the last one before it is written.
    told: list[tuple[int, int | None, str | None]] = []
    monkeypatch.setattr(
        task_jobs, "progress", lambda *, done, total, note, **_: told.append((done, total, note))
    )
    take(store.people.sven, number)
    assert told == [(1, 1, None), (1, 1, "writing")]

    wide = Subscription.objects.get()
    instance = ServiceInstance.objects.get()
    assert not Operation.objects.exists()
    assert (instance.connector_id, instance.vendor_id, instance.state, instance.quantity) == (
        connector,
        "V-1",
        "running",
        5,
    )
    assert (wide.status, wide.started_on, wide.quantity) == ("active", date(2026, 1, 15), 5)
    assert AuditEntry.objects.filter(action="subscription_taken_over", object_id=wide.id).exists()
    state = SubBilling.objects.get(pk=wide.id)
    assert (state.due_on, state.next_term_end, state.setup_done) == (
        date(2026, 3, 15),
        date(2027, 1, 15),
        True,
    )

    change_quantity(
        subscription_id=wide.id,
        resource_id=store.seat,
        quantity=Decimal(7),
        effective_on=TODAY,
        actor=SETUP,
        now=NOW,
    )
    operation = Operation.objects.get()
    assert (operation.action, operation.quantity, operation.instance_id) == (
        "change",
        7,
        instance.id,
    )
    assert not Charge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_billed_elsewhere_is_not_billed_again_and_the_proof_stays_clean(
    store: Shop, tmp_path: Path
):
    monthly, ending, running_out = (
        line(store, "V-1"),
        # Its last month goes from 7 February to 7 March and was paid elsewhere; it does not renew.
        line(store, "V-2", start="2025-03-07", expiry="2026-03-07", auto_renewal="no"),
        # Its last term of ours goes from 10 March to 10 April.
        line(store, "V-3", start="2025-04-10", expiry="2026-04-10", auto_renewal="no"),
    )
    Plan.objects.filter(pk=store.plan).update(is_published=True)
    add_price(store.period, store.seat, kind=PriceKind.SETUP)
    number, result = check(store.people.sven, book(tmp_path, monthly, ending, running_out))
    assert (result["first_day"], result["last_day"]) == ("2026-03-07", "2026-03-15")
    assert [one["only_ends"] for one in result["lines"]] == [False, True, False]
    take(store.people.sven, number)
    assert verify().is_proved

    day = TODAY
    while day <= date(2026, 4, 20):
        run_day(day=day, now=NOW)
        day += timedelta(days=1)

    ids = dict(Subscription.objects.values_list("vendor_reference", "id"))
    bought = Charge.objects.filter(tier=3).order_by("period_start")
    periods = {
        name: [
            (one.kind, one.period_start.isoformat(), one.period_end.isoformat(), one.net)
            for one in bought.filter(subscription_id=number)
        ]
        for name, number in ids.items()
    }
    # 5 seats at 15.00; nothing before the first day of ours, and no set-up fee.
    assert periods == {
        "V-1": [
            ("recurring", "2026-03-15", "2026-04-15", Decimal("75.00")),
            ("recurring", "2026-04-15", "2026-05-15", Decimal("75.00")),
        ],
        "V-2": [],
        "V-3": [("recurring", "2026-03-10", "2026-04-10", Decimal("75.00"))],
    }
    statuses = dict(Subscription.objects.values_list("vendor_reference", "status"))
    assert statuses == {"V-1": "active", "V-2": "expired", "V-3": "expired"}
    wide = Subscription.objects.get(pk=ids["V-1"])
    assert (wide.term_start, wide.term_end) == (date(2026, 3, 15), date(2027, 1, 15))
    report = verify()
    assert report.is_proved, report_text(report)
