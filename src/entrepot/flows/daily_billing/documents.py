"""The steps after rating: totals, numbers, lines and postings, and settling; order and transaction only."""

from entrepot.domain.subscriptions.rules import USUAL_EXPIRY_DAYS, USUAL_RENEWAL_DAYS
from entrepot.flows.daily_billing.session import RunSession


def total_range(session: RunSession) -> int:
    """Sum the day's charges of a range of billing accounts."""
    # The day's charges are too new for the planner, which would sort what it takes for a few rows.
    session.cursor.execute("SET LOCAL enable_sort = off")
    session.cursor.execute("SET LOCAL enable_incremental_sort = off")
    return session.run("billing", "add_document_taxes")


def number_range(session: RunSession) -> int:
    """Give numbers to the day's documents of a range of sellers, without gaps and in one order."""
    documents = session.run("billing", "pick_documents")
    if documents:
        session.analyze("new_document")
        session.run("billing", "add_series")
        session.run("billing", "lock_series")
        session.run("billing", "add_documents")
        session.run("billing", "move_series")
    return documents


def post_range(session: RunSession) -> int:
    """Write lines, transfers, balances and outbox events of a range of documents."""
    lines = session.run("billing", "add_lines")
    session.run("billing", "pick_posting")
    session.analyze("posted_document")
    session.run("ledger", "post_documents")
    session.run("ledger", "raise_balances")
    session.run("billing", "announce_documents")
    return lines


def settle(session: RunSession) -> int:
    """Use account credit for open invoices, judge overdue accounts and their holds, tell of ends that are near."""
    used = use_credit(session)
    judge_holds(session)
    session.run("subscriptions", "destroy_ended")
    session.run(
        "subscriptions",
        "give_notices",
        expiry_days=list(USUAL_EXPIRY_DAYS),
        renewal_days=list(USUAL_RENEWAL_DAYS),
    )
    return used


def use_credit(session: RunSession) -> int:
    """Spread account credit over open invoices, oldest first; return the number of allocations."""
    session.run("ledger", "lock_credit")
    used = session.run("credit", "pick_allocations")
    if used:
        session.analyze("new_allocation")
        session.run("credit", "add_allocations")
        session.run("ledger", "post_allocations")
        session.run("ledger", "lower_balances")
        session.run("billing", "lower_open_amounts")
    return used


def judge_holds(session: RunSession) -> None:
    """Put and release credit holds by the terms of each billing account."""
    if not session.run("credit", "judge_accounts"):
        return
    session.analyze("judged")
    session.run("credit", "set_credit_states")
    session.run("credit", "add_hold_events")
    session.run("credit", "announce_holds")
    if session.run("credit", "pick_held_buyers"):
        session.run("parties", "set_credit_holds")
        if session.run("subscriptions", "hold_subscriptions"):
            session.run("subscriptions", "hold_spans")
            session.run("subscriptions", "stop_billing")
