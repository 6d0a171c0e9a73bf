"""Worlds that random search seldom meets, each made for the faults that its name tells."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.reference import leveled
from tests.reference.quiet import without_quiet_days
from tests.reference.simple import (
    CUSTOMER,
    LONG_AGO,
    PROVIDER,
    RESELLER,
    SUB,
    account_terms,
    never_held,
    simple_world,
)
from tests.reference.world import (
    Account,
    Action,
    AddRow,
    BillingAccount,
    Cancel,
    CatalogPrice,
    Chain,
    HoldByHand,
    ImportUsage,
    Item,
    MarginRule,
    Metered,
    OrderChange,
    Pay,
    Promotion,
    Rate,
    ReleaseUntil,
    RenewOnce,
    Restart,
    SellerPrice,
    SetAnchor,
    SetAutoRenew,
    SetNextTermEnd,
    SetTermEnd,
    TaxRule,
    World,
)

YEAR = 2026


def day(month: int, of_month: int) -> date:
    """Return a day of the examples' year."""
    return date(YEAR, month, of_month)


def change(on: date, effective_on: date, quantity: str, key: int = 1) -> OrderChange:
    """Return the order of a new quantity of the first item."""
    return OrderChange(on, key, SUB, 1, effective_on, Decimal(quantity))


def acting(world: World, *acts: Action) -> World:
    """Return the world with acts."""
    return replace(world, actions=acts)


def with_sub(world: World, key: int, start: date, quantity: str = "1") -> World:
    """Return the world with one more subscription like the first."""
    first = world.subs[0]
    items = (replace(first.items[0], key=key, quantity=Decimal(quantity)),)
    more = replace(first, key=key, start=start, anchor=start.day, items=items, discounts=())
    return replace(world, subs=(*world.subs, more))


def with_customer(world: World, key: int, name: str, sub: int) -> World:
    """Return the world with one more direct customer, to whom a subscription is given."""
    account = Account(key, "customer", PROVIDER, name, world.accounts[0].currency)
    terms = replace(world.billing_accounts[-1], key=key, seller=PROVIDER, buyer=key)
    given = tuple(replace(row, chain=key) if row.key == sub else row for row in world.subs)
    return replace(
        world,
        accounts=(*world.accounts, account),
        billing_accounts=(*world.billing_accounts, terms),
        chains=(*world.chains, Chain(key, key, (key,))),
        subs=given,
    )


def monthly(days: int = 70, **more: Any) -> World:
    """Return a year's term at 10 a month from 1 January, billed monthly, taxed at 19 %."""
    options: dict[str, Any] = {"prices": {"recurring": "10"}, "tax_ppm": 190_000, **more}
    return simple_world(start=day(1, 1), days=days, **options)


def credit_pays_the_oldest_invoice_first() -> World:
    """17 of credit for two invoices of 11.90: the older in full, 5.10 of the newer."""
    return acting(monthly(40), Pay(day(2, 3), 1, Decimal(17)))


def credit_from_before_pays_the_first_invoices() -> World:
    return acting(monthly(), Pay(day(1, 1), 1, Decimal(30)), Pay(day(2, 10), 1, Decimal(100)))


def a_credit_note_pays_older_invoices() -> World:
    world = with_sub(monthly(50, quantity="5"), 2, day(1, 10))
    return acting(world, Cancel(day(2, 5), SUB, day(2, 5), True))


def a_free_subscription_gets_numbered_invoices_of_zero() -> World:
    return with_sub(monthly(45, discount_ppm=1_000_000), 2, day(1, 20))


def _odd_lines(rounding: str) -> World:
    world = monthly(35, prices={"recurring": "0.33", "setup": "0.13"}, tax_ppm=77_777)
    for key in (2, 3, 4):
        world = with_sub(world, key, day(1, 1), "0.5")
    world = acting(world, Cancel(day(1, 12), SUB, day(1, 12), True))
    return account_terms(world, tax_rounding=rounding, statement_day=1)


def tax_is_rounded_per_group() -> World:
    return _odd_lines("group")


def tax_is_rounded_per_line() -> World:
    return _odd_lines("line")


def two_tax_rules_meet_on_one_document() -> World:
    rules = (
        TaxRule(1, 1, 1, 1, False, 190_000, LONG_AGO, day(1, 20)),
        TaxRule(2, 1, 1, 1, False, 70_000, day(1, 20)),
    )
    world = account_terms(monthly(40, quantity="3"), statement_day=31)
    world = acting(
        world, change(day(1, 22), day(1, 22), "4"), Cancel(day(1, 25), SUB, day(1, 25), True)
    )
    return replace(world, tax_rules=rules)


def a_refund_keeps_the_tax_rate_of_its_charge() -> World:
    rules = (
        TaxRule(1, 1, 1, 1, False, 190_000, LONG_AGO, day(1, 10)),
        TaxRule(2, 1, 1, 1, False, 70_000, day(1, 10)),
    )
    world = acting(monthly(20), Cancel(day(1, 16), SUB, day(1, 16), True))
    return replace(world, tax_rules=rules)


def month_ends_are_made_from_the_anchor() -> World:
    return simple_world(start=date(2024, 1, 31), days=75, prices={"recurring": "10"})


def a_leap_day_is_counted() -> World:
    world = simple_world(
        start=date(2024, 2, 29), days=60, prices={"recurring": "36.6"}, term=(12, 1, 0), anchor=29
    )
    return acting(world, change(date(2024, 3, 10), date(2024, 3, 10), "3"))


def a_short_first_period_is_a_part_of_the_whole_month() -> World:
    world = monthly(40, anchor=20, prices={"recurring": "31"})
    return acting(world, change(day(1, 12), day(1, 12), "2"))


def changes_of_every_kind() -> World:
    """In the period, on the renewal day, late for an earlier period, twice on a day, and down."""
    return acting(
        monthly(quantity="5"),
        change(day(1, 11), day(1, 11), "7", 1),
        change(day(1, 15), day(1, 13), "6", 2),
        change(day(1, 20), day(2, 1), "9", 3),
        change(day(2, 10), day(1, 25), "8", 4),
        change(day(2, 12), day(2, 12), "3", 5),
        change(day(2, 12), day(2, 12), "4", 6),
        change(day(2, 20), day(2, 20), "4", 7),
        change(day(2, 21), day(2, 25), "0", 8),
    )


def a_change_on_the_day_of_the_cancellation_is_withdrawn() -> World:
    return acting(
        monthly(40, quantity="5"),
        change(day(1, 10), day(1, 10), "8", 1),
        change(day(1, 10), day(1, 20), "9", 2),
        change(day(1, 10), day(1, 25), "1", 3),
        Cancel(day(1, 20), SUB, day(1, 20), True),
    )


def a_refund_reverses_every_change_in_order() -> World:
    return acting(
        monthly(40, quantity="5", discount_ppm=333_333, reseller=True),
        change(day(1, 10), day(1, 10), "8", 2),
        change(day(1, 10), day(1, 10), "3", 1),
        change(day(1, 12), day(1, 12), "4", 3),
        Cancel(day(1, 20), SUB, day(1, 20), True),
    )


def a_late_cancellation_goes_back_to_its_day() -> World:
    return acting(
        monthly(40),
        change(day(1, 15), day(1, 15), "3"),
        Cancel(day(1, 20), SUB, day(1, 10), True),
    )


def cancelled_on_the_first_day_of_a_period_everything_comes_back() -> World:
    return acting(monthly(40), Cancel(day(1, 5), SUB, day(1, 1), True))


def cancelled_on_the_renewal_day_nothing_more_is_charged() -> World:
    return acting(monthly(40), Cancel(day(1, 20), SUB, day(2, 1), True))


def cancelled_without_refund_the_service_ends_with_the_period() -> World:
    return acting(monthly(40), Cancel(day(1, 10), SUB, day(1, 10), False))


def _metered(**more: Any) -> World:
    prices = {"recurring": "1", "overuse": "0.123456"}
    world = monthly(prices=prices, measured=True, included="10", quantity="2", **more)
    used = ((day(1, 1), "15"), (day(1, 31), "10.5"), (day(2, 1), "40"), (day(2, 14), "0.000001"))
    return replace(world, metered=tuple(Metered(1, on, Decimal(many)) for on, many in used))


def overuse_counts_the_days_of_the_closed_period() -> World:
    return _metered()


def overuse_is_measured_with_the_quantity_before_the_renewal_day() -> World:
    return acting(_metered(), change(day(1, 20), day(2, 1), "1"))


def overuse_is_charged_when_cancelled() -> World:
    return acting(_metered(), Cancel(day(2, 10), SUB, day(2, 10), True))


def a_trial_is_free_and_then_paid() -> World:
    world = monthly(trial_days=14, prices={"recurring": "10", "setup": "3"})
    return acting(world, change(day(1, 5), day(1, 5), "4"))


def a_trial_that_is_not_renewed_expires() -> World:
    return monthly(30, trial_days=14, auto_renew=False)


def a_trial_is_cancelled_on_its_last_day() -> World:
    return acting(monthly(30, trial_days=14), Cancel(day(1, 3), SUB, day(1, 15), True))


def grace_is_free() -> World:
    world = monthly(60, term=(1, 1, 10), auto_renew=False)
    return acting(world, change(day(2, 3), day(2, 5), "4"))


def grace_is_cancelled() -> World:
    world = monthly(60, term=(1, 1, 10), auto_renew=False)
    return acting(world, Cancel(day(2, 3), SUB, day(2, 5), True))


def auto_renewal_is_turned_off_in_time() -> World:
    return acting(monthly(70, term=(1, 1, 0)), SetAutoRenew(day(2, 20), SUB, False))


def a_renewal_takes_the_new_price_and_keeps_the_discount() -> World:
    world = monthly(term=(1, 1, 0), discount_ppm=100_000)
    old = replace(world.seller_prices[0], valid_to=day(1, 15))
    new = replace(old, key=2, price=Decimal("12.34"), valid_from=day(1, 15), valid_to=None)
    return replace(world, seller_prices=(old, new))


def a_promotion_lasts_for_its_term_and_the_discount_comes_back() -> World:
    """January by code at half the price, no setup; February less 25 % for the plan; March less 10 %."""
    world = monthly(
        75,
        term=(1, 1, 0),
        discount_ppm=100_000,
        prices={"recurring": "10", "setup": "7"},
        promotions=((1, 1),),
        reseller=True,
    )
    by_code = Promotion(1, PROVIDER, 500_000, 1_000_000, day(1, 1), day(1, 2), with_code=True)
    given = Promotion(2, RESELLER, 250_000, 0, day(2, 1), day(3, 1), plan=1, on_renewal=True)
    general = Promotion(3, RESELLER, 300_000, 0, day(2, 1), day(3, 1), on_renewal=True)
    return never_held(replace(world, promotions=(by_code, given, general)))


def a_price_change_waits_for_the_next_term() -> World:
    world = monthly(term=(3, 1, 0))
    old = replace(world.seller_prices[0], valid_to=day(1, 15))
    new = replace(old, key=2, price=Decimal("12.34"), valid_from=day(1, 15), valid_to=None)
    return acting(replace(world, seller_prices=(old, new)), change(day(2, 10), day(2, 10), "2"))


def the_narrowest_margin_rule_wins() -> World:
    world = monthly(35, reseller=True)
    rules = (
        MarginRule(1, PROVIDER, "cost", 100_000, LONG_AGO),
        MarginRule(2, PROVIDER, "cost", 200_000, LONG_AGO, vendor=1),
        MarginRule(3, PROVIDER, "cost", 300_000, LONG_AGO, plan=1),
        MarginRule(4, PROVIDER, "cost", 400_000, date(2025, 1, 1)),
        MarginRule(5, 2, "retail", 77_777, date(2025, 1, 1), digits=4),
        MarginRule(6, 2, "retail", 500_000, day(1, 2)),
    )
    return replace(world, margins=rules, seller_prices=())


def _currencies(customer: str, provider_sale: str) -> World:
    world = monthly(45, reseller=True, quantity="3", discount_ppm=50_000)
    first, last = world.billing_accounts
    accounts = (replace(first, currency=provider_sale), replace(last, currency=customer))
    rates = (
        Rate("EUR", provider_sale, Decimal("1.1"), LONG_AGO),
        Rate("EUR", provider_sale, Decimal("1.234567890123"), day(1, 1)),
        Rate("EUR", provider_sale, Decimal(9), day(1, 2)),
        Rate(provider_sale, customer, Decimal("147.25"), LONG_AGO),
    )
    world = replace(world, billing_accounts=accounts, rates=rates, seller_prices=())
    return acting(world, change(day(1, 9), day(1, 9), "2"))


def yen_have_no_decimals() -> World:
    return _currencies("JPY", "USD")


def dinars_have_three_decimals() -> World:
    return _currencies("KWD", "USD")


def half_a_cent_is_rounded_away_from_zero() -> World:
    """30 days of April: 15 of them are half of 0.01, up and down."""
    world = simple_world(start=day(4, 1), days=20, prices={"recurring": "0.01"}, quantity="3")
    return acting(
        world, change(day(4, 16), day(4, 16), "2"), change(day(4, 16), day(4, 17), "5", 2)
    )


def what_ended_is_renewed_by_hand() -> World:
    """Graced, expired, cancelled with and without refund; one more term by hand; a term with an end of its own."""
    world = monthly(130, term=(1, 1, 5), auto_renew=False)
    for key in (2, 3, 4, 5):
        world = with_sub(world, key, day(1, 1))
    return acting(
        world,
        Restart(day(2, 3), SUB),
        Restart(day(2, 20), 2),
        Cancel(day(1, 10), 3, day(1, 10), False),
        Restart(day(1, 20), 3),
        Cancel(day(1, 10), 4, day(1, 10), True),
        Restart(day(1, 20), 4),
        RenewOnce(day(1, 20), 5),
        SetNextTermEnd(day(1, 20), 5, day(2, 12)),
        Restart(day(4, 1), 5),
    )


def usage_is_billed_with_its_corrections_and_at_the_end() -> World:
    world = simple_world(
        start=day(1, 1), days=60, prices={"usage": "1"}, is_usage=True, discount_ppm=100_000
    )

    def row(on: date, key: int, before: str, after: str, end: date) -> ImportUsage:
        amounts = ((Decimal(before), Decimal(after)),)
        return ImportUsage(on, key, SUB, 1, "sku", day(1, 1), end, Decimal(3), amounts)

    return acting(
        world,
        row(day(1, 20), 1, "0", "12.344", day(1, 15)),
        row(day(1, 25), 2, "12.344", "12.345", day(1, 15)),
        row(day(1, 28), 3, "12.345", "12.3451", day(1, 15)),
        row(day(2, 5), 4, "12.3451", "2.5", day(1, 15)),
        row(day(2, 8), 5, "0", "7", day(3, 30)),
        Cancel(day(2, 20), SUB, day(2, 20), True),
    )


def _late_usage(*acts: Action, **facts: Any) -> World:
    """Two files of 7 and then 9.004 that come on the days after everything has ended."""
    world = simple_world(start=day(1, 1), days=110, prices={"usage": "1"}, is_usage=True, **facts)

    def row(on: date, key: int, before: str, after: str) -> ImportUsage:
        amounts = ((Decimal(before), Decimal(after)),)
        return ImportUsage(on, key, SUB, 1, "sku", day(1, 1), day(4, 30), Decimal(3), amounts)

    return acting(world, *acts, row(day(4, 3), 1, "0", "7"), row(day(4, 9), 2, "7", "9.004"))


def usage_after_a_cancellation_is_charged() -> World:
    return _late_usage(Cancel(day(2, 20), SUB, day(2, 20), True))


def usage_after_a_cancelled_trial_is_free() -> World:
    return _late_usage(Cancel(day(1, 10), SUB, day(1, 10), True), trial_days=30)


def usage_in_the_grace_period_is_charged_when_it_ends() -> World:
    return _late_usage(term=(3, 1, 5), auto_renew=False)


def usage_after_the_last_term_is_charged() -> World:
    return _late_usage(term=(3, 1, 0), auto_renew=False)


def a_partner_ends_the_term_and_moves_the_day() -> World:
    world = monthly(75, auto_renew=False)
    return acting(world, SetTermEnd(day(1, 2), SUB, day(3, 6)), SetAnchor(day(1, 20), SUB, 12))


def _suspending(**terms: Any) -> World:
    world = with_sub(monthly(), 2, day(1, 10))
    options = {"due_days": 5, "grace_days": 3, "suspend_on_hold": True, **terms}
    return account_terms(world, **options)


def an_overdue_account_is_held_and_paid() -> World:
    return acting(_suspending(), Pay(day(2, 20), 1, Decimal(1000)))


def a_temporary_release_ends_by_itself() -> World:
    return acting(_suspending(), ReleaseUntil(day(1, 20), 1, day(1, 25)))


def a_hold_that_stops_billing_resumes_on_the_day_after_payment() -> World:
    return acting(
        _suspending(bill_on_hold=False),
        change(day(1, 20), day(1, 25), "4"),
        Pay(day(2, 20), 1, Decimal(1000)),
    )


def a_hold_that_stops_billing_is_released_by_hand() -> World:
    return acting(_suspending(bill_on_hold=False), ReleaseUntil(day(2, 20), 1, day(3, 1)))


def a_manual_account_is_left_alone() -> World:
    return acting(_suspending(automatic=False), HoldByHand(day(2, 1), 1))


def what_cannot_be_taxed_waits_and_comes_in_full() -> World:
    world = with_customer(with_sub(monthly(quantity="2"), 2, day(1, 10)), 9, "Zoe", 2)
    *others, last = world.billing_accounts
    world = replace(world, billing_accounts=(*others, replace(last, buyer_zone=2)))
    cure = AddRow(day(2, 15), TaxRule(2, 1, 2, 1, False, 70_000, LONG_AGO))
    return acting(world, change(day(1, 12), day(1, 15), "3"), cure)


def what_has_no_price_waits_and_comes_in_full() -> World:
    world = replace(monthly(), seller_prices=(), catalog=())
    late = CatalogPrice(1, 1, 1, "recurring", "EUR", Decimal(8), Decimal(12), LONG_AGO)
    return acting(world, AddRow(day(2, 15), late))


def numbers_follow_the_buyers_names_and_start_again_each_year() -> World:
    world = simple_world(start=date(2025, 12, 20), days=45, prices={"recurring": "10"})
    for key, name in ((7, "anna"), (8, "Anna"), (9, "Zoe")):
        world = with_sub(world, key, date(2025, 12, 20))
        world = with_customer(world, key, name, key)
    return acting(world, Cancel(date(2026, 1, 5), 7, date(2026, 1, 5), True))


def a_statement_on_the_31st_comes_on_the_last_day() -> World:
    world = with_sub(monthly(65), 2, day(1, 28))
    return account_terms(world, statement_day=31)


def missed_days_change_the_statement_only() -> World:
    world = with_sub(monthly(75, term=(1, 1, 0), quantity="5"), 2, day(1, 10))
    world = acting(
        world,
        change(day(1, 20), day(1, 25), "7", 1),
        change(day(1, 26), day(2, 1), "9", 2),
        Cancel(day(1, 27), 2, day(2, 15), True),
    )
    missed = frozenset(date.fromordinal(day(1, 24).toordinal() + n) for n in range(40))
    return replace(account_terms(world, statement_day=30), missed=missed)


def own_prices_come_before_margins_and_only_in_their_currency() -> World:
    world = monthly(35, reseller=True)
    dollars = SellerPrice(9, 2, 1, 1, "recurring", "USD", Decimal(5), LONG_AGO)
    later = replace(world.seller_prices[0], key=8, valid_from=day(2, 1), price=Decimal(77))
    own = (replace(world.seller_prices[0], valid_to=day(2, 1)), dollars, later)
    return replace(world, seller_prices=own)


def a_reseller_buys_for_itself() -> World:
    world = with_sub(monthly(40, reseller=True), 2, day(1, 5))
    chain = Chain(2, 2, (1,))
    subs = tuple(replace(sub, chain=2) if sub.key == 2 else sub for sub in world.subs)
    return replace(world, chains=(*world.chains, chain), subs=subs)


def a_chain_of_four_is_billed_on_every_tier() -> World:
    world = monthly(35, reseller=True, discount_ppm=100_000)
    more = (Account(5, "reseller", 2, "Sven"), Account(6, "reseller", 5, "Tove"))
    provider, ria, cleo = world.accounts
    accounts = (provider, ria, *more, replace(cleo, parent=6))
    terms = [
        BillingAccount(key, seller, buyer, "EUR", tax_rounding=rounding)
        for key, seller, buyer, rounding in (
            (1, PROVIDER, 2, "line"),
            (2, 2, 5, "group"),
            (3, 5, 6, "line"),
            (4, 6, CUSTOMER, "group"),
        )
    ]
    margins = tuple(MarginRule(key, key, "cost", 33_333 * key, LONG_AGO) for key in (1, 2, 5, 6))
    item = Item(1, 1, Decimal(3))
    subs = (replace(world.subs[0], items=(item,)),)
    return replace(
        world,
        accounts=accounts,
        billing_accounts=tuple(terms),
        chains=(Chain(1, CUSTOMER, (1, 2, 3, 4)),),
        margins=margins,
        seller_prices=(),
        subs=subs,
    )


_MAKERS: tuple[Callable[[], World], ...] = (
    credit_pays_the_oldest_invoice_first,
    credit_from_before_pays_the_first_invoices,
    a_credit_note_pays_older_invoices,
    a_free_subscription_gets_numbered_invoices_of_zero,
    tax_is_rounded_per_group,
    tax_is_rounded_per_line,
    two_tax_rules_meet_on_one_document,
    a_refund_keeps_the_tax_rate_of_its_charge,
    month_ends_are_made_from_the_anchor,
    a_leap_day_is_counted,
    a_short_first_period_is_a_part_of_the_whole_month,
    changes_of_every_kind,
    a_change_on_the_day_of_the_cancellation_is_withdrawn,
    a_refund_reverses_every_change_in_order,
    a_late_cancellation_goes_back_to_its_day,
    cancelled_on_the_first_day_of_a_period_everything_comes_back,
    cancelled_on_the_renewal_day_nothing_more_is_charged,
    cancelled_without_refund_the_service_ends_with_the_period,
    overuse_counts_the_days_of_the_closed_period,
    overuse_is_measured_with_the_quantity_before_the_renewal_day,
    overuse_is_charged_when_cancelled,
    a_trial_is_free_and_then_paid,
    a_trial_that_is_not_renewed_expires,
    a_trial_is_cancelled_on_its_last_day,
    grace_is_free,
    grace_is_cancelled,
    auto_renewal_is_turned_off_in_time,
    a_renewal_takes_the_new_price_and_keeps_the_discount,
    a_promotion_lasts_for_its_term_and_the_discount_comes_back,
    a_price_change_waits_for_the_next_term,
    the_narrowest_margin_rule_wins,
    yen_have_no_decimals,
    dinars_have_three_decimals,
    half_a_cent_is_rounded_away_from_zero,
    what_ended_is_renewed_by_hand,
    usage_is_billed_with_its_corrections_and_at_the_end,
    usage_after_a_cancellation_is_charged,
    usage_after_a_cancelled_trial_is_free,
    usage_in_the_grace_period_is_charged_when_it_ends,
    usage_after_the_last_term_is_charged,
    a_partner_ends_the_term_and_moves_the_day,
    an_overdue_account_is_held_and_paid,
    a_temporary_release_ends_by_itself,
    a_hold_that_stops_billing_resumes_on_the_day_after_payment,
    a_hold_that_stops_billing_is_released_by_hand,
    a_manual_account_is_left_alone,
    what_cannot_be_taxed_waits_and_comes_in_full,
    what_has_no_price_waits_and_comes_in_full,
    numbers_follow_the_buyers_names_and_start_again_each_year,
    a_statement_on_the_31st_comes_on_the_last_day,
    missed_days_change_the_statement_only,
    own_prices_come_before_margins_and_only_in_their_currency,
    a_reseller_buys_for_itself,
    a_chain_of_four_is_billed_on_every_tier,
)

EXAMPLES = {maker.__name__: without_quiet_days(maker()) for maker in (*_MAKERS, *leveled.MAKERS)}
