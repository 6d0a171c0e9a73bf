"""A cart as it was typed and as its buyer sees it; pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from entrepot.domain.resale.buyers import Market
from entrepot.domain.resale.offers import Offer, OfferPeriod
from entrepot.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class CartLine:
    """One plan in a cart as it was typed: units by resource id and parameters by name, both as texts.

    `is_added`: nobody put it into the cart; it came because another plan needs it, and goes with that one.
    """

    id: int
    plan_period_id: int
    name: str
    quantities: Mapping[int, str]
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts without tax as the viewer may see them: price and cost, None for what is not shown."""

    price: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Saving:
    """A promotion on a line: what the first bill takes less because of it, or for `on_cost` what its seller pays less.

    `by_code` tells whether the code of the cart gave it.
    """

    name: str
    first: Decimal
    on_cost: bool
    by_code: bool


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line with what it will be billed, or with the code of what is in its way (`problem`, then `wrong` names it).

    `offer` and `period` are None for what is not sold any more; `first` and `each` are None while something is in the
    way. `paid_from` is the first paid day if it is delivered today, `next_on` the first day of the second period.
    `savings` are the promotions on what the viewer sees; they last for the first term, `each` says what comes then if
    the second period begins another term. `needed_by` are the plans of the cart that need it.
    """

    line: CartLine
    offer: Offer | None
    period: OfferPeriod | None
    problem: str = ""
    wrong: str = ""
    first: Amounts | None = None
    each: Amounts | None = None
    paid_from: date | None = None
    next_on: date | None = None
    savings: tuple[Saving, ...] = ()
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenCart:
    """A cart as the viewer sees it.

    `refusal` is in the way of the whole cart; `code_refusal` says why the promotion code counts for nothing, and then
    all amounts are those without it. `confirmed` is what the first bills take together, for placing the
    orders and not for showing: `first` is the part that the viewer may see. `later` is the part of it that is only
    billed after trials. `each` adds up what further periods take, by their months.
    """

    lines: tuple[SeenLine, ...]
    refusal: DomainError | None
    code_refusal: DomainError | None
    market: Market | None
    confirmed: Decimal | None
    is_free: bool
    first: Amounts | None
    later: Decimal | None
    each: Mapping[int, Decimal]

    @property
    def can_be_ordered(self) -> bool:
        """Tell whether nothing is in the way."""
        return (
            bool(self.lines)
            and self.refusal is None
            and self.code_refusal is None
            and self.confirmed is not None
            and not any(one.problem for one in self.lines)
        )
