"""Does the acts of a world in the database, as the later commands will: lock, write, set due_on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from entrepot.domain.credit.models import CreditAct, CreditState, HoldEvent
from entrepot.domain.ledger.models import Balance, LedgerAccount, Transfer, TransferCause
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import (
    QuantityChange,
    SubBilling,
    Subscription,
    Term,
    TermCalendar,
)
from entrepot.domain.usage.models import UsageImport, UsageImportState, UsageTotal
from tests.reference import world as plain
from tests.reference.load import add_row, instant

ENDED = (Status.EXPIRED, Status.CANCELLED)


@transaction.atomic
def apply_action(act: plain.Action, business_date: date) -> None:
    """Do what somebody did before the run of `business_date`."""
    if isinstance(act, plain.AddRow):
        add_row(act.row)
    elif isinstance(act, plain.SetZones):
        BillingAccount.objects.filter(id=act.billing_account).update(
            seller_zone_id=act.seller_zone, buyer_zone_id=act.buyer_zone
        )
    elif isinstance(act, plain.Pay):
        _pay(act, business_date)
    elif isinstance(act, plain.ReleaseUntil | plain.HoldByHand):
        _set_hold(act, business_date)
    else:
        _change_subscription(act, business_date)


def _pay(act: plain.Pay, day: date) -> None:
    account = BillingAccount.objects.get(id=act.billing_account)
    Transfer.objects.create(
        tenant_id=account.tenant_id,
        billing_account_id=account.id,
        debit=LedgerAccount.CASH,
        credit=LedgerAccount.ACCOUNT_CREDIT,
        amount=act.amount,
        posted_on=day,
        cause=TransferCause.PAYMENT,
    )
    balance, _ = Balance.objects.get_or_create(
        billing_account_id=account.id, defaults={"tenant_id": account.tenant_id}
    )
    balance.account_credit = Decimal(balance.account_credit) + act.amount
    balance.save()


def _set_hold(act: plain.ReleaseUntil | plain.HoldByHand, day: date) -> None:
    held = isinstance(act, plain.HoldByHand)
    account = BillingAccount.objects.get(id=act.billing_account)
    credit, _ = CreditState.objects.get_or_create(
        billing_account_id=account.id,
        defaults={"tenant_id": account.tenant_id, "buyer_id": account.buyer_id},
    )
    credit.is_held = credit.held_by_hand = held
    credit.held_on = day if held else None
    if isinstance(act, plain.ReleaseUntil):
        credit.release_until = act.until
    credit.save()
    HoldEvent.objects.create(
        tenant_id=account.tenant_id,
        billing_account_id=account.id,
        buyer_id=account.buyer_id,
        on_day=day,
        act=CreditAct.HELD if held else CreditAct.RELEASED_UNTIL,
        until=act.until if isinstance(act, plain.ReleaseUntil) else None,
        actor_name="test",
    )
    _spread_hold(int(account.buyer_id), day)


@dataclass(frozen=True)
class _Holds:
    held: bool
    suspends: bool
    stops_billing: bool


def _holds_of(buyer: int) -> _Holds:
    rows = CreditState.objects.filter(buyer_id=buyer, is_held=True)
    keys = [row.billing_account_id for row in rows]
    suspending = BillingAccount.objects.filter(id__in=keys, suspend_on_hold=True)
    unbilled = suspending.filter(bill_on_hold=False)
    return _Holds(bool(keys), suspending.exists(), unbilled.exists())


def _spread_hold(buyer: int, day: date) -> None:
    """Repeat the holds on account and subscriptions; a release lets billing go on from `day`.

    Worlds put holds by hand only where billing goes on.
    """
    now = _holds_of(buyer)
    Account.objects.filter(id=buyer).update(credit_hold=now.held)
    for row in SubBilling.objects.select_for_update().filter(customer_id=buyer):
        Subscription.objects.filter(id=row.subscription_id).update(credit_hold=now.suspends)
        running = row.status in {Status.TRIAL, Status.ACTIVE, Status.GRACED}
        if running and row.due_on is None and not now.stops_billing:
            late = row.period_end is not None and row.period_end <= day
            row.due_on = day if late else usual_due(row)
            row.version += 1
            row.save()


SubscriptionAct = (
    plain.OrderChange
    | plain.Cancel
    | plain.SetAutoRenew
    | plain.SetTermEnd
    | plain.RenewOnce
    | plain.SetNextTermEnd
    | plain.Restart
    | plain.SetAnchor
    | plain.ImportUsage
)


def _change_subscription(act: SubscriptionAct, business_date: date) -> None:
    row = SubBilling.objects.select_for_update().get(subscription_id=act.sub)
    row.version += 1
    if isinstance(act, plain.ImportUsage):
        _import_usage(row, act)
        if row.status in ENDED and row.is_usage and row.period_start is not None:
            row.due_on = business_date
        elif row.due_on is not None:
            row.due_on = min(row.due_on, business_date)
        row.save()
        return
    if isinstance(act, plain.OrderChange):
        _order_change(row, act)
    elif isinstance(act, plain.Cancel):
        row.cancel_on, row.cancel_refund, row.cancel_full = act.on, act.refund, act.full
        Subscription.objects.filter(id=act.sub).update(cancel_on=act.on)
    elif isinstance(act, plain.SetAutoRenew):
        row.auto_renew = act.value
        Subscription.objects.filter(id=act.sub).update(auto_renew=act.value)
        TermCalendar.objects.filter(subscription_id=act.sub).update(auto_renew=act.value)
    elif isinstance(act, plain.SetAnchor):
        row.anchor_day = act.anchor
    elif isinstance(act, plain.RenewOnce | plain.SetNextTermEnd | plain.Restart):
        _renew(row, act, business_date)
    else:
        _end_term(row, act.term_end)
    if row.due_on is not None and row.status not in ENDED:
        row.due_on = usual_due(row)
    row.save()


def _end_term(row: SubBilling, day: date) -> None:
    """Let the running term end on a partner's day; without a term nothing happens."""
    term = Term.objects.filter(subscription_id=row.subscription_id).order_by("number").last()
    if term is None:
        return
    row.term_end = day
    Term.objects.filter(id=term.id).update(ends_on=day)
    Subscription.objects.filter(id=row.subscription_id).update(term_end=day)
    TermCalendar.objects.filter(subscription_id=row.subscription_id).update(ends_on=day)


def _renew(
    row: SubBilling, act: plain.RenewOnce | plain.SetNextTermEnd | plain.Restart, day: date
) -> None:
    if isinstance(act, plain.RenewOnce):
        row.renews_once = True
    elif isinstance(act, plain.SetNextTermEnd):
        row.next_term_end = act.on
    else:
        _restart(row, day)


def _restart(row: SubBilling, day: date) -> None:
    if row.status not in {Status.GRACED, *ENDED}:
        return
    if row.status == Status.CANCELLED and not row.cancel_refund and row.period_end is not None:
        day = max(day, row.period_end)
    row.status, row.grace_end, row.cancel_on = Status.ACTIVE, None, None
    row.cancel_refund = row.cancel_full = False
    row.period_start = row.period_end = row.term_end = row.due_on = day
    Subscription.objects.filter(id=row.subscription_id).update(
        status=Status.ACTIVE,
        ended_on=None,
        destroy_on=None,
        cancel_on=None,
        term_start=None,
        term_end=None,
        credit_hold=_holds_of(row.customer_id).suspends,
    )
    TermCalendar.objects.filter(subscription_id=row.subscription_id).update(ends_on=None)


def _order_change(row: SubBilling, act: plain.OrderChange) -> None:
    QuantityChange.objects.create(
        id=act.key,
        tenant_id=row.tenant_id,
        subscription_id=act.sub,
        item_id=act.item,
        effective_on=act.effective_on,
        new_quantity=act.quantity,
        ordered_at=instant(act.day),
        ordered_by="test",
    )
    waiting = QuantityChange.objects.filter(
        subscription_id=act.sub, applied_on=None, withdrawn_at=None
    )
    row.next_change_on = min(change.effective_on for change in waiting)


def _import_usage(row: SubBilling, act: plain.ImportUsage) -> None:
    loaded = UsageImport.objects.create(
        provider_name="vendor",
        file_name=f"usage-{act.key}.csv",
        sha256=f"{act.key:064d}",
        state=UsageImportState.APPLIED,
        imported_at=instant(act.day),
        imported_by="test",
    )
    for tier, (before, after) in enumerate(act.amounts, start=1):
        UsageTotal.objects.create(
            id=act.key * 10 + tier,
            tenant_id=row.tenant_id,
            subscription_id=act.sub,
            item_id=act.item,
            tier=tier,
            sku=act.sku,
            period_start=act.period_start,
            period_end=act.period_end,
            lines=1,
            quantity=act.quantity,
            cost=after - before,
            amount_before=before,
            amount_after=after,
            currency="EUR",
            usage_import=loaded,
        )


def usual_due(row: SubBilling) -> date | None:
    """Return due_on by the table of section 2."""
    cancel, change = (_not_before_period(row, day) for day in (row.cancel_on, row.next_change_on))
    dates: list[date | None] = []
    if row.status == Status.TRIAL:
        dates = [row.trial_end, cancel, change]
    elif row.status == Status.ACTIVE:
        dates = [row.period_end, row.term_end, cancel, change]
    elif row.status == Status.GRACED:
        dates = [row.grace_end, cancel]
    return min((day for day in dates if day is not None), default=None)


def _not_before_period(row: SubBilling, day: date | None) -> date | None:
    return day if day is None or row.period_start is None else max(day, row.period_start)
