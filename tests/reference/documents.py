"""Documents of one run (section 6): their charges in order, their totals and numbers."""

from datetime import date, timedelta
from fractions import Fraction

from tests.reference.amounts import MILLION, rounded
from tests.reference.shape import ChargeKey, ChargeRow, DocumentRow
from tests.reference.state import Book
from tests.reference.world import BillingAccount, World, find, tenant_of

KIND_ORDER = ("setup", "renewal", "recurring", "change", "overuse", "usage", "refund")

TaxTotals = tuple[int, int, int, Fraction, Fraction, Fraction, Fraction]


def name_key(name: str) -> str:
    """Return the name for sorting; the worlds use plain letters only."""
    return name.lower()


def issue_documents(book: Book, day: date) -> list[DocumentRow]:
    """Return the documents of the run of `day`, numbered, in the order of their numbers."""
    world = book.world
    issued = {(document.billing_account, document.statement_on) for document in book.documents}
    wanted = {
        (charge.statement_on, charge.billing_account)
        for charge in book.charges
        if charge.statement_on <= day
        and (charge.billing_account, charge.statement_on) not in issued
    }
    fresh: list[DocumentRow] = []
    for statement_on, key in sorted(
        wanted, key=lambda pair: (pair[0], _buyer_order(world, pair[1]))
    ):
        account = find(world.billing_accounts, key)
        charges = [
            c for c in book.charges if (c.statement_on, c.billing_account) == (statement_on, key)
        ]
        fresh.append(
            _document(book, fresh, account, _in_line_order(book, charges), statement_on, day)
        )
    return fresh


def _buyer_order(world: World, key: int) -> tuple[str, int]:
    account = find(world.billing_accounts, key)
    return name_key(find(world.accounts, account.buyer).name), key


def _in_line_order(book: Book, charges: list[ChargeRow]) -> list[ChargeRow]:
    made_at = {charge.key: place for place, charge in enumerate(book.charges)}

    def order(charge: ChargeRow) -> tuple[str, int, int, int, date, int, int, int]:
        """A refund's cause is a charge, and charges are ordered by when they were made."""
        name = name_key(find(book.world.accounts, charge.customer).name)
        cause = made_at[charge.cause] if isinstance(charge.cause, tuple) else charge.cause
        assert isinstance(cause, int)
        kind = KIND_ORDER.index(charge.kind)
        return (
            name,
            charge.customer,
            charge.subscription,
            kind,
            charge.period_start,
            charge.item,
            charge.level,
            cause,
        )

    return sorted(charges, key=order)


def _document(
    book: Book,
    fresh: list[DocumentRow],
    account: BillingAccount,
    charges: list[ChargeRow],
    statement_on: date,
    day: date,
) -> DocumentRow:
    taxes = _tax_totals(account, charges)
    net = sum((charge.net for charge in charges), Fraction(0))
    tax = sum((row[6] for row in taxes), Fraction(0))
    kind = "invoice" if net + tax >= 0 else "credit_note"
    used = [
        document.number
        for document in [*book.documents, *fresh]
        if (document.seller, document.kind, document.year) == (account.seller, kind, day.year)
    ]
    return DocumentRow(
        billing_account=account.key,
        seller=account.seller,
        buyer=account.buyer,
        tenant=tenant_of(book.world, account.buyer),
        kind=kind,
        year=day.year,
        number=max(used, default=0) + 1,
        statement_on=statement_on,
        issued_on=day,
        due_on=max(day, day + timedelta(days=account.due_days - 1)),
        currency=account.currency,
        exponent=charges[0].exponent,
        list_amount=sum((charge.list_amount for charge in charges), Fraction(0)),
        discount_amount=sum((charge.discount_amount for charge in charges), Fraction(0)),
        net=net,
        tax=tax,
        gross=net + tax,
        open_amount=net + tax if kind == "invoice" else Fraction(0),
        lines=tuple(_shown(account, charges)),
        taxes=tuple(taxes),
    )


def _tax_totals(account: BillingAccount, charges: list[ChargeRow]) -> list[TaxTotals]:
    """Return (rule, rate, lines, list, discount, net, tax) per tax rule, by rule."""
    totals = []
    for rule in sorted({charge.tax_rule for charge in charges}):
        mine = [charge for charge in charges if charge.tax_rule == rule]
        net = sum((charge.net for charge in mine), Fraction(0))
        if account.tax_rounding == "line":
            tax = sum((charge.tax for charge in mine), Fraction(0))
        else:
            tax = rounded(net * mine[0].tax_ppm / MILLION, mine[0].exponent)
        listed = sum((charge.list_amount for charge in mine), Fraction(0))
        discount = sum((charge.discount_amount for charge in mine), Fraction(0))
        totals.append((rule, mine[0].tax_ppm, len(mine), listed, discount, net, tax))
    return totals


def _shown(account: BillingAccount, charges: list[ChargeRow]) -> list[tuple[ChargeKey, Fraction]]:
    """Return the lines with the shown tax; with group rounding it adds up to the group's tax."""
    running: dict[int, Fraction] = {}
    lines = []
    for charge in charges:
        before = running.get(charge.tax_rule, Fraction(0))
        after = before + charge.net
        running[charge.tax_rule] = after
        part = [rounded(net * charge.tax_ppm / MILLION, charge.exponent) for net in (before, after)]
        lines.append(
            (charge.key, charge.tax if account.tax_rounding == "line" else part[1] - part[0])
        )
    return lines
