"""Totals by tier: of a run's documents, and of a rehearsed day; one currency at a time, never added up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import get_currency_symbol
from django.utils.translation import gettext

from entrepot.domain.billing.queries.run_totals import TierTotal, run_totals
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.billing import words
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Choice, Column


@dataclass(frozen=True, slots=True)
class Trend:
    """How much more or less than before, with icon and tone."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One kind of sale; amounts are empty texts where the viewer may not see them."""

    name: str
    documents: str
    lines: str
    net: str
    tax: str
    gross: str
    trend: Trend | None
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class TotalsCard:
    """The table for one currency, and the switch between currencies."""

    currency: str
    currencies: list[Choice]
    columns: list[Column]
    lines: tuple[TotalLine, ...]
    hides: bool


def totals_card(
    viewer: Viewer,
    *,
    first_day: date,
    day: date,
    currency: str,
    address: Callable[[str], str],
) -> TotalsCard:
    """Return the totals of a run in the wanted currency, or in the one with most documents."""
    totals = run_totals(viewer, first_day=first_day, day=day)
    known = _by_documents(totals.rows)
    chosen = currency if currency in known else next(iter(known), "EUR")
    lines = tuple(_line(row) for row in totals.rows if row.currency == chosen)
    sign = sign_of(chosen)
    before = gettext("Net to month before")
    if totals.before is not None:
        month = formats.day(totals.before, style="month", language=words.language())
        before = gettext("Net to %(month)s") % {"month": month}
    return TotalsCard(
        currency=chosen,
        currencies=choices(known, chosen=chosen, address=address),
        columns=[
            Column(gettext("Tier")),
            Column(gettext("Documents"), 110, numeric=True),
            Column(gettext("Lines"), 110, numeric=True),
            Column(gettext("Net, %(sign)s") % {"sign": sign}, 150, numeric=True),
            Column(gettext("VAT, %(sign)s") % {"sign": sign}, 140, numeric=True),
            Column(gettext("Gross, %(sign)s") % {"sign": sign}, 150, numeric=True),
            Column(before, 180, numeric=True),
        ],
        lines=lines,
        hides=any(line.is_hidden for line in lines),
    )


def choices(
    currencies: Sequence[str], *, chosen: str, address: Callable[[str], str]
) -> list[Choice]:
    """Return the switch between currencies, nothing for a single one."""
    if len(currencies) < 2:
        return []
    return [Choice(code, address(code), current=code == chosen) for code in currencies]


def trend(before: Decimal | None, now: Decimal | None) -> Trend | None:
    """Return how an amount moved, None where one of the two is unknown or zero."""
    if not before or now is None:
        return None
    share = (now - before) / abs(before)
    text = formats.percent(share, language=words.language(), decimals=1, signed=True)
    if share == 0:
        return Trend(text, "minus", "muted")
    return Trend(text, *(("trending-up", "ok") if share > 0 else ("trending-down", "warn")))


def sign_of(currency: str) -> str:
    """Return the sign of a currency as headings have it: `€`."""
    return str(get_currency_symbol(currency, locale="en"))


def _by_documents(rows: Sequence[TierTotal]) -> list[str]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.currency] = counts.get(row.currency, 0) + row.documents
    return sorted(counts, key=lambda code: (-counts[code], code))


def _line(row: TierTotal) -> TotalLine:
    return TotalLine(
        name=words.sale(row.seller_depth, row.buyer_kind),
        documents=words.number(row.documents),
        lines=words.number(row.lines),
        net=_amount(row.net),
        tax=_amount(row.tax),
        gross=_amount(row.gross),
        trend=trend(row.net_before, row.net),
        is_hidden=row.net is None,
    )


def _amount(value: Decimal | None) -> str:
    return "" if value is None else formats.amount(value, language=words.language())
