"""Play the acts of one day with the commands that people's clicks would call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from entrepot.demo import crew, selling
from entrepot.demo.acts import (
    Act,
    Approvals,
    Cancellation,
    CreditRelease,
    Crew,
    Desk,
    Hold,
    Needs,
    Newcomer,
    Order,
    OrderCancellation,
    Promise,
    Purchase,
    Release,
    Renewal,
    RenewalOrder,
    SeatChange,
    Switches,
    UnitsOrder,
    UsageFile,
    UsageLink,
)
from entrepot.demo.base_parties import add_customer
from entrepot.demo.stage import Stage, accounts_by_name, administrators, buyer_acts
from entrepot.demo.usage_files import PROVIDER, usage_file
from entrepot.domain.catalog.models import PlanPeriod, PlanResource, Vendor
from entrepot.domain.credit.commands import release_until
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.models import Order as PlacedOrder
from entrepot.domain.parties.models import Account
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.commands.people import mark_failed
from entrepot.domain.provisioning.kinds import ConnectorKind
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.commands import (
    Discount,
    cancel_subscription,
    change_quantity,
    hold_subscription,
    release_subscription,
    set_auto_renew,
    start_subscription,
)
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.usage.totals import StoreSettings
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.flows.usage_import import link_sub_account, load_usage
from entrepot.kernel.errors import DomainError

USAGE_MEMORY_MB = 256


@dataclass(slots=True)
class Player:
    """Plays acts on a stage; knows the catalogue and the subscriptions by reference.

    `refused` collects what the commands refused, which only happens when somebody changed the world by
    hand while it was being built.
    """

    stage: Stage
    data_dir: Path
    periods: Mapping[tuple[str, int, int], tuple[int, int]] = field(default_factory=dict)
    subscriptions: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, *, today: date, small: bool, data_dir: Path) -> "Player":
        """Read what there is and stand ready for a day."""
        player = cls(Stage(today=today, small=small), data_dir)
        player.refresh()
        return player

    def refresh(self) -> None:
        """Read what exists now, at the start and after somebody else did a day."""
        self.stage.accounts = accounts_by_name()
        self.stage.people = administrators()
        units = dict(PlanResource.objects.filter(position=0).values_list("plan_id", "resource_id"))
        rows = PlanPeriod.objects.values_list(
            "plan__name", "term_months", "billing_months", "id", "plan_id"
        )
        self.periods = {(name, t, b): (number, units[plan]) for name, t, b, number, plan in rows}
        self.subscriptions = dict(
            Subscription.objects.exclude(vendor_reference="").values_list("vendor_reference", "id")
        )

    def play(self, act: Act) -> None:
        """Do one act; a refusal is kept and the story goes on."""
        try:
            _PLAYS[type(act)](self, act)
        except DomainError as refusal:
            self.refused.append(refusal.text())

    def by(self, reference: str) -> dict[str, Any]:
        """Give who changes a subscription and when, as commands take it."""
        return {"subscription_id": self.subscriptions[reference], **self.stage.made}

    @property
    def store(self) -> StoreSettings:
        """Give where usage files are kept."""
        return StoreSettings(data_dir=self.data_dir, memory_limit_mb=USAGE_MEMORY_MB)


def _order(player: Player, act: Order) -> None:
    period_id, resource_id = player.periods[act.plan, *act.months]
    discount = Discount(ppm=act.discount_ppm, label=act.discount_label)
    player.subscriptions[act.reference] = start_subscription(
        customer_id=player.stage.accounts[act.buyer],
        plan_period_id=period_id,
        quantities={resource_id: Decimal(act.quantity)},
        start_on=player.stage.today,
        trial_days=act.trial_days,
        auto_renew=act.auto_renew,
        discounts={act.discount_tier: discount} if act.discount_ppm else None,
        vendor_reference=act.reference,
        purchase_order=act.purchase_order,
        **buyer_acts(player.stage, act.buyer),
    )


def _desk(player: Player, act: Desk) -> None:
    add_connector(
        name=act.name,
        kind=ConnectorKind.MANUAL,
        vendor_id=Vendor.objects.get(name=act.vendor).id,
        surroundings=surroundings(),
        **player.stage.made,
    )


def _purchase(player: Player, act: Purchase) -> None:
    period_id, resource_id = player.periods[act.plan, *act.months]
    line = Line(period_id, {resource_id: Decimal(act.quantity)}, dict(act.parameters))
    account = player.stage.accounts[act.buyer]
    cart = Cart(account, [line], purchase_order=act.purchase_order, promotion_code=act.code)
    (number,) = place_order(
        cart,
        request_key=act.key,
        confirmed=estimate_order(cart, now=player.stage.now).total.first,
        **buyer_acts(player.stage, Account.objects.get(pk=account).name),
    )
    operation = PlacedOrder.objects.get(pk=number).operation_id
    if act.refusal and operation is not None:
        mark_failed(operation_id=operation, comment=act.refusal, **player.stage.made)


def _change(player: Player, act: SeatChange) -> None:
    number = player.subscriptions[act.reference]
    row = Subscription.objects.filter(pk=number)
    plan_id, buyer = row.values_list("plan_id", "customer_name").get()
    unit = PlanResource.objects.get(plan_id=plan_id, position=0)
    change_quantity(
        subscription_id=number,
        resource_id=unit.resource_id,
        quantity=Decimal(act.quantity),
        effective_on=act.effective_on,
        **buyer_acts(player.stage, buyer),
    )


def _cancel(player: Player, act: Cancellation) -> None:
    cancel_subscription(
        cancel_on=act.cancel_on,
        reason=act.reason,
        today=player.stage.today,
        **player.by(act.reference),
    )


def _renewal(player: Player, act: Renewal) -> None:
    set_auto_renew(auto_renew=act.auto_renew, today=player.stage.today, **player.by(act.reference))


def _hold(player: Player, act: Hold) -> None:
    hold_subscription(
        reason=act.reason, business_date=player.stage.today, **player.by(act.reference)
    )


def _release(player: Player, act: Release) -> None:
    release_subscription(
        reason=act.reason, business_date=player.stage.today, **player.by(act.reference)
    )


def _credit_release(player: Player, act: CreditRelease) -> None:
    release_until(
        billing_account_id=BillingAccount.objects.get(buyer_id=player.stage.accounts[act.buyer]).id,
        until=act.until,
        reason=act.reason,
        business_date=player.stage.today,
        **player.stage.made,
    )


def _newcomer(player: Player, act: Newcomer) -> None:
    add_customer(player.stage, act.customer)


def _link(player: Player, act: UsageLink) -> None:
    link_sub_account(
        provider_name=PROVIDER,
        sub_account_id=act.sub_account,
        store=player.store,
        business_date=player.stage.today,
        **player.by(act.reference),
    )


def _file(player: Player, act: UsageFile) -> None:
    with usage_file(month=act.month, version=act.version, small=player.stage.small) as path:
        load_usage(
            path=path,
            store=player.store,
            business_date=player.stage.today,
            **player.stage.made,
        )


def _units(player: Player, act: UnitsOrder) -> None:
    selling.order_units(player.stage, player.subscriptions[act.reference], act)


def _renew(player: Player, act: RenewalOrder) -> None:
    selling.order_renewal_of(player.stage, player.subscriptions[act.reference], act)


def _on_stage(play: Callable[[Stage, Any], None]) -> Callable[[Player, Any], None]:
    return lambda player, act: play(player.stage, act)


_PLAYS: Mapping[type[Act], Callable[[Player, Any], None]] = {
    Order: _order,
    Desk: _desk,
    Purchase: _purchase,
    SeatChange: _change,
    Cancellation: _cancel,
    Renewal: _renewal,
    Hold: _hold,
    Release: _release,
    CreditRelease: _credit_release,
    **{
        kind: _on_stage(play)
        for kind, play in (
            (Promise, selling.promise),
            (Switches, selling.allow_switches),
            (Needs, selling.need),
            (Approvals, selling.approve),
            (Crew, crew.hand_out),
            (OrderCancellation, selling.cancel),
        )
    },
    UnitsOrder: _units,
    RenewalOrder: _renew,
    Newcomer: _newcomer,
    UsageLink: _link,
    UsageFile: _file,
}
