"""Reads of rehearsals and of the comparison of a run with the previous periods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from entrepot.domain.billing.models import Rehearsal
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer

LIMIT_MAX = 200


class Dimension(StrEnum):
    """By what differences are summed."""

    RESELLER = "reseller"
    CUSTOMER = "customer"
    PLAN = "plan"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why `subscriptions` of a row changed by `change`, by the code that `compare_periods.sql` gives."""

    code: str
    subscriptions: int
    change: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: before and now of the provider's own sales. `id` None is the rest, `members` how many it holds."""

    id: int | None
    name: str
    note: str
    members: int
    subscriptions: int
    before: Decimal
    now: Decimal
    unexplained: int
    causes: tuple[Cause, ...]

    @property
    def change(self) -> Decimal:
        """What is more (positive) or less than before."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Differences:
    """The rows of one dimension and currency, the largest unexplained first; with the rest they are the whole."""

    rows: tuple[Difference, ...]
    rest: Difference | None
    before: Decimal
    now: Decimal
    unexplained: int

    @property
    def change(self) -> Decimal:
        """What all rows together are more or less than before."""
        return self.now - self.before

    def first(self, count: int) -> tuple[Difference, ...]:
        """Return the first rows and one row for all others, so that the sum stays whole."""
        others = [*self.rows[count:], *([self.rest] if self.rest else [])]
        return (*self.rows[:count], *([_together(others)] if others else []))


@dataclass(frozen=True, slots=True)
class TierChange:
    """What one tier bills in one currency; amounts are None where the viewer may not see resale prices."""

    tier: int
    currency: str
    subscriptions: int
    before: Decimal | None
    now: Decimal | None
    unexplained: int


@dataclass(frozen=True, slots=True)
class RehearsalRow:
    """One rehearsal in the list."""

    id: int
    day: date
    made_at: datetime
    made_by: str
    seconds: float
    due: int
    charges: int
    documents: int
    quarantined: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """One page of rehearsals, newest first; `older` leads to the next one, None on the last."""

    rows: tuple[RehearsalRow, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rehearsal, or with `is_of_run` a run, compared with the previous periods."""

    row: RehearsalRow
    is_of_run: bool
    fingerprint: str
    tiers: tuple[TierChange, ...]
    currencies: tuple[str, ...]
    aside: tuple[tuple[str, int], ...]
    stored: Mapping[str, Any]

    def by(self, dimension: Dimension, *, currency: str) -> Differences:
        """Return the differences of one dimension in one currency."""
        part = self.stored.get(dimension.value, {})
        mine = [_difference(r) for r in part.get("rows", ()) if r["currency"] == currency]
        rest = [_difference(r) for r in part.get("rest", ()) if r["currency"] == currency]
        everything = _together([*mine, *rest])
        return Differences(
            rows=tuple(mine),
            rest=rest[0] if rest else None,
            before=everything.before,
            now=everything.now,
            unexplained=everything.unexplained,
        )


def list_rehearsals(viewer: Viewer, *, limit: int, before: int | None = None) -> RehearsalPage:
    """Return rehearsals, newest first; at most 200."""
    size = min(limit, LIMIT_MAX)
    rows = visible(viewer, Rehearsal).exclude(totals__contains={"source": "run"})
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.defer("differences").order_by("-id")[: size + 1])
    page = tuple(_row(one) for one in found[:size])
    return RehearsalPage(page, page[-1].id if len(found) > size else None)


def rehearsal(viewer: Viewer, *, rehearsal_id: int) -> Comparison:
    """Return one rehearsal with its differences. Raises: NoSuchObject."""
    found = (
        visible(viewer, Rehearsal)
        .exclude(totals__contains={"source": "run"})
        .filter(pk=rehearsal_id)
        .first()
    )
    if found is None:
        raise NoSuchObject(object=f"rehearsal {rehearsal_id}")
    return _comparison(viewer, found)


def comparison_of_day(viewer: Viewer, *, day: date, fingerprint: str) -> Comparison | None:
    """Return how a run's day differs from before: by its own comparison, else by the newest rehearsal of that day.

    A rehearsal with another result than the run says nothing about it and is left out, unless the run has no
    `fingerprint`. None if there is neither.
    """
    found = visible(viewer, Rehearsal).filter(day=day).order_by("-id")
    own = found.filter(totals__contains={"source": "run"}).first()
    rehearsed = found.exclude(totals__contains={"source": "run"})
    if fingerprint:
        rehearsed = rehearsed.filter(fingerprint=fingerprint)
    newest = own or rehearsed.first()
    return _comparison(viewer, newest) if newest else None


def _comparison(viewer: Viewer, found: Rehearsal) -> Comparison:
    tiers = tuple(_tier(viewer, row) for row in found.totals.get("tiers", ()))
    own = [tier.currency for tier in tiers if tier.tier == 1]
    return Comparison(
        row=_row(found),
        is_of_run=found.totals.get("source") == "run",
        fingerprint=found.fingerprint,
        tiers=tiers,
        currencies=tuple(dict.fromkeys([*own, *(tier.currency for tier in tiers)])),
        aside=tuple((part["reason"], part["count"]) for part in found.totals.get("aside", ())),
        stored=found.differences,
    )


def _row(found: Rehearsal) -> RehearsalRow:
    tiers = found.totals.get("tiers", ())
    return RehearsalRow(
        id=found.id,
        day=found.day,
        made_at=found.made_at,
        made_by=found.made_by,
        seconds=found.seconds,
        due=found.due,
        charges=found.charges,
        documents=found.documents,
        quarantined=found.quarantined,
        unexplained=sum(tier["unexplained"] for tier in tiers if tier["tier"] == 1),
    )


def _tier(viewer: Viewer, row: Mapping[str, Any]) -> TierChange:
    """Hide what lower tiers charge from people without the privilege (decision 11)."""
    needed = Capability.VIEW_PRICES if row["tier"] == 1 else Capability.VIEW_DOWNSTREAM_PRICES
    shown = viewer.can(needed)
    return TierChange(
        tier=row["tier"],
        currency=row["currency"],
        subscriptions=row["subscriptions"],
        before=Decimal(row["before"]) if shown else None,
        now=Decimal(row["now"]) if shown else None,
        unexplained=row["unexplained"],
    )


def _difference(row: Mapping[str, Any]) -> Difference:
    return Difference(
        id=row["id"],
        name=row["name"],
        note=row["note"],
        members=row["members"],
        subscriptions=row["subscriptions"],
        before=Decimal(row["before"]),
        now=Decimal(row["now"]),
        unexplained=row["unexplained"],
        causes=tuple(
            Cause(cause["cause"], cause["subscriptions"], Decimal(cause["change"]))
            for cause in row["causes"]
        ),
    )


def _together(rows: Sequence[Difference]) -> Difference:
    return Difference(
        id=None,
        name="",
        note="",
        members=sum(row.members for row in rows),
        subscriptions=sum(row.subscriptions for row in rows),
        before=sum((row.before for row in rows), Decimal(0)),
        now=sum((row.now for row in rows), Decimal(0)),
        unexplained=sum(row.unexplained for row in rows),
        causes=(),
    )
