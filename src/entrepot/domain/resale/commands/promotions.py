"""Start promotions and end them; what was sold with one keeps it to the end of its term."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.commands.prices import check_day, lock_seller
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput
from entrepot.domain.resale.models import Promotion
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind

PPM = 1_000_000
NAME_LENGTH_MAX = 80
CODE_LENGTH_MAX = 40
USES_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPromotion:
    """What is promised: parts per million off the recurring price and off the setup fee, from a day to before another.

    `code` empty: every sale, or with `parent_plan_id` each sale to a customer who has that plan. `plan_id` None: every
    plan. `on_renewal` also for terms that are renewed meanwhile (neither with a code nor with a parent plan).
    """

    name: str
    valid_from: date
    valid_to: date | None = None
    code: str = ""
    plan_id: int | None = None
    parent_plan_id: int | None = None
    recurring_ppm: int = 0
    setup_ppm: int = 0
    on_renewal: bool = False
    uses_max: int | None = None
    once_per_customer: bool = False


def create_promotion(
    *, seller_id: int, wanted: NewPromotion, today: date, actor: Actor, now: datetime
) -> int:
    """Promise something from today or a later day on; return the promotion's id.

    A code is kept in capitals and is never used again by the same seller. Without a code there is one promotion per
    seller, plan, parent plan and day.
    Raises: NoSuchObject; ResaleInput; ResaleConflict `promotion_code_taken`, `promotion_in_the_way`.
    """
    facts = {**asdict(wanted), "name": wanted.name.strip(), "code": wanted.code.strip().upper()}
    _check_texts(facts["name"], facts["code"])
    _check_rates(wanted)
    _check_span(wanted, today=today)
    _check_scope(wanted, code=facts["code"])
    with transaction.atomic():
        seller = lock_seller(seller_id)
        _require_free(seller, wanted, code=facts["code"])
        promotion = Promotion.objects.create(seller=seller, **facts)
        _record("promotion_created", seller, promotion, actor=actor, now=now)
    return promotion.pk


def end_promotion(
    *, promotion_id: int, seller_id: int, today: date, actor: Actor, now: datetime
) -> None:
    """Let a promotion end today: no later sale or renewal gets it. One that is over stays as it is.

    Raises: NoSuchObject, also for a promotion of another seller.
    """
    with transaction.atomic():
        seller = lock_seller(seller_id)
        promotion = Promotion.objects.filter(pk=promotion_id, seller=seller).first()
        if promotion is None:
            raise NoSuchObject(object="promotion")
        if promotion.valid_to is not None and promotion.valid_to <= today:
            return
        promotion.valid_to = max(today, promotion.valid_from)
        promotion.save(update_fields=["valid_to"])
        _record("promotion_ended", seller, promotion, actor=actor, now=now)


def _check_texts(name: str, code: str) -> None:
    if not name or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise ResaleInput(
            "promotion_name_unusable",
            "A promotion has a name of at most {most} visible characters.",
            field="name",
            next_step="Write what customers shall read on their invoices.",
            most=NAME_LENGTH_MAX,
        )
    if len(code) > CODE_LENGTH_MAX or not code.isprintable() or " " in code:
        raise ResaleInput(
            "promotion_code_malformed",
            "A code has at most {most} visible characters and no blanks.",
            field="code",
            next_step="Choose something short that can be typed, such as SPRING-26.",
            most=CODE_LENGTH_MAX,
        )


def _check_rates(wanted: NewPromotion) -> None:
    rates = (wanted.recurring_ppm, wanted.setup_ppm)
    if not all(0 <= rate <= PPM for rate in rates) or not any(rates):
        raise ResaleInput(
            "promotion_rate_out_of_bounds",
            "A promotion takes something off the price or the setup fee, at most all of it.",
            field="recurring",
            next_step="Give 0 % to 100 %, and more than 0 % for one of the two.",
        )
    if wanted.uses_max is not None and not 1 <= wanted.uses_max <= USES_MAX:
        raise ResaleInput(
            "promotion_uses_out_of_bounds",
            "A promotion can be limited to 1 up to {most} uses.",
            field="uses_max",
            next_step="Leave it empty for no limit.",
            most=USES_MAX,
        )


def _check_span(wanted: NewPromotion, *, today: date) -> None:
    check_day(wanted.valid_from, field="valid_from")
    if wanted.valid_to is not None:
        check_day(wanted.valid_to, field="valid_to")
    if wanted.valid_from < today or (
        wanted.valid_to is not None and wanted.valid_to <= wanted.valid_from
    ):
        raise ResaleInput(
            "promotion_span_unusable",
            "A promotion begins today or later and ends after it has begun.",
            field="valid_from",
            next_step="Correct the days; what was sold before keeps its price.",
        )


def _check_scope(wanted: NewPromotion, *, code: str) -> None:
    if wanted.on_renewal and (code or wanted.parent_plan_id is not None):
        raise ResaleInput(
            "promotion_renewal_with_condition",
            "A promotion with a code or another plan is for new sales only.",
            field="on_renewal",
            next_step="Make a second one for renewals, without a condition.",
        )
    plans = {plan for plan in (wanted.plan_id, wanted.parent_plan_id) if plan is not None}
    if wanted.plan_id is not None and wanted.plan_id == wanted.parent_plan_id:
        raise ResaleInput(
            "promotion_plan_twice",
            "A plan cannot be the condition of its own promotion.",
            field="parent_plan",
            next_step="Choose another plan, or none.",
        )
    if Plan.objects.filter(pk__in=plans).count() != len(plans):
        raise NoSuchObject(object="plan")


def _require_free(seller: Account, wanted: NewPromotion, *, code: str) -> None:
    mine = Promotion.objects.filter(seller=seller)
    if code:
        if mine.filter(code=code).exists():
            raise ResaleConflict(
                "promotion_code_taken",
                "You have used the code {object} before.",
                object=code,
                field="code",
                next_step="Choose another code.",
            )
        return
    clash = mine.filter(
        Q(valid_to=None) | Q(valid_to__gt=wanted.valid_from),
        code="",
        plan=wanted.plan_id,
        parent_plan=wanted.parent_plan_id,
    )
    if wanted.valid_to is not None:
        clash = clash.filter(valid_from__lt=wanted.valid_to)
    if (other := clash.order_by("id").first()) is not None:
        raise ResaleConflict(
            "promotion_in_the_way",
            "The promotion {object} is for the same plans and days.",
            object=other.name,
            field="valid_from",
            next_step="End that one first, or choose other days.",
        )


def _record(
    action: str, seller: Account, promotion: Promotion, *, actor: Actor, now: datetime
) -> None:
    end = promotion.valid_to
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="account",
        object_id=seller.id,
        object_label=f"{IdKind.ACCOUNT.value}-{seller.id}: {promotion.name}",
        tenant_id=seller.tenant_id,
        after={
            "promotion": promotion.pk,
            "code": promotion.code,
            "plan": promotion.plan_id,
            "parent_plan": promotion.parent_plan_id,
            "recurring_ppm": promotion.recurring_ppm,
            "setup_ppm": promotion.setup_ppm,
            "on_renewal": promotion.on_renewal,
            "valid_from": promotion.valid_from.isoformat(),
            "valid_to": None if end is None else end.isoformat(),
        },
    )
