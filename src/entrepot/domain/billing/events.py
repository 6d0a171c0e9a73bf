"""Facts that billing publishes; `flows/wiring.py` says who reacts."""

from dataclasses import dataclass
from datetime import date, datetime

from entrepot.infra.audit.acts import Act, announces


@dataclass(frozen=True, slots=True)
class DayCompleted:
    """The run of a day is done and proved; published after its last transaction."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class DocumentsIssued:
    """The run of a day issued `count` invoices and credit notes; the outbox names each."""

    day: date
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldsJudged:
    """The run of a day put or released the credit holds of `count` billing accounts."""

    day: date
    count: int
    at: datetime


@announces(actions=("quarantine_retried",))
@dataclass(frozen=True, slots=True)
class QuarantineRetried(Act):
    """A subscription that the run had set aside was tried again."""
