"""What happens in the demo world on a day, before the day's billing run; pure data."""

from dataclasses import dataclass
from datetime import date

from entrepot.demo.cast import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A new subscription. `reference` is unique and is how later acts find it; `buyer` as in `Stage.accounts`."""

    reference: str
    buyer: str
    plan: str
    months: tuple[int, int]
    quantity: int
    trial_days: int = 0
    auto_renew: bool = True
    discount_ppm: int = 0
    discount_label: str = ""
    discount_tier: int = 1
    purchase_order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatChange:
    """A new quantity from `effective_on` on, as an order of the customer."""

    reference: str
    quantity: int
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """An order to end a subscription on `cancel_on`."""

    reference: str
    cancel_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """Switch the automatic renewal."""

    reference: str
    auto_renew: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Put one subscription on administrative hold."""

    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Take the administrative hold away."""

    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRelease:
    """Release a buyer's billing account from its credit hold up to a day, inclusive."""

    buyer: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A customer that is opened in the course of the history."""

    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLink:
    """Say to which subscription a vendor's sub-account belongs."""

    reference: str
    sub_account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFile:
    """The vendor's file of a month; version 2 corrects the whole month."""

    month: date
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """From now on people serve a vendor's orders by hand, under a connector's name."""

    vendor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order as somebody places it in the marketplace; `key` is its request.

    It goes on, or waits for payment, as the buyer's credit limit has it. `refusal` is what the people at the
    vendor's desk say of it, empty when they say nothing.
    """

    key: str
    buyer: str
    plan: str
    months: tuple[int, int]
    quantity: int
    purchase_order: str = ""
    parameters: tuple[tuple[str, str | int | bool], ...] = ()
    refusal: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promotion that a seller (by its key) gives from now on: with a code, beside a parent plan, or to everybody.

    `plan` empty: each plan. Parts per million come off the recurring price and off the setup fee.
    """

    seller: str
    name: str
    code: str = ""
    plan: str = ""
    parent_plan: str = ""
    recurring_ppm: int = 0
    setup_ppm: int = 0
    days: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """From now on subscriptions of a plan may go over to another one, for the same months."""

    plan: str
    to: str
    months: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """From now on a plan is bought with one of others: the first of them comes by itself."""

    plan: str
    one_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """From now on a seller's administrators approve orders of its customers above an amount."""

    seller: str
    name: str
    above: int
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsOrder:
    """An order of the subscription's page for another number of units from today on."""

    reference: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalOrder:
    """An order of the subscription's page for one more term; `key` is its request."""

    key: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancellation:
    """Its seller cancels an order that nobody has delivered; `key` is the request that placed it."""

    key: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A customer adds people and hands its largest services out to them; `kept_free` units of each stay."""

    customer: str
    people: int
    services: int
    kept_free: int


Act = (
    Crew
    | Order
    | Desk
    | Purchase
    | Promise
    | Switches
    | Needs
    | Approvals
    | UnitsOrder
    | RenewalOrder
    | OrderCancellation
    | SeatChange
    | Cancellation
    | Renewal
    | Hold
    | Release
    | CreditRelease
    | Newcomer
    | UsageLink
    | UsageFile
)
