"""Tasks in words: titles, states, progress, levels of priority, events and their handlers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.queries.jobs import JobFacts
from entrepot.infra.tasks.levels import Level
from entrepot.infra.tasks.models import JobState, Step
from entrepot.web.screens.billing import links, words
from entrepot.web.ui import formats

UNTAKEN_SECONDS = 5
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
STATES = {
    JobState.WAITING: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "stopped",
}
_TITLES: Mapping[str, object] = {
    "bill": _("Bill %(day)s"),
    "rehearse": _("Rehearse %(day)s"),
    "prove_run": _("Prove the run of %(day)s"),
    "compare_run": _("Compare the run of %(day)s with the previous periods"),
    "keep_month_ends": _("Keep the sales at the end of the month, %(day)s"),
}
_NOTES: tuple[tuple[str, object], ...] = (
    ("copying", _("copying what is due")),
    ("rehearsing", _("rehearsing %(day)s")),
    ("comparing", _("comparing with the previous periods")),
)


LEVELS: Mapping[Level, object] = {
    Level.REALTIME: pgettext_lazy("priority", "Realtime"),
    Level.VERY_HIGH: pgettext_lazy("priority", "Very high"),
    Level.HIGH: pgettext_lazy("priority", "High"),
    Level.NORMAL: pgettext_lazy("priority", "Normal"),
    Level.LOW: pgettext_lazy("priority", "Low"),
    Level.VERY_LOW: pgettext_lazy("priority", "Very low"),
    Level.IDLE: pgettext_lazy("priority", "Idle"),
}
_KINDS: Mapping[str, object] = {
    "bill": _("Bill days"),
    "retry_quarantined": _("Bill what was put aside"),
    "import_usage": _("Import usage files"),
    "import_prices": _("Import price lists"),
    "rehearse": _("Rehearse days"),
    "prove_run": _("Prove runs"),
    "compare_run": _("Compare runs"),
    "keep_month_ends": _("Keep sales at ends of months"),
    "import_subscriptions": _("Import running subscriptions"),
    "import_users": _("Import users"),
    "look_for_drift": _("Compare services with vendors"),
    "complete_seats": _("Assign services that people waited for"),
    "seat_events.forget_ended": _("Forget who used what has ended"),
    "seat_events.take_answer": _("Write for whom a vendor did it"),
    "seat_events.take_failure": _("Show with people why a vendor does not go on"),
    "seat_events.take_end": _("Show with people that a vendor's part was ended"),
    "seat_events.follow_orders": _("Assign what people waited for when its order is done"),
    "seat_events.follow_names": _("Sort people's services by a new name"),
    "assign_seats": _("Hand a service out to many people"),
    "retry_seats": _("Ask vendors again for many people"),
    "fetch_vendor_usage": _("Take over what vendors measured"),
    "time_out_approval": _("Settle approvals whose time is over"),
    "handle_event": _("Carry out event handlers"),
    "demo.history": _("Fill in the demo's history"),
    "vendor_wishes.follow_day": _("Compare services with subscriptions after a billed day"),
    "vendor_wishes.follow_subscription": _("Ask the vendor for what was changed"),
    "vendor_wishes.follow_credit": _("Suspend or resume services of the buyer"),
    "vendor_wishes.follow_vendor": _("Ask the vendor for what is still wanted"),
    "orders.begin_orders": _("Ask the vendor for what accepted orders want"),
    "orders.finish_order": _("Start the subscription of the order"),
    "orders.fail_order": _("Show the order as failed"),
    "orders.end_order": _("Show the order as ended at the vendor"),
    "order_approvals.watch_approvals": _("Watch the time of the approval"),
    "vendor_usage.fetch_after_day": _("Ask vendors what was used after a billed day"),
    "send_messages": _("Send messages"),
    "messages": _("Write messages about what happened"),
    "announcing.announce_orders": _("Tell people of orders"),
    "announcing.announce_person": _("Tell people of passwords and roles"),
    "announcing.announce_account_hold": _("Tell accounts of holds"),
    "announcing.announce_invitations": _("Send people activation links"),
    "announcing.announce_services": _("Tell people of their services"),
    "announcing.announce_acting": _("Tell accounts who acts for them"),
    "wiring.keep_past": _("Have sales kept at ends of months"),
    "wiring.announce_start": _("Tell other systems"),
    "wiring.announce_cancellation": _("Tell other systems"),
    "wiring.announce_payment": _("Tell other systems"),
    "wiring.announce_hold": _("Tell other systems"),
}
_AGAIN = "Tried again after: "
_QUEUE: Mapping[str, object] = {
    "The worker ended; the job is started again.": _("The worker ended; the task is begun again."),
    "The worker stopped; the job is started again.": _(
        "The worker was told to leave; the task is begun again."
    ),
}
_STEPS: Mapping[Step, object] = {
    Step.BEGUN: _("Begun, attempt %(text)s"),
    Step.PUT_BACK: _("Put back: %(text)s"),
    Step.DONE: _("Done"),
    Step.FAILED: _("Failed: %(text)s"),
    Step.STOP_ASKED: _("Asked to stop"),
    Step.CANCELLED: _("Stopped"),
    Step.RESTARTED: _("Restarted"),
    Step.PUT_FIRST: _("Put before all others"),
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as the screens show it. `is_untaken` says that no worker has taken it for some seconds."""

    id: int
    number: str
    url: str
    title: str
    state: str
    is_open: bool
    is_untaken: bool
    done: int
    total: int | None
    progress: str
    error: str
    attempts: int
    by: str
    created: str
    time: str


def job_line(facts: JobFacts, *, now: datetime) -> JobLine:
    """Return a job in words."""
    end = facts.finished_at or now
    spent = (end - facts.started_at).total_seconds() if facts.started_at else None
    waits = facts.state is JobState.WAITING
    return JobLine(
        id=facts.id,
        number=facts.number,
        url=links.job(facts.id),
        title=_title(facts),
        state=STATES[facts.state],
        is_open=facts.is_open,
        is_untaken=waits and now - facts.created_at > timedelta(seconds=UNTAKEN_SECONDS),
        done=facts.done,
        total=facts.total,
        progress=_progress(facts),
        error=facts.error,
        attempts=facts.attempts,
        by=facts.owner_name or gettext("System"),
        created=stamp(facts.created_at),
        time=words.seconds(max(0.0, spent)) if spent is not None else "",
    )


def _title(facts: JobFacts) -> str:
    if facts.handler:
        return kind(facts.handler)
    day = facts.arguments.get("until") or facts.arguments.get("day")
    if facts.task in _TITLES and day:
        return str(_TITLES[facts.task]) % {"day": words.day_full(date.fromisoformat(day))}
    if facts.task == "retry_quarantined":
        count = len(facts.arguments.get("subscription_ids") or ())
        text = ngettext("Retry %(n)s subscription", "Retry %(n)s subscriptions", count)
        return text % {"n": words.number(count)}
    return facts.label


def _progress(facts: JobFacts) -> str:
    """Say what a running job does; its note is a code for billing, else a short sentence."""
    note = facts.note
    day = _ISO.search(note)
    if facts.task == "bill" and day and note.split()[-1] in set(RunStep):
        return _billing_progress(RunStep(note.split()[-1]), facts)
    for beginning, text in _NOTES:
        if note.startswith(beginning):
            shown = words.day_long(date.fromisoformat(day[0])) if day else ""
            return str(text) % {"day": shown}
    if facts.total:
        of = {"done": words.number(facts.done), "total": words.number(facts.total)}
        return gettext("%(done)s of %(total)s") % of
    return said(note)


def _billing_progress(step: RunStep, facts: JobFacts) -> str:
    if step is RunStep.DONE:
        return gettext("proving the run")
    return gettext("%(step)s: %(done)s of %(total)s chunks") % {
        "step": str(words.STEPS[step]),
        "done": words.number(facts.done),
        "total": words.number(facts.total or 0),
    }


def kind(name: str) -> str:
    """Name a task or an event handler; one without words of its own by its technical name."""
    return str(_KINDS.get(name, name))


def said(text: str) -> str:
    """Write what the queue itself says about a job in the reader's language; other texts as they are."""
    if text.startswith(_AGAIN):
        return gettext("Tried again after: %(why)s") % {"why": text.removeprefix(_AGAIN)}
    known = _QUEUE.get(text)
    return text if known is None else str(known)


def step(of: Step, text: str) -> str:
    """Say what happened to a job."""
    return str(_STEPS[of]) % {"text": text}


def levels() -> list[tuple[str, str]]:
    """Offer the levels, the most urgent first."""
    return [(level.value, str(label)) for level, label in LEVELS.items()]


def stamp(value: datetime) -> str:
    """Write an instant in the reader's zone."""
    return formats.day(value, style="stamp", language=words.language(), zone=words.zone())
