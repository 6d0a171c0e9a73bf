"""How a seller follows the one above it: its policy for new plans, and what changed there since it looked.

Nothing is copied (rule 3 of the domain reference): a change above holds at once where the seller set nothing of its
own, and never where it did. The lists here say which is which.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from entrepot.domain.catalog.commands.checks import version_of
from entrepot.domain.catalog.models import Plan
from entrepot.domain.catalog.plan_changes import PUBLISHED
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands.delegation import policy_values
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.offers import text_in
from entrepot.domain.resale.plan_models import Delegation, NewPlans, PlanShown
from entrepot.domain.resale.price_desk import DeskRow, desk_rows, path_of
from entrepot.domain.resale.queries import plan_values
from entrepot.infra.db.sql import statement

_PACKAGE = "entrepot.domain.resale"
LIMIT_MAX = 200
# Who has never looked is shown the prices of so many days.
DAYS_AT_FIRST = 30


@dataclass(frozen=True, slots=True)
class Policy:
    """What a seller does with new plans, how many wait for its review, and what it has seen.

    `version` names the state of the policy for its change.
    """

    new_plans: NewPlans
    sales_category_id: int | None
    waiting: int
    seen_id: int
    seen_on: date | None
    version: str


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a plan that changed above: as it was when the seller looked, as it is, and the seller's own.

    Texts are by language or plain. `own` None: the seller follows. `is_waiting`: a new plan that it has not reviewed.
    """

    plan_id: int
    plan: str
    code: str
    field: str
    change_id: int
    at: datetime
    before: Any
    after: Any
    own: Any
    is_waiting: bool

    @property
    def is_new(self) -> bool:
        """Tell whether the plan came on sale."""
        return self.field == PUBLISHED and self.after is not False

    @property
    def can_keep(self) -> bool:
        """Tell whether the seller can keep what was before: the absence of a category or text cannot be set."""
        return self.own is None and (self.field == PUBLISHED or self.before is not None)


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of changes, newest first; `after` leads to the next one, `last_id` is the newest change of all."""

    rows: tuple[Change, ...]
    after: int | None
    last_id: int


@dataclass(frozen=True, slots=True)
class PriceMove:
    """A plan period whose price above changed: as it was when the seller looked (None: not on sale), and as it is."""

    day: date
    before: DeskRow | None
    now: DeskRow


def policy_of(viewer: Viewer) -> Policy:
    """Give the viewer's policy; who never set one shows new plans at once. Two statements."""
    row = visible(viewer, Delegation).filter(account_id=viewer.account_id).first()
    waiting = PlanShown.objects.filter(account_id=viewer.account_id, is_waiting=True)
    found = row or Delegation()
    return Policy(
        new_plans=found.new_plans,
        sales_category_id=found.sales_category_id,
        waiting=waiting.values("plan_id").distinct().count(),
        seen_id=found.seen_id,
        seen_on=found.seen_on,
        version=version_of(policy_values(row)),
    )


def upstream_changes(
    viewer: Viewer,
    *,
    seen_id: int,
    limit: int,
    before_id: int | None = None,
    plan_id: int | None = None,
) -> ChangePage:
    """Give what the sellers above changed of plans since a change; at most 200, or all values of one plan.

    What a nearer seller has of its own hides the changes of those further above. Seven statements for any rows.
    """
    size = min(max(limit, 1), LIMIT_MAX)
    upstream = path_of(viewer)[:-1]
    with connection.cursor() as cursor:
        found = statement(_PACKAGE, "upstream_changes").rows(
            cursor,
            seller_ids=list(upstream),
            seen_id=seen_id,
            since=_begun(viewer),
            before_id=before_id,
            plan_id=plan_id,
            size=size + 1,
        )
    rows = found[:size]
    shown = _shown([row[0] for row in rows], [*upstream, viewer.account_id])
    plans = Plan.objects.in_bulk([row[0] for row in rows])
    values = plan_values(plan_ids=list(plans), seller_path=viewer.account_path)
    changes = []
    for plan, field, change_id, seller, at, before, after in rows:
        nearer = upstream[upstream.index(seller) + 1 :] if seller else upstream
        if any(_value(shown.get((account, plan)), field) is not None for account in nearer):
            continue
        own = shown.get((viewer.account_id, plan))
        is_waiting = field == PUBLISHED and own is not None and own.is_waiting
        named = values[plan].name
        changes.append(
            Change(
                plan_id=plan,
                plan=text_in(named, language=viewer.language, fallback=plans[plan].name),
                code=f"{plans[plan].product_code}:{plans[plan].sku_code}",
                field=field,
                change_id=change_id,
                at=at,
                before=_json(before),
                after=_json(after),
                own=None if is_waiting else _value(own, field),
                is_waiting=is_waiting,
            )
        )
    return ChangePage(
        rows=tuple(changes),
        after=rows[-1][2] if len(found) > size else None,
        last_id=rows[0][2] if rows and before_id is None else 0,
    )


def upstream_prices(
    viewer: Viewer, *, place: PricePlace, seen_on: date | None, today: date, limit: int
) -> tuple[PriceMove, ...]:
    """Give the plan periods whose price above changed since a day, with both prices; at most 200."""
    since = seen_on or today - timedelta(days=DAYS_AT_FIRST)
    with connection.cursor() as cursor:
        found = statement(_PACKAGE, "upstream_prices").rows(
            cursor,
            seller_ids=list(path_of(viewer)[:-1]),
            market=place.market,
            since=since,
            today=today,
            size=min(max(limit, 1), LIMIT_MAX),
        )
    ids = [number for number, _day in found]
    now = {
        row.period_id: row for row in desk_rows(viewer, place=place, period_ids=ids, on_day=today)
    }
    then = {
        row.period_id: row for row in desk_rows(viewer, place=place, period_ids=ids, on_day=since)
    }
    return tuple(
        PriceMove(day, then.get(number), now[number])
        for number, day in found
        if number in now and _costs(then.get(number)) != _costs(now[number])
    )


def _begun(viewer: Viewer) -> datetime:
    """Say when changes begin to count for a seller: the day after it was opened. What was on sale before is known."""
    opened = Account.objects.values_list("opened_on", flat=True).get(pk=viewer.account_id)
    return datetime.combine(opened + timedelta(days=1), time(), tzinfo=UTC)


def _costs(row: DeskRow | None) -> Mapping[tuple[int, str], Any]:
    return {} if row is None else {(p.resource_id, p.kind.value): p.cost for p in row.prices}


def _shown(
    plan_ids: Sequence[int], account_ids: Sequence[int]
) -> Mapping[tuple[int, int], PlanShown]:
    rows = PlanShown.objects.filter(plan_id__in=plan_ids, account_id__in=account_ids)
    # A seller's own row counts before the one of its policy.
    ordered = sorted(rows, key=lambda row: not row.is_waiting)
    return {(row.account_id, row.plan_id): row for row in ordered}


def _json(value: Any) -> Any:
    """Read a JSON value as the cursor gives it: text, unless the driver reads it itself."""
    return json.loads(value) if isinstance(value, str) else value


def _value(row: PlanShown | None, field: str) -> Any:
    return None if row is None else getattr(row, field)
