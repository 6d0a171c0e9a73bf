"""Who pays when: nearly everybody some days before the due day, one late, one not any more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from entrepot.demo.cast import dice
from entrepot.demo.stage import Stage
from entrepot.demo.stories import NEVER_PAYS, PAYS_LATE
from entrepot.domain.billing.models import Invoice
from entrepot.domain.credit.commands import receive_payment
from entrepot.domain.ledger.models import Balance
from entrepot.domain.resale.models import BillingAccount

PREPAID = "brisk"
PREPAID_FLOOR, PREPAID_AMOUNT = Decimal(9000), Decimal(18000)
_SATURDAY = 5
# Enough that a due day on a Sunday is met on the Friday before.
_LEAD_MIN, _LEAD_MAX = 2, 9


@dataclass(frozen=True, slots=True)
class _Debt:
    billing_account_id: int
    buyer: str
    amount: Decimal
    document: str


def play_payments(stage: Stage) -> int:
    """Receive what arrives on the stage's day, nothing on weekends; return the number of payments.

    The credit is used by the day's run, oldest invoice first.
    """
    if stage.today.weekday() >= _SATURDAY:
        return 0
    debts = list(_debts(stage))
    for debt in debts:
        _receive(stage, debt.billing_account_id, debt.amount, f"SEPA {debt.document}")
    return len(debts) + _top_up(stage)


def _debts(stage: Stage) -> Iterator[_Debt]:
    """Find the accounts that pay today, each with all of its open invoices that it pays now."""
    rows = Invoice.objects.filter(
        open_amount__gt=0, due_on__lte=stage.today + timedelta(days=_LEAD_MAX)
    ).order_by("billing_account_id", "issued_on", "id")
    names = {number: name for name, number in stage.accounts.items()}
    found: dict[int, _Debt] = {}
    for invoice in rows:
        buyer = names.get(invoice.buyer_id, "")
        if not pays_on(stage.today, buyer=buyer, due_on=invoice.due_on, small=stage.small):
            continue
        known = found.get(invoice.billing_account_id)
        paid = invoice.open_amount + (known.amount if known else 0)
        found[invoice.billing_account_id] = _Debt(
            invoice.billing_account_id, buyer, paid, invoice.number_text
        )
    yield from found.values()


def pays_on(today: date, *, buyer: str, due_on: date, small: bool) -> bool:
    """Tell whether a buyer pays an invoice today or has wanted to already."""
    if buyer == NEVER_PAYS and due_on >= (date(2026, 1, 1) if small else date(2026, 4, 1)):
        return False
    if buyer == PAYS_LATE and due_on.month == (1 if small else 3):
        return today >= (date(2026, 2, 12) if small else date(2026, 4, 14))
    lead = dice("pays", buyer).randint(_LEAD_MIN, _LEAD_MAX)
    return due_on - timedelta(days=lead) <= today


def _top_up(stage: Stage) -> int:
    """Fill up the credit of the prepaid reseller when it runs low."""
    account = BillingAccount.objects.filter(buyer_id=stage.accounts[PREPAID]).order_by("id").first()
    if account is None:
        return 0
    balance = Balance.objects.filter(pk=account.id).first()
    if balance is not None and balance.account_credit >= PREPAID_FLOOR:
        return 0
    _receive(stage, account.id, PREPAID_AMOUNT, f"Top-up {stage.today.isoformat()}")
    return 1


def _receive(stage: Stage, billing_account_id: int, amount: Decimal, reference: str) -> None:
    receive_payment(
        billing_account_id=billing_account_id,
        amount=amount,
        received_on=stage.today,
        reference=reference,
        **stage.made,
    )
