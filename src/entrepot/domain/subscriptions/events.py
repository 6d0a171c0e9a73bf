"""Facts that commands publish in their transaction, and what the run of a day did; `flows/wiring.py` says who reacts.

The run moves very many subscriptions at once, so it publishes one event per day and kind, not one per subscription; the
lines of their histories say which ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from entrepot.infra.audit.acts import Act, announces


@dataclass(frozen=True, slots=True)
class SubscriptionsOrdered:
    """Subscriptions of one tenant were ordered together; they begin when their orders are carried out."""

    subscription_ids: tuple[int, ...]
    tenant_id: int
    on_day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionStarted:
    """A subscription begins; its first paid day or its trial begins on `on_day`."""

    subscription_id: int
    tenant_id: int
    on_day: date


@dataclass(frozen=True, slots=True)
class CancellationOrdered:
    """A subscription will end on `cancel_on`."""

    subscription_id: int
    tenant_id: int
    on_day: date
    cancel_on: date
    refunds: bool


@dataclass(frozen=True, slots=True)
class SubscriptionChanged:
    """A command has written to a subscription's history: something about it may be wanted differently now.

    `kind` is that of the line, such as `quantity_change_ordered`.
    """

    subscription_id: int
    tenant_id: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IncludedUnitsUsed:
    """Of the units that an item includes in its running period `share` per cent are used, for the first time."""

    subscription_id: int
    tenant_id: int
    item_id: int
    share: int
    at: datetime


@announces(kinds=("notice_rule",))
@dataclass(frozen=True, slots=True)
class NoticeRuleChanged(Act):
    """A seller chose how many days before an end its customers are told of it."""


@announces(actions=("subscription_note_added",))
@dataclass(frozen=True, slots=True)
class SubscriptionNoted(Act):
    """Somebody wrote a note about a subscription."""


@dataclass(frozen=True, slots=True)
class OfDay:
    """What the run of a day did to `count` subscriptions, one at least."""

    day: date
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TermsBegun(OfDay):
    """First terms began."""


@dataclass(frozen=True, slots=True)
class TermsRenewed(OfDay):
    """Terms ended and new ones began."""


@dataclass(frozen=True, slots=True)
class TermsEnded(OfDay):
    """Terms ended without a renewal."""


@dataclass(frozen=True, slots=True)
class TrialsConverted(OfDay):
    """Trials became paid subscriptions."""


@dataclass(frozen=True, slots=True)
class TrialsEnded(OfDay):
    """Trials ended without becoming paid subscriptions."""


@dataclass(frozen=True, slots=True)
class GracesEnded(OfDay):
    """Periods of grace ended; the services stand still."""


@dataclass(frozen=True, slots=True)
class SubscriptionsCancelled(OfDay):
    """Cancellations took effect."""


@dataclass(frozen=True, slots=True)
class SubscriptionsRestarted(OfDay):
    """Ended subscriptions began again."""


@dataclass(frozen=True, slots=True)
class QuantitiesChanged(OfDay):
    """Ordered units took effect."""


@dataclass(frozen=True, slots=True)
class SubscriptionsDestroyed(OfDay):
    """Ended subscriptions were removed for good."""


@dataclass(frozen=True, slots=True)
class ExpiryNoticesGiven(OfDay):
    """Ends without a renewal came near; the subscriptions are named by facts of the outbox, too."""


@dataclass(frozen=True, slots=True)
class RenewalNoticesGiven(OfDay):
    """Renewals came near; the subscriptions are named by facts of the outbox, too."""


OF_DAY: Mapping[str, type[OfDay]] = {
    "started": TermsBegun,
    "renewed": TermsRenewed,
    "term_ended": TermsEnded,
    "trial_converted": TrialsConverted,
    "trial_ended": TrialsEnded,
    "grace_ended": GracesEnded,
    "cancelled": SubscriptionsCancelled,
    "restarted": SubscriptionsRestarted,
    "quantity_changed": QuantitiesChanged,
    "destroyed": SubscriptionsDestroyed,
    "expiry_notice": ExpiryNoticesGiven,
    "renewal_notice": RenewalNoticesGiven,
}
"""The events of a day by the kind of the lines that its run writes into histories."""
