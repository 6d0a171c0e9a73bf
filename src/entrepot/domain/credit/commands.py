"""Take payments, and hold and release billing accounts by hand; the daily run does the same by rule."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from entrepot.domain.credit.errors import CreditInput, CreditRefused
from entrepot.domain.credit.events import CreditHoldMoved, PaymentReceived
from entrepot.domain.credit.models import CreditAct, CreditState, HoldEvent
from entrepot.domain.ledger.commands import record_transfer
from entrepot.domain.ledger.models import LedgerAccount, Transfer, TransferCause
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.names import has_controls
from entrepot.domain.resale.models import BillingAccount
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond
from entrepot.kernel.events import bus

REASON_LENGTH_MAX = 300
RELEASE_DAYS_MAX = 366
REFERENCE_LENGTH_MAX = 120
_TABLES = ("judged", "held_buyer", "moved_hold")
_CASCADE = (
    ("credit", "pick_held_buyers"),
    ("parties", "set_credit_holds"),
    ("subscriptions", "hold_subscriptions"),
    ("subscriptions", "hold_spans"),
    ("subscriptions", "stop_billing"),
)


def receive_payment(
    *,
    billing_account_id: int,
    amount: Decimal,
    received_on: date,
    reference: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Post money received as account credit; return the transfer's id.

    `flows.bill.take_payment` also uses the credit for open invoices at once. The same `reference` (a
    bank statement line) again is refused, so that a repeated request cannot pay twice.
    Raises: NoSuchObject; CreditInput `payment_not_positive`, `payment_reference_unusable`; CreditRefused
    `payment_known`; kernel MoneyError.
    """
    text = _reference(reference)
    with transaction.atomic():
        account = _locked(billing_account_id)
        if amount <= 0:
            raise CreditInput(
                "payment_not_positive",
                "A payment is above zero.",
                field="amount",
                next_step="Give the amount that was received.",
            )
        paid = Transfer.objects.filter(
            billing_account_id=account.id, cause=TransferCause.PAYMENT, reference=text
        )
        if text and paid.exists():
            raise CreditRefused(
                "payment_known",
                "The payment {object} was taken already.",
                object=text,
                next_step="Check the reference, or give another one.",
            )
        number = record_transfer(
            billing_account_id=account.id,
            debit=LedgerAccount.CASH,
            credit=LedgerAccount.ACCOUNT_CREDIT,
            amount=amount,
            posted_on=received_on,
            cause=TransferCause.PAYMENT,
            reference=text,
        )
        after = {"amount": str(amount), "received_on": received_on.isoformat(), "transfer": number}
        _audit(account, "payment_received", actor=actor, now=now, after=after, reason=text)
        bus.publish(
            PaymentReceived(account.id, account.tenant_id, received_on, amount, transfer_id=number)
        )
    return number


def hold_account(
    *,
    billing_account_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    business_date: date,
) -> None:
    """Put a credit hold on a billing account by hand, from the business date on.

    With automatic terms the next run releases it again unless something is overdue (domain reference
    1.2); an administrative hold is for keeping somebody on hold. The hold reaches the buyer's account
    and, by the terms, its subscriptions.
    Raises: NoSuchObject; CreditInput `credit_reason_missing`; CreditRefused `credit_already_held`.
    """
    why = _reason(reason)
    with transaction.atomic():
        account = _locked(billing_account_id)
        state = _state(account)
        if state.is_held:
            raise CreditRefused(
                "credit_already_held",
                "{object} is already on credit hold.",
                object=_name(account),
                next_step="Release it, or leave it as it is.",
            )
        state.is_held = state.held_by_hand = True
        state.held_on, state.release_until = business_date, None
        state.save()
        _spread(account, is_held=True, business_date=business_date)
        _note(account, CreditAct.HELD, why, actor=actor, now=now, on_day=business_date)


def release_account(
    *,
    billing_account_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    business_date: date,
) -> None:
    """Take a credit hold away; the next run judges again and may put it back.

    Raises: NoSuchObject; CreditInput `credit_reason_missing`; CreditRefused `credit_not_held`.
    """
    why = _reason(reason)
    with transaction.atomic():
        account = _locked(billing_account_id)
        state = _held_state(account)
        state.is_held = state.held_by_hand = False
        state.held_on = state.release_until = None
        state.save()
        _spread(account, is_held=False, business_date=business_date)
        _note(account, CreditAct.RELEASED, why, actor=actor, now=now, on_day=business_date)


def release_until(
    *,
    billing_account_id: int,
    until: date,
    reason: str,
    actor: Actor,
    now: datetime,
    business_date: date,
) -> None:
    """Take a credit hold away up to a day, inclusive: no run puts it back before the day after.

    An account that is not held is protected the same way; a later release replaces an earlier one.
    Raises: NoSuchObject; CreditInput `credit_reason_missing`, `release_until_past`,
    `release_until_far`.
    """
    why = _reason(reason)
    if until < business_date:
        raise CreditInput(
            "release_until_past",
            "{day} is over.",
            field="until",
            next_step="Choose {business_date} or a later day.",
            day=until,
            business_date=business_date,
        )
    if (until - business_date).days > RELEASE_DAYS_MAX:
        raise CreditInput(
            "release_until_far",
            "A release lasts {most} days at most.",
            field="until",
            next_step="Choose an earlier day, and release the account again then.",
            most=RELEASE_DAYS_MAX,
        )
    with transaction.atomic():
        account = _locked(billing_account_id)
        state = _state(account)
        was_held = state.is_held
        state.is_held = state.held_by_hand = False
        state.held_on, state.release_until = None, until
        state.save()
        if was_held:
            _spread(account, is_held=False, business_date=business_date)
        _note(
            account,
            CreditAct.RELEASED_UNTIL,
            why,
            actor=actor,
            now=now,
            on_day=business_date,
            until=until,
        )


def _locked(billing_account_id: int) -> BillingAccount:
    """Lock the account's row: payments and holds of one account wait for each other."""
    account = BillingAccount.objects.select_for_update().filter(pk=billing_account_id).first()
    if account is None:
        raise NoSuchObject(object="billing account")
    return account


def _state(account: BillingAccount) -> CreditState:
    CreditState.objects.bulk_create(
        [
            CreditState(
                billing_account_id=account.id,
                tenant_id=account.tenant_id,
                buyer_id=account.buyer_id,
            )
        ],
        ignore_conflicts=True,
    )
    return CreditState.objects.select_for_update().get(pk=account.id)


def _held_state(account: BillingAccount) -> CreditState:
    state = CreditState.objects.select_for_update().filter(pk=account.id, is_held=True).first()
    if state is None:
        raise CreditRefused(
            "credit_not_held",
            "{object} is not on credit hold.",
            object=_name(account),
            next_step="To protect it from the next run, release it until a day.",
        )
    return state


def _spread(account: BillingAccount, *, is_held: bool, business_date: date) -> None:
    """Carry the hold to the buyer's account and subscriptions with the statements of the daily run.

    They take the last completed day as theirs: what is put by hand is effective for the business date.
    """
    last_day = business_date - timedelta(days=1)
    with beyond("the run's statements, on its own tables"), connection.cursor() as cursor:
        made = _make_tables(cursor)
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)}")
        cursor.execute(
            "INSERT INTO judged (billing_account_id, tenant_id, buyer_id, was_held, is_held) "
            "VALUES (%s, %s, %s, %s, %s)",
            [account.id, account.tenant_id, account.buyer_id, not is_held, is_held],
        )
        for package, name in _CASCADE:
            found = _statement(package, name)
            values: Mapping[str, Any] = {"run_day": last_day}
            found.run(cursor, **{key: values[key] for key in found.parameters})
        # A billing run on the same connection makes its own set of tables and must not find half of it.
        if made:
            cursor.execute(f"DROP TABLE {', '.join(_TABLES)}")


def _make_tables(cursor: Any) -> bool:
    cursor.execute("SELECT to_regclass('pg_temp.judged')")
    if cursor.fetchone()[0] is not None:
        return False
    for package, name in (("credit", "judge_accounts"), *_CASCADE):
        for table, columns in _statement(package, name).temp_tables.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
    return True


def _statement(package: str, name: str) -> Any:
    return statement(f"entrepot.domain.{package}", name)


def _note(
    account: BillingAccount,
    act: CreditAct,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    on_day: date,
    until: date | None = None,
) -> None:
    HoldEvent.objects.create(
        tenant_id=account.tenant_id,
        billing_account_id=account.id,
        buyer_id=account.buyer_id,
        on_day=on_day,
        act=act,
        until=until,
        actor_name=actor.name[:150],
        reason=reason,
    )
    after = {"until": until.isoformat()} if until else {}
    _audit(account, f"credit_{act.value}", actor=actor, now=now, after=after, reason=reason)
    bus.publish(CreditHoldMoved(account.id, account.tenant_id, on_day, act, until, at=now))


def _audit(
    account: BillingAccount,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    after: Mapping[str, Any],
    reason: str,
) -> None:
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="billing_account",
        object_id=account.id,
        object_label=_name(account),
        tenant_id=account.tenant_id,
        after=after,
        reason=reason,
    )


def _name(account: BillingAccount) -> str:
    return f"{account.buyer.name} ({account.seller.name}, {account.currency})"


def _reference(text: str) -> str:
    """Check what tells payments apart; cutting it would take two payments for one."""
    cleaned = text.strip()
    if len(cleaned) > REFERENCE_LENGTH_MAX or has_controls(cleaned):
        raise CreditInput(
            "payment_reference_unusable",
            "A reference has at most {most} visible characters.",
            field="reference",
            next_step="Give the part of the bank's line that tells it from others.",
            most=REFERENCE_LENGTH_MAX,
        )
    return cleaned


def _reason(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > REASON_LENGTH_MAX or has_controls(cleaned):
        raise CreditInput(
            "credit_reason_missing",
            "A reason of 1 to {most} visible characters is needed.",
            field="reason",
            next_step="Say why, in a few words.",
            most=REASON_LENGTH_MAX,
        )
    return cleaned
