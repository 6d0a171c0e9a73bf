"""Services of people in the customer panel: handing out, buying what is short, taking back, and what people see."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from entrepot.domain.catalog.models import Plan, PlanPeriod, PlanResource, Resource, ResourcePart
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import User
from entrepot.domain.seats.errors import SeatsRefused
from entrepot.domain.seats.kinds import SeatState
from entrepot.domain.seats.models import Seat, SeatWait
from entrepot.domain.subscriptions.models import SubscriptionItem
from entrepot.flows import seat_jobs
from entrepot.flows.seat_events import do_complete
from entrepot.flows.seat_options import choice_of
from entrepot.infra import failpoints
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job, JobState
from entrepot.infra.tasks.refusals import kept
from tests.domain.resale.shop import add_period, add_price
from tests.support.mailbox import running
from tests.support.people import user
from tests.support.runs import run_within
from tests.web.marketplace.conftest import NOW, Mall, build, clock, german  # noqa: F401


@pytest.fixture
def mall(db: None) -> Mall:
    return build()


@pytest.fixture
def crew(mall: Mall) -> list[int]:
    """Four people of Cleo's without any service."""
    account = mall.shop.people.cleo.account_id
    return [
        user(account, f"person.{n}", f"Person {n}", role=RoleCode.USER, password=None)
        for n in range(1, 5)
    ]


def at(name: str, *args: int) -> str:
    return reverse(f"customer:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


def premium(mall: Mall) -> tuple[int, int]:
    """Sell a premium plan that holds the seat."""
    plain = Plan.objects.get(pk=mall.shop.plan)
    whole = Resource.objects.create(service_id=plain.service_id, code="premium", name="Premium")
    ResourcePart.objects.create(whole=whole, part_id=mall.shop.seat)
    plan = Plan.objects.create(
        service=plain.service,
        tax_category_id=mall.shop.category,
        name="Premium Plan",
        product_code="premium",
        sku_code="P1",
    )
    PlanResource.objects.create(plan=plan, resource=whole)
    return whole.id, add_period(plan.id, whole.id)


def test_free_units_are_handed_out_taken_back_and_seen_by_their_people(mall, crew):
    mall.shop.subscribe("3")
    seat = mall.shop.seat
    admin = mall.browser(mall.shop.people.cleo)
    assert "Seat" in text(admin.get(at("services")))

    page = text(admin.get(at("service-assign", seat)))
    assert "Free units: 3." in page
    assert "Person 4" in page
    nobody = admin.post(at("service-assign", seat), {})
    assert nobody.status_code == 422
    done = admin.post(at("service-assign", seat), {"pick": crew[:2]}, follow=True)
    assert "Seat is assigned to 2 people." in text(done)
    assert "Person 1" in text(done)
    assert set(Seat.objects.values_list("user_id", flat=True)) == set(crew[:2])
    again = admin.post(at("service-assign", seat), {"pick": crew[:2]}, follow=True)
    assert "All of them have the service already." in text(again)

    asked = admin.post(at("service-release", seat), {"pick": crew[:1]})
    assert "1 person loses Seat." in text(asked)
    assert Seat.objects.count() == 2
    gone = admin.post(
        at("service-release", seat), {"pick": crew[:1], "step": "confirmed"}, follow=True
    )
    assert "Taken from 1 person." in text(gone)
    assert list(Seat.objects.values_list("user_id", flat=True)) == [crew[1]]

    person = mall.browser(mall.shop.people.cleo, role=RoleCode.USER)
    assert "Nothing yet" in text(person.get(at("my-services")))
    for name in ("services", "subscriptions", "orders", "invoices"):
        assert person.get(at(name)).status_code == 403, name
    for name in ("service", "service-assign", "service-options"):
        assert person.get(at(name, seat)).status_code == 403, name


def test_what_is_short_is_bought_the_usual_way_or_another_one(mall, crew):
    run_within(day=NOW.date(), now=NOW)
    mall.shop.subscribe("1")
    whole, _period = premium(mall)
    seat = mall.shop.seat
    admin = mall.browser(mall.shop.people.cleo)

    short = admin.post(at("service-assign", seat), {"pick": crew[:3]}, follow=True)
    page = text(short)
    assert "3 people shall have it. Free units: 1, missing: 2." in page
    usual, *others = [one for one, _seen in short.context["forms"]]
    # Two more seats at 15.00 a month; the premium plan has the same price here and comes last.
    assert (usual.way, usual.units, usual.each) == (
        "More units of your subscription",
        "2",
        "€30.00",
    )
    assert [one.name for one in others][-1] == "Premium Plan"
    assert "Premium Plan" not in page
    assert "Premium holds Seat" in text(admin.get(at("service-options", seat) + "?all=1"))

    forms = {one.key: seen for one, seen in short.context["forms"]}
    stale = {"option": usual.key, "seen": "1.00/1.00/2"}
    assert admin.post(at("service-options", seat), stale).status_code == 409
    gone = {"option": "plan-999-1", "seen": ""}
    assert admin.post(at("service-options", seat), gone).status_code == 409
    assert not Order.objects.exists()

    other = others[-1]
    bought = admin.post(
        at("service-options", seat), {"option": other.key, "seen": forms[other.key]}, follow=True
    )
    assert "Ordered. 2 people get the service when it is provisioned." in text(bought)
    assert Seat.objects.count() == 1
    assert SeatWait.objects.count() == 2
    order = Order.objects.get()
    assert order.code == "CP"
    assert do_complete(running(1, NOW), order_id=order.pk) == {"order": order.pk, "people": 2}
    assert dict(Seat.objects.values_list("user_id", "resource_id")) == {
        crew[0]: seat,
        crew[1]: whole,
        crew[2]: whole,
    }
    twice = admin.post(at("service-options", seat), {"option": other.key, "seen": forms[other.key]})
    assert twice.status_code == 302
    assert Order.objects.count() == 1


def test_more_units_of_the_subscription_are_ordered_and_handed_out(mall, crew):
    run_within(day=NOW.date(), now=NOW)
    sub = mall.shop.subscribe("1")
    seat = mall.shop.seat
    admin = mall.browser(mall.shop.people.cleo)
    short = admin.post(at("service-assign", seat), {"whom": "all"}, follow=True)
    # Four people and Uma, the administrator.
    (usual, seen), *_ = short.context["forms"]
    assert usual.units == "4"
    admin.post(at("service-options", seat), {"option": usual.key, "seen": seen})

    order = Order.objects.get()
    assert (order.code, order.subscription_id) == ("CP", sub)
    do_complete(running(1, NOW), order_id=order.pk)
    assert Seat.objects.filter(subscription_id=sub).count() == 5
    assert "5" in text(admin.get(at("services")))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            b"login\nperson.1\nnobody.here\n",
            "1 login name belongs to nobody here who is enabled: nobody.here",
        ),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"a\x00b", "not text in UTF-8"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        (b"", "Choose at least one person."),
    ],
    ids=["unknown", "utf-16", "null", "large", "empty"],
)
def test_a_file_that_cannot_be_used_changes_nothing(mall, crew, content, says):
    mall.shop.subscribe("3")
    admin = mall.browser(mall.shop.people.cleo)
    file = SimpleUploadedFile("people.csv", content)

    answer = admin.post(at("service-assign", mall.shop.seat), {"whom": "file", "file": file})

    assert answer.status_code == 422
    assert says in text(answer)
    assert not Seat.objects.exists()


def test_login_names_are_taken_from_a_file_or_a_field(mall, crew):
    mall.shop.subscribe("3")
    admin = mall.browser(mall.shop.people.cleo)
    file = SimpleUploadedFile("people.csv", "\ufefflogin;name\nPERSON.2;x\nperson.2;x\n".encode())
    admin.post(at("service-assign", mall.shop.seat), {"whom": "file", "file": file})
    typed = {"whom": "file", "logins": "person.3\r\nperson.2"}
    admin.post(at("service-assign", mall.shop.seat), typed)

    assert set(Seat.objects.values_list("user_id", flat=True)) == {crew[1], crew[2]}


def test_services_of_others_do_not_exist_and_nobody_of_others_gets_one(mall, crew):
    mall.shop.subscribe("3")
    seat = mall.shop.seat
    rival = mall.browser(mall.shop.people.carl)
    for name in ("service", "service-release", "service-retry"):
        method = rival.post if name == "service-retry" else rival.get
        assert method(at(name, seat)).status_code in (302, 404), name
    admin = mall.browser(mall.shop.people.cleo)
    stranger = mall.shop.people.carl.user_id
    answer = admin.post(at("service-assign", seat), {"pick": [stranger]})
    assert answer.status_code == 422
    assert not Seat.objects.exists()


def test_many_people_get_a_service_by_a_task_that_everybody_can_watch(mall, crew, monkeypatch):
    monkeypatch.setattr(seat_jobs, "AT_ONCE_MAX", 2)
    monkeypatch.setattr(seat_jobs, "NAMED_MAX", 2)
    mall.shop.subscribe("5")
    seat, admin = mall.shop.seat, mall.browser(mall.shop.people.cleo)

    asked = admin.post(at("service-assign", seat), {"whom": "all", "q": "person"}, follow=True)
    assert "Seat is being assigned to 4 people. You can leave this page." in text(asked)
    assert "0 of 4 people" in text(asked)
    assert not Seat.objects.exists()
    # The same button again is the same task.
    admin.post(at("service-assign", seat), {"whom": "all", "q": "person"})
    job = Job.objects.get(task="assign_seats")

    # The worker dies after the first step; the next one gives nobody a second unit, and passes who left over.
    monkeypatch.setattr(failpoints, "_COUNTS", {})
    monkeypatch.setenv("ENTREPOT_FAILPOINT", "assign_seats.step:raise:1")
    with pytest.raises(failpoints.FailpointReached):
        seat_jobs.do_assign(running(job.id, NOW), **job.arguments)
    monkeypatch.delenv("ENTREPOT_FAILPOINT")
    assert list(Seat.objects.order_by("id").values_list("user_id", flat=True)) == crew[:2]
    User.objects.filter(pk=crew[3]).update(is_active=False)
    result = seat_jobs.do_assign(running(job.id, NOW), **job.arguments)
    assert result == {"people": 1, "left_out": 1}
    assert list(Seat.objects.order_by("id").values_list("user_id", flat=True)) == crew[:3]

    assert "0 of 4 people" in text(admin.get(at("service", seat) + "?work=1"))
    Job.objects.update(state=JobState.DONE, result=result, finished_at=NOW)
    assert admin.get(at("service", seat) + "?work=1").headers["HX-Refresh"] == "true"
    assert "1 person was passed over" in text(admin.get(at("service", seat)))


def test_a_task_that_finds_no_units_any_more_says_how_far_it_came(mall, crew, monkeypatch):
    monkeypatch.setattr(seat_jobs, "AT_ONCE_MAX", 2)
    monkeypatch.setattr(seat_jobs, "NAMED_MAX", 2)
    mall.shop.subscribe("3")
    seat, admin = mall.shop.seat, mall.browser(mall.shop.people.cleo)
    short = admin.post(at("service-assign", seat), {"whom": "all", "q": "person"})
    assert short.headers["Location"] == at("service-options", seat)
    assert not Job.objects.filter(task="assign_seats").exists()

    admin.post(at("service-assign", seat), {"pick": crew[:3]})
    job = Job.objects.get(task="assign_seats")
    Job.objects.update(state=JobState.RUNNING)
    admin.post(at("service-assign", seat), {"pick": crew[3:]})
    Seat.objects.all().delete()
    SubscriptionItem.objects.update(quantity=2)
    with pytest.raises(SeatsRefused) as refusal:
        seat_jobs.do_assign(running(job.id, NOW), **job.arguments)
    Job.objects.update(state=JobState.FAILED, refusal=kept(refusal.value), finished_at=NOW)
    page = text(admin.get(at("service", seat)))
    assert "It was assigned to 2 of 3 people. 1 more units of Seat are needed." in page
    assert Seat.objects.count() == 2


def test_all_failed_ones_are_tried_again_by_a_task_that_can_die(mall, crew, monkeypatch):
    monkeypatch.setattr(seat_jobs, "AT_ONCE_MAX", 2)
    monkeypatch.setattr(seat_jobs, "NAMED_MAX", 2)
    mall.shop.subscribe("5")
    seat, admin = mall.shop.seat, mall.browser(mall.shop.people.cleo)
    admin.post(at("service-assign", seat), {"pick": crew[:2]})
    admin.post(at("service-assign", seat), {"pick": crew[2:]})
    Seat.objects.update(state=SeatState.FAILED)

    asked = admin.post(at("service-retry", seat), follow=True)
    assert "is being asked again for 4 people. You can leave this page." in text(asked)
    assert "Being tried again" in text(asked)
    admin.post(at("service-retry", seat))
    job = Job.objects.get(task="retry_seats")
    assert set(Seat.objects.values_list("state", flat=True)) == {SeatState.FAILED}

    monkeypatch.setattr(failpoints, "_COUNTS", {})
    monkeypatch.setenv("ENTREPOT_FAILPOINT", "retry_seats.step:raise:1")
    with pytest.raises(failpoints.FailpointReached):
        seat_jobs.do_retry(running(job.id, NOW), **job.arguments)
    monkeypatch.delenv("ENTREPOT_FAILPOINT")
    assert Seat.objects.filter(state=SeatState.FAILED).count() == 2
    # The next worker asks nobody twice.
    assert seat_jobs.do_retry(running(job.id, NOW), **job.arguments) == {"people": 2}
    assert not Seat.objects.filter(state=SeatState.FAILED).exists()
    asked = AuditEntry.objects.filter(action="seats_retried").order_by("id")
    assert [one.after["people"] for one in asked] == [crew[:2], crew[2:]]

    Job.objects.update(state=JobState.FAILED, error="The database was away.", finished_at=NOW)
    page = text(admin.get(at("service", seat)))
    assert "It was tried again for 0 of 4 people. The database was away." in page


def test_of_many_ways_to_buy_the_cheapest_are_shown_in_their_cheapest_period(mall, crew):
    plain = Plan.objects.get(pk=mall.shop.plan)

    def sell(name: str, cost: str, months: int = 1) -> int:
        plan = Plan.objects.create(
            service=plain.service,
            tax_category_id=mall.shop.category,
            name=name,
            product_code=name,
            sku_code="1",
        )
        PlanResource.objects.create(plan=plan, resource_id=mall.shop.seat)
        period = PlanPeriod.objects.create(plan=plan, term_months=12, billing_months=months)
        add_price(period.id, mall.shop.seat, cost=cost)
        return plan.id

    for number in range(9):
        sell(f"Dear {number}", str(90 + number))
    cheap = sell("Cheap", "9")
    # 60 for twelve months are 5 a month, less than 9.
    yearly = PlanPeriod.objects.create(plan_id=cheap, term_months=12, billing_months=12)
    add_price(yearly.id, mall.shop.seat, cost="60")

    viewer = mall.shop.people.cleo.viewer(now=NOW)
    actor = viewer.actor()
    choice = choice_of(viewer, resource_id=mall.shop.seat, wanted=2, actor=actor, now=NOW)

    # The shop's own plan costs 10; of the dear ones the six cheapest are left.
    assert [one.name for one in choice.options] == [
        "Cheap",
        plain.name,
        *(f"Dear {number}" for number in range(6)),
    ]
    assert choice.options[0].ref == yearly.id
