"""Faults planted in the engine's SQL and Python: each must be caught by the world that is named for it.

A fault is a replacement of text that must occur exactly once; when a statement is rewritten the
replacement has to follow it. Caught means: the results differ from the reference, or the database
refuses to write them.
"""

import dataclasses
import inspect
import textwrap
from types import ModuleType

import pytest
from django.db import DatabaseError

from entrepot.flows import daily_billing
from entrepot.flows.daily_billing import documents, planning, rating, session, worker
from entrepot.infra.db.sql import Statement, statement
from tests.reference.engine import bill_with_engine
from tests.reference.examples import EXAMPLES
from tests.reference.reference import run_world
from tests.reference.snapshot import differences

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SQL_FAULTS = {
    "the part of a period is taken of 30 days": (
        "billing.charge_period",
        "* part.num)::numeric(50, 30) / part.den",
        "* part.num)::numeric(50, 30) / 30",
        "a_short_first_period_is_a_part_of_the_whole_month",
    ),
    "a promotion outlives its term": (
        "resale.agree_prices",
        "            OR held.promotion_id IS DISTINCT FROM less.promotion_id\n",
        "",
        "a_promotion_lasts_for_its_term_and_the_discount_comes_back",
    ),
    "the discount is forgotten after a promotion": (
        "resale.agree_prices",
        "THEN held.discount_ppm\n                ELSE held.standing_ppm",
        "THEN held.discount_ppm",
        "a_promotion_lasts_for_its_term_and_the_discount_comes_back",
    ),
    "a general promotion comes before one for the plan": (
        "subscriptions.pick_promotions",
        "        promotion.plan_id IS NULL,\n",
        "        promotion.plan_id IS NOT NULL,\n",
        "a_promotion_lasts_for_its_term_and_the_discount_comes_back",
    ),
    "setup is charged with every period": (
        "subscriptions.advance",
        "sub.setup_done OR due.starts_period",
        "sub.setup_done",
        "a_trial_is_free_and_then_paid",
    ),
    "grid dates are chained": (
        "subscriptions.pick_due",
        "            sub.anchor_day\n        ) AS natural_end,\n",
        "            extract(DAY FROM sub.due_on)::integer\n        ) AS natural_end,\n",
        "month_ends_are_made_from_the_anchor",
    ),
    "a change is charged for the whole period": (
        "billing.charge_changes",
        "due.old_end - change.applies_on AS num",
        "due.old_end - due.old_start AS num",
        "changes_of_every_kind",
    ),
    "a late change reaches back before the period": (
        "subscriptions.pick_changes",
        "    greatest(change.effective_on, due.old_start),",
        "    change.effective_on,",
        "changes_of_every_kind",
    ),
    "a change on the renewal day is charged": (
        "subscriptions.pick_changes",
        "due.event_on < due.old_end",
        "due.event_on <= due.old_end",
        "changes_of_every_kind",
    ),
    "a change on the day of the cancellation counts": (
        "subscriptions.pick_changes",
        "due.old_start) >= due.cancel_on",
        "due.old_start) > due.cancel_on",
        "a_change_on_the_day_of_the_cancellation_is_withdrawn",
    ),
    "refunds forget changes": (
        "billing.charge_refunds",
        "charge.kind IN ('recurring', 'change')",
        "charge.kind = 'recurring'",
        "a_refund_reverses_every_change_in_order",
    ),
    "refunds forget the discount": (
        "billing.charge_refunds",
        "        charge.discount_ppm,",
        "        0 AS discount_ppm,",
        "a_refund_reverses_every_change_in_order",
    ),
    "refunds take today's tax rate": (
        "billing.charge_refunds",
        "        charge.tax_ppm,",
        "        sale.tax_ppm,",
        "a_refund_keeps_the_tax_rate_of_its_charge",
    ),
    "included units ignore the quantity": (
        "billing.charge_overuse",
        "item.included * item.old_quantity",
        "item.included",
        "overuse_counts_the_days_of_the_closed_period",
    ),
    "overuse counts the first day of the next period": (
        "billing.charge_overuse",
        "measured.on_day < closing.period_end",
        "measured.on_day <= closing.period_end",
        "overuse_counts_the_days_of_the_closed_period",
    ),
    "overuse is measured with the new quantity": (
        "billing.charge_overuse",
        "item.included * item.old_quantity",
        "item.included * item.quantity",
        "overuse_is_measured_with_the_quantity_before_the_renewal_day",
    ),
    "corrected usage takes off what was not rounded": (
        "billing.charge_usage",
        " - round(total.amount_before, sale.exponent::integer)\n            AS list_amount",
        " - round(total.amount_before, 12)\n            AS list_amount",
        "usage_is_billed_with_its_corrections_and_at_the_end",
    ),
    "group tax is the sum of the lines": (
        "billing.add_document_taxes",
        "ELSE round(total.net * total.tax_ppm / 1000000, account.exponent::integer)",
        "ELSE total.tax",
        "tax_is_rounded_per_group",
    ),
    "lines stand in the wrong order": (
        "billing.add_lines",
        "charge.subscription_id, charge.kind,",
        "charge.subscription_id, charge.kind DESC,",
        "tax_is_rounded_per_line",
    ),
    "documents are numbered by id": (
        "billing.pick_documents",
        "ORDER BY total.statement_on, buyer.name_key, total.billing_account_id",
        "ORDER BY total.statement_on, total.billing_account_id",
        "numbers_follow_the_buyers_names_and_start_again_each_year",
    ),
    "a total of zero is a credit note": (
        "billing.pick_documents",
        "< 0 THEN 'credit_note'",
        "<= 0 THEN 'credit_note'",
        "a_free_subscription_gets_numbered_invoices_of_zero",
    ),
    "documents are due a day too late": (
        "billing.add_documents",
        "greatest(document.due_days - 1, 0)",
        "document.due_days",
        "a_reseller_buys_for_itself",
    ),
    "a statement day waits for the next month": (
        "billing.pick_sales",
        "account.statement_day) >= %(run_day)s::date",
        "account.statement_day) > %(run_day)s::date",
        "a_statement_on_the_31st_comes_on_the_last_day",
    ),
    "credit pays the newest invoice first": (
        "credit.pick_allocations",
        "ORDER BY invoice.issued_on, invoice.id",
        "ORDER BY invoice.issued_on DESC, invoice.id DESC",
        "credit_pays_the_oldest_invoice_first",
    ),
    "an account is held on the last day of grace": (
        "credit.judge_accounts",
        "account.grace_days < %(run_day)s",
        "account.grace_days <= %(run_day)s",
        "an_overdue_account_is_held_and_paid",
    ),
    "a temporary release ends a day early": (
        "credit.judge_accounts",
        "WHEN state.release_until >= %(run_day)s THEN FALSE",
        "WHEN state.release_until > %(run_day)s THEN FALSE",
        "a_temporary_release_ends_by_itself",
    ),
    "tax is posted as revenue": (
        "ledger.post_documents",
        "('tax', document.tax)",
        "('revenue', document.tax)",
        "two_tax_rules_meet_on_one_document",
    ),
    "a renewal drops the discount": (
        "resale.agree_prices",
        "coalesce(less.ppm, standing.ppm, 0) AS discount_ppm",
        "coalesce(less.ppm, 0) AS discount_ppm",
        "a_renewal_takes_the_new_price_and_keeps_the_discount",
    ),
    "the oldest exchange rate counts": (
        "resale.quote_tier",
        "                ORDER BY dated.on_date DESC\n",
        "                ORDER BY dated.on_date\n",
        "yen_have_no_decimals",
    ),
    "the newest margin rule beats the narrowest": (
        "resale.quote_tier",
        "        margin.plan_id IS NULL,\n",
        "        margin.valid_from DESC,\n",
        "the_narrowest_margin_rule_wins",
    ),
    "a cancellation always ends the service at once": (
        "subscriptions.close_spans",
        "WHEN due.cancel_refund THEN",
        "WHEN due.cancels THEN",
        "cancelled_without_refund_the_service_ends_with_the_period",
    ),
    "a term is renewed although nobody wants it": (
        "subscriptions.pick_due",
        "AND fact.term_ends AND (may.renews OR fact.is_first)",
        "AND fact.term_ends",
        "auto_renewal_is_turned_off_in_time",
    ),
}

SQL_FAULTS |= {
    "every level charges all units": (
        "billing.charge_period",
        "ELSE units_at_level(price.model, price.lower_limit, price.upper_limit, item.quantity)",
        "ELSE item.quantity",
        "a_tiered_price_charges_the_units_of_each_level",
    ),
    "a volume price keeps the old units at their price": (
        "billing.charge_changes",
        "        - units_at_level(price.model, price.lower_limit, price.upper_limit, change.old_quantity)",
        "        - least(change.old_quantity, change.new_quantity)",
        "a_volume_price_moves_all_units_to_the_level_that_is_reached",
    ),
    "overuse is priced at the lowest level": (
        "billing.charge_overuse",
        "units_at_level(price.model, price.lower_limit, price.upper_limit, used.over) AS units",
        "CASE WHEN price.level = 0 THEN used.over ELSE 0 END AS units",
        "overuse_is_priced_by_levels",
    ),
    "new limits of levels wait for ever": (
        "resale.agree_prices",
        "            OR held.upper_limit IS DISTINCT FROM quote.upper_limit\n",
        "",
        "levels_hold_for_the_term_and_may_be_fewer_afterwards",
    ),
    "new levels forget the discount": (
        "resale.agree_prices",
        "WHEN held.id IS NULL AND lowest.promotion_id IS NULL THEN lowest.discount_ppm",
        "WHEN held.id IS NULL AND lowest.promotion_id IS NULL THEN 0",
        "levels_hold_for_the_term_and_may_be_fewer_afterwards",
    ),
    "a full refund keeps the used days": (
        "subscriptions.pick_due",
        "CASE WHEN sub.cancel_full THEN sub.period_start ELSE fact.cancel_on END",
        "fact.cancel_on",
        "a_full_refund_takes_the_period_and_its_fees_back",
    ),
    "the renewal fee is forgotten": (
        "billing.charge_period",
        "past.starts_on < due.period_start",
        "past.starts_on < due.period_start AND past.number < 0",
        "a_renewal_fee_comes_with_every_later_term",
    ),
    "a held account goes on": (
        "subscriptions.pick_due",
        "fact.wants_renewal AND NOT fact.is_held AS renews",
        "fact.wants_renewal AS renews",
        "what_a_held_account_has_is_not_renewed",
    ),
}

PYTHON_FAULTS = {
    "a full refund keeps the fees": (
        rating,
        "_charge",
        'session.run("billing", "charge_fee_refunds")',
        "pass",
        "a_full_refund_takes_the_period_and_its_fees_back",
    ),
    "levels that are gone stay agreed": (
        rating,
        "_charge",
        'session.run("resale", "drop_levels")',
        "pass",
        "levels_hold_for_the_term_and_may_be_fewer_afterwards",
    ),
    "only the first of several periods is caught up": (
        rating,
        "rate_range",
        "while still_due:",
        "if still_due:",
        "missed_days_change_the_statement_only",
    ),
    "refunds are forgotten": (
        rating,
        "_charge",
        'session.run("billing", "charge_refunds")',
        "pass",
        "a_late_cancellation_goes_back_to_its_day",
    ),
    "ended service stays open": (
        rating,
        "_move_on",
        'session.run("subscriptions", "close_spans")',
        "pass",
        "grace_is_free",
    ),
    "statement days inside a gap get no document": (
        planning,
        "open_run",
        "first_day=business_date() or day",
        "first_day=day",
        "missed_days_change_the_statement_only",
    ),
    "used credit leaves invoices open": (
        documents,
        "use_credit",
        'session.run("billing", "lower_open_amounts")',
        "pass",
        "credit_from_before_pays_the_first_invoices",
    ),
    "a hold does not stop billing": (
        documents,
        "judge_holds",
        'session.run("subscriptions", "stop_billing")',
        "pass",
        "a_hold_that_stops_billing_resumes_on_the_day_after_payment",
    ),
}


def replaced(text: str, old: str, new: str) -> str:
    """Return the text with the fault; what is replaced must stand there once."""
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    return text.replace(old, new)


def plant_in_sql(monkeypatch: pytest.MonkeyPatch, which: str, old: str, new: str) -> None:
    """Let the engine run one statement with a fault in it."""
    package, name = which.split(".")
    healthy = statement(f"entrepot.domain.{package}", name)
    faulty = dataclasses.replace(healthy, text=replaced(healthy.text, old, new))

    def load(wanted_package: str, wanted_name: str) -> Statement:
        found = statement(wanted_package, wanted_name)
        return faulty if found is healthy else found

    monkeypatch.setattr(session, "statement", load)


def plant_in_python(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, old: str, new: str
) -> None:
    """Let the engine run one function with a fault in it."""
    source = textwrap.dedent(inspect.getsource(getattr(module, name)))
    made: dict[str, object] = {}
    exec(replaced(source, old, new), vars(module), made)
    healthy = getattr(module, name)
    for user in (daily_billing, documents, planning, rating, worker):
        if getattr(user, name, None) is healthy:
            monkeypatch.setattr(user, name, made[name])
    for step, work in list(worker._WORK.items()):
        if work is healthy:
            monkeypatch.setitem(worker._WORK, step, made[name])


def is_caught(example: str) -> bool:
    """Tell whether the engine's results differ from the reference, or cannot be written."""
    world = EXAMPLES[example]
    try:
        return bool(differences(run_world(world), bill_with_engine(world)))
    except DatabaseError:
        return True


@pytest.mark.parametrize("fault", sorted(SQL_FAULTS))
def test_a_fault_in_a_statement_is_caught(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    which, old, new, example = SQL_FAULTS[fault]
    plant_in_sql(monkeypatch, which, old, new)

    assert is_caught(example)


@pytest.mark.parametrize("fault", sorted(PYTHON_FAULTS))
def test_a_fault_in_the_driver_is_caught(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    module, name, old, new, example = PYTHON_FAULTS[fault]
    plant_in_python(monkeypatch, module, name, old, new)

    assert is_caught(example)
