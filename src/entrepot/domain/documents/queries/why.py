"""Why a line has its amount: the stored facts behind its charge, gathered for `explain`."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection

from entrepot.domain.billing.lifecycle import ChargeKind
from entrepot.domain.billing.models import Charge, InvoiceLine
from entrepot.domain.billing.queries.invoices import InvoiceFacts
from entrepot.domain.catalog.levels import PriceLevel
from entrepot.domain.catalog.models import CatalogPrice
from entrepot.domain.documents import explain_words
from entrepot.domain.documents.explain import explain
from entrepot.domain.documents.explain_types import (
    ChargeFacts,
    Explanation,
    Link,
    LinkKind,
    Named,
    PriceOrigin,
)
from entrepot.domain.documents.explain_usage import UsageFacts, explain_usage
from entrepot.domain.documents.queries import wording
from entrepot.domain.documents.queries.lines import WHOLE, StoredLine, stored_lines
from entrepot.domain.documents.queries.usage_behind import usage_behind
from entrepot.domain.documents.types import Language
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import AgreedPrice, MarginRule
from entrepot.domain.subscriptions.models import QuantityChange, SubBilling
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond
from entrepot.kernel.periods import DateRange, natural_start, period_end

_PACKAGE = "entrepot.domain.documents"


@dataclass(frozen=True, slots=True)
class Answer:
    """The explanation of one line, and who ordered what it charges (empty: nobody did by hand)."""

    line_no: int
    explanation: Explanation
    ordered_by: str = ""
    ordered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Behind:
    """The rows behind a line."""

    line: StoredLine
    charge: Charge
    price: AgreedPrice
    change: QuantityChange | None
    facts: InvoiceFacts
    language: Language


def explanation_of(
    viewer: Viewer, facts: InvoiceFacts, *, line_no: int, language: Language
) -> Answer:
    """Explain one line of a document that the reader may see. At most 18 queries.

    The buyer is addressed as you; other readers read the buyer's name. How the seller made the price (margin,
    exchange rate) is told to the seller only (decision 11).
    Raises: NoSuchObject if the document has no such line.
    """
    with beyond(WHOLE):
        behind = _behind(facts, line_no, language)
        is_seller = viewer.account_id == facts.seller_id
        asked = _charge_facts(behind, is_seller=is_seller)
        if viewer.account_id != facts.buyer_id:
            asked = replace(asked, buyer_name=Account.objects.get(pk=facts.buyer_id).name)
        usage = _usage_facts(behind, is_seller=is_seller)
        if usage is None:
            explanation = explain(facts=asked, language=language)
        else:
            explanation = explain_usage(facts=asked, usage=usage, language=language)
    change = behind.change
    if change is None:
        return Answer(line_no, explanation)
    return Answer(line_no, explanation, change.ordered_by, change.ordered_at)


def _behind(facts: InvoiceFacts, line_no: int, language: Language) -> _Behind:
    rows = []
    if 0 < line_no <= facts.lines:
        rows = stored_lines(document_id=facts.id, first=line_no, last=line_no)
    if not rows:
        raise NoSuchObject(object=f"{facts.number}/{line_no}")
    charge = Charge.objects.get(pk=rows[0].charge_id)
    change = None
    if charge.kind is ChargeKind.CHANGE:
        change = QuantityChange.objects.get(pk=charge.cause_id)
    price = AgreedPrice.objects.get(pk=charge.agreed_price_id)
    return _Behind(rows[0], charge, price, change, facts, language)


def _charge_facts(behind: _Behind, *, is_seller: bool) -> ChargeFacts:
    line, charge, change, language = behind.line, behind.charge, behind.change, behind.language
    kind = ChargeKind(line.kind)
    label = behind.price.discount_label
    is_fee = kind in {ChargeKind.SETUP, ChargeKind.RENEWAL}
    is_refund = kind is ChargeKind.REFUND or (is_fee and line.quantity < 0)
    return ChargeFacts(
        kind=wording.told_kind(kind, line.quantity),
        plan_name=line.plan_name,
        unit_label=line.unit(language),
        currency=behind.facts.currency,
        exponent=behind.facts.exponent,
        unit_price=line.unit_price,
        billing_unit=wording.billing_unit_of(kind, den=line.den),
        quantity=line.quantity,
        period=DateRange(line.period_start, line.period_end),
        num=line.num,
        den=line.den,
        price=_price_origin(behind, is_seller=is_seller),
        tax_ppm=line.tax_ppm,
        tax_label=line.tax_label,
        list_amount=line.list_amount,
        discount=line.discount,
        net=line.net,
        tax=line.tax,
        natural_period=_natural_period(line),
        quantity_before=change.old_quantity if change else None,
        quantity_after=change.new_quantity if change else None,
        discount_ppm=line.discount_ppm,
        promotion=Named(text=label) if label and line.discount_ppm else None,
        tax_on=None if is_refund else charge.billed_on,
        tax_is_shared=behind.facts.is_taxed_per_rate,
        reverses=_reversed(behind) if is_refund else None,
        continues_on_line=_continues_on(behind),
        tier=charge.tier,
    )


def _price_origin(behind: _Behind, *, is_seller: bool) -> PriceOrigin:
    price, language = behind.price, behind.language
    name = Named(
        text=explain_words.price_row(price.id, language),
        link=Link(kind=LinkKind.PRICE, id=str(price.id)),
    )
    level = PriceLevel(price.model, price.level, price.lower_limit, price.upper_limit)
    if not is_seller:
        return PriceOrigin(name=name, valid_from=price.valid_from, level=level)
    return PriceOrigin(
        name=name,
        valid_from=price.valid_from,
        level=level,
        rule_text=_rule_text(price, language),
        exchange_rate=price.exchange_rate,
        rate_from=_upstream_currency(price) if price.exchange_rate is not None else "",
    )


def _rule_text(price: AgreedPrice, language: Language) -> str:
    if price.margin_rule_id is None:
        return explain_words.own_price(language) if price.seller_price_id is not None else ""
    rule = MarginRule.objects.get(pk=price.margin_rule_id)
    return explain_words.margin(rule.basis.value, rule.percent_ppm, language)


def _upstream_currency(price: AgreedPrice) -> str:
    """Name the currency that the exchange rate starts from: the vendor's, or the tier's above."""
    if price.tier == 1:
        currencies = CatalogPrice.objects.filter(pk=price.catalog_price_id or 0)
        return currencies.values_list("currency", flat=True).first() or ""
    above = AgreedPrice.objects.filter(
        item_id=price.item_id,
        tier=price.tier - 1,
        kind=price.kind,
        level=price.level,
        valid_from__lte=price.valid_from,
    )
    return above.order_by("-valid_from").values_list("currency", flat=True).first() or ""


def _natural_period(line: StoredLine) -> DateRange | None:
    """Find the whole period of which the line charges a part; None if it cannot be told.

    A part ends with its natural period unless a term's end cut it; the subscription's billing day says
    which, and the stored length must agree.
    """
    start, end = line.period_start, line.period_end
    if line.kind not in {ChargeKind.RECURRING, ChargeKind.CHANGE, ChargeKind.REFUND}:
        return None
    if line.num == line.den:
        return DateRange(start, end)
    sub = SubBilling.objects.filter(subscription_id=line.subscription_id).first()
    if sub is not None:
        months, anchor = sub.billing_months, sub.anchor_day
        natural_end = period_end(start, months=months, anchor=anchor).natural_end
        natural = DateRange(natural_start(natural_end, months=months, anchor=anchor), natural_end)
        if natural.days == line.den and natural.start <= start and end <= natural_end:
            return natural
    return DateRange(end - timedelta(days=line.den), end)


def _usage_facts(behind: _Behind, *, is_seller: bool) -> UsageFacts | None:
    if behind.charge.kind is not ChargeKind.USAGE:
        return None
    return usage_behind(
        total_id=behind.charge.cause_id,
        seller_id=behind.facts.seller_id,
        is_seller=is_seller,
        rule_text=_rule_text(behind.price, behind.language) if is_seller else "",
    )


def _reversed(behind: _Behind) -> Named:
    """Name the line that a refund takes back; before its document is issued, the charge's day."""
    with connection.cursor() as cursor:
        rows = statement(_PACKAGE, "document_line_of_charge").rows(
            cursor, charge_id=behind.charge.cause_id
        )
    if not rows:
        return Named(text=explain_words.open_charge(behind.line.period_start, behind.language))
    document_id, number, line_no, issued_on = rows[0]
    return _line_named(behind, document_id, number, line_no, issued_on)


def _line_named(
    behind: _Behind, document_id: int, number: str, line_no: int, issued_on: date
) -> Named:
    if document_id == behind.facts.id:
        text = explain_words.line_here(line_no, behind.language)
    else:
        text = explain_words.line_there(line_no, number, behind.language)
    if issued_on > behind.facts.as_of:
        return Named(text=text)
    return Named(text=text, link=Link(kind=LinkKind.DOCUMENT, id=f"{document_id}/{line_no}"))


def _continues_on(behind: _Behind) -> int | None:
    """Find the line of this document that charges the next whole period of the same item."""
    charge = behind.charge
    if charge.kind is not ChargeKind.CHANGE or behind.line.quantity < 0:
        return None
    following = Charge.objects.filter(
        period_start=charge.period_end,
        item_id=charge.item_id,
        tier=charge.tier,
        level=charge.level,
        kind=ChargeKind.RECURRING,
    ).values("id")
    lines = InvoiceLine.objects.filter(invoice_id=behind.facts.id, charge_id__in=following)
    return lines.values_list("line_no", flat=True).first()
