"""What an order must keep: units between the bounds of a resource, and the plans that another plan needs; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """A plan that has to be there where another one is; with `same_units` as many units as of that one, else one.

    Needs of one plan with the same `choice` above zero are alternatives: one of them is enough, the first is the usual.
    """

    plan_id: int
    needed_id: int
    same_units: bool
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """A plan to add to a cart, with the units to begin with and the plan that needs it.

    `is_sold` tells whether the buyer can order it; if not, the plan that needs it cannot be ordered either.
    """

    plan_id: int
    units: Decimal
    needed_by: int
    is_sold: bool = True


@dataclass(slots=True)
class _Search:
    """What is known while the plans to add are looked for."""

    there: Collection[int]
    sold: Collection[int] | None
    added: dict[int, Missing] = field(default_factory=dict)
    unsold: dict[int, Missing] = field(default_factory=dict)

    def fill(self, group: Sequence[Need], units: Decimal) -> Missing | None:
        """Fill one need of a plan; give what was added or raised for it, None if it was there or cannot be."""
        if any(need.needed_id in self.there for need in group):
            return None
        known = [need for need in group if need.needed_id in self.added]
        sold = [need for need in group if self.sold is None or need.needed_id in self.sold]
        if not known and not sold:
            first = group[0]
            self.unsold.setdefault(
                first.needed_id, Missing(first.needed_id, units, first.plan_id, is_sold=False)
            )
            return None
        need = (known or sold)[0]
        asked = units if need.same_units else Decimal(1)
        before = self.added.get(need.needed_id)
        if before is not None and asked <= before.units:
            return None
        by = before.needed_by if before else need.plan_id
        found = self.added[need.needed_id] = Missing(need.needed_id, asked, by)
        return found


def missing_plans(
    *,
    units_by_plan: Mapping[int, Decimal],
    owned: Collection[int],
    needs: Iterable[Need],
    sold: Collection[int] | None = None,
) -> Sequence[Missing]:
    """Give the plans to add to a cart: what its plans need, and what those need, unless bought or owned already.

    `units_by_plan` are the cart's plans with their units, `owned` the plans of the buyer's running subscriptions,
    `sold` those that it can order (None: all). Plans that need each other end. A plan that several need gets the most
    units that one of them asks for. Alternatives are chosen last, so that one that is needed anyway is enough.
    """
    groups: dict[int, list[list[Need]]] = {}
    for need in needs:
        of_plan = groups.setdefault(need.plan_id, [])
        same = [group for group in of_plan if need.choice and group[0].choice == need.choice]
        if same:
            same[0].append(need)
        else:
            of_plan.append([need])
    search = _Search(there={*units_by_plan, *owned}, sold=sold)
    waiting = list(units_by_plan.items())
    chosen_last: list[tuple[list[Need], Decimal]] = []
    while waiting or chosen_last:
        if waiting:
            plan, units = waiting.pop(0)
            chosen_last += [(one, units) for one in groups.get(plan, ()) if len(one) > 1]
            asked = [(one, units) for one in groups.get(plan, ()) if len(one) == 1]
        else:
            asked = [chosen_last.pop(0)]
        found = [search.fill(group, units) for group, units in asked]
        waiting += [(one.plan_id, one.units) for one in found if one is not None]
    return [*search.added.values(), *search.unsold.values()]
