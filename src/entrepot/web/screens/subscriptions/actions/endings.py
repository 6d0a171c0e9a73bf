"""Cancel a subscription, and take a cancellation back."""

from datetime import date

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.queries import Book
from entrepot.flows import effects
from entrepot.flows.cancellations import order_cancellation, withdraw_cancellation
from entrepot.flows.needed_subscriptions import needed_by
from entrepot.kernel.errors import BadInput
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.actions.common import request_key
from entrepot.web.screens.subscriptions.actions.decide import (
    Asked,
    Decision,
    asked_of,
    decide,
    standing,
)
from entrepot.web.screens.subscriptions.actions.shown import window_text
from entrepot.web.screens.subscriptions.asked import read_day

_REASON_MAX = 80
_PREVIEW_REASON = "effect"


class CancelForm(forms.Form):
    """Why a subscription is cancelled; the day is asked beside it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=_REASON_MAX,
        help_text=_("Choose one or write your own; it is kept in the history."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "form": "act", "list": "reasons"}),
    )


class NeededCancelForm(CancelForm):
    """The same for what other subscriptions need: that is said with a tick."""

    needed = forms.BooleanField(
        label=_("Cancel it although others need it"),
        widget=forms.CheckboxInput(attrs={"form": "act"}),
    )


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def cancel(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Cancel from a day on, with the reason and what is given back."""
    asked = asked_of(request, number)
    facts = asked.facts
    window = effects.free_window(facts=facts, today=asked.viewer.today)
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("cancel_on") or _usual_end(asked, window).isoformat()
    day, key = read_day(text), request_key(given)
    sentences = [window_text(window)]
    if facts.dates.period_end is not None and facts.dates.period_end > asked.viewer.today:
        paid = gettext("It is paid up to %(day)s.") % {"day": words.day(facts.dates.period_end)}
        sentences.append(paid)
    dependents = needed_by(facts=facts)
    decision = Decision(
        title=gettext("Cancel the subscription"),
        done=gettext("The cancellation is ordered."),
        button=gettext("Cancel as of %(day)s") % {"day": words.day(day)}
        if day
        else gettext("Cancel the subscription"),
        what=gettext("Cancelled"),
        change=words.day(day),
        look=lambda: effects.cancel_effect(
            facts=facts, cancel_on=_day(day), reason=_PREVIEW_REASON, **asked.doer
        ),
        do=lambda version, filled: order_cancellation(
            facts=facts,
            cancel_on=_day(day),
            reason=filled["reason"],
            request_key=key,
            expected_version=version,
            **asked.doer,
        ),
        is_order=True,
        form=NeededCancelForm if dependents else CancelForm,
        warning=gettext("Without it these do not work: %(names)s.")
        % {"names": ", ".join(dependents)}
        if dependents
        else "",
        kind="bad",
        sentences=tuple(sentences),
        yours=gettext("Cancel as of %(day)s") % {"day": words.day(day)},
        theirs=standing(facts),
        extra={
            "asks_day": True,
            "day": text,
            "first_day": asked.viewer.today.isoformat(),
            "reasons": _reasons(),
            "hidden": [("cancel_on", text), ("key", key)],
        },
    )
    return decide(asked, decision, name=name, book=book)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def go_on(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Take a cancellation back before it takes effect."""
    asked = asked_of(request, number)
    facts = asked.facts
    decision = Decision(
        title=gettext("Withdraw the cancellation"),
        done=gettext("The subscription goes on."),
        button=gettext("Withdraw the cancellation"),
        what=gettext("Going on"),
        look=lambda: effects.withdraw_cancellation_effect(facts=facts, **asked.doer),
        do=lambda version, _given: withdraw_cancellation(
            facts=facts, expected_version=version, **asked.doer
        ),
        yours=gettext("Withdraw the cancellation"),
        theirs=standing(facts),
    )
    return decide(asked, decision, name=name, book=book)


def _usual_end(asked: Asked, window: effects.FreeWindow) -> date:
    """Offer today while days are given back, else the end of what is paid."""
    today, paid = asked.viewer.today, asked.facts.dates.period_end
    if window.gives_back or paid is None:
        return today
    return max(today, paid)


def _day(day: date | None) -> date:
    if day is None:
        raise BadInput(
            "cancel_day_unreadable",
            "This is no day.",
            field="cancel_on",
            next_step="Choose a day of the calendar.",
        )
    return day


def _reasons() -> list[str]:
    return [
        gettext("No longer needed"),
        gettext("Too expensive"),
        gettext("Replaced by another plan"),
        gettext("Ordered by mistake"),
        gettext("The customer leaves"),
    ]
