"""The sentences of findings: what is wrong with the object, and what to do next; English templates by problem code."""

from collections.abc import Mapping
from typing import NamedTuple


class Problem(NamedTuple):
    """A sentence with named places, and the next step for the reader."""

    message: str
    next_step: str


_CORRECT_BY_DOCUMENT = (
    "Find who changed the row; charges and documents are never edited, "
    "the difference is corrected by a new charge or credit note."
)
_RESTORE = "Find who changed or removed the row, and restore it from a backup."
_RERUN = "Run the next day; if it is still named then, report it as a fault of the daily run."
_RECALCULATE = "Compare the balance with the statement of account, then correct the balance row."

PROBLEMS: Mapping[str, Problem] = {
    "days_not_charged": Problem(
        "{object}: item {item} on tier {tier} was delivered from {from} to {to} ({days} days) "
        "and a quantity of {quantity} was not charged.",
        _CORRECT_BY_DOCUMENT,
    ),
    "days_charged_too_much": Problem(
        "{object}: item {item} on tier {tier} is charged from {from} to {to} ({days} days) for a "
        "quantity of {quantity} more than was delivered.",
        _CORRECT_BY_DOCUMENT,
    ),
    "due_left_behind": Problem(
        "{object} ({status}) was due on {due_on}, is still due after the run of {last_day} and is not in quarantine.",
        _RERUN,
    ),
    "days_unbilled": Problem(
        "{object} ({status}) is charged up to {period_end} only, exclusive, though {last_day} is "
        "complete; it is due on {due_on}.",
        "Set its due day to the day its charges end, and run the next day.",
    ),
    "usage_not_charged": Problem(
        "{object}: usage {usage} ({sku}, tier {tier}) is marked as billed, and the {expected} for it was not charged.",
        _CORRECT_BY_DOCUMENT,
    ),
    "usage_charged_differently": Problem(
        "{object}: usage {usage} ({sku}, tier {tier}) comes to {expected}, charged were {charged}.",
        _CORRECT_BY_DOCUMENT,
    ),
    "usage_charge_without_total": Problem(
        "{object}: {charged} is charged on tier {tier} for usage {usage}, which is not a billed total.",
        _CORRECT_BY_DOCUMENT,
    ),
    "usage_forgotten": Problem(
        "{object}: usage {usage} ({sku}, tier {tier}) of {expected} was there for the last run and is not billed.",
        _RERUN,
    ),
    "document_total_wrong": Problem(
        "{object} ({number}): its gross amount {found} does not follow from its own net and tax, {expected}.",
        _RESTORE,
    ),
    "document_lines_differ": Problem(
        "{object} ({number}) says {expected}; its lines come to {found} or do not belong to it.",
        _RESTORE,
    ),
    "document_tax_rows_differ": Problem(
        "{object} ({number}) says {expected}; its tax rows come to {found}.", _RESTORE
    ),
    "document_posted_differently": Problem(
        "{object} ({number}) says {expected}; posted to revenue and tax were {found}.", _RESTORE
    ),
    "charge_not_invoiced": Problem(
        "{object} of subscription {subscription} over {net} belongs on the document of {statement_on} "
        "and stands on none.",
        _RESTORE,
    ),
    "charge_invoiced_twice": Problem(
        "{object} of subscription {subscription} over {net} stands on {lines} lines.", _RESTORE
    ),
    "line_without_charge": Problem(
        "{object} has a line for charge {charge}, which does not exist or belongs to another day.",
        _RESTORE,
    ),
    "line_tax_wrong": Problem(
        "{object} ({number}): line {line} shows the tax {found}; the lines so far do not add up "
        "to their rounded tax.",
        _RESTORE,
    ),
    "tax_row_wrong": Problem(
        "{object} ({number}): the row of tax rule {tax_rule} with {found} tax is not the sum of its lines.",
        _RESTORE,
    ),
    "line_number_gap": Problem(
        "{object} ({number}): the line numbers break at line {line}.", _RESTORE
    ),
    "lines_out_of_order": Problem(
        "{object} ({number}): the lines are not in the documented order, from line {line} on.",
        _RESTORE,
    ),
    "number_gap": Problem(
        "{object} ({number}) has number {found} where {expected} was to follow.", _RESTORE
    ),
    "number_double": Problem(
        "{object} ({number}) has number {found}, which was given before.", _RESTORE
    ),
    "number_date_falls": Problem(
        "{object} ({number}) was issued on {issued_on}, before the number that precedes it ({issued_before}).",
        _RESTORE,
    ),
    "number_text_wrong": Problem(
        "{object}: the text {number} is not that of number {found} in the year of {issued_on}.",
        _RESTORE,
    ),
    "number_series_wrong": Problem(
        "{object}: its highest document is {number} with number {expected}, its series stands at {found}.",
        "Set the series to the highest number before the next run.",
    ),
    "charge_not_reproduced": Problem(
        "{object} of subscription {subscription} (tier {tier}, {kind}): {what} is {found} and "
        "does not follow from the charge's own fields.",
        _CORRECT_BY_DOCUMENT,
    ),
    "charge_reference_wrong": Problem(
        "{object} of subscription {subscription} (tier {tier}): {what} {referred} is missing, of "
        "another tenant or says otherwise.",
        _RESTORE,
    ),
    "reference_missing": Problem(
        "{object} points to {what} {referred}, which is missing.", _RESTORE
    ),
    "reference_to_other_tenant": Problem(
        "{object} of tenant {tenant} points to {what} {referred} of another tenant.", _RESTORE
    ),
    "reference_disagrees": Problem(
        "{object} and the {what} {referred} that it points to do not say the same.", _RESTORE
    ),
    "balance_not_transfers": Problem(
        "{object} of account {buyer}: {what} is {found} {currency}, its transfers come to {expected}.",
        _RECALCULATE,
    ),
    "receivable_not_open_amounts": Problem(
        "{object} of account {buyer}: receivable is {found} {currency}, its open invoices come to {expected}.",
        _RECALCULATE,
    ),
    "allocation_not_posted": Problem(
        "{object} ({number}): allocated and posted account credit differ; posted are {found}.",
        _RESTORE,
    ),
    "open_amount_wrong": Problem(
        "{object} ({number}): open are {found}, after the credit used for it {expected} are to be paid.",
        _RESTORE,
    ),
    "credit_idle": Problem(
        "{object} has {found} of account credit that could pay open invoices.", _RERUN
    ),
    "account_not_held": Problem(
        "{object} of account {buyer} is overdue since {overdue_since}, past its grace days, and is not held.",
        _RERUN,
    ),
    "account_held_without_reason": Problem(
        "{object} of account {buyer} is held, and no open invoice is past its grace days.", _RERUN
    ),
    "overdue_since_wrong": Problem(
        "{object} of account {buyer} is stored as overdue since {stored}; its invoices say {overdue_since}.",
        _RERUN,
    ),
    "hold_bit_wrong": Problem(
        "{object} does not show the credit hold of its billing accounts.", _RERUN
    ),
    "list_row_wrong": Problem(
        "{object} is shown as {status} with a term up to {term_end}; billing knows it as {billed_as} "
        "or with other dates.",
        "Find who changed the row without the billing state, and set it to what billing knows.",
    ),
    "calendar_wrong": Problem(
        "{object} ({status}, term up to {term_end}) stands in the term calendar under {ends_on}.",
        "Find who changed the row without the calendar, and set the calendar's day to the term's end.",
    ),
    "units_given_wrong": Problem(
        "{object}: people have {units} units of item {item}, counted as given are {counted}.",
        "Find who changed seats without the tally, and set the tallies of the item to the number of its seats.",
    ),
    "place_wrong": Problem(
        "{object} sells on tier {tier} in market {market} for {currency} (bought in {cost_currency}) by its chains or "
        "by what is kept of them, but not by both.",
        "Find who changed a chain or the row, and set the row to what the chains say.",
    ),
}
