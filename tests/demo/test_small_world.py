"""What people look for in the demo world is there, made by the engine, and the books agree."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Count, F, Q, Sum

from entrepot.demo.payments import PREPAID_AMOUNT, PREPAID_FLOOR
from entrepot.demo.stage import SMALL_LAST_DAY
from entrepot.demo.stories import NEVER_PAYS, PAYS_LATE, QUARANTINED
from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind, QuarantineReason, RunStep
from entrepot.domain.billing.models import BillingRun, Charge, DocumentTax, Invoice, Quarantine
from entrepot.domain.catalog.models import (
    Plan,
    PlanSwitch,
    PriceListImport,
    Resource,
    SalesCategory,
)
from entrepot.domain.catalog.needs import needs_of
from entrepot.domain.credit.models import CreditAct, CreditState, HoldEvent
from entrepot.domain.ledger.models import Transfer, TransferCause
from entrepot.domain.ordering.kinds import OrderKind
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand, Membership, User
from entrepot.domain.provisioning.models import Operation
from entrepot.domain.resale.models import (
    AgreedPrice,
    BillingAccount,
    Chain,
    MarginRule,
    Promotion,
    SellerPrice,
)
from entrepot.domain.seats.models import Seat
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import (
    PromotionTaken,
    QuantityChange,
    ServiceSpan,
    SpanEnd,
    SubBilling,
    Subscription,
    SubscriptionEvent,
    SubscriptionMoney,
)
from entrepot.domain.tax.models import TaxRule, TaxTreatment
from entrepot.domain.usage.models import (
    ParkedSubAccount,
    SubAccountLink,
    UsageImport,
    UsageImportState,
    UsageTotal,
)
from entrepot.flows.verify import verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("small_world")]


def test_every_day_is_billed_in_order_and_proved_clean(small_world):
    days = list(BillingRun.objects.order_by("day").values_list("day", "step", "proof"))

    # 1 January to 20 February: 31 + 20 days.
    assert len(days) == small_world.days == 51
    assert days[0][0] == date(2026, 1, 1)
    assert days[-1][0] == SMALL_LAST_DAY
    assert {step for _day, step, _proof in days} == {RunStep.DONE}
    assert all(proof for _day, _step, proof in days)
    assert small_world.findings == 0
    assert small_world.refused == ()


def test_verify_finds_nothing_in_the_whole_world():
    report = verify()

    assert report.findings_total == 0
    assert len(report.checks) >= 9


def test_there_are_a_provider_six_resellers_and_sub_resellers_below_one_of_them():
    provider = Account.objects.get(kind=AccountKind.PROVIDER)
    resellers = Account.objects.filter(kind=AccountKind.RESELLER)
    below = resellers.exclude(parent=provider)

    assert resellers.filter(parent=provider).count() == 6
    assert set(below.values_list("name", flat=True)) == {
        "Ostwind Systemhaus GmbH",
        "Lumen Partners SAS",
        "Küstenwerk EDV GmbH",
    }
    assert len(set(below.values_list("tenant_id", flat=True))) == 1
    assert Brand.objects.count() == resellers.count() + 1
    assert Brand.objects.get(account=provider).host == "localhost"


def test_chains_have_one_to_four_tiers_and_all_of_them_are_billed():
    assert set(Chain.objects.values_list("tiers", flat=True)) == {1, 2, 3, 4}
    assert set(Charge.objects.values_list("tier", flat=True)) == {1, 2, 3, 4}


def test_every_reseller_has_subscriptions_of_its_own():
    own = set(Subscription.objects.filter(is_own=True).values_list("customer_id", flat=True))

    assert own == set(
        Account.objects.filter(kind=AccountKind.RESELLER).values_list("id", flat=True)
    )


def test_accounts_are_billed_on_different_terms():
    terms = BillingAccount.objects.all()

    assert len(set(terms.values_list("statement_day", flat=True))) >= 6
    assert terms.filter(statement_day=0, due_days=1, buyer__kind="reseller").count() == 1
    assert terms.filter(bill_on_hold=False, suspend_on_hold=True).exists()
    assert set(terms.values_list("tax_rounding", flat=True)) == {"line", "group"}


def test_one_reseller_sells_in_another_currency_than_it_buys_in():
    vireo = Account.objects.get(name="Vireo Managed IT AG")
    bought = BillingAccount.objects.get(buyer=vireo)
    sold = BillingAccount.objects.filter(seller=vireo)

    assert bought.currency == "EUR"
    assert set(sold.values_list("currency", flat=True)) == {"CHF"}
    rates = AgreedPrice.objects.filter(currency="CHF", unit_cost__gt=0)
    assert set(rates.values_list("exchange_rate", flat=True)) >= {
        Decimal("0.934"),
        Decimal("0.9362"),
    }


def test_the_american_reseller_is_billed_in_dollars_on_the_american_prices():
    osprey = Account.objects.get(name="Osprey Systems Inc.")

    assert Chain.objects.filter(market="US").exists()
    assert Invoice.objects.filter(buyer_id=osprey.id, currency="USD").exists()


def test_the_price_list_is_imported_and_stands_on_shelves_in_two_languages():
    imported = PriceListImport.objects.get()

    # 43 products; 292 rows in two markets, none rejected.
    assert (imported.rows, imported.rejected, imported.created_plans) == (292, 0, 43)
    assert Plan.objects.filter(sales_category=None).count() == 0
    shelves = list(SalesCategory.objects.order_by("position"))
    filled = set(Plan.objects.values_list("sales_category__code", flat=True))
    assert {shelf.code for shelf in shelves} == filled
    assert [shelf.name["en"] for shelf in shelves] == [
        "Productivity",
        "Security",
        "Voice & meetings",
        "Backup",
        "Cloud infrastructure",
    ]
    assert all(shelf.name["de"] and shelf.name["de"] != shelf.name["en"] for shelf in shelves)
    assert all({"de", "en"} <= set(unit.unit) for unit in Resource.objects.all())


def test_margins_of_all_tiers_stay_between_three_and_twenty_percent_and_near_ten():
    rows = SubscriptionMoney.objects.filter(monthly_price__gte=20)
    margins = [float((r.monthly_price - r.monthly_cost) / r.monthly_price) for r in rows]

    assert len(margins) > 200
    assert min(margins) >= 0.03
    assert max(margins) <= 0.20
    assert 0.08 <= sum(margins) / len(margins) <= 0.14
    assert MarginRule.objects.count() > 12
    assert SellerPrice.objects.count() >= 6


def test_seats_go_up_and_down_and_some_changes_wait_for_their_day():
    changes = QuantityChange.objects.filter(withdrawn_at=None)

    assert changes.filter(applied_on__isnull=False, new_quantity__gt=F("old_quantity")).exists()
    assert changes.filter(applied_on__isnull=False, new_quantity__lt=F("old_quantity")).exists()
    assert changes.filter(applied_on=None, effective_on__gt=SMALL_LAST_DAY).exists()
    assert Charge.objects.filter(kind=ChargeKind.CHANGE, net__lt=0).exists()


def test_trials_became_paid_lapsed_and_still_run():
    converted = Subscription.objects.get(vendor_reference="VND-204390")
    lapsed = Subscription.objects.get(vendor_reference="VND-204391")

    assert converted.status is Status.ACTIVE
    # Ordered on 8 January with 30 free days, so the first paid day is 7 February.
    assert converted.term_start == date(2026, 2, 7)
    assert lapsed.status is Status.EXPIRED
    assert Charge.objects.filter(subscription_id=lapsed.id).count() == 0
    assert Subscription.objects.filter(status=Status.TRIAL).count() >= 3


def test_a_term_that_was_not_renewed_runs_in_its_free_days():
    graced = Subscription.objects.get(vendor_reference="VND-204398")

    assert graced.status is Status.GRACED
    # The term from 12 January ended on 12 February; 14 days are free.
    assert SubBilling.objects.get(pk=graced.id).grace_end == date(2026, 2, 26)


def test_setup_fees_overuse_and_discounts_are_charged():
    kinds = dict(Charge.objects.values_list("kind").annotate(n=Count("id")))

    # Nothing of the price list and the invented vendors costs a fee at renewals.
    assert set(ChargeKind) - set(kinds) == {ChargeKind.RENEWAL}
    labels = set(Charge.objects.filter(discount_ppm__gt=0).values_list("discount_ppm", flat=True))
    assert {20_000, 50_000} <= labels


def test_cancellations_gave_credit_notes():
    notes = Invoice.objects.filter(kind=DocumentKind.CREDIT_NOTE)

    assert notes.count() >= 2
    assert all(note.gross < 0 and note.open_amount == 0 for note in notes)
    assert Charge.objects.filter(kind=ChargeKind.REFUND, tier=1).exists()
    assert Subscription.objects.filter(status=Status.CANCELLED).exclude(cancel_reason="").exists()


def test_one_account_is_overdue_held_and_was_released_for_a_while():
    late = CreditState.objects.filter(Q(is_held=True) | Q(overdue_since__isnull=False))
    everline = Account.objects.get(name=NEVER_PAYS)

    assert [state.buyer_id for state in late] == [everline.id]
    assert late[0].is_held
    assert everline.credit_hold
    events = HoldEvent.objects.filter(buyer_id=everline.id).order_by("on_day", "id")
    # Due on 14 January + 7 days of grace; released up to 9 February, inclusive.
    assert [(event.on_day, event.act) for event in events] == [
        (date(2026, 1, 22), CreditAct.HELD),
        (date(2026, 2, 2), CreditAct.RELEASED_UNTIL),
        (date(2026, 2, 10), CreditAct.HELD),
    ]


def test_a_hold_without_billing_stopped_service_and_ended_with_the_payment():
    hotel = Account.objects.get(name=PAYS_LATE)
    events = HoldEvent.objects.filter(buyer_id=hotel.id).order_by("on_day")
    spans = ServiceSpan.objects.filter(subscription_id__in=_subscriptions(hotel))

    # Statement of 10 January, due on 23 January, 5 days of grace; paid on 12 February.
    assert [(event.on_day, event.act) for event in events] == [
        (date(2026, 1, 29), CreditAct.HELD),
        (date(2026, 2, 12), CreditAct.RELEASED),
    ]
    assert spans.filter(end_reason=SpanEnd.HELD).exists()
    assert not hotel.credit_hold


def _subscriptions(account: Account):
    return Subscription.objects.filter(customer=account).values("id")


def test_single_subscriptions_were_held_and_released():
    released = Subscription.objects.get(vendor_reference="NCE-204393")
    held = Subscription.objects.get(vendor_reference="NCE-204394")

    kinds = set(
        SubscriptionEvent.objects.filter(subscription_id=released.id).values_list("kind", flat=True)
    )
    assert {"held", "released"} <= kinds
    assert not released.admin_hold
    assert held.admin_hold


def test_one_subscription_is_quarantined_by_the_engine_and_still_due():
    aside = Quarantine.objects.get(resolved_on=None)
    billing = SubBilling.objects.get(pk=aside.subscription_id)
    owner = Subscription.objects.get(pk=aside.subscription_id).customer

    assert owner.name == QUARANTINED
    assert aside.reason is QuarantineReason.NO_EXCHANGE_RATE
    assert billing.due_on == aside.due_on == date(2026, 2, 10)
    # Tried by every run from 10 to 20 February.
    assert aside.tries == 11
    assert Charge.objects.filter(subscription_id=aside.subscription_id).count() == 0


def test_usage_files_are_billed_corrected_and_one_sub_account_is_parked():
    imports = UsageImport.objects.order_by("id")

    assert [one.state for one in imports] == [
        UsageImportState.SUPERSEDED,
        UsageImportState.APPLIED,
    ]
    assert UsageTotal.objects.filter(billed_on=None).count() == 0
    corrected = UsageTotal.objects.filter(amount_before__gt=0)
    assert corrected.exists()
    assert SubAccountLink.objects.count() >= 3
    parked = ParkedSubAccount.objects.filter(mapped_at=None)
    assert set(parked.values_list("sub_account_name", flat=True)) == {"Testlab West"}


def test_usage_is_charged_on_every_tier_with_a_margin():
    cobalt = Subscription.objects.get(vendor_reference="HBR-4471")
    used = Charge.objects.filter(kind=ChargeKind.USAGE, subscription_id=cobalt.id)
    by_tier = dict(used.values_list("tier").annotate(total=Sum("net")))

    assert set(by_tier) == {1, 2}
    # Kranich adds 14 % to what it pays; each line is rounded to a cent.
    assert by_tier[2] / by_tier[1] == pytest.approx(Decimal("1.14"), abs=Decimal("0.02"))


def test_taxes_are_owed_at_home_reversed_in_the_union_and_not_abroad():
    rules = TaxRule.objects.filter(id__in=DocumentTax.objects.values("tax_rule_id"))

    assert set(rules.values_list("treatment", flat=True)) == set(TaxTreatment)
    assert set(rules.filter(rate_ppm__gt=0).values_list("rate_ppm", flat=True)) == {
        190_000,
        200_000,
        210_000,
        81_000,
    }


def test_most_invoices_are_paid_and_the_prepaid_reseller_sends_money_ahead():
    due = Invoice.objects.filter(kind=DocumentKind.INVOICE, due_on__lte=SMALL_LAST_DAY)
    unpaid = due.filter(open_amount__gt=0)
    brisk = Account.objects.get(name="Brisk Cloud B.V.")

    assert due.count() > 30
    assert set(unpaid.values_list("buyer_id", flat=True)) == {
        Account.objects.get(name=NEVER_PAYS).id
    }
    ahead = Transfer.objects.filter(cause=TransferCause.PAYMENT, reference__startswith="Top-up")
    account = BillingAccount.objects.get(buyer=brisk)
    assert set(ahead.values_list("billing_account_id", flat=True)) == {account.id}


def test_newcomers_are_opened_in_the_course_of_the_history():
    later = Account.objects.filter(opened_on__gt=date(2026, 1, 1))

    assert later.count() == 2
    assert set(later.values_list("kind", flat=True)) == {AccountKind.CUSTOMER}


def test_people_work_for_all_kinds_of_accounts_and_one_for_two():
    roles = set(Membership.objects.values_list("account__kind", "role"))
    both = User.objects.annotate(places=Count("memberships")).filter(places=2)

    provider_roles = {role for kind, role in roles if kind is AccountKind.PROVIDER}
    assert len(provider_roles) == 4
    assert {kind for kind, _role in roles} == set(AccountKind)
    assert [user.login for user in both] == ["ruth.kessler"]
    crew = User.objects.filter(memberships__role="user")
    assert all(user.password.startswith("argon2") for user in User.objects.exclude(pk__in=crew))
    # People of a customer have services and no passwords: they set one by a link.
    assert Seat.objects.filter(user__in=crew).count() > 10
    assert not any(user.has_usable_password() for user in crew)


def test_orders_of_the_marketplace_stand_where_people_look_for_them():
    found = {order.request_key: order for order in Order.objects.all()}
    # Some wait for their seller, the people at the vendor's desk, or payment; the others are done or cancelled.
    assert {key: order.code for key, order in found.items() if key.startswith("demo-")} == {
        "demo-endpoint": "CP",
        "demo-backup": "CP",
        "demo-voice": "PF",
        "demo-prepaid": "WP",
        "demo-code": "CP",
        "demo-queue": "PR",
        "demo-approval": "WA",
        "demo-cancelled": "CL",
        "demo-renewal": found["demo-renewal"].code,
    }
    assert Charge.objects.filter(subscription_id=found["demo-backup"].subscription_id).exists()
    assert found["demo-prepaid"].first_amount > PREPAID_FLOOR + PREPAID_AMOUNT
    assert found["demo-voice"].parameters["lines"] == 4
    waiting = ("demo-voice", "demo-prepaid", "demo-queue", "demo-approval")
    ordered = Subscription.objects.filter(status=Status.ORDERED).values_list("id", flat=True)
    assert set(ordered) == {found[key].subscription_id for key in waiting}


def test_what_sellers_set_up_is_there_and_the_screens_of_orders_are_not_empty():
    promotions = Promotion.objects.all()
    assert promotions.exclude(code="").exists()
    assert promotions.exclude(parent_plan=None).exists()
    assert promotions.filter(code="", parent_plan=None).exists()
    assert PlanSwitch.objects.count() == 4 * 3
    taken = PromotionTaken.objects.filter(promotion_id=promotions.get(code="SOMMER26").id)
    assert taken.count() == 1

    kinds = set(Order.objects.values_list("kind", flat=True))
    assert {OrderKind.SALES, OrderKind.CHANGE, OrderKind.RENEWAL} <= kinds
    operations = Operation.objects.filter(
        cause=f"order {Order.objects.get(request_key='demo-queue').id}"
    )
    assert operations.exists()
    copilot = Plan.objects.get(name="Microsoft 365 Copilot")
    needs = needs_of(plan_ids=[copilot.id])
    assert {one.choice for one in needs} == {1}


def test_customers_were_told_when_most_of_what_is_included_was_used():
    """Each share of each period once; the messages stand in the log."""
    told = SubscriptionEvent.objects.filter(kind="usage_notice")
    assert {line.facts["share"] for line in told} == {80, 100}
    keys = [(line.facts["item"], line.on_day, line.facts["share"]) for line in told]
    assert len(keys) == len(set(keys))
