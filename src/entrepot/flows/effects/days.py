"""The days between which an action may take effect."""

from datetime import date

from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.models import SubBilling
from entrepot.kernel.periods import period_end


def last_day(billing: SubBilling) -> date | None:
    """Give the day on which the next term starts, or the first one after a trial; None when none can.

    Later prices are not agreed yet, so a quantity cannot be ordered for a day after it.
    """
    if billing.status is Status.TRIAL:
        return billing.trial_end
    term_end, start, end = billing.term_end, billing.period_start, billing.period_end
    if billing.status is not Status.ACTIVE or term_end is None:
        return None
    if start != end:
        return term_end
    # The first term has not been billed yet; it will begin on the day that is stored as its end.
    return period_end(term_end, months=billing.term_months, anchor=billing.anchor_day).end
