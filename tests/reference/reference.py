"""The naive implementation of docs/billing.md: day by day, exact fractions, one object at a time.

It imports nothing of `entrepot`. Entry point: `run_world`.
"""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from tests.reference.documents import KIND_ORDER, issue_documents
from tests.reference.events import Event
from tests.reference.settlement import (
    hold_subscriptions,
    judge_credit,
    post_document,
    release_subscriptions,
    settle,
)
from tests.reference.shape import RUNNING, AgreedRow, ChargeRow, QuarantineRow, Snapshot, SubRow
from tests.reference.state import ENDED, Book, CannotBill, Change, Sub, UsageTotal, begin
from tests.reference.world import (
    Action,
    AddRow,
    Cancel,
    HoldByHand,
    ImportUsage,
    OrderChange,
    Pay,
    ReleaseUntil,
    RenewOnce,
    Restart,
    SetAnchor,
    SetAutoRenew,
    SetNextTermEnd,
    SetTermEnd,
    SetZones,
    World,
)

SubscriptionAct = (
    OrderChange
    | Cancel
    | SetAutoRenew
    | SetTermEnd
    | RenewOnce
    | SetNextTermEnd
    | Restart
    | SetAnchor
    | ImportUsage
)
MoneyAct = Pay | ReleaseUntil | HoldByHand


def run_world(world: World) -> Snapshot:
    """Walk through the whole world and return what is left behind."""
    book = begin(world)
    for day, business_date, acts in world.schedule():
        for act in acts:
            apply_action(book, act, business_date)
        run_day(book, day)
    return snapshot(book)


def run_day(book: Book, day: date) -> None:
    """Bill one business date with everything that is still due from earlier days."""
    for sub in book.subs:
        _bill_subscription(book, sub, day)
    fresh = issue_documents(book, day)
    for document in fresh:
        book.documents.append(document)
        post_document(book, document, day)
    settle(book, day)
    judge_credit(book, day)


def _bill_subscription(book: Book, sub: Sub, day: date) -> None:
    while sub.due is not None and sub.due <= day:
        on = sub.due
        tried = deepcopy(sub)
        try:
            made = Event(book, tried, on, day).happen()
        except CannotBill as reason:
            _quarantine(book, sub, str(reason), day)
            return
        assert (tried.status, tried.due) != (sub.status, sub.due), (
            f"subscription {sub.made.key} stands still on {on}"
        )
        sub.__dict__.update(tried.__dict__)
        book.charges += sorted(made, key=_order_of_making)
        _resolve(book, sub, day)


def _order_of_making(charge: ChargeRow) -> tuple[int, int]:
    return KIND_ORDER.index(charge.kind), charge.item


def _quarantine(book: Book, sub: Sub, reason: str, day: date) -> None:
    assert sub.due is not None
    for place, row in enumerate(book.quarantine):
        if row.subscription == sub.made.key and row.resolved_on is None:
            book.quarantine[place] = replace(
                row, reason=reason, due_on=sub.due, last_day=day, tries=row.tries + 1
            )
            return
    book.quarantine.append(QuarantineRow(sub.made.key, reason, sub.due, day, day, 1, None))


def _resolve(book: Book, sub: Sub, day: date) -> None:
    for place, row in enumerate(book.quarantine):
        if row.subscription == sub.made.key and row.resolved_on is None:
            book.quarantine[place] = replace(row, resolved_on=day)


def apply_action(book: Book, act: Action, business_date: date) -> None:
    """Do what somebody did before the run of `business_date`."""
    if isinstance(act, AddRow):
        book.world = book.world.with_row(act.row)
    elif isinstance(act, SetZones):
        placed = tuple(
            replace(account, seller_zone=act.seller_zone, buyer_zone=act.buyer_zone)
            if account.key == act.billing_account
            else account
            for account in book.world.billing_accounts
        )
        book.world = replace(book.world, billing_accounts=placed)
    elif isinstance(act, MoneyAct):
        _apply_money(book, act, business_date)
    else:
        _apply_to_subscription(book.sub(act.sub), act, business_date)


def _apply_money(book: Book, act: MoneyAct, day: date) -> None:
    key = act.billing_account
    if isinstance(act, Pay):
        amount = Fraction(act.amount)
        book.account_credit[key] += amount
        book.transfers.append((day, key, "cash", "account_credit", amount, "payment", None))
        return
    credit = book.credit[key]
    buyer = next(account.buyer for account in book.world.billing_accounts if account.key == key)
    if isinstance(act, HoldByHand):
        credit.is_held, credit.held_on, credit.held_by_hand = True, day, True
        book.holds.append((key, day, "held", None))
        hold_subscriptions(book, buyer, day - timedelta(days=1))
        return
    credit.is_held, credit.held_on, credit.held_by_hand = False, None, False
    credit.release_until = act.until
    book.holds.append((key, day, "released_until", act.until))
    release_subscriptions(book, buyer, day)


def _apply_to_subscription(sub: Sub, act: SubscriptionAct, business_date: date) -> None:
    if isinstance(act, ImportUsage):
        _import_usage(sub, act, business_date)
        return
    if isinstance(act, OrderChange):
        sub.changes.append(Change(act.key, act.item, act.effective_on, Fraction(act.quantity)))
    elif isinstance(act, Cancel):
        sub.cancel_on, sub.cancel_refund, sub.cancel_full = act.on, act.refund, act.full
    elif isinstance(act, SetAutoRenew):
        sub.auto_renew = act.value
    elif isinstance(act, SetAnchor):
        sub.anchor = act.anchor
    elif isinstance(act, RenewOnce | SetNextTermEnd | Restart):
        _renew(sub, act, business_date)
    elif sub.terms:
        number, start, _end = sub.terms[-1]
        sub.terms[-1] = (number, start, act.term_end)
        sub.te = act.term_end
    if not sub.unbilled_hold and sub.status not in ENDED:
        sub.due = sub.usual_due()


def _renew(sub: Sub, act: RenewOnce | SetNextTermEnd | Restart, day: date) -> None:
    if isinstance(act, RenewOnce):
        sub.renews_once = True
    elif isinstance(act, SetNextTermEnd):
        sub.next_term_end = act.on
    else:
        _restart(sub, day)


def _restart(sub: Sub, day: date) -> None:
    if sub.status not in {"graced", *ENDED}:
        return
    if sub.status == "cancelled" and not sub.cancel_refund and sub.pe is not None:
        day = max(day, sub.pe)
    sub.status, sub.grace_end, sub.cancel_on = "active", None, None
    sub.cancel_refund = sub.cancel_full = False
    sub.ps = sub.pe = sub.te = day


def _import_usage(sub: Sub, act: ImportUsage, business_date: date) -> None:
    for tier, (before, after) in enumerate(act.amounts, start=1):
        sub.usage.append(
            UsageTotal(
                key=act.key * 10 + tier,
                item=act.item,
                tier=tier,
                period_start=act.period_start,
                period_end=act.period_end,
                quantity=Fraction(act.quantity),
                before=Fraction(before),
                after=Fraction(after),
            )
        )
    if sub.status in ENDED:
        if sub.plan.is_usage and sub.ps is not None:
            sub.due = business_date
    elif sub.due is not None:
        sub.due = min(sub.due, business_date)


def snapshot(book: Book) -> Snapshot:
    """Return the results in the shape that the database is read into."""
    result = Snapshot(
        charges={charge.key: charge for charge in book.charges},
        documents={
            (document.billing_account, document.statement_on): document
            for document in book.documents
        },
        subs={sub.made.key: _sub_row(sub) for sub in book.subs},
        transfers=sorted(book.transfers, key=repr),
        balances={key: (book.receivable[key], book.account_credit[key]) for key in book.receivable},
        allocations=sorted(book.allocations, key=repr),
        credit={key: credit.row() for key, credit in book.credit.items()},
        holds=sorted(book.holds, key=repr),
        quarantine=sorted(book.quarantine, key=repr),
    )
    for sub in book.subs:
        for total in sub.usage:
            result.usage_billed[total.key] = total.billed
        for row in sub.agreed:
            result.agreed[row.item, row.tier, row.kind, row.level, row.valid_from] = AgreedRow(
                model=row.model,
                limits=(row.lower, row.upper),
                unit_price=row.unit_price,
                unit_cost=row.unit_cost,
                currency=row.currency,
                discount_ppm=row.discount_ppm,
                valid_to=row.valid_to,
                seller_price=row.seller_price,
                margin_rule=row.margin_rule,
                promotion=row.promotion,
            )
    for account in book.world.accounts:
        mine = [ba.key for ba in book.world.billing_accounts if ba.buyer == account.key]
        result.accounts_held[account.key] = any(book.credit[key].is_held for key in mine)
    assert len(result.charges) == len(book.charges), "two charges with one natural key"
    return result


def _sub_row(sub: Sub) -> SubRow:
    return SubRow(
        status=sub.status,
        due_on=sub.due,
        period_start=sub.ps,
        period_end=sub.pe,
        term_end=sub.te,
        trial_end=sub.trial_end,
        grace_end=sub.grace_end,
        setup_done=sub.setup_done,
        credit_hold=sub.credit_hold and sub.status in RUNNING,
        quantities=tuple(sorted(sub.quantities.items())),
        changes=tuple(sorted((change.key, change.state) for change in sub.changes)),
        terms=tuple(sub.terms),
        spans=tuple((span.start, span.end, span.reason) for span in sub.spans),
    )
