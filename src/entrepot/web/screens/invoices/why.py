"""The panel that answers "Why this amount?" below its line."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext

from entrepot.domain.billing.queries.invoices import InvoiceFacts
from entrepot.domain.documents.explain_types import DayStrip, Link, Piece, Step
from entrepot.domain.documents.queries import Answer
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.invoices import links
from entrepot.web.ui import formats
from entrepot.web.ui.parts import Column

# A month is drawn day by day; a year would be a hairline per day.
_STRIP_DAYS_MAX = 31
# The last column answers the question, so nothing in it may be cut: room for "−1.234.567,89" in a wide bold font.
_AMOUNT_WIDTH = 148


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text, bold or linked."""

    text: str
    bold: bool
    url: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the calculation."""

    operator: str
    label: str
    source: tuple[Word, ...]
    calculation: str
    shown: str
    is_subtotal: bool


@dataclass(frozen=True, slots=True)
class Days:
    """The strip of days; `first` and `last` are inclusive and count from 1."""

    days: int
    first: int
    last: int
    label: str
    start: str
    end: str
    used: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel shows."""

    line_no: int
    title: str
    words: tuple[Word, ...]
    days: Days | None
    follow_up: str
    replayed: bool
    replay_text: str
    ordered: str
    columns: tuple[Column, ...]
    steps: tuple[StepRow, ...]


def panel(answer: Answer, facts: InvoiceFacts, *, viewer: Viewer, side: Side) -> Panel:
    """Turn an explanation into the rows of the panel, with links where a screen exists."""
    found = answer.explanation

    def word(piece: Piece) -> Word:
        return Word(piece.text, piece.bold, _url(viewer, side, piece.link))

    def step(one: Step) -> StepRow:
        source = tuple(word(piece) for piece in one.source)
        return StepRow(one.operator, one.label, source, one.calculation, one.shown, one.is_subtotal)

    return Panel(
        line_no=answer.line_no,
        title=found.title,
        words=tuple(word(piece) for piece in found.paragraph),
        days=_days(found.strip),
        follow_up=found.follow_up,
        replayed=found.replayed,
        replay_text=found.replay_text,
        ordered=_ordered(answer),
        columns=(
            Column(gettext("Sign of the step"), 34, hidden_label=True),
            Column(gettext("Step"), 194),
            Column(gettext("Where it comes from")),
            Column(gettext("Calculation"), 214, numeric=True),
            Column(facts.currency, _AMOUNT_WIDTH, numeric=True),
        ),
        steps=tuple(step(one) for one in found.steps),
    )


def _url(viewer: Viewer, side: Side, link: Link | None) -> str:
    return links.explained_url(viewer, side, link)


def _days(strip: DayStrip | None) -> Days | None:
    if strip is None or strip.days > _STRIP_DAYS_MAX:
        return None
    last = strip.start + timedelta(days=strip.days - 1)
    used_from = strip.start + timedelta(days=strip.used_from)
    used_to = used_from + timedelta(days=strip.used - 1)
    words = {
        "first": formats.day(used_from, style="day_long", language=_language()),
        "last": formats.day(used_to, style="day_long", language=_language()),
        "used": strip.used,
        "days": strip.days,
    }
    return Days(
        days=strip.days,
        first=strip.used_from + 1,
        last=strip.used_from + strip.used,
        label=gettext("In use from %(first)s to %(last)s, %(used)s of %(days)s days") % words,
        start=formats.day(strip.start, style="day", language=_language()),
        end=formats.day(last, style="day", language=_language()),
        used=gettext("%(used)s of %(days)s days") % words,
    )


def _ordered(answer: Answer) -> str:
    if not answer.ordered_by or answer.ordered_at is None:
        return ""
    moment = formats.day(
        answer.ordered_at,
        style="stamp",
        language=_language(),
        zone=timezone.get_current_timezone(),
    )
    return gettext("Ordered by %(name)s, %(moment)s.") % {
        "name": answer.ordered_by,
        "moment": moment,
    }


def _language() -> str:
    return get_language() or "en"
