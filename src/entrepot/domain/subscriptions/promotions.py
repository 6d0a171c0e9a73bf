"""Which promotions an order gets, and the note that it took them; source: rule 8 of docs/billing.md section 3."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from entrepot.domain.resale.models import Promotion
from entrepot.domain.subscriptions.errors import PromotionRefused, SubscriptionInput
from entrepot.domain.subscriptions.models import PromotionTaken
from entrepot.domain.subscriptions.sale import Sale
from entrepot.infra.db.prepared import prepared_rows
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.subscriptions"
CODE_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class Promoted:
    """What a tier's seller takes off, in parts per million, for the whole first term; `name` stands on invoices."""

    tier: int
    promotion_id: int
    name: str
    recurring_ppm: int
    setup_ppm: int
    is_by_code: bool
    is_limited: bool


Promotions = Mapping[int, Mapping[int, Promoted]]
"""Promotions by plan and tier."""


def find_promotions(*, sale: Sale, code: str, on_day: date) -> Promotions:
    """Find what the sellers of a chain take off for each plan of a sale; one statement, with a code up to two.

    A code is compared without case and blanks around it; empty is none. It may be of any seller of the chain and has to
    count for one of the plans.
    Raises: SubscriptionInput `promotion_code_unusable`; PromotionRefused `promotion_code_unknown`,
    `promotion_code_over`, `promotion_code_other_plan`, `promotion_code_used`, `promotion_code_used_up`.
    """
    wanted = clean_code(code)
    plans = sorted({period.plan_id for period in sale.periods.values()})
    found = promotions_of_plans(
        chain_id=sale.chain_id,
        customer_id=sale.customer_id,
        plan_ids=plans,
        code=wanted,
        on_day=on_day,
    )
    if wanted and not any(one.is_by_code for tiers in found.values() for one in tiers.values()):
        raise _refusal(sale, wanted, plans=plans, on_day=on_day)
    return found


def promotions_of_plans(
    *, chain_id: int | None, customer_id: int, plan_ids: Sequence[int], on_day: date, code: str = ""
) -> Promotions:
    """Say what the sellers of a chain would take off each plan if the customer ordered it; one statement.

    `customer_id` 0 is a customer who has nothing and used nothing; `code` is a clean one that may count for nothing.
    """
    rows = prepared_rows(
        statement(_PACKAGE, "find_promotions"),
        chain_id=chain_id,
        customer_id=customer_id,
        plan_ids=list(plan_ids),
        code=code,
        on_day=on_day,
    )
    found: dict[int, dict[int, Promoted]] = {plan: {} for plan in plan_ids}
    for plan, tier, *facts in rows:
        found[plan][tier] = Promoted(tier, *facts)
    return found


def take_promotions(*, sale: Sale, taken: Mapping[int, Mapping[int, Promoted]]) -> None:
    """Note what each subscription (by id) took; those with a limit are locked and looked at once more.

    What a customer gets once counts for all plans of one cart.
    Raises: PromotionRefused as `find_promotions` when too few are left, somebody else took the last one for example.
    """
    rows = [(number, one) for number, tiers in taken.items() for one in tiers.values()]
    if not rows:
        return
    limited = sorted({one.promotion_id for _, one in rows if one.is_limited})
    if limited:
        counts = Counter(one.promotion_id for _, one in rows)
        _require_left(limited, counts, customer_id=sale.customer_id)
    prepared_rows(
        statement(_PACKAGE, "take_promotions"),
        tenant_id=sale.tenant_id,
        customer_id=sale.customer_id,
        subscription_ids=[number for number, _ in rows],
        tiers=[one.tier for _, one in rows],
        promotion_ids=[one.promotion_id for _, one in rows],
    )


def give_back_promotions(*, subscription_id: int) -> None:
    """Forget what an order took that is not delivered: it can be taken again."""
    PromotionTaken.objects.filter(subscription_id=subscription_id).delete()


def clean_code(code: str) -> str:
    """Return a code in capitals without blanks around it. Raises: SubscriptionInput `promotion_code_unusable`."""
    cleaned = code.strip().upper()
    if len(cleaned) > CODE_LENGTH_MAX or not cleaned.isprintable():
        raise SubscriptionInput(
            "promotion_code_unusable",
            "A promotion code has at most {most} visible characters.",
            field="code",
            next_step="Check the code, or leave it out.",
            most=CODE_LENGTH_MAX,
        )
    return cleaned


def _require_left(limited: Sequence[int], counts: Mapping[int, int], *, customer_id: int) -> None:
    locked = Promotion.objects.select_for_update().filter(pk__in=limited).order_by("id")
    for promotion in locked:
        used = PromotionTaken.objects.filter(promotion_id=promotion.pk)
        if promotion.once_per_customer and used.filter(customer_id=customer_id).exists():
            raise _used(promotion.name)
        if (
            promotion.uses_max is not None
            and used.count() + counts[promotion.pk] > promotion.uses_max
        ):
            raise _used_up(promotion.name)


def _refusal(sale: Sale, code: str, *, plans: Sequence[int], on_day: date) -> PromotionRefused:
    """Say why a code counts for nothing; codes of sellers outside the chain are as unknown as any other."""
    sellers = [tier.seller_id for tier in sale.tiers]
    known = Promotion.objects.filter(code=code, seller_id__in=sellers)
    if not known.exists():
        return _said(
            code, "promotion_code_unknown", _("Nobody you buy from knows the code {object}.")
        )
    running = known.filter(Q(valid_to=None) | Q(valid_to__gt=on_day), valid_from__lte=on_day)
    if not running.exists():
        return _said(code, "promotion_code_over", _("The code {object} is not valid today."))
    fitting = running.filter(Q(plan=None) | Q(plan_id__in=plans))
    once = fitting.filter(once_per_customer=True).values("pk")
    taken = PromotionTaken.objects.filter(promotion_id__in=once)
    if taken.filter(customer_id=sale.customer_id).exists():
        return _used(code)
    if any(_is_used_up(promotion) for promotion in fitting):
        return _used_up(code)
    return _said(code, "promotion_code_other_plan", _("The code {object} is for another plan."))


def _is_used_up(promotion: Promotion) -> bool:
    used = PromotionTaken.objects.filter(promotion_id=promotion.pk)
    return promotion.uses_max is not None and used.count() >= promotion.uses_max


def _used(what: str) -> PromotionRefused:
    return _said(what, "promotion_code_used", _("{object} counts once per customer and was used."))


def _used_up(what: str) -> PromotionRefused:
    return _said(what, "promotion_code_used_up", _("{object} was used as often as it could be."))


def _said(what: str, code: str, text: str) -> PromotionRefused:
    return PromotionRefused(
        code, text, object=what, next_step="Check the code, or order without it."
    )
