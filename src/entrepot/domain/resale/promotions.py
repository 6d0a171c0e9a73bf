"""Reads of promotions: a seller's own list, one of them, and until when some are given at renewals."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection
from django.db.models import F, Q, QuerySet

from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import Promotion
from entrepot.domain.resale.offers import search_patterns, text_in
from entrepot.domain.resale.queries import plan_values
from entrepot.infra.db.sql import statement
from entrepot.kernel.ids import NUMBER_MAX

LIMIT_MAX = 200


class PromotionState(StrEnum):
    """Where a promotion stands on a day; its span is half-open."""

    RUNNING = "running"
    PLANNED = "planned"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class PromotionRow:
    """A promotion of the viewer's account; ppm are parts per million.

    `plan_id` None is every plan, `parent_plan_id` None no condition.
    `valid_to` is the first day on which it is not given any more. Names of plans are those that the seller shows.
    """

    id: int
    name: str
    code: str
    plan_id: int | None
    plan_name: str
    parent_plan_id: int | None
    parent_plan_name: str
    recurring_ppm: int
    setup_ppm: int
    on_renewal: bool
    uses_max: int | None
    once_per_customer: bool
    valid_from: date
    valid_to: date | None
    state: PromotionState


@dataclass(frozen=True, slots=True)
class PromotionPage:
    """One page of promotions, the newest first; `before` and `after` are ids that lead on and back, None for none."""

    rows: tuple[PromotionRow, ...]
    before: int | None
    after: int | None


def list_promotions(
    viewer: Viewer,
    *,
    on_day: date,
    limit: int,
    search: str = "",
    state: PromotionState | None = None,
    before: int | None = None,
    after: int | None = None,
) -> PromotionPage:
    """Give a page of the own account's promotions, at most 200; three statements, whatever their number.

    `search` is a part of the name or of the code, without case. `before` continues below an id, `after` goes back
    above one.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    found = visible(viewer, Promotion)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(code__icontains=search))
    if state is not None:
        found = _in_state(found, state, on_day)
    is_back = before is None and after is not None
    if is_back:
        rows = list(found.filter(pk__gt=after).order_by("id")[: size + 1])
    else:
        below = found if before is None else found.filter(pk__lt=before)
        rows = list(below.order_by("-id")[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    goes_on = bool(rows) and (has_more or is_back)
    goes_back = bool(rows) and (has_more if is_back else before is not None)
    return PromotionPage(
        rows=_shown(viewer, rows, on_day),
        before=rows[-1].pk if goes_on else None,
        after=rows[0].pk if goes_back else None,
    )


def promotion_of(viewer: Viewer, *, promotion_id: int, on_day: date) -> PromotionRow:
    """Give one promotion of the own account. Raises: NoSuchObject, also for one of another seller."""
    rows = list(visible(viewer, Promotion).filter(pk=min(promotion_id, NUMBER_MAX)))
    if not rows:
        raise NoSuchObject(object="promotion")
    return _shown(viewer, rows, on_day)[0]


def renewed_until(*, promotion_ids: Iterable[int]) -> Mapping[int, date]:
    """Say for promotions that are given at renewals, too, before which day they end; the last day for no end."""
    rows = Promotion.objects.filter(pk__in=promotion_ids, on_renewal=True)
    return {number: end or date.max for number, end in rows.values_list("id", "valid_to")}


def plans_to_promote(viewer: Viewer, *, search: str, limit: int) -> Mapping[int, str]:
    """Give plans that the own account sells by name, at most 200, with the name that it shows; three statements.

    Every word of `search` (six at most) is looked for in names and codes.
    """
    with connection.cursor() as cursor:
        found = statement("entrepot.domain.resale", "offers_page").rows(
            cursor,
            seller_path=[int(part) for part in viewer.account_path.split(".") if part],
            language=viewer.language,
            in_customer_panel=False,
            patterns=search_patterns(search),
            category_id=None,
            after_id=None,
            size=min(max(limit, 1), LIMIT_MAX),
        )
    plans = [number for _counts, number in found if number is not None]
    names = plan_names(viewer, plan_ids=plans)
    return {number: names[number] for number in plans}


def plan_names(viewer: Viewer, *, plan_ids: Collection[int]) -> Mapping[int, str]:
    """Name plans as the own account shows them; unknown ones are left out. Two statements, none for no plan."""
    if not plan_ids:
        return {}
    plans = dict(Plan.objects.filter(pk__in=plan_ids).values_list("id", "name"))
    values = plan_values(plan_ids=list(plans), seller_path=viewer.account_path)
    return {
        number: text_in(values[number].name, language=viewer.language, fallback=name)
        for number, name in plans.items()
    }


def is_sold_by(viewer: Viewer, *, plan_id: int) -> bool:
    """Tell whether the own account sells a plan; an unknown one is not sold."""
    known = plan_values(plan_ids=[plan_id], seller_path=viewer.account_path).get(plan_id)
    return known is not None and known.is_published


def _in_state(found: QuerySet[Promotion], state: PromotionState, day: date) -> QuerySet[Promotion]:
    # One that was ended before its first day has no day at all: it is over.
    never = Q(valid_to=F("valid_from"))
    if state is PromotionState.PLANNED:
        return found.filter(~never | Q(valid_to=None), valid_from__gt=day)
    if state is PromotionState.RUNNING:
        return found.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
    return found.filter(Q(valid_to__lte=day) | never)


def _state(row: Promotion, day: date) -> PromotionState:
    if row.valid_to is not None and (row.valid_to <= day or row.valid_to == row.valid_from):
        return PromotionState.OVER
    return PromotionState.PLANNED if row.valid_from > day else PromotionState.RUNNING


def _shown(viewer: Viewer, rows: list[Promotion], day: date) -> tuple[PromotionRow, ...]:
    wanted = {number for row in rows for number in (row.plan_id, row.parent_plan_id) if number}
    names = plan_names(viewer, plan_ids=wanted)
    return tuple(
        PromotionRow(
            id=row.pk,
            name=row.name,
            code=row.code,
            plan_id=row.plan_id,
            plan_name=names.get(row.plan_id or 0, ""),
            parent_plan_id=row.parent_plan_id,
            parent_plan_name=names.get(row.parent_plan_id or 0, ""),
            recurring_ppm=row.recurring_ppm,
            setup_ppm=row.setup_ppm,
            on_renewal=row.on_renewal,
            uses_max=row.uses_max,
            once_per_customer=row.once_per_customer,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            state=_state(row, day),
        )
        for row in rows
    )
