"""Lines, tax summary and annexes of a stored document, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.billing.models import DocumentTax
from entrepot.domain.billing.queries.invoices import InvoiceFacts
from entrepot.domain.documents.queries import wording
from entrepot.domain.documents.texts import describe
from entrepot.domain.documents.types import Annex, Language, Line, TaxRow
from entrepot.domain.tax.models import TaxRule
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond
from entrepot.kernel.ids import IdKind

LINES_MAX = 200
# Whoever may see a document sees all of it: documents do not change when a customer goes to another seller.
WHOLE = "a document keeps the lines and names of customers that have moved since"
_PACKAGE = "entrepot.domain.documents"
# Their descriptions end with the quantity, which a screen has in its own column.
_COUNTED_APART = {
    ChargeKind.RECURRING,
    ChargeKind.SETUP,
    ChargeKind.RENEWAL,
    ChargeKind.OVERUSE,
}


class StoredLine(NamedTuple):
    """The columns of `document_lines.sql`."""

    no: int
    customer_id: int
    customer_name: str
    subscription_id: int
    plan_name: str
    purchase_order: str
    kind: str
    resource_name: str
    unit_en: str | None
    unit_de: str | None
    sku_name: str | None
    used_unit: str | None
    quantity: Decimal
    unit_price: Decimal
    num: int
    den: int
    period_start: date
    period_end: date
    list_amount: Decimal
    discount: Decimal
    discount_ppm: int
    net: Decimal
    tax: Decimal
    tax_ppm: int
    tax_label: str
    tax_treatment: str
    charge_id: int

    def unit(self, language: Language) -> str:
        """Name the unit in which the line counts."""
        if self.kind == ChargeKind.USAGE:
            return self.used_unit or ""
        names = {"en": self.unit_en or "", "de": self.unit_de or ""}
        return wording.unit_of(names, resource=self.resource_name, language=language)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A printed line with what a screen links and sets apart.

    `act` is the part of the description behind the plan's name, such as "6 seats added"; empty where the
    quantity says it all.
    """

    line: Line
    plan_name: str
    act: str
    subscription_id: int
    customer_account_id: int


@dataclass(frozen=True, slots=True)
class AnnexPage:
    """The first end customers of a document by name; `customers` counts all of them.

    `is_needed` is false for a document about the buyer's own use.
    """

    annexes: tuple[Annex, ...]
    customers: int
    is_needed: bool


def stored_lines(*, document_id: int, first: int, last: int) -> list[StoredLine]:
    """Read the lines numbered `first` to `last`, both inclusive. One query; the caller checks access."""
    with beyond(WHOLE), connection.cursor() as cursor:
        rows = statement(_PACKAGE, "document_lines").rows(
            cursor, document_id=document_id, line_from=first, line_to=last
        )
    return [StoredLine(*row) for row in rows]


def lines_of(
    facts: InvoiceFacts, *, language: Language, after: int = 0, limit: int = LINES_MAX
) -> tuple[ShownLine, ...]:
    """Return the lines after number `after`, at most `limit` (200). One query.

    `facts` are the proof that the reader may see the document.
    """
    last = after + min(limit, LINES_MAX)
    rows = stored_lines(document_id=facts.id, first=after + 1, last=last)
    return tuple(_shown(row, to_line(row, language)) for row in rows)


def tax_rows_of(facts: InvoiceFacts, *, language: Language) -> tuple[TaxRow, ...]:
    """Return the tax summary, one row per label and rate, highest rate first. Two queries."""
    stored = DocumentTax.objects.filter(
        statement_on=facts.statement_on, billing_account_id=facts.billing_account_id
    ).order_by("-tax_ppm", "tax_rule_id")
    with beyond(WHOLE):
        found = list(stored)
    rules = TaxRule.objects.in_bulk({row.tax_rule_id for row in found})
    rows: dict[tuple[str, int], TaxRow] = {}
    for row in found:
        rule = rules[row.tax_rule_id]
        key = (wording.tax_label_of(rule.label), row.tax_ppm)
        known = rows.get(key)
        lines = row.lines + (known.lines if known else 0)
        net = row.net + (known.net if known else 0)
        tax = row.tax + (known.tax if known else 0)
        rows[key] = TaxRow(
            label=key[0],
            tax_ppm=row.tax_ppm,
            lines=lines,
            net=net,
            tax=tax,
            gross=net + tax,
            note=wording.tax_note_of(rule.treatment, language),
        )
    return tuple(rows.values())


def annexes_of(facts: InvoiceFacts, *, limit: int) -> AnnexPage:
    """Add up the lines by end customer, in their order; at most `limit` of them. One query."""
    with beyond(WHOLE), connection.cursor() as cursor:
        rows = statement(_PACKAGE, "document_annexes").rows(
            cursor, document_id=facts.id, limit_rows=limit
        )
    annexes = tuple(
        Annex(
            customer_id=customer_number(row[0]),
            customer_name=row[1],
            line_numbers=tuple(range(row[2], row[3] + 1)),
            net=row[4],
            tax=row[5],
            gross=row[4] + row[5],
        )
        for row in rows
    )
    customers = rows[0][6] if rows else 0
    is_needed = customers > 1 or any(row[0] != facts.buyer_id for row in rows)
    return AnnexPage(annexes, customers, is_needed)


def to_line(row: StoredLine, language: Language) -> Line:
    """Turn a stored line into what is printed.

    The charge of pay as you go is a difference of running amounts: its line shows one use at that amount,
    so that quantity, price and net tie, and the used quantity stands in the description.
    """
    kind = ChargeKind(row.kind)
    is_usage = kind is ChargeKind.USAGE
    unit = row.unit(language)
    plan = f"{row.plan_name}, {row.sku_name}" if is_usage and row.sku_name else row.plan_name
    told = wording.told_kind(kind, row.quantity)
    return Line(
        no=row.no,
        customer_id=customer_number(row.customer_id),
        customer_name=row.customer_name,
        reference=subscription_number(row.subscription_id),
        description=describe(told, plan, unit, row.quantity, None, language),
        kind=kind,
        quantity=Decimal(1) if is_usage else row.quantity,
        unit_label="" if is_usage else unit,
        unit_price=row.list_amount if is_usage else row.unit_price,
        num=row.num,
        den=row.den,
        billing_unit=wording.billing_unit_of(kind, den=row.den),
        list_amount=row.list_amount,
        net=row.net,
        tax_label=wording.tax_label_of(row.tax_label),
        tax_ppm=row.tax_ppm,
        tax=row.tax,
        discount=row.discount,
        discount_ppm=row.discount_ppm,
        period_start=row.period_start,
        period_end=row.period_end,
    )


def _shown(row: StoredLine, line: Line) -> ShownLine:
    act = line.description.removeprefix(row.plan_name).lstrip(":, ")
    if line.kind in _COUNTED_APART:
        act = act.rpartition(", ")[0]
    return ShownLine(
        line=line,
        plan_name=row.plan_name,
        act=act[:1].upper() + act[1:],
        subscription_id=row.subscription_id,
        customer_account_id=row.customer_id,
    )


def customer_number(account_id: int) -> str:
    """Write an account as people see it; rows of the database need no check of their bounds."""
    return f"{IdKind.ACCOUNT.value}-{account_id}"


def subscription_number(subscription_id: int) -> str:
    """Write a subscription as people see it."""
    return f"{IdKind.SUBSCRIPTION.value}-{subscription_id}"
