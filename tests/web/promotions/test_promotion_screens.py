"""Promotions on screens: asked for, looked at, created once, ended, and seen by their seller only."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.commands import NewPromotion, create_promotion
from entrepot.domain.resale.models import Promotion
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import SETUP, Person
from tests.web.marketplace.conftest import NOW, Mall
from tests.web.marketplace.test_checkout import CHANGE, _form, _order, _text

TODAY = NOW.date()
LIST, NEW = "/reseller/promotions/", "/reseller/promotions/new/"
TYPED = {
    "name": "Spring",
    "code": "spring-26",
    "plan": "",
    "recurring": "10",
    "valid_from": "2026-03-10",
    "last_day": "2026-03-31",
}


def _promise(seller: Person, **facts: Any) -> int:
    wanted: dict[str, Any] = {"name": "Spring", "valid_from": TODAY, "recurring_ppm": 250_000}
    return create_promotion(
        seller_id=seller.account_id,
        wanted=NewPromotion(**(wanted | facts)),
        today=TODAY,
        actor=SETUP,
        now=NOW,
    )


def test_a_promotion_is_looked_at_created_once_used_and_ended(mall: Mall, filled: Any) -> None:
    sven = mall.browser(mall.shop.people.sven)
    plan = f"PLN-{mall.shop.plan}"
    review = sven.post(NEW, {**TYPED, "plan": plan, "once_per_customer": "on"})
    text = _text(review)
    # 15.00 less a tenth are 13.50; Sven pays 12.00, so 1.50 of 3.00 is left: 11.1% of 13.50.
    for shown in (
        "Who orders with the code SPRING-26 gets 10% off the price.",
        "From 10 Mar 2026 to 31 Mar 2026, the last day included.",
        "It holds for the first term; renewals take the usual price.",
        "It can be used: once per customer.",
        "€13.50",
        "€3.00 (20.0%)",
        "€1.50 (11.1%)",
    ):
        assert shown in text, shown
    assert not Promotion.objects.exists()

    form = _form(review) | {"step": "confirmed"}
    first, second = sven.post(NEW, form), sven.post(NEW, form)
    made = Promotion.objects.get()
    assert first["Location"] == second["Location"] == f"{LIST}{made.pk}/"
    assert (made.code, made.recurring_ppm, made.valid_to.isoformat()) == (
        "SPRING-26",
        100_000,
        "2026-04-01",
    )
    assert AuditEntry.objects.filter(action="promotion_created").count() == 1

    buyer = filled()
    buyer.post(CHANGE, {"promotion_code": "SPRING-26"})
    assert _order(buyer).status_code == 302
    page = _text(sven.get(first["Location"]))
    for shown in (
        "Cleo Clinics",
        "SO000001",
        "Created",
        "Running",
        "from 10 Mar 2026 to 31 Mar 2026",
    ):
        assert shown in page, shown
    assert "Spring Code SPRING-26" in _text(sven.get(LIST))

    end = f"{LIST}{made.pk}/end/"
    assert "The code SPRING-26 cannot be used again." in _text(sven.get(end))
    assert sven.post(end).status_code == sven.post(end).status_code == 302
    page = _text(sven.get(first["Location"]))
    assert "Over" in page
    assert "Ended" in page
    assert "End now" not in page
    assert "It is over already" in _text(sven.get(end))


def test_what_is_wrong_is_said_at_its_field_with_the_typing_kept(mall: Mall) -> None:
    sven = mall.browser(mall.shop.people.sven)
    _promise(mall.shop.people.sven, code="TAKEN")
    for change, said in (
        ({"code": "taken"}, "You have used the code TAKEN before."),
        ({"code": "a b"}, "A code has at most 40 visible characters and no blanks."),
        ({"recurring": "101"}, "A promotion takes something off the price or the setup fee"),
        ({"recurring": ""}, "Give 0 % to 100 %, and more than 0 % for one of the two."),
        ({"recurring": "much"}, "Enter a number."),
        ({"last_day": "2026-03-09"}, "A promotion begins today or later and ends after"),
        ({"last_day": "9999-12-31"}, "2026-03-10"),
        ({"valid_from": "2026-03-09"}, "A promotion begins today or later and ends after"),
        ({"plan": "Nonsense"}, "No plan that you sell is called so."),
        ({"plan": "PLN-999999999999"}, "You sell no plan with this number."),
        ({"plan": "vault", "parent_plan": "Vault Plus"}, "cannot be the condition of its own"),
        ({"on_renewal": "on"}, "A promotion with a code or another plan is for new sales only."),
        ({"uses_max": "0"}, "A promotion can be limited to 1 up to 1000000 uses."),
        ({"name": " "}, "This field is required."),
    ):
        answer = sven.post(NEW, {**TYPED, **change, "step": "confirmed"})
        assert answer.status_code in {409, 422}, change
        assert said in _text(answer) or said in answer.content.decode(), (change, said)
        for value in change.values():
            if value.strip() and value != "on":
                assert f'value="{value}"' in answer.content.decode()
    assert Promotion.objects.count() == 1


def test_a_promotion_below_cost_is_created_only_when_that_is_meant(mall: Mall) -> None:
    sven = mall.browser(mall.shop.people.sven)
    # The vaults cost 120.00 of 150.00 as the seats 12.00 of 15.00: at 30 % off both lose.
    typed = {**TYPED, "recurring": "30"}
    for step in ("", "confirmed"):
        answer = sven.post(NEW, {**typed, "step": step})
        assert answer.status_code == 200
        assert "This sells below your cost" in _text(answer)
    assert not Promotion.objects.exists()
    assert sven.post(NEW, {**typed, "step": "confirmed", "loss": "1"}).status_code == 302
    assert Promotion.objects.get().recurring_ppm == 300_000


def test_sellers_see_and_end_their_own_only(mall: Mall) -> None:
    people = mall.shop.people
    number = _promise(people.sven, code="OWN")
    for person, panel in ((people.ria, "reseller"), (people.harbor, "provider")):
        other = mall.browser(person)
        assert "OWN" not in _text(other.get(f"/{panel}/promotions/"))
        for address in (f"/{panel}/promotions/{number}/", f"/{panel}/promotions/{number}/end/"):
            assert other.get(address).status_code == 404
            assert other.post(f"/{panel}/promotions/{number}/end/").status_code == 404
    reader = mall.browser(people.sven, role=RoleCode.READ_ONLY)
    assert "OWN" in _text(reader.get(LIST))
    assert "New promotion" not in _text(reader.get(LIST))
    assert reader.get(NEW).status_code == reader.post(f"{LIST}{number}/end/").status_code == 403
    assert mall.browser(people.sven, role=RoleCode.SUPPORT).get(LIST).status_code == 403
    assert mall.browser(people.cleo).get("/customer/promotions/").status_code == 404
    assert Promotion.objects.get().valid_to is None


def test_the_list_is_searched_filtered_and_paged_with_the_same_statements(mall: Mall) -> None:
    sven = mall.browser(mall.shop.people.sven, language="de")
    assert "Noch keine Aktionen" in _text(sven.get(LIST))
    _promise(mall.shop.people.sven, code="CODE-0", plan_id=mall.year)
    with CaptureQueriesContext(connection) as one:
        sven.get(LIST)
    for place in range(1, 8):
        _promise(mall.shop.people.sven, code=f"CODE-{place}", plan_id=mall.shop.plan)
    later = TODAY.replace(month=5)
    _promise(mall.shop.people.sven, name="Sommer", valid_from=later)
    with CaptureQueriesContext(connection) as many:
        page = sven.get(LIST, {"rows": "5"})
    assert len(many) == len(one)
    text = _text(page)
    assert "Geplant" in text
    assert "25 % weniger auf den Preis" in text
    assert "CODE-4" in text
    assert "CODE-3" not in text
    last = Promotion.objects.get(code="CODE-4").pk
    assert f"before={last}" in page.content.decode()
    below = _text(sven.get(LIST, {"rows": "5", "before": last}))
    assert "CODE-3" in below
    assert "CODE-4" not in below
    assert "CODE-4" in _text(sven.get(LIST, {"rows": "5", "after": last - 1}))
    assert "Sommer" not in _text(sven.get(LIST, {"state": "running"}))
    assert "CODE-1" not in _text(sven.get(LIST, {"state": "planned"}))
    assert "Keine Aktion passt" in _text(sven.get(LIST, {"state": "over"}))
    assert "CODE-2" not in _text(sven.get(LIST, {"q": "code-1"}))


def test_a_provider_promises_to_its_resellers(mall: Mall) -> None:
    harbor = mall.browser(mall.shop.people.harbor)
    review = harbor.post("/provider/promotions/new/", {**TYPED, "code": "", "on_renewal": "on"})
    # Harbor sells seats at 11.00 that cost 10.00: a tenth off leaves 9.90.
    assert "This sells below your cost" in _text(review)
    assert "€9.90" in _text(review)
    assert "Every order gets 10% off the price. For: every plan." in _text(review)
