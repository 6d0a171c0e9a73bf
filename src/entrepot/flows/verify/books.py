"""The books for an outside bookkeeper: plain text that `bean-check` (beancount 3) adds up again (decision 21).

One transaction per document, use of account credit and payment; at the end a balance assertion, without tolerance, for
every receivable and account credit, and for every seller's revenue and tax. A document's own leg comes from its head,
the other legs from the transfers, the assertions from the stored balances: a cent of difference anywhere is refused.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TextIO

from django.db import connection

from entrepot.domain.resale.models import BillingAccount
from entrepot.flows.verify.runner import VerifyRefused, snapshot, whole_scope
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import IdKind, format_id

_HERE = "entrepot.flows.verify"
_ROWS_AT_ONCE = 5_000
_PER_SELLER = {
    "revenue": "Income:S{seller}:Revenue",
    "tax": "Liabilities:S{seller}:Tax",
    "cash": "Assets:S{seller}:Cash",
    "write_off": "Expenses:S{seller}:WriteOff",
}
_PER_BILLING_ACCOUNT = {
    "receivable": "Assets:S{seller}:Receivable:B{buyer}-{billing_account}",
    "account_credit": "Liabilities:S{seller}:AccountCredit:B{buyer}-{billing_account}",
}
_NAMES = {**_PER_SELLER, **_PER_BILLING_ACCOUNT}


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksSummary:
    """What was written: counts, and the sum of the asserted receivables by currency."""

    transactions: int
    accounts: int
    assertions: int
    receivables: Mapping[str, Decimal]


@dataclass(slots=True)
class _Writing:
    stream: TextIO
    opened: set[str]
    transactions: int = 0
    last_day: date | None = None

    def line(self, text: str = "") -> None:
        self.stream.write(text + "\n")


def write_books(*, stream: TextIO, seller_id: int | None = None) -> BooksSummary:
    """Write the books of all sellers, or of one, to an open text stream (UTF-8).

    Raises: VerifyRefused `verify_run_open`, `verify_seller_unknown`.
    """
    with snapshot() as cursor:
        whole_scope()
        _require_seller(seller_id)
        writing = _Writing(stream=stream, opened=set())
        balances = statement(_HERE, "book_balances").rows(cursor, seller_id=seller_id)
        _write_head(writing, currencies=_currencies(balances))
        for entry in _entries(seller_id=seller_id):
            _write_entry(writing, entry)
        receivables = _write_assertions(writing, balances)
    return BooksSummary(
        transactions=writing.transactions,
        accounts=len(writing.opened),
        assertions=len(balances),
        receivables=receivables,
    )


def _require_seller(seller_id: int | None) -> None:
    if seller_id is not None and not BillingAccount.objects.filter(seller_id=seller_id).exists():
        raise VerifyRefused(
            "verify_seller_unknown",
            "{object} sells nothing: no billing account names it as the seller.",
            object=format_id(kind=IdKind.ACCOUNT, number=seller_id),
            next_step="Name the provider or a reseller, or leave the seller out for all books.",
        )


def _entries(*, seller_id: int | None) -> Iterator[Any]:
    """Read entries through a server-side cursor: a year of documents does not fit into memory."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement(_HERE, "book_entries").text, {"seller_id": seller_id})
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows


def _currencies(balances: list[Any]) -> list[str]:
    return sorted({row[3] for row in balances})


def _write_head(writing: _Writing, *, currencies: list[str]) -> None:
    writing.line('option "title" "Entrepot"')
    for currency in currencies:
        writing.line(f'option "operating_currency" "{currency}"')


def _write_entry(writing: _Writing, entry: Any) -> None:
    day, kind, label, billing_account, seller, buyer, currency, exponent, legs = entry
    amounts = {
        _NAMES[name].format(seller=seller, buyer=buyer, billing_account=billing_account): amount
        for name, amount in json.loads(legs).items()
    }
    for name in amounts:
        _open(writing, name=name, day=day)
    writing.line()
    writing.line(f'{day.isoformat()} * "{kind}" "{_quoted(label)}"')
    for name, amount in amounts.items():
        writing.line(f"  {name}  {_amount(Decimal(amount), exponent)} {currency}")
    writing.transactions += 1
    writing.last_day = day


def _open(writing: _Writing, *, name: str, day: date) -> None:
    if name not in writing.opened:
        writing.opened.add(name)
        writing.line()
        writing.line(f"{day.isoformat()} open {name}")


def _write_assertions(writing: _Writing, balances: list[Any]) -> dict[str, Decimal]:
    """Assert on the day after the last entry: an assertion holds at the beginning of its day."""
    receivables: dict[str, Decimal] = {}
    day = (writing.last_day or date(2000, 1, 1)) + timedelta(days=1)
    writing.line()
    for seller, buyer, billing_account, currency, exponent, ledger_account, amount in balances:
        name = _NAMES[ledger_account].format(
            seller=seller, buyer=buyer, billing_account=billing_account
        )
        if name not in writing.opened:
            writing.opened.add(name)
            writing.line(f"{day.isoformat()} open {name}")
        writing.line(
            f"{day.isoformat()} balance {name}  {_amount(amount, exponent)} ~ 0 {currency}"
        )
        if ledger_account == "receivable":
            receivables[currency] = receivables.get(currency, Decimal(0)) + amount
    return receivables


def _amount(amount: Decimal, exponent: int) -> str:
    """Write all stored decimals: a faulty amount below the currency's unit must stay visible."""
    text = format(amount.normalize(), "f")
    _whole, _point, decimals = text.partition(".")
    return text if len(decimals) >= exponent else format(amount, f".{exponent}f")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
