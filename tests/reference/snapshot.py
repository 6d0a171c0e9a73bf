"""Reads from the database what a run left behind, and tells readably how two results differ."""

from collections import defaultdict
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from entrepot.domain.billing.models import Charge, DocumentTax, Invoice, InvoiceLine, Quarantine
from entrepot.domain.credit.models import Allocation, CreditState, HoldEvent
from entrepot.domain.ledger.models import Balance, Transfer
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import AgreedPrice, BillingAccount
from entrepot.domain.subscriptions.models import (
    QuantityChange,
    ServiceSpan,
    SubBilling,
    Subscription,
    SubscriptionItem,
    Term,
)
from entrepot.domain.usage.models import UsageTotal
from tests.reference.shape import (
    RUNNING,
    AgreedRow,
    ChargeRow,
    CreditRow,
    DocumentKey,
    DocumentRow,
    QuarantineRow,
    Snapshot,
    SubRow,
)


def read_snapshot() -> Snapshot:
    """Return the whole database in the shape of the reference."""
    charges = _read_charges()
    documents = _read_documents(charges)
    keys = {row.id: (row.billing_account_id, row.statement_on) for row in Invoice.objects.all()}
    accounts = BillingAccount.objects.all()
    balances = {row.id: (Fraction(0), Fraction(0)) for row in accounts}
    for balance in Balance.objects.all():
        sums = (Fraction(balance.receivable), Fraction(balance.account_credit))
        balances[balance.billing_account_id] = sums
    return Snapshot(
        charges={row.key: row for row in charges.values()},
        documents={(row.billing_account, row.statement_on): row for row in documents},
        subs=_read_subs(),
        agreed=_read_agreed(),
        transfers=_read_transfers(keys),
        balances=balances,
        allocations=sorted(
            (
                (row.applied_on, row.billing_account_id, keys[row.invoice_id], Fraction(row.amount))
                for row in Allocation.objects.all()
            ),
            key=repr,
        ),
        credit=_read_credit([row.id for row in accounts]),
        holds=sorted(
            (
                (row.billing_account_id, row.on_day, str(row.act), row.until)
                for row in HoldEvent.objects.all()
            ),
            key=repr,
        ),
        accounts_held={row.id: row.credit_hold for row in Account.objects.all()},
        usage_billed={row.id: row.billed_on is not None for row in UsageTotal.objects.all()},
        quarantine=_read_quarantine(),
    )


def _read_charges() -> dict[int, ChargeRow]:
    """Return the charges by id; a refund's cause is always an older charge."""
    agreed = {row.id: row for row in AgreedPrice.objects.all()}
    result: dict[int, ChargeRow] = {}
    for row in Charge.objects.order_by("id"):
        price = agreed[row.agreed_price_id]
        assert (price.item_id, price.tier) == (row.item_id, row.tier)
        cause: object = row.cause_id
        if row.kind == "refund" or (row.kind in {"setup", "renewal"} and row.cause_id):
            cause = result[row.cause_id].key
        result[row.id] = ChargeRow(
            tenant=row.tenant_id,
            billing_account=row.billing_account_id,
            statement_on=row.statement_on,
            billed_on=row.billed_on,
            subscription=row.subscription_id,
            customer=row.customer_id,
            item=row.item_id,
            tier=row.tier,
            kind=str(row.kind),
            period_start=row.period_start,
            period_end=row.period_end,
            num=row.num,
            den=row.den,
            exponent=row.exponent,
            agreed_from=price.valid_from,
            level=row.level,
            quantity=Fraction(row.quantity),
            unit_price=Fraction(row.unit_price),
            discount_ppm=row.discount_ppm,
            tax_rule=row.tax_rule_id,
            tax_ppm=row.tax_ppm,
            cause=cause,
            list_amount=Fraction(row.list_amount),
            discount_amount=Fraction(row.discount_amount),
            net=Fraction(row.net),
            tax=Fraction(row.tax),
        )
    return result


def _read_documents(charges: dict[int, ChargeRow]) -> list[DocumentRow]:
    lines = defaultdict(list)
    for line in InvoiceLine.objects.order_by("invoice_id", "line_no"):
        lines[line.invoice_id].append(line)
    taxes = defaultdict(list)
    for total in DocumentTax.objects.order_by("tax_rule_id"):
        taxes[total.billing_account_id, total.statement_on].append(
            (
                total.tax_rule_id,
                total.tax_ppm,
                total.lines,
                Fraction(total.list_amount),
                Fraction(total.discount_amount),
                Fraction(total.net),
                Fraction(total.tax),
            )
        )
    documents = []
    for row in Invoice.objects.all():
        mine = lines[row.id]
        assert [line.line_no for line in mine] == list(range(1, row.lines + 1))
        documents.append(
            DocumentRow(
                billing_account=row.billing_account_id,
                seller=row.seller_id,
                buyer=row.buyer_id,
                tenant=row.tenant_id,
                kind=str(row.kind),
                year=row.year,
                number=row.number,
                statement_on=row.statement_on,
                issued_on=row.issued_on,
                due_on=row.due_on,
                currency=row.currency,
                exponent=row.exponent,
                list_amount=Fraction(row.list_amount),
                discount_amount=Fraction(row.discount_amount),
                net=Fraction(row.net),
                tax=Fraction(row.tax),
                gross=Fraction(row.gross),
                open_amount=Fraction(row.open_amount),
                lines=tuple((charges[line.charge_id].key, Fraction(line.tax)) for line in mine),
                taxes=tuple(taxes[row.billing_account_id, row.statement_on]),
            )
        )
    return documents


def _read_subs() -> dict[int, SubRow]:
    quantities, changes = defaultdict(list), defaultdict(list)
    terms, spans = defaultdict(list), defaultdict(list)
    for item in SubscriptionItem.objects.order_by("id"):
        quantities[item.subscription_id].append((item.id, Fraction(item.quantity)))
    for change in QuantityChange.objects.order_by("id"):
        state = "open" if change.applied_on is None else "applied"
        if change.withdrawn_at is not None:
            state = "withdrawn" if change.applied_on is None else "applied and withdrawn"
        changes[change.subscription_id].append((change.id, state))
    for term in Term.objects.order_by("number"):
        terms[term.subscription_id].append((term.number, term.starts_on, term.ends_on))
    for span in ServiceSpan.objects.order_by("starts_on"):
        reason = None if span.end_reason is None else str(span.end_reason)
        spans[span.subscription_id].append((span.starts_on, span.ends_on, reason))
    bits = {row.id: row.credit_hold for row in Subscription.objects.all()}
    return {
        row.subscription_id: SubRow(
            status=str(row.status),
            due_on=row.due_on,
            period_start=row.period_start,
            period_end=row.period_end,
            term_end=row.term_end,
            trial_end=row.trial_end,
            grace_end=row.grace_end,
            setup_done=row.setup_done,
            credit_hold=bits[row.subscription_id] and str(row.status) in RUNNING,
            quantities=tuple(quantities[row.subscription_id]),
            changes=tuple(changes[row.subscription_id]),
            terms=tuple(terms[row.subscription_id]),
            spans=tuple(spans[row.subscription_id]),
        )
        for row in SubBilling.objects.all()
    }


def _read_agreed() -> dict[tuple[int, int, str, int, date], AgreedRow]:
    return {
        (row.item_id, row.tier, str(row.kind), row.level, row.valid_from): AgreedRow(
            model=str(row.model),
            limits=(
                Fraction(row.lower_limit),
                None if row.upper_limit is None else Fraction(row.upper_limit),
            ),
            unit_price=Fraction(row.unit_price),
            unit_cost=Fraction(row.unit_cost),
            currency=row.currency,
            discount_ppm=row.discount_ppm,
            valid_to=row.valid_to,
            seller_price=row.seller_price_id,
            margin_rule=row.margin_rule_id,
            promotion=row.promotion_id,
        )
        for row in AgreedPrice.objects.all()
        # A level that began and went on one day is kept as an empty one.
        if row.upper_limit != row.lower_limit
    }


def _read_transfers(
    keys: dict[int, DocumentKey],
) -> list[tuple[date, int, str, str, Fraction, str, DocumentKey | None]]:
    rows = [
        (
            row.posted_on,
            row.billing_account_id,
            str(row.debit),
            str(row.credit),
            Fraction(row.amount),
            str(row.cause),
            None if row.document_id is None else keys[row.document_id],
        )
        for row in Transfer.objects.all()
    ]
    return sorted(rows, key=repr)


def _read_credit(accounts: list[int]) -> dict[int, CreditRow]:
    rows = {
        row.billing_account_id: CreditRow(
            overdue_since=row.overdue_since,
            is_held=row.is_held,
            held_on=row.held_on,
            held_by_hand=row.held_by_hand,
            release_until=row.release_until,
        )
        for row in CreditState.objects.all()
    }
    nothing = CreditRow(
        overdue_since=None, is_held=False, held_on=None, held_by_hand=False, release_until=None
    )
    return {account: rows.get(account, nothing) for account in accounts}


def _read_quarantine() -> list[QuarantineRow]:
    rows = [
        QuarantineRow(
            subscription=row.subscription_id,
            reason=str(row.reason),
            due_on=row.due_on,
            first_day=row.first_day,
            last_day=row.last_day,
            tries=row.tries,
            resolved_on=row.resolved_on,
        )
        for row in Quarantine.objects.all()
    ]
    return sorted(rows, key=repr)


def differences(expected: Snapshot, actual: Snapshot, *, most: int = 20) -> list[str]:
    """Return the first differences as lines of "where: expected ... got ..."; none when equal."""
    found: list[str] = []
    for part in fields(Snapshot):
        one, other = getattr(expected, part.name), getattr(actual, part.name)
        if isinstance(one, dict):
            found += _dict_differences(part.name, one, other)
        elif one != other:
            missing, extra = _only_in(one, other), _only_in(other, one)
            found += [f"{part.name}: missing {_text(row)}" for row in missing]
            found += [f"{part.name}: unexpected {_text(row)}" for row in extra]
    left = len(found) - most
    return found[:most] + ([f"... and {left} more"] if left > 0 else [])


def _only_in(rows: list[object], others: list[object]) -> list[object]:
    left = list(others)
    only = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            only.append(row)
    return only


def _dict_differences(
    name: str, one: dict[object, object], other: dict[object, object]
) -> list[str]:
    absent, extra = (
        [key for key in one if key not in other],
        [key for key in other if key not in one],
    )
    found = [f"{name}: missing {_text(key)} {_text(one[key])}" for key in absent]
    found += [f"{name}: unexpected {_text(key)} {_text(other[key])}" for key in extra]
    for key, expected in one.items():
        if key in other and other[key] != expected:
            found += _row_differences(f"{name} {_text(key)}", expected, other[key])
    return found


def _row_differences(where: str, expected: object, actual: object) -> list[str]:
    if not is_dataclass(expected):
        return [f"{where}: expected {_text(expected)} got {_text(actual)}"]
    found = []
    for part in fields(expected):
        one, other = getattr(expected, part.name), getattr(actual, part.name)
        if one != other:
            found.append(f"{where}.{part.name}: expected {_text(one)} got {_text(other)}")
    return found


def _text(value: object) -> str:
    """Return a value shortly: days as ISO dates, fractions as decimals where they are finite."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        short = Decimal(value.numerator) / Decimal(value.denominator)
        return str(short) if Fraction(short) == value else str(value)
    if isinstance(value, tuple | list):
        return "(" + ", ".join(_text(part) for part in value) + ")"
    if is_dataclass(value):
        parts = (f"{part.name}={_text(getattr(value, part.name))}" for part in fields(value))
        return f"{type(value).__name__}({', '.join(parts)})"
    return str(value)
