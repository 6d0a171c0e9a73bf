"""The steps of a run as the page shows them: what was worked on, how much, how fast; bars while they run."""

from dataclasses import dataclass

from django.utils.translation import gettext, ngettext, pgettext

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.queries.runs import RunFacts, StepFacts
from entrepot.web.screens.billing import words
from entrepot.web.ui.parts import Column

DONE, RUNNING, WARN, WAITING = "done", "running", "warn", "waiting"
_ICONS = {
    DONE: "circle-check",
    RUNNING: "loader",
    WARN: "triangle-alert",
    WAITING: "circle-dashed",
}
_TONES = {DONE: "ok", RUNNING: "info spin", WARN: "warn", WAITING: "muted"}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the table; `percent` is set while the step runs."""

    icon: str
    tone: str
    state: str
    name: str
    work: str
    rows: str
    rate: str
    time: str
    percent: int | None = None

    @property
    def is_warning(self) -> bool:
        """Whether the work column says what went wrong."""
        return self.tone == "warn"


def columns() -> list[Column]:
    """Return the columns of the table of steps."""
    return [
        Column(gettext("State"), 36, hidden_label=True),
        Column(gettext("Step"), 150),
        Column(gettext("Work")),
        Column(gettext("Rows"), 84, numeric=True),
        Column(pgettext("speed", "Rate"), 96, numeric=True),
        Column(gettext("Time"), 96, numeric=True),
    ]


def lines(facts: RunFacts) -> list[StepLine]:
    """Return the steps of a run in order: planning, the working steps, and the proof."""
    current = list(words.STEPS).index(facts.row.step) if not facts.row.is_done else len(words.STEPS)
    working = [
        _working(facts, step, is_current=place == current, is_over=place < current)
        for place, step in enumerate(facts.steps)
    ]
    return [_planning(facts), *working, _proving(facts)]


def elapsed(facts: RunFacts) -> float:
    """Return how long the steps took: the work of all workers shared out evenly, in seconds."""
    return facts.row.seconds / max(1, facts.row.workers)


def _planning(facts: RunFacts) -> StepLine:
    days = (facts.row.day - facts.first_day).days + 1
    chunks = sum(step.chunks for step in facts.steps)
    day_text = ngettext("%(n)s day", "%(n)s days", days) % {"n": words.number(days)}
    chunk_text = ngettext("%(n)s chunk", "%(n)s chunks", chunks) % {"n": words.number(chunks)}
    return _line(
        DONE,
        name=gettext("Open and plan"),
        work=f"{day_text}, {chunk_text}",
        rows=words.number(facts.row.due),
    )


def _working(facts: RunFacts, step: StepFacts, *, is_current: bool, is_over: bool) -> StepLine:
    spent = step.seconds / max(1, facts.row.workers)
    rows = _charges(step) if step.step is RunStep.RATE else step.rows
    state = DONE if is_over else RUNNING if is_current else WAITING
    if is_over and step.step is RunStep.RATE and facts.row.open:
        state = WARN
    return _line(
        state,
        name=str(words.STEPS[step.step]),
        work=_progress(step, spent) if is_current else _work(facts, step, is_over=is_over),
        rows=words.number(rows) if is_over or is_current else "",
        rate=words.per_second(rows, spent),
        time=words.seconds(spent) if is_over or is_current else "",
        percent=100 * step.done // step.chunks if is_current and step.chunks else None,
    )


def _proving(facts: RunFacts) -> StepLine:
    checks = facts.proof.get("checks", [])
    name = gettext("Prove")
    if not checks:
        return _line(WAITING, name=name, work=gettext("not done yet"))
    text = ngettext("%(n)s proof", "%(n)s proofs", len(checks)) % {"n": words.number(len(checks))}
    spent = sum(check["seconds"] for check in checks)
    state = DONE if facts.proof.get("proved") else WARN
    return _line(
        state,
        name=name,
        work=gettext("%(proofs)s, see Proofs") % {"proofs": text},
        time=words.seconds(spent),
    )


def _line(
    state: str,
    *,
    name: str,
    work: str,
    rows: str = "",
    rate: str = "",
    time: str = "",
    percent: int | None = None,
) -> StepLine:
    labels = {
        DONE: gettext("done"),
        RUNNING: gettext("running"),
        WARN: gettext("finished with exceptions"),
        WAITING: gettext("not begun"),
    }
    icon, tone = _ICONS[state], _TONES[state]
    return StepLine(icon, tone, labels[state], name, work, rows, rate, time, percent)


def _progress(step: StepFacts, spent: float) -> str:
    if not step.chunks:
        return gettext("begins")
    share = words.number(100 * step.done // step.chunks)
    if not step.done:
        return gettext("%(share)s%% done") % {"share": share}
    left = spent / step.done * (step.chunks - step.done)
    return gettext("%(share)s%% done, %(time)s left") % {
        "share": share,
        "time": words.seconds(left),
    }


def _work(facts: RunFacts, step: StepFacts, *, is_over: bool) -> str:
    if step.step is RunStep.RATE and is_over and facts.row.open:
        return ngettext(
            "%(n)s put aside, see below", "%(n)s put aside, see below", facts.row.open
        ) % {"n": words.number(facts.row.open)}
    if step.step is RunStep.NUMBER and is_over:
        return _documents(facts)
    return {
        RunStep.RATE: gettext("periods, changes, refunds"),
        RunStep.TOTAL: gettext("sums and tax of each account"),
        RunStep.NUMBER: gettext("without gaps, per seller"),
        RunStep.POST: gettext("lines, transfers, balances"),
        RunStep.SETTLE: gettext("credit used, overdue, holds"),
    }[step.step]


def _documents(facts: RunFacts) -> str:
    invoices = ngettext("%(n)s invoice", "%(n)s invoices", facts.invoices)
    notes = ngettext("%(n)s credit note", "%(n)s credit notes", facts.credit_notes)
    return ", ".join(
        [
            invoices % {"n": words.number(facts.invoices)},
            notes % {"n": words.number(facts.credit_notes)},
        ]
    )


def _charges(step: StepFacts) -> int:
    return sum(rows for name, rows in step.counts.items() if name.startswith("billing.charge_"))
