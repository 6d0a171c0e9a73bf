"""What changed above a reseller: new plans wait or come, own values stay, and nothing is copied."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.catalog.commands import PlanFacts, add_plan, change_plan
from entrepot.domain.catalog.models import CatalogPrice, Plan, PlanChange, PlanPeriod, PlanResource
from entrepot.domain.resale.plan_models import Delegation, PlanOverlay
from entrepot.domain.resale.queries import plan_values
from entrepot.domain.subscriptions.errors import OrderRefused
from entrepot.infra.audit.models import AuditEntry
from tests.domain.resale.shop import Shop, add_period
from tests.support.people import NOW, SETUP
from tests.web.home.world import browser_of
from tests.web.plans.test_plan_screens import client_of, hidden, shelf, store, text_of

__all__ = ["store"]
BASE = "/reseller/plans/changes/"
pytestmark = pytest.mark.django_db


def add(made: Shop, name: str, *, category: str = "") -> int:
    """Put a plan on sale, with seats at the usual price."""
    first = Plan.objects.get(pk=made.plan)
    number = add_plan(
        values=PlanFacts(
            service_id=first.service_id,
            tax_category_id=made.category,
            sales_category_id=shelf(category).id if category else None,
            name=name,
            description={},
            product_code=name.upper(),
            sku_code="1",
            segment="",
            is_usage=False,
            is_published=True,
        ),
        actor=SETUP,
        now=NOW,
    )
    PlanResource.objects.create(plan_id=number, resource_id=made.seat)
    add_period(number, made.seat)
    return number


def facts_of(number: int) -> PlanFacts:
    names = list(PlanFacts.__dataclass_fields__)
    return PlanFacts(**Plan.objects.filter(pk=number).values(*names).get())


def change(number: int, **values: object) -> None:
    facts = replace(facts_of(number), **values)
    change_plan(plan_id=number, values=facts, version=None, actor=SETUP, now=NOW)


def published(made: Shop, number: int, who: str) -> bool:
    viewer = getattr(made.people, who).viewer()
    return plan_values(plan_ids=[number], seller_path=viewer.account_path)[number].is_published


def test_new_plans_wait_for_the_review_of_those_who_want_it_and_nothing_is_stored_for_them(store):
    ria = client_of(store.people.ria)
    page = ria.get(BASE)
    assert "Nothing changed above" in text_of(page)
    shown = add(store, "Early")
    assert published(store, shown, "ria")
    form = {"new_plans": "review", "version": hidden(page, "version")}
    assert ria.post(f"{BASE}policy/", form).status_code == 302
    stale = ria.post(f"{BASE}policy/", {**form, "new_plans": "show"})
    assert stale.status_code == 409
    odd = ria.post(f"{BASE}policy/", {"new_plans": "category", "category": "x"})
    assert (odd.status_code, "Choose a sales category." in text_of(odd)) == (422, True)
    assert ria.post(f"{BASE}policy/", {"new_plans": "all"}).status_code == 422

    late, other = add(store, "Late"), add(store, "Other")
    # What was on sale stays; what came waits, for Ria and for all that buy from her.
    assert [published(store, one, "ria") for one in (shown, late, other)] == [True, False, False]
    assert [published(store, one, "sven") for one in (shown, late)] == [True, False]
    assert published(store, late, "harbor")
    assert not PlanOverlay.objects.exists()
    sven = client_of(store.people.sven)
    assert sven.get(f"/reseller/marketplace/{late}/").status_code == 404
    assert "Late" not in text_of(sven.get("/reseller/plans/"))
    period = PlanPeriod.objects.get(plan_id=late).id
    with pytest.raises(OrderRefused) as refused:
        replace(store, period=period).subscribe()
    assert refused.value.code == "plan_not_sold"
    listed = text_of(ria.get("/reseller/plans/?show=waiting"))
    assert "Waits for your review" in listed
    assert "Early" not in listed
    text = text_of(ria.get(BASE))
    assert "2 new plans wait for your review and are not on sale." in text

    act = {"plan": late, "field": "is_published"}
    assert ria.post(f"{BASE}act/", {**act, "do": "follow"}).status_code == 302
    assert ria.post(f"{BASE}act/", {**act, "plan": other, "do": "keep"}).status_code == 302
    assert [published(store, one, "sven") for one in (late, other)] == [True, False]
    # Who follows loses what is withdrawn; who reviewed it is not asked again when it comes back.
    change(late, is_published=False)
    assert not published(store, late, "ria")
    change(late, is_published=True)
    assert published(store, late, "ria")
    row = PlanOverlay.objects.get(plan_id=late)
    assert (row.is_reviewed, row.is_published) == (True, None)


def test_one_category_comes_at_once_and_all_that_wait_can_be_shown_together(store):
    ria = client_of(store.people.ria)
    form = {"new_plans": "category", "category": str(shelf("tools").id)}
    assert ria.post(f"{BASE}policy/", form).status_code == 302
    tool, mail = add(store, "Hammer", category="tools"), add(store, "Letter", category="mail")
    assert [published(store, one, "ria") for one in (tool, mail)] == [True, False]
    page = ria.get(BASE)
    assert "1 new plan waits for your review" in text_of(page)
    later = add(store, "Stamp", category="mail")
    # What came after the page was made is not shown with the others.
    upto = hidden(page, "upto")
    assert ria.post(f"{BASE}act/", {"do": "show-all", "upto": upto}).status_code == 302
    assert [published(store, one, "ria") for one in (mail, later)] == [True, False]
    assert ria.post(f"{BASE}policy/", {"new_plans": "show"}).status_code == 302
    assert published(store, later, "ria")
    assert not PlanOverlay.objects.exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"new_plans_set", "new_plans_shown"} <= actions


def test_changes_above_are_listed_until_they_are_seen_and_followed_or_kept_one_by_one(store):
    ria = client_of(store.people.ria)
    own = {
        "name_en": "Ria Mail",
        "version": hidden(ria.get(f"/reseller/plans/{store.plan}/own/"), "version"),
    }
    assert ria.post(f"/reseller/plans/{store.plan}/own/", own).status_code == 302
    change(
        store.plan,
        name="Mail Next",
        description={"en": "Better"},
        sales_category_id=shelf("tools").id,
    )
    today = date(2026, 3, 2)
    CatalogPrice.objects.filter(plan_period_id=store.period).update(valid_to=today)
    old = CatalogPrice.objects.get(plan_period_id=store.period)
    old.pk, old.unit_cost, old.valid_from, old.valid_to = None, Decimal(11), today, None
    old.save()
    text = text_of(ria.get(BASE))
    for part in ("Mail Basic → Mail Next", "Mail → Tools", "Ria Mail", "– → Better"):
        assert part in text, part
    # Harbor sells at cost + 10 %: 11.00 before, 12.10 now; Ria at 20 % below the retail price of 15.00.
    for part in ("€11.00", "€12.10", "€12.00", "follows by Default"):
        assert part in text, part

    act = {"plan": store.plan, "field": "sales_category_id"}
    assert ria.post(f"{BASE}act/", {**act, "do": "keep"}).status_code == 302
    assert ria.post(f"{BASE}act/", {**act, "field": "name", "do": "follow"}).status_code == 302
    row = PlanOverlay.objects.get(plan_id=store.plan)
    assert (row.sales_category, row.name) == (shelf("mail"), None)
    for odd in ({"do": "drop"}, {"field": "price"}, {"plan": "9" * 30}, {"plan": 10**6}):
        assert ria.post(f"{BASE}act/", {**act, "do": "keep", **odd}).status_code == 404

    page = ria.get(BASE)
    assert ria.post(f"{BASE}seen/", {"upto": hidden(page, "upto")}).status_code == 302
    text = text_of(ria.get(BASE))
    assert "Nothing changed above" in text
    assert "Plans, changed since 2 March 2026" in text
    assert Delegation.objects.get().seen_on == NOW.date()
    # Ria's own change is above Sven; Harbor's name is not, since it is Ria's that he sees.
    sven = text_of(client_of(store.people.sven).get(BASE))
    assert "Mail → Tools" not in sven
    change(store.plan, is_published=False)
    text = text_of(ria.get(BASE))
    assert "Withdrawn" in text
    keep = {"plan": store.plan, "field": "is_published", "do": "keep"}
    assert ria.post(f"{BASE}act/", keep).status_code == 302
    assert published(store, store.plan, "sven")
    assert "Withdraw too" in text_of(ria.get(BASE))

    assert (
        browser_of(store.people.harbor.viewer()).get("/provider/plans/changes/").status_code == 404
    )


def test_the_page_asks_as_much_of_the_database_for_one_change_as_for_forty(store):
    ria = client_of(store.people.ria)
    add(store, "One")
    ria.get(BASE)
    with CaptureQueriesContext(connection) as few:
        assert ria.get(BASE).status_code == 200
    for number in range(40):
        add(store, f"Plan{number}")
    with CaptureQueriesContext(connection) as many:
        assert ria.get(BASE).status_code == 200
    assert len(few) == len(many)
    assert PlanChange.objects.filter(offers=True).count() == 41
    assert NOW - timedelta(days=1) < PlanChange.objects.latest("id").at <= NOW
