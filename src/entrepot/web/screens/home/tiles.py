"""The money tiles of a reseller's home."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from entrepot.flows.home.sales import MonthEnd, SalesNow
from entrepot.kernel.money import Money, round_amount
from entrepot.web.screens.home import words
from entrepot.web.ui import formats


@dataclass(frozen=True, slots=True)
class MoneyTiles:
    """Monthly revenue and margin with what they were at the last month end; empty texts are not shown."""

    mrr: str
    mrr_trend: str
    mrr_tone: str
    mrr_icon: str
    mrr_note: str
    margin: str
    share: str
    margin_note: str


def money_tiles(now: SalesNow, past: Sequence[MonthEnd]) -> MoneyTiles | None:
    """Write the tiles of the largest currency; None before anything is sold."""
    if not now.direct:
        return None
    main = now.direct[0]
    before = past[-1].sales if past and past[-1].sales.currency == main.currency else None
    notes = []
    trend, tone, icon = "", "ok", "trending-up"
    if before is not None and before.price.amount:
        change = (main.price.amount - before.price.amount) / before.price.amount
        trend = formats.percent(change, language=words.language(), decimals=1, signed=True)
        if not round_amount(change, exp=3):
            tone, icon = "", "minus"
        elif change < 0:
            tone, icon = "warn", "trending-down"
        notes.append(gettext("to %(month)s") % {"month": words.month_name(past[-1].day)})
    notes += [
        gettext("and %(amount)s") % {"amount": words.money(one.price)} for one in now.direct[1:]
    ]
    notes += [
        gettext("%(amount)s from sub-resellers") % {"amount": words.money(one.price)}
        for one in now.below
    ]
    return MoneyTiles(
        mrr=words.money(main.price),
        mrr_trend=trend,
        mrr_tone=tone,
        mrr_icon=icon,
        mrr_note=", ".join(notes),
        margin=words.money(main.margin),
        share=_share(main.margin, main.price),
        margin_note=gettext("of price, %(before)s before")
        % {"before": _share(before.margin, before.price)}
        if before is not None and before.price.amount
        else gettext("of price"),
    )


def _share(margin: Money, price: Money) -> str:
    if price.is_zero:
        return ""
    return formats.percent(margin.amount / price.amount, language=words.language(), decimals=1)
