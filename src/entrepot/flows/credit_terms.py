"""The terms on which a seller bills an account, as a person at a screen changes them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import Terms
from entrepot.domain.resale.commands.terms import set_terms
from entrepot.domain.resale.models import BillingAccount, HoldMode
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import NUMBER_MAX


@dataclass(frozen=True, slots=True)
class WantedTerms:
    """What the form asks: `credit_limit` None means no limit, `ask_above` None that the buyer is never asked.

    `holds_by_itself`: the daily run puts holds.
    """

    statement_day: int
    due_days: int
    grace_days: int
    credit_limit: Decimal | None
    holds_by_itself: bool
    bill_on_hold: bool
    suspend_on_hold: bool
    ask_above: Decimal | None = None


def wanted_terms(viewer: Viewer, *, billing_account_id: int) -> WantedTerms:
    """Return the terms of an account that the viewer sells to. Raises: NoSuchObject."""
    row = _sold(viewer, billing_account_id)
    return WantedTerms(
        statement_day=row.statement_day,
        due_days=row.due_days,
        grace_days=row.grace_days,
        credit_limit=row.credit_limit,
        holds_by_itself=row.hold_mode is HoldMode.AUTOMATIC,
        bill_on_hold=row.bill_on_hold,
        suspend_on_hold=row.suspend_on_hold,
        ask_above=row.ask_above,
    )


def change_terms(
    viewer: Viewer,
    *,
    billing_account_id: int,
    known: WantedTerms,
    wanted: WantedTerms,
    actor: Actor,
    now: datetime,
) -> None:
    """Store new terms of an account that the viewer sells to; `known` are those that the page had shown.

    Raises: NoSuchObject; as `resale.commands.terms.set_terms`.
    """
    row = _sold(viewer, billing_account_id)
    set_terms(
        billing_account_id=row.id,
        known=_terms(row, known),
        terms=_terms(row, wanted),
        actor=actor,
        now=now,
    )


def _sold(viewer: Viewer, number: int) -> BillingAccount:
    usable = 0 < number <= NUMBER_MAX
    rows = visible(viewer, BillingAccount).filter(seller_id=viewer.account_id)
    row = rows.filter(pk=number if usable else 0).first()
    if row is None:
        raise NoSuchObject(object="billing account")
    return row


def _terms(row: BillingAccount, wanted: WantedTerms) -> Terms:
    return Terms(
        statement_day=wanted.statement_day,
        due_days=wanted.due_days,
        grace_days=wanted.grace_days,
        credit_limit=wanted.credit_limit,
        hold_mode=HoldMode.AUTOMATIC if wanted.holds_by_itself else HoldMode.MANUAL,
        bill_on_hold=wanted.bill_on_hold,
        suspend_on_hold=wanted.suspend_on_hold,
        ask_above=wanted.ask_above,
        tax_rounding=row.tax_rounding,
    )
