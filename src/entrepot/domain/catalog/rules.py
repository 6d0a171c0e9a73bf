"""What an order must keep: units between the bounds of a resource, and the plans that another plan needs; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many units of a resource an order may ask for; None is no bound."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def allow(self, units: Decimal) -> bool:
        """Tell whether so many units may be ordered."""
        above = self.minimum is None or units >= self.minimum
        return above and (self.maximum is None or units <= self.maximum)


@dataclass(frozen=True, slots=True)
class Need:
    """A plan that has to be there where another one is; with `same_units` as many units as of that one, else one."""

    plan_id: int
    needed_id: int
    same_units: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """A plan to add to a cart, with the units to begin with and the plan that needs it."""

    plan_id: int
    units: Decimal
    needed_by: int


def missing_plans(
    *,
    units_by_plan: Mapping[int, Decimal],
    owned: Collection[int],
    needs: Iterable[Need],
) -> Sequence[Missing]:
    """Give the plans to add to a cart: what its plans need, and what those need, unless bought or owned already.

    `units_by_plan` are the cart's plans with their units, `owned` the plans of the buyer's running subscriptions. Plans
    that need each other end. A plan that several need gets the most units that one of them asks for.
    """
    by_plan: dict[int, list[Need]] = {}
    for need in needs:
        by_plan.setdefault(need.plan_id, []).append(need)
    added: dict[int, Missing] = {}
    waiting = list(units_by_plan.items())
    while waiting:
        plan, units = waiting.pop(0)
        for need in by_plan.get(plan, ()):
            if need.needed_id in units_by_plan or need.needed_id in owned:
                continue
            asked = units if need.same_units else Decimal(1)
            known = added.get(need.needed_id)
            if known is None or asked > known.units:
                added[need.needed_id] = Missing(
                    need.needed_id, asked, known.needed_by if known else plan
                )
                waiting.append((need.needed_id, asked))
    return list(added.values())
