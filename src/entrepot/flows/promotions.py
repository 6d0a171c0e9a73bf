"""What the screens of promotions show beyond the promotion itself: uses, who took it, what it does to a plan, acts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.models import User
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.resale.buyers import Buyer, buyer_for
from entrepot.domain.resale.commands import NewPromotion, create_promotion
from entrepot.domain.resale.models import Promotion
from entrepot.domain.resale.offers import Offer, OfferPeriod, list_offers, offer_of
from entrepot.domain.subscriptions.models import PromotionTaken
from entrepot.flows.marketplace_promotions import reduced
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import Actor

LIMIT_MAX = 200
EXAMPLES_ASKED = 50
_ACTS = ("promotion_created", "promotion_ended")


@dataclass(frozen=True, slots=True)
class UseRow:
    """An order that took a promotion, as far as the viewer sees it."""

    id: int
    order_id: int
    number: str
    customer_id: int
    customer_name: str
    is_own: bool
    plan_name: str
    code: Code
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class UsePage:
    """A page of uses, the newest first; `before` leads on, None on the last page."""

    rows: tuple[UseRow, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class ActLine:
    """What somebody did with a promotion; `actor_name` is empty for people of a seller above."""

    at: datetime
    is_end: bool
    actor_name: str


@dataclass(frozen=True, slots=True)
class Example:
    """A plan for one of its periods before and after a promotion, on the viewer's usual sale."""

    before: Offer
    after: Offer
    period: OfferPeriod
    reduced: OfferPeriod
    price: Decimal
    price_after: Decimal
    cost: Decimal | None
    currency: str

    @property
    def margin(self) -> Decimal | None:
        """What is left of a unit and period; None while the cost is not known."""
        return None if self.cost is None else self.price_after - self.cost


def uses_of(*, promotion_ids: Sequence[int]) -> Mapping[int, int]:
    """Count the orders that took promotions, by promotion; those that took none are left out. One statement."""
    rows = PromotionTaken.objects.filter(promotion_id__in=promotion_ids)
    counts = rows.order_by().values("promotion_id").annotate(uses=Count("id"))
    return {row["promotion_id"]: row["uses"] for row in counts}


def promotion_uses(
    viewer: Viewer, *, promotion_id: int, limit: int, before: int | None = None
) -> UsePage:
    """Give the orders that took a promotion of the viewer's account, at most 200; two statements.

    What the viewer does not see of them is left out; `promotion_of` has decided that the promotion may be seen.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    taken = PromotionTaken.objects.filter(promotion_id=promotion_id)
    if before is not None:
        taken = taken.filter(pk__lt=before)
    rows = list(taken.order_by("-id").values_list("id", "subscription_id")[: size + 1])
    orders: dict[int, Order] = {}
    wanted = [subscription for _number, subscription in rows[:size]]
    for order in visible(viewer, Order).filter(subscription_id__in=wanted).order_by("-id"):
        # The first order of a subscription took it; later ones changed what was bought.
        orders[order.subscription_id] = order
    return UsePage(
        rows=tuple(
            _use(viewer, number, orders[subscription])
            for number, subscription in rows[:size]
            if subscription in orders
        ),
        before=rows[size - 1][0] if len(rows) > size else None,
    )


def promotion_acts(viewer: Viewer, *, promotion_id: int) -> tuple[ActLine, ...]:
    """Give who created and ended a promotion of the viewer's account, the newest first; two statements.

    The audit trail is the provider's, but what was done with an account's own promotion it may know.
    """
    rows = list(
        AuditEntry.objects.filter(
            object_kind="account",
            object_id=viewer.account_id,
            action__in=_ACTS,
            after__promotion=promotion_id,
        ).order_by("-at", "-id")
    )
    names = {row.actor_name for row in rows}
    if viewer.panel is not Panel.PROVIDER:
        people = visible(viewer, User).filter(display_name__in=names)
        names = set(people.values_list("display_name", flat=True))
    return tuple(
        ActLine(
            row.at,
            row.action == "promotion_ended",
            row.actor_name if row.actor_name in names else "",
        )
        for row in rows
    )


def check_promotion(
    *, seller_id: int, wanted: NewPromotion, today: date, actor: Actor, now: datetime
) -> None:
    """Refuse what `create_promotion` would refuse, and write nothing. Raises: as that command."""
    with transaction.atomic():
        create_promotion(seller_id=seller_id, wanted=wanted, today=today, actor=actor, now=now)
        transaction.set_rollback(True)


def same_promotion(*, seller_id: int, wanted: NewPromotion) -> int | None:
    """Find the promotion that a form made that was sent before: the same in every fact."""
    facts = {**asdict(wanted), "name": wanted.name.strip(), "code": wanted.code.strip().upper()}
    empty = {name: None for name, value in facts.items() if value is None}
    known = Q(**{name: value for name, value in facts.items() if name not in empty})
    for name in empty:
        known &= Q(**{f"{name}__isnull": True})
    found = Promotion.objects.filter(known, seller_id=seller_id).order_by("-id")
    return found.values_list("id", flat=True).first()


def example_of(viewer: Viewer, *, wanted: NewPromotion, on_day: date) -> Example | None:
    """Show what a promotion does to its plan, or to the one of the first 50 by name that it leaves least margin.

    None where nothing with a price per unit is on sale. A fixed number of statements.
    Raises: NoSuchObject for a plan that the viewer's account does not sell.
    """
    buyer = buyer_for(viewer, account_id=None)
    if wanted.plan_id is not None:
        offers = [offer_of(viewer, plan_id=wanted.plan_id, buyer=buyer, on_day=on_day)]
    else:
        page = list_offers(viewer, buyer=buyer, on_day=on_day, limit=EXAMPLES_ASKED)
        offers = list(page.rows)
    found = [one for offer in offers if (one := _example(buyer, offer, wanted)) is not None]
    return min(found, key=_left, default=None)


def _left(one: Example) -> tuple[bool, Decimal]:
    """Order examples by the share of the price that is left; the unknown ones come last."""
    if one.margin is None:
        return True, Decimal(0)
    return False, one.margin / one.price if one.price else Decimal(0)


def _example(buyer: Buyer, offer: Offer, wanted: NewPromotion) -> Example | None:
    period = offer.cheapest
    if period is None or buyer.market is None:
        return None
    after = reduced(offer, recurring_ppm=wanted.recurring_ppm, setup_ppm=wanted.setup_ppm)
    cheaper = next(one for one in after.periods if one.id == period.id)
    key = (offer.chosen[0].id, PriceKind.RECURRING)
    listed, promoted = period.prices[key], cheaper.prices[key]
    if listed.price is None or promoted.price is None:
        return None
    return Example(
        before=offer,
        after=after,
        period=period,
        reduced=cheaper,
        price=listed.price,
        price_after=promoted.price,
        cost=listed.cost,
        currency=listed.currency,
    )


def _use(viewer: Viewer, number: int, order: Order) -> UseRow:
    return UseRow(
        id=number,
        order_id=order.id,
        number=order.number_text,
        customer_id=order.customer_id,
        customer_name=order.customer_name,
        is_own=order.customer_id == viewer.account_id,
        plan_name=order.plan_name,
        code=Code(order.code),
        placed_at=order.placed_at,
    )
