"""Planted faults: what is done to the billed world, and which check has to name which object."""

from dataclasses import dataclass

_CHARGE = (
    "(SELECT id FROM charge WHERE subscription_id = {sub} AND tier = {tier} AND kind = '{kind}' "
    "AND period_start = '{start}')"
)
_COLUMNS = (
    "tenant_id, billing_account_id, statement_on, billed_on, subscription_id, customer_id, item_id, tier, kind, "
    "period_start, period_end, num, den, exponent, agreed_price_id, quantity, unit_price, discount_ppm, tax_rule_id, "
    "tax_ppm, list_amount, discount_amount, net, tax"
)


def charge(sub: int, tier: int, kind: str = "recurring", start: str = "2026-03-01") -> str:
    """Return the query for the id of one charge."""
    return _CHARGE.format(sub=sub, tier=tier, kind=kind, start=start)


@dataclass(frozen=True)
class Fault:
    """The named object is called `prefix` and what the query `number` returns, before the acts or else after them."""

    what: str
    acts: tuple[str, ...]
    check: str
    problem: str
    prefix: str
    number: str


def _fault(what: str, *acts: str, check: str, problem: str, named: tuple[str, object]) -> Fault:
    return Fault(what, acts, check, problem, named[0], f"SELECT {named[1]}")


_LAST_INVOICE = "(SELECT max(id) FROM invoice WHERE kind = 'invoice' AND seller_id = 2)"
_FIRST_INVOICE = "(SELECT min(id) FROM invoice WHERE kind = 'invoice' AND seller_id = 2)"
_SECOND_INVOICE = f"(SELECT min(id) FROM invoice WHERE kind = 'invoice' AND seller_id = 2 AND id > {_FIRST_INVOICE})"
_ALLOCATION = "(SELECT min(id) FROM allocation)"

FAULTS = (
    _fault(
        "a recurring charge is deleted",
        f"DELETE FROM charge WHERE id = {charge(2, 2)}",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 2),
    ),
    _fault(
        "a charge is made twice",
        f"INSERT INTO charge ({_COLUMNS}, cause_id) SELECT {_COLUMNS}, 777 FROM charge WHERE id = {charge(2, 1)}",
        check="coverage",
        problem="days_charged_too_much",
        named=("SUB-", 2),
    ),
    _fault(
        "a tier is not charged in April",
        f"DELETE FROM charge WHERE id = {charge(1, 1, start='2026-04-01')}",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 1),
    ),
    _fault(
        "a period is shifted by a day",
        f"UPDATE charge SET period_start = period_start + 1, period_end = period_end + 1 WHERE id = {charge(2, 2)}",
        check="coverage",
        problem="days_charged_too_much",
        named=("SUB-", 2),
    ),
    _fault(
        "a period is a day too short",
        f"UPDATE charge SET period_end = period_end - 1 WHERE id = {charge(2, 2)}",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 2),
    ),
    _fault(
        "a charge has one seat less",
        f"UPDATE charge SET quantity = quantity - 1 WHERE id = {charge(2, 1)}",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 2),
    ),
    _fault(
        "an item has one seat more than was ever ordered",
        "UPDATE subscription_item SET quantity = quantity + 1 WHERE subscription_id = 2",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 2),
    ),
    _fault(
        "the charge of a quantity change is deleted",
        f"DELETE FROM charge WHERE id = {charge(1, 2, 'change', '2026-03-11')}",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 1),
    ),
    _fault(
        "a quantity change is charged from the wrong day",
        f"UPDATE charge SET period_start = '2026-03-12', num = 20 WHERE id = {charge(1, 2, 'change', '2026-03-11')}",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 1),
    ),
    _fault(
        "a refund is deleted",
        f"DELETE FROM charge WHERE id = {charge(3, 1, 'refund', '2026-03-20')}",
        check="coverage",
        problem="days_charged_too_much",
        named=("SUB-", 3),
    ),
    _fault(
        "service goes on after the cancellation",
        "UPDATE service_span SET ends_on = ends_on + 2 WHERE subscription_id = 3",
        check="coverage",
        problem="days_not_charged",
        named=("SUB-", 3),
    ),
    _fault(
        "a charge is a cent off in its net amount",
        f"UPDATE charge SET net = net + 0.01 WHERE id = {charge(1, 1)}",
        check="replay",
        problem="charge_not_reproduced",
        named=("CHG-", charge(1, 1)),
    ),
    _fault(
        "a charge is a cent off in list and net amount alike",
        f"UPDATE charge SET list_amount = list_amount + 0.01, net = net + 0.01 WHERE id = {charge(1, 1)}",
        check="replay",
        problem="charge_not_reproduced",
        named=("CHG-", charge(1, 1)),
    ),
    _fault(
        "the discount of a charge is a cent off",
        f"UPDATE charge SET discount_amount = discount_amount - 0.01, net = net + 0.01 WHERE id = {charge(1, 2)}",
        check="replay",
        problem="charge_not_reproduced",
        named=("CHG-", charge(1, 2)),
    ),
    _fault(
        "the tax of a charge is a cent off",
        f"UPDATE charge SET tax = tax - 0.01 WHERE id = {charge(3, 2, 'refund', '2026-03-20')}",
        check="replay",
        problem="charge_not_reproduced",
        named=("CHG-", charge(3, 2, "refund", "2026-03-20")),
    ),
    _fault(
        "a fraction counts a day too few",
        f"UPDATE charge SET num = num - 1 WHERE id = {charge(1, 1, 'change', '2026-03-11')}",
        check="replay",
        problem="charge_not_reproduced",
        named=("CHG-", charge(1, 1, "change", "2026-03-11")),
    ),
    _fault(
        "a charge uses another price than was agreed",
        f"UPDATE charge SET unit_price = 8 WHERE id = {charge(2, 2)}",
        check="references",
        problem="charge_reference_wrong",
        named=("CHG-", charge(2, 2)),
    ),
    _fault(
        "a charge uses another tax rate than its rule",
        f"UPDATE charge SET tax_ppm = 70000 WHERE id = {charge(2, 2)}",
        check="references",
        problem="charge_reference_wrong",
        named=("CHG-", charge(2, 2)),
    ),
    _fault(
        "a charge belongs to another tenant",
        f"UPDATE charge SET tenant_id = 1 WHERE id = {charge(2, 2)}",
        check="references",
        problem="charge_reference_wrong",
        named=("CHG-", charge(2, 2)),
    ),
    _fault(
        "a charge points to an item that does not exist",
        f"UPDATE charge SET item_id = 4711 WHERE id = {charge(2, 2)}",
        check="references",
        problem="charge_reference_wrong",
        named=("CHG-", "(SELECT id FROM charge WHERE item_id = 4711)"),
    ),
    _fault(
        "a transfer belongs to another tenant",
        "UPDATE transfer SET tenant_id = 3 WHERE id = (SELECT min(id) FROM transfer)",
        check="references",
        problem="reference_to_other_tenant",
        named=("transfer ", "(SELECT min(id) FROM transfer)"),
    ),
    _fault(
        "an agreed price has lost its item",
        "UPDATE agreed_price SET item_id = 4711 WHERE id = (SELECT min(id) FROM agreed_price)",
        check="references",
        problem="reference_missing",
        named=("agreed price ", "(SELECT min(id) FROM agreed_price)"),
    ),
    _fault(
        "a subscription is left unbilled with its due day moved away",
        "UPDATE sub_billing SET period_start = '2026-03-01', period_end = '2026-04-01', due_on = '2027-04-01' "
        "WHERE subscription_id = 2",
        "DELETE FROM charge WHERE subscription_id = 2 AND period_start = '2026-04-01'",
        check="unbilled",
        problem="days_unbilled",
        named=("SUB-", 2),
    ),
    _fault(
        "a running subscription has no due day",
        "UPDATE sub_billing SET period_end = '2026-04-01', due_on = NULL WHERE subscription_id = 2",
        check="unbilled",
        problem="days_unbilled",
        named=("SUB-", 2),
    ),
    _fault(
        "a due subscription is not in quarantine",
        "UPDATE quarantine SET resolved_on = '2026-04-01' WHERE subscription_id = 5",
        check="unbilled",
        problem="due_left_behind",
        named=("SUB-", 5),
    ),
    _fault(
        "the charge of usage is deleted",
        "DELETE FROM charge WHERE kind = 'usage' AND tier = 2",
        check="usage",
        problem="usage_not_charged",
        named=("SUB-", 4),
    ),
    _fault(
        "the charge of usage is a cent off everywhere",
        "UPDATE charge SET list_amount = list_amount - 0.01, net = net - 0.01 WHERE kind = 'usage' AND tier = 2",
        check="usage",
        problem="usage_charged_differently",
        named=("SUB-", 4),
    ),
    _fault(
        "usage is forgotten",
        "DELETE FROM charge WHERE kind = 'usage'",
        "UPDATE usage_total SET billed_on = NULL",
        check="usage",
        problem="usage_forgotten",
        named=("SUB-", 4),
    ),
    _fault(
        "a number is left out",
        f"UPDATE invoice SET number = number + 1 WHERE id = {_LAST_INVOICE}",
        check="numbers",
        problem="number_gap",
        named=("INV-", _LAST_INVOICE),
    ),
    _fault(
        "a document is deleted",
        f"DELETE FROM invoice WHERE id = {_FIRST_INVOICE}",
        check="numbers",
        problem="number_gap",
        named=("INV-", _SECOND_INVOICE),
    ),
    _fault(
        "the lines of a document have lost their head",
        f"DELETE FROM invoice WHERE id = {_FIRST_INVOICE}",
        check="references",
        problem="reference_missing",
        named=("invoice line ", _FIRST_INVOICE),
    ),
    _fault(
        "two documents have swapped their days",
        f"UPDATE invoice SET issued_on = CASE WHEN id = {_FIRST_INVOICE} THEN '2026-03-11'::date "
        f"ELSE '2026-03-01' END WHERE id IN ({_FIRST_INVOICE}, {_SECOND_INVOICE})",
        check="numbers",
        problem="number_date_falls",
        named=("INV-", _SECOND_INVOICE),
    ),
    _fault(
        "a series is ahead of its documents",
        "UPDATE number_series SET last_number = last_number + 1 WHERE seller_id = 2 AND kind = 'invoice'",
        check="numbers",
        problem="number_series_wrong",
        named=("ACC-", 2),
    ),
    _fault(
        "a balance is a cent off",
        "UPDATE balance SET receivable = receivable + 0.01 WHERE billing_account_id = 1",
        check="ledger",
        problem="balance_not_transfers",
        named=("billing account ", 1),
    ),
    _fault(
        "a transfer is deleted",
        f"DELETE FROM transfer WHERE document_id = {_FIRST_INVOICE} AND credit = 'tax'",
        check="documents",
        problem="document_posted_differently",
        named=("INV-", _FIRST_INVOICE),
    ),
    _fault(
        "a payment is deleted",
        "DELETE FROM transfer WHERE cause = 'payment'",
        check="ledger",
        problem="balance_not_transfers",
        named=("billing account ", 2),
    ),
    _fault(
        "an allocation is a cent off",
        f"UPDATE allocation SET amount = amount - 0.01 WHERE id = {_ALLOCATION}",
        check="ledger",
        problem="allocation_not_posted",
        named=("INV-", f"(SELECT invoice_id FROM allocation WHERE id = {_ALLOCATION})"),
    ),
    _fault(
        "an invoice is open by a cent more",
        f"UPDATE invoice SET open_amount = open_amount + 0.01 WHERE id = {_FIRST_INVOICE}",
        check="ledger",
        problem="open_amount_wrong",
        named=("INV-", _FIRST_INVOICE),
    ),
    _fault(
        "a line is deleted",
        f"DELETE FROM invoice_line WHERE charge_id = {charge(2, 2)}",
        check="documents",
        problem="charge_not_invoiced",
        named=("CHG-", charge(2, 2)),
    ),
    _fault(
        "a charge stands on two lines",
        f"INSERT INTO invoice_line (invoice_id, line_no, charge_id, tax) SELECT {_LAST_INVOICE}, 99, {charge(2, 2)}, 0",
        check="documents",
        problem="charge_invoiced_twice",
        named=("CHG-", charge(2, 2)),
    ),
    _fault(
        "two lines have swapped their places",
        f"UPDATE invoice_line SET line_no = 100 - line_no WHERE invoice_id = {_FIRST_INVOICE}",
        f"UPDATE invoice_line SET line_no = line_no - 100 + 1 + (SELECT count(*) FROM invoice_line AS other "
        f"WHERE other.invoice_id = {_FIRST_INVOICE}) WHERE invoice_id = {_FIRST_INVOICE}",
        check="documents",
        problem="lines_out_of_order",
        named=("INV-", _FIRST_INVOICE),
    ),
    _fault(
        "a cent of tax has moved from one line to the next",
        f"UPDATE invoice_line SET tax = tax + CASE line_no WHEN 1 THEN 0.01 ELSE -0.01 END "
        f"WHERE invoice_id = {_FIRST_INVOICE} AND line_no IN (1, 2)",
        check="documents",
        problem="line_tax_wrong",
        named=("INV-", _FIRST_INVOICE),
    ),
    _fault(
        "the tax row of a document is a cent off",
        "UPDATE document_tax SET tax = tax + 0.01 WHERE billing_account_id = 2 AND statement_on = '2026-03-01'",
        check="documents",
        problem="tax_row_wrong",
        named=("INV-", _FIRST_INVOICE),
    ),
    _fault(
        "the gross amount of a document is a cent off",
        f"UPDATE invoice SET gross = gross + 0.01 WHERE id = {_FIRST_INVOICE}",
        check="documents",
        problem="document_total_wrong",
        named=("INV-", _FIRST_INVOICE),
    ),
    _fault(
        "an overdue billing account is not held",
        "UPDATE credit_state SET is_held = FALSE WHERE billing_account_id = 1",
        check="credit",
        problem="account_not_held",
        named=("billing account ", 1),
    ),
    _fault(
        "a billing account that owes nothing is held",
        "UPDATE credit_state SET is_held = TRUE WHERE billing_account_id = 2",
        check="credit",
        problem="account_held_without_reason",
        named=("billing account ", 2),
    ),
    _fault(
        "a held account does not show its hold",
        "UPDATE account SET credit_hold = FALSE WHERE id = 2",
        check="credit",
        problem="hold_bit_wrong",
        named=("ACC-", 2),
    ),
    _fault(
        "an account is overdue since another day",
        "UPDATE credit_state SET overdue_since = overdue_since + 1 WHERE billing_account_id = 1",
        check="credit",
        problem="overdue_since_wrong",
        named=("billing account ", 1),
    ),
    _fault(
        "a list shows another end of the term",
        "UPDATE subscription SET term_end = term_end + 1 WHERE id = 2",
        check="lists",
        problem="list_row_wrong",
        named=("SUB-", 2),
    ),
    _fault(
        "a renewal is missing in the calendar",
        "UPDATE term_calendar SET ends_on = ends_on - 365 WHERE subscription_id = 2",
        check="lists",
        problem="calendar_wrong",
        named=("SUB-", 2),
    ),
)
