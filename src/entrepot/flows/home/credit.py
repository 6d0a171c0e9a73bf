"""The accounts that a seller follows up: they owe too late, are on credit hold, or have a release until a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from entrepot.domain.credit.models import CreditState
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import BillingAccount
from entrepot.flows.home.accounts import Terms, terms_of

_LATE = Coalesce(F("overdue_since"), Value(date(9999, 12, 31)))


class CreditTab(StrEnum):
    """The views of the list."""

    ALL = "all"
    HELD = "held"
    OVERDUE = "overdue"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class CreditRow:
    """One billing account that somebody follows up, with its buyer."""

    buyer_id: int
    buyer_kind: AccountKind
    terms: Terms


@dataclass(frozen=True, slots=True)
class CreditPage:
    """One page of the list, the longest overdue first. The next page follows the id `after`, None at the end."""

    rows: tuple[CreditRow, ...]
    counts: Mapping[CreditTab, int]
    after: int | None


def credit_list(
    viewer: Viewer,
    *,
    tab: CreditTab,
    business_day: date,
    limit: int,
    search: str = "",
    after: int | None = None,
) -> CreditPage:
    """Read the accounts to which the viewer sells on credit and that need attention. Seven queries at most.

    Args:
        viewer: Who reads; sees only what the own account sells.
        tab: The view.
        business_day: The day that will be billed next; a release counts up to its last day, inclusive.
        limit: Rows of a page, 1..200.
        search: Beginning of the buyer's name; upper and lower case and accents do not count.
        after: Id of the billing account that ends the page before; one that is not in the list gives the first page.
    """
    sold = _sold(viewer)
    if search:
        sold = sold.filter(buyer__name_key__startswith=sort_key(search))
    views = _views(business_day)
    states = CreditState.objects.filter(
        views[CreditTab.ALL], billing_account_id__in=sold.values("id")
    )
    counts = states.aggregate(**{one.value: Count("pk", filter=views[one]) for one in CreditTab})
    ids = list(
        _following(states.filter(views[tab]), after)
        .order_by(_LATE, "billing_account_id")
        .values_list("billing_account_id", flat=True)[: limit + 1]
    )
    return CreditPage(
        rows=_rows(viewer, sold, ids[:limit]),
        counts={one: counts[one.value] for one in CreditTab},
        after=ids[limit - 1] if len(ids) > limit else None,
    )


def count_late(viewer: Viewer) -> int:
    """Count the accounts that owe the viewer's account too late or are on credit hold for it."""
    late = CreditState.objects.filter(Q(is_held=True) | Q(overdue_since__isnull=False))
    return late.filter(billing_account_id__in=_sold(viewer).values("id")).count()


def _sold(viewer: Viewer) -> QuerySet[BillingAccount]:
    scope = document_scope(viewer, side=Side.SOLD)
    return visible(viewer, BillingAccount, scope=scope).filter(seller_id=viewer.account_id)


def _views(business_day: date) -> Mapping[CreditTab, Q]:
    held, late = Q(is_held=True), Q(overdue_since__isnull=False)
    released = Q(release_until__gte=business_day)
    return {
        CreditTab.ALL: held | late | released,
        CreditTab.HELD: held,
        CreditTab.OVERDUE: late,
        CreditTab.RELEASED: released,
    }


def _following(states: QuerySet[CreditState], after: int | None) -> QuerySet[CreditState]:
    if after is None:
        return states
    ordered = states.annotate(late=_LATE)
    place = ordered.filter(pk=after).values_list("late", flat=True).first()
    if place is None:
        return states
    return ordered.filter(Q(late__gt=place) | Q(late=place, billing_account_id__gt=after))


def _rows(viewer: Viewer, sold: QuerySet[BillingAccount], ids: list[int]) -> tuple[CreditRow, ...]:
    found = sold.select_related("seller", "buyer").in_bulk(ids)
    accounts = [found[number] for number in ids]
    return tuple(
        CreditRow(account.buyer_id, account.buyer.kind, terms)
        for account, terms in zip(accounts, terms_of(viewer, accounts), strict=True)
    )
