"""Ledger, settlement and credit holds after the documents of a run (sections 7 and 8)."""

from dataclasses import replace
from datetime import date, timedelta

from tests.reference.shape import DocumentRow
from tests.reference.state import Book, Span, Sub
from tests.reference.world import BillingAccount, find


def post_document(book: Book, document: DocumentRow, day: date) -> None:
    """Post net and tax of one document and move the running balances."""
    other = "receivable" if document.kind == "invoice" else "account_credit"
    for account, amount in (("revenue", document.net), ("tax", document.tax)):
        debit, credit = (other, account) if amount > 0 else (account, other)
        if amount != 0:
            reference = (document.billing_account, document.statement_on)
            row = (
                day,
                document.billing_account,
                debit,
                credit,
                abs(amount),
                document.kind,
                reference,
            )
            book.transfers.append(row)
    if document.kind == "invoice":
        book.receivable[document.billing_account] += document.gross
    else:
        book.account_credit[document.billing_account] -= document.gross


def settle(book: Book, day: date) -> None:
    """Use account credit for open invoices, the oldest first."""
    for account in sorted(book.account_credit):
        for place in _open_places(book, account):
            document = book.documents[place]
            amount = min(book.account_credit[account], document.open_amount)
            if amount <= 0:
                break
            key = (account, document.statement_on)
            book.documents[place] = replace(document, open_amount=document.open_amount - amount)
            book.account_credit[account] -= amount
            book.receivable[account] -= amount
            book.allocations.append((day, account, key, amount))
            book.transfers.append(
                (day, account, "account_credit", "receivable", amount, "allocation", key)
            )


def _open_places(book: Book, account: int) -> list[int]:
    """Return where the open invoices of a billing account stand, the oldest first."""
    mine = [
        place
        for place, document in enumerate(book.documents)
        if document.billing_account == account and document.open_amount > 0
    ]
    return sorted(mine, key=lambda place: (book.documents[place].issued_on, place))


def judge_credit(book: Book, day: date) -> None:
    """Mark overdue accounts, put and release credit holds."""
    for key in sorted(book.credit):
        account, credit = find(book.world.billing_accounts, key), book.credit[key]
        due_days = [book.documents[place].due_on for place in _open_places(book, key)]
        late = [due for due in due_days if due < day]
        credit.overdue_since = min(late) + timedelta(days=1) if late else None
        too_late = any(due + timedelta(days=account.grace_days) < day for due in due_days)
        released = credit.release_until is not None and credit.release_until >= day
        if account.automatic and too_late and not released and not credit.is_held:
            credit.is_held, credit.held_on = True, day
            book.holds.append((key, day, "held", None))
            hold_subscriptions(book, account.buyer, day)
        elif account.automatic and credit.is_held and not too_late:
            credit.is_held, credit.held_on, credit.held_by_hand = False, None, False
            book.holds.append((key, day, "released", None))
            release_subscriptions(book, account.buyer, day + timedelta(days=1))
        if credit.release_until is not None and credit.release_until < day:
            credit.release_until = None


def _held_accounts(book: Book, buyer: int) -> list[BillingAccount]:
    accounts = [account for account in book.world.billing_accounts if account.buyer == buyer]
    return [
        account
        for account in accounts
        if book.credit[account.key].is_held and account.suspend_on_hold
    ]


def buyer_subscriptions(book: Book, buyer: int) -> list[Sub]:
    """Return the subscriptions whose customer is the account."""
    return [sub for sub in book.subs if sub.chain.customer == buyer]


def hold_subscriptions(book: Book, buyer: int, day: date) -> None:
    """Give the buyer's subscriptions the hold bit; stop billing after `day` if terms say so."""
    held = _held_accounts(book, buyer)
    for sub in buyer_subscriptions(book, buyer):
        sub.credit_hold = bool(held)
        if all(account.bill_on_hold for account in held) or sub.unbilled_hold:
            continue
        sub.unbilled_hold, sub.due = True, None
        for span in sub.spans:
            _stop(span, sub, day + timedelta(days=1))


def _stop(span: Span, sub: Sub, day: date) -> None:
    if span.end is None and sub.period_charged and sub.pe is not None:
        span.end, span.reason = max(day, sub.pe), "held"


def release_subscriptions(book: Book, buyer: int, day: date) -> None:
    """Take the hold bit away and bill again from the run of `day`, unless still held."""
    held = _held_accounts(book, buyer)
    for sub in buyer_subscriptions(book, buyer):
        sub.credit_hold = bool(held)
        if not sub.unbilled_hold or not all(account.bill_on_hold for account in held):
            continue
        sub.unbilled_hold = False
        sub.due = sub.usual_due()
        if sub.due is not None and sub.pe is not None and sub.pe <= day:
            sub.due = day
