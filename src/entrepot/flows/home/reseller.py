"""The home page of a reseller."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from entrepot.domain.billing.models import Quarantine
from entrepot.domain.billing.queries.invoices import last_completed_day
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.kinds import AccountKind, AccountStatus
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries import lists
from entrepot.domain.subscriptions.queries.choices import Book, Tab, Wanted
from entrepot.domain.subscriptions.queries.lists import Count
from entrepot.flows.home.credit import count_late
from entrepot.flows.home.owing import Owing, owing_of
from entrepot.flows.home.renewals import WITHIN_DAYS, Renewals, renewals_sold
from entrepot.flows.home.sales import MonthEnd, SalesNow, sales_now, sales_past

LARGEST_SHOWN = 3
PUT_ASIDE_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PutAside:
    """A subscription that could not be billed; `reason` is a value of `QuarantineReason`."""

    subscription_id: int
    customer_name: str
    plan_name: str
    reason: str
    since: date


@dataclass(frozen=True, slots=True)
class ResellerHome:
    """What a reseller's home shows. Parts are None where the role may not see them.

    `past` None: too many documents to work it out; empty: nothing was sold before this month.
    """

    as_of: date | None
    customers: int
    new_customers: int
    subscriptions: Mapping[Tab, Count]
    now: SalesNow | None
    past: tuple[MonthEnd, ...] | None
    renewals: Renewals
    owing: tuple[Owing, ...]
    put_aside: tuple[PutAside, ...]
    put_aside_count: int
    late_customers: int


def reseller_home(viewer: Viewer) -> ResellerHome:
    """Read the home of a reseller: at most sixteen queries, whatever it sells."""
    as_of = last_completed_day()
    own = visible(viewer, Account).filter(
        parent_id=viewer.account_id, kind=AccountKind.CUSTOMER, status=AccountStatus.ACTIVE
    )
    now = sales_now(viewer) if viewer.can(Capability.VIEW_PRICES) else None
    sold = visible(viewer, Subscription).filter(seller_id=viewer.account_id)
    sold = sold.exclude(customer_id=viewer.account_id)
    waiting = Quarantine.objects.filter(resolved_on=None, tenant_id=viewer.tenant_id)
    aside = waiting.filter(subscription_id__in=sold.values("id"))
    return ResellerHome(
        as_of=as_of,
        customers=own.count(),
        new_customers=own.filter(opened_on__gte=viewer.today.replace(day=1)).count(),
        subscriptions=lists.tab_counts(
            viewer,
            wanted=Wanted(Book.CUSTOMERS, Tab.ALL, viewer.today, within_days=WITHIN_DAYS),
        ),
        now=now,
        past=_past(viewer, now, as_of),
        renewals=renewals_sold(viewer, limit=LARGEST_SHOWN),
        owing=owing_of(viewer, as_of=as_of)
        if as_of is not None and viewer.can(Capability.VIEW_INVOICES)
        else (),
        put_aside=_put_aside(viewer, list(aside.order_by("first_day", "id")[:PUT_ASIDE_SHOWN])),
        put_aside_count=aside.count(),
        late_customers=count_late(viewer) if viewer.can(Capability.VIEW_CREDIT) else 0,
    )


def _past(viewer: Viewer, now: SalesNow | None, as_of: date | None) -> tuple[MonthEnd, ...] | None:
    if now is None or not now.direct or as_of is None:
        return ()
    return sales_past(viewer, currency=now.direct[0].currency, as_of=as_of, today=viewer.today)


def _put_aside(viewer: Viewer, found: list[Quarantine]) -> tuple[PutAside, ...]:
    named = visible(viewer, Subscription).in_bulk([one.subscription_id for one in found])
    return tuple(
        PutAside(
            subscription_id=one.subscription_id,
            customer_name=named[one.subscription_id].customer_name,
            plan_name=named[one.subscription_id].plan_name,
            reason=one.reason.value,
            since=one.first_day,
        )
        for one in found
        if one.subscription_id in named
    )
