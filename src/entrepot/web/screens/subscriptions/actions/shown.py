"""The effect of an action in words and formatted figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import SubscriptionFacts
from entrepot.flows.effects import Effect, Figures, FreeWindow
from entrepot.flows.effects.window import WindowState
from entrepot.kernel.money import exponent
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui import formats
from entrepot.web.ui.parts import EffectRow


@dataclass(frozen=True, slots=True)
class EffectShown:
    """What `c-effect` takes, and the sentences below it; without rows there is no table."""

    what: str
    change: str
    now_label: str
    now_note: str
    then_label: str
    then_note: str
    rows: Sequence[EffectRow]
    notes: Sequence[str]


def effect_shown(
    facts: SubscriptionFacts,
    effect: Effect,
    *,
    today: date,
    what: str,
    change: str = "",
    months: int = 0,
) -> EffectShown:
    """Write the figures of the viewer's sale; for who sees no prices only the sentences stay.

    `months` is the length of the period that follows, 0 for that of the plan.
    """
    sees = facts.money.tier is not None and not effect.problem
    is_nothing = effect.is_free and not effect.goes_on and not effect.before.price
    comes_on = effect.billed_on if effect.part is None else effect.part.start
    return EffectShown(
        what=what,
        change=change,
        now_label=_short(comes_on) if comes_on and comes_on > today else gettext("Now"),
        now_note=_fraction(effect),
        then_label=per_period(months or facts.plan.billing_months),
        then_note=gettext("from %(day)s") % {"day": _short(effect.starts_on)},
        rows=_rows(facts, effect) if sees and not facts.plan.is_usage and not is_nothing else [],
        notes=_notes(facts, effect),
    )


def amount_now(facts: SubscriptionFacts, effect: Effect) -> str:
    """Write what is billed or given back at once, without its sign; empty for nothing or an unseen amount."""
    if facts.money.tier is None or effect.problem or not effect.now.price:
        return ""
    return words.money(abs(effect.now.price), effect.currency)


def per_period(months: int) -> str:
    """Name the length of a billing period."""
    if months in (1, 12):
        return gettext("Per month") if months == 1 else gettext("Per year")
    return ngettext("Per %(n)s month", "Per %(n)s months", months) % {"n": months}


def window_text(window: FreeWindow) -> str:
    """Say until when a cancellation gives money back, in the reader's zone."""
    if window.state is WindowState.FREE:
        return gettext("It costs nothing at present, so there is nothing to give back.")
    if window.state is WindowState.NEVER:
        return gettext("This plan gives nothing back.")
    if window.full_until is not None:
        return gettext(
            "All of the running period is given back, with its fees, for an end before %(moment)s (%(zone)s)."
        ) % _moment(window.full_until)
    if window.state is WindowState.ALWAYS or window.closes_at is None:
        return gettext("Unused days are given back, whenever it is cancelled.")
    values = _moment(window.closes_at)
    if window.state is WindowState.OPEN:
        return (
            gettext("Unused days are given back for an end before %(moment)s (%(zone)s).") % values
        )
    return (
        gettext("The time for a refund ended at %(moment)s (%(zone)s): nothing is given back.")
        % values
    )


def _moment(at: datetime) -> dict[str, str]:
    return {
        "moment": formats.day(timezone.localtime(at), style="stamp", language=words.language()),
        "zone": timezone.get_current_timezone_name(),
    }


def _fraction(effect: Effect) -> str:
    if effect.part is None:
        return ""
    part = effect.part.fraction
    text = ngettext("%(num)s of %(den)s day", "%(num)s of %(den)s days", part.den)
    return text % {"num": words.quantity(part.num), "den": words.quantity(part.den)}


def _rows(facts: SubscriptionFacts, effect: Effect) -> list[EffectRow]:
    less = effect.after.less(effect.before)
    if not facts.money.is_seller:
        return [_row(gettext("Your price"), effect, less, "price", total=True)]
    return [
        _row(gettext("Price"), effect, less, "price"),
        _row(gettext("Your cost"), effect, less, "cost"),
        _row(gettext("Margin"), effect, less, "margin", total=True),
    ]


def _row(label: str, effect: Effect, less: Figures, key: str, *, total: bool = False) -> EffectRow:
    def read(figures: Figures) -> Decimal:
        found: Decimal | None = getattr(figures, key)
        return Decimal(0) if found is None else found

    difference = read(less)
    shown = formats.amount(
        difference,
        language=words.language(),
        decimals=exponent(effect.currency),
        signed=True,
    )
    return EffectRow(
        label,
        words.money(read(effect.now), effect.currency),
        words.money(read(effect.after), effect.currency),
        shown if difference else "",
        total=total,
    )


def _notes(facts: SubscriptionFacts, effect: Effect) -> list[str]:
    if effect.problem:
        return [
            gettext(
                "Billing has put this subscription aside. What the change costs is known when that is corrected."
            )
        ]
    found = []
    sees = facts.money.tier is not None
    if effect.stands_still and facts.status in (Status.TRIAL, Status.ACTIVE):
        found.append(
            gettext("Billing stands still while the hold lasts; it goes on with the release.")
        )
    if effect.overuse and sees:
        found.append(
            gettext("%(amount)s of it are for use beyond what is included.")
            % {"amount": words.money(effect.overuse, effect.currency)}
        )
    if effect.fee.price and sees:
        found.append(
            gettext("With the period that follows comes a fee of %(amount)s, once.")
            % {"amount": words.money(effect.fee.price, effect.currency)}
        )
    if facts.plan.is_usage:
        found.append(gettext("What was used is billed as usual."))
    if sees:
        found.append(_document(effect))
    return found


def _document(effect: Effect) -> str:
    if effect.is_free and not effect.stands_still:
        return gettext("Nothing changes in what is billed.")
    if effect.statement_on is not None:
        day = words.day(effect.statement_on)
        return gettext("Without VAT. On the statement of %(day)s.") % {"day": day}
    text = (
        gettext("Without VAT. Nothing is billed for it before %(day)s.")
        if effect.goes_on
        else gettext("Without VAT. Nothing more is billed from %(day)s on.")
    )
    return text % {"day": words.day(effect.starts_on)}


def _short(value: date) -> str:
    return formats.day(value, style="day", language=words.language())
