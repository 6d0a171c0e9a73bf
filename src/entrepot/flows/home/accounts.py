"""The money side of one account's page: terms, what is open, credit holds and their history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from entrepot.domain.billing.models import Invoice
from entrepot.domain.billing.queries.invoices import last_completed_day
from entrepot.domain.credit.models import CreditState, HoldEvent
from entrepot.domain.ledger.models import Balance
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import BillingAccount, HoldMode
from entrepot.domain.subscriptions.models import Subscription
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.kernel.money import Money

TERMS_SHOWN_MAX = 20
EVENTS_SHOWN_MAX = 20
COUNT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How one seller bills an account in one currency, and where it stands.

    `overdue_since` is the first day on which something was overdue, as the last run left it;
    `release_until` the last day on which no run puts a hold. `may_act`: the viewer sells and may hold.
    """

    billing_account_id: int
    seller_name: str
    buyer_name: str
    currency: str
    statement_day: int
    due_days: int
    grace_days: int
    holds_by_itself: bool
    suspends: bool
    bills_on_hold: bool
    limit: Money | None
    ask_above: Money | None
    receivable: Money
    account_credit: Money
    overdue: Money
    open_documents: int
    overdue_since: date | None
    is_held: bool
    held_on: date | None
    held_by_hand: bool
    release_until: date | None
    may_act: bool

    @property
    def left(self) -> Money | None:
        """Give what may still be bought on credit, never below zero; None without a limit."""
        if self.limit is None:
            return None
        return max(self.limit - self.receivable, Money.zero(self.currency))


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One entry of the hold history; `act` is a value of `CreditAct`."""

    on_day: date
    act: str
    until: date | None
    by: str
    reason: str
    currency: str


@dataclass(frozen=True, slots=True)
class AccountMoney:
    """What an account's page shows of money. `subscriptions` is exact up to COUNT_MAX, then one more."""

    terms: tuple[Terms, ...]
    events: tuple[HoldLine, ...]
    subscriptions: int


def account_money(viewer: Viewer, *, account_id: int) -> AccountMoney:
    """Read the terms on which an account buys, as far as the viewer sells or buys itself. Six queries.

    The account itself has to be visible: read `parties.queries.account_page` first.
    """
    subscriptions = visible(viewer, Subscription).filter(customer_id=account_id)
    count = subscriptions[: COUNT_MAX + 1].count()
    if not viewer.can(Capability.VIEW_INVOICES):
        return AccountMoney((), (), count)
    found = list(
        visible(viewer, BillingAccount)
        .filter(buyer_id=account_id)
        .select_related("seller", "buyer")
        .order_by("id")[:TERMS_SHOWN_MAX]
    )
    return AccountMoney(terms_of(viewer, found), _events(viewer, found), count)


def terms_to_act_on(viewer: Viewer, *, billing_account_id: int) -> Terms:
    """Return the terms whose credit hold the viewer wants to change. Raises: NoSuchObject."""
    usable = 0 < billing_account_id <= NUMBER_MAX
    found = list(
        visible(viewer, BillingAccount)
        .filter(pk=billing_account_id if usable else 0, seller_id=viewer.account_id)
        .select_related("seller", "buyer")
    )
    if not found:
        raise NoSuchObject(object="billing account")
    return terms_of(viewer, found)[0]


def buyer_of(viewer: Viewer, *, billing_account_id: int) -> tuple[int, AccountKind]:
    """Return who buys on a visible billing account: id and kind. Raises: NoSuchObject."""
    usable = 0 < billing_account_id <= NUMBER_MAX
    found = visible(viewer, BillingAccount).filter(pk=billing_account_id if usable else 0)
    buyer = found.values_list("buyer_id", "buyer__kind").first()
    if buyer is None:
        raise NoSuchObject(object="billing account")
    return buyer


def terms_of(viewer: Viewer, found: Sequence[BillingAccount]) -> tuple[Terms, ...]:
    """Read where some visible billing accounts stand: three queries. Seller and buyer come with them."""
    ids = [account.id for account in found]
    balances = Balance.objects.in_bulk(ids)
    states = CreditState.objects.in_bulk(ids)
    overdue = _overdue(viewer, ids)
    may_act = viewer.can(Capability.MANAGE_CREDIT)
    return tuple(
        _one(
            account,
            balances.get(account.id),
            states.get(account.id),
            overdue.get(account.id, (Decimal(0), 0)),
            may_act=may_act and account.seller_id == viewer.account_id,
        )
        for account in found
    )


def _overdue(viewer: Viewer, ids: Sequence[int]) -> Mapping[int, tuple[Decimal, int]]:
    """Return the overdue amount and the number of open documents by billing account."""
    as_of = last_completed_day()
    if as_of is None:
        return {}
    rows = (
        visible(viewer, Invoice)
        .filter(billing_account_id__in=ids, open_amount__gt=0, issued_on__lte=as_of)
        .values_list("billing_account_id")
        .annotate(
            late=Sum("open_amount", filter=Q(due_on__lt=as_of), default=Decimal(0)), n=Count("id")
        )
    )
    return {number: (late, count) for number, late, count in rows}


def _one(
    account: BillingAccount,
    balance: Balance | None,
    state: CreditState | None,
    overdue: tuple[Decimal, int],
    *,
    may_act: bool,
) -> Terms:
    def money(value: Decimal | None) -> Money:
        return Money.rounded(value or Decimal(0), currency=account.currency)

    return Terms(
        billing_account_id=account.id,
        seller_name=account.seller.name,
        buyer_name=account.buyer.name,
        currency=account.currency,
        statement_day=account.statement_day,
        due_days=account.due_days,
        grace_days=account.grace_days,
        holds_by_itself=account.hold_mode is HoldMode.AUTOMATIC,
        suspends=account.suspend_on_hold,
        bills_on_hold=account.bill_on_hold,
        limit=None if account.credit_limit is None else money(account.credit_limit),
        ask_above=None if account.ask_above is None else money(account.ask_above),
        receivable=money(balance.receivable if balance else None),
        account_credit=money(balance.account_credit if balance else None),
        overdue=money(overdue[0]),
        open_documents=overdue[1],
        overdue_since=state.overdue_since if state else None,
        is_held=state is not None and state.is_held,
        held_on=state.held_on if state else None,
        held_by_hand=state is not None and state.held_by_hand,
        release_until=state.release_until if state else None,
        may_act=may_act,
    )


def _events(viewer: Viewer, found: Sequence[BillingAccount]) -> tuple[HoldLine, ...]:
    currencies = {account.id: account.currency for account in found}
    sells = {account.id for account in found if account.seller_id == viewer.account_id}
    rows = visible(viewer, HoldEvent).filter(billing_account_id__in=list(currencies))
    return tuple(
        HoldLine(
            on_day=row.on_day,
            act=row.act.value,
            until=row.until,
            # Who decided and why is the seller's own note.
            by=row.actor_name if row.billing_account_id in sells else "",
            reason=row.reason if row.billing_account_id in sells else "",
            currency=currencies[row.billing_account_id],
        )
        for row in rows.order_by("-on_day", "-id")[:EVENTS_SHOWN_MAX]
    )
