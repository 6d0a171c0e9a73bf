"""What an account owes its sellers: open documents by age, limits, what was paid last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, Sum

from entrepot.domain.billing.lifecycle import DocumentKind
from entrepot.domain.billing.models import Invoice
from entrepot.domain.credit.models import Allocation
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import BillingAccount
from entrepot.kernel.money import Money

ACCOUNTS_MAX = 20
DOCUMENTS_SHOWN_MAX = 5
_PAID_LOOKED_AT = 12


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """One invoice that is still to be paid."""

    id: int
    number: str
    due_on: date
    is_overdue: bool
    open_amount: Money


@dataclass(frozen=True, slots=True)
class PaidDocument:
    """One invoice that is paid, and the day on which the last part of it was."""

    id: int
    number: str
    paid_on: date
    gross: Money


@dataclass(frozen=True, slots=True)
class Owing:
    """What is owed to one seller in one currency.

    `overdue` and `not_due` add up to `open_amount`. `limit` None means that there is none; `left` is
    never below zero. `documents` are the first to fall due, at most five.
    """

    billing_account_id: int
    seller_name: str
    due_days: int
    open_amount: Money
    overdue: Money
    count: int
    next_due_on: date | None
    overdue_since: date | None
    limit: Money | None
    documents: tuple[OpenDocument, ...]

    @property
    def not_due(self) -> Money:
        """Give what is open and not yet due."""
        return self.open_amount - self.overdue

    @property
    def left(self) -> Money | None:
        """Give what may still be bought on credit; None without a limit."""
        if self.limit is None:
            return None
        return max(self.limit - self.open_amount, Money.zero(self.limit.currency))


def owing_of(viewer: Viewer, *, as_of: date) -> tuple[Owing, ...]:
    """Return what the viewer's account owes per billing account, the largest amount first.

    `as_of` is the last completed day. Twenty billing accounts at most. Three queries.
    """
    accounts = list(
        visible(viewer, BillingAccount, scope=document_scope(viewer, side=Side.BOUGHT))
        .filter(buyer_id=viewer.account_id)
        .select_related("seller")
        .order_by("id")[:ACCOUNTS_MAX]
    )
    unpaid = visible(viewer, Invoice, scope=document_scope(viewer, side=Side.BOUGHT)).filter(
        billing_account_id__in=[account.id for account in accounts],
        open_amount__gt=0,
        issued_on__lte=as_of,
    )
    late = Q(due_on__lt=as_of)
    sums: dict[int, Mapping[str, object]] = {
        row["billing_account_id"]: dict(row)
        for row in unpaid.values("billing_account_id").annotate(
            open=Sum("open_amount"),
            overdue=Sum("open_amount", filter=late, default=Decimal(0)),
            n=Count("id"),
            next_due=Min("due_on", filter=~late),
            first_due=Min("due_on", filter=late),
        )
    }
    documents = list(unpaid.order_by("due_on", "id")[: DOCUMENTS_SHOWN_MAX * ACCOUNTS_MAX])
    found = [_owing(account, sums.get(account.id, {}), documents, as_of) for account in accounts]
    return tuple(sorted(found, key=lambda one: (-one.open_amount.amount, one.billing_account_id)))


def last_paid(viewer: Viewer, *, as_of: date, limit: int) -> tuple[PaidDocument, ...]:
    """Return the newest paid invoices among the account's last twelve documents. Two queries."""
    bought = visible(viewer, Invoice, scope=document_scope(viewer, side=Side.BOUGHT))
    newest = bought.filter(buyer_id=viewer.account_id, issued_on__lte=as_of).order_by(
        "-issued_on", "-id"
    )[:_PAID_LOOKED_AT]
    paid = [
        one
        for one in newest
        if one.kind is DocumentKind.INVOICE and one.open_amount == 0 and one.gross > 0
    ]
    days = dict(
        visible(viewer, Allocation)
        .filter(invoice_id__in=[one.id for one in paid])
        .values_list("invoice_id")
        .annotate(last=Max("applied_on"))
    )
    found = [
        PaidDocument(
            one.id, one.number_text, days[one.id], Money.rounded(one.gross, currency=one.currency)
        )
        for one in paid
        if one.id in days
    ]
    return tuple(sorted(found, key=lambda one: one.paid_on, reverse=True)[:limit])


def _owing(
    account: BillingAccount,
    sums: Mapping[str, object],
    documents: Sequence[Invoice],
    as_of: date,
) -> Owing:
    def money(value: object) -> Money:
        exact = value if isinstance(value, Decimal) else Decimal(0)
        return Money.rounded(exact, currency=account.currency)

    def day(value: object) -> date | None:
        return value if isinstance(value, date) else None

    own = [one for one in documents if one.billing_account_id == account.id]
    count = sums.get("n")
    return Owing(
        billing_account_id=account.id,
        seller_name=account.seller.name,
        due_days=account.due_days,
        open_amount=money(sums.get("open")),
        overdue=money(sums.get("overdue")),
        count=count if isinstance(count, int) else 0,
        next_due_on=day(sums.get("next_due")),
        overdue_since=day(sums.get("first_due")),
        limit=None if account.credit_limit is None else money(account.credit_limit),
        documents=tuple(
            OpenDocument(
                id=one.id,
                number=one.number_text,
                due_on=one.due_on,
                is_overdue=one.due_on < as_of,
                open_amount=money(one.open_amount),
            )
            for one in own[:DOCUMENTS_SHOWN_MAX]
        ),
    )
