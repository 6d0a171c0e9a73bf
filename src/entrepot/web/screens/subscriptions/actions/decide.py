"""The page of one decision: its effect first, the version with the button, a refusal in the effect's place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.errors import SubscriptionConflict
from entrepot.domain.subscriptions.queries import Book, SubscriptionFacts
from entrepot.flows.effects import Effect
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import head, links, words
from entrepot.web.screens.subscriptions.actions.common import (
    Conflict,
    crumbs,
    last_change,
    told,
    version_in,
)
from entrepot.web.screens.subscriptions.actions.shown import (
    EffectShown,
    amount_now,
    effect_shown,
)

_UNCONFIRMED = ("change_zero_unconfirmed", "switch_zero_unconfirmed")


class NoForm(forms.Form):
    """Nothing is asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The subscription that a page decides about, and who asks."""

    request: SignedInRequest
    facts: SubscriptionFacts

    @property
    def viewer(self) -> Viewer:
        """The person who asks."""
        return self.request.viewer

    @property
    def doer(self) -> dict[str, Any]:
        """Name who acts and when, as effects and actions take it."""
        return {
            "actor": self.viewer.actor(request_id=self.request.request_id),
            "now": self.request.now,
            "today": self.viewer.today,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """One action: its words, its effect, and what does it."""

    title: str
    done: str
    button: str
    what: str
    look: Callable[[], Effect]
    do: Callable[[int, Mapping[str, Any]], object]
    form: type[forms.Form] = NoForm
    kind: str = "primary"
    change: str = ""
    sentences: tuple[str, ...] = ()
    warning: str = ""
    names_amount: bool = True
    is_order: bool = False
    """`do` returns the id of the order that it has placed."""
    months: int = 0
    """The length of the billing period after it, 0 for that of the plan."""
    yours: str = ""
    theirs: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def asked_of(request: SignedInRequest, number: int) -> Asked:
    """Read the subscription. Raises: NoSuchObject, for foreign ones too."""
    facts = queries.subscription_facts(request.viewer, subscription_id=number)
    return Asked(request, facts)


def standing(facts: SubscriptionFacts) -> str:
    """Say how the subscription stands now."""
    if facts.dates.cancel_on is not None:
        return gettext("Cancelled as of %(day)s") % {"day": words.day(facts.dates.cancel_on)}
    return gettext("On hold") if facts.admin_hold else gettext("Not on hold")


def decide(asked: Asked, decision: Decision, *, name: str, book: Book) -> HttpResponse:
    """Show the effect, or take the action and go back to the subscription."""
    request, facts = asked.request, asked.facts
    form = decision.form(request.POST if request.method == "POST" else None)
    status, refusal, conflict, confirms_free = 200, "", None, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                came = decision.do(version_in(request.POST), form.cleaned_data)
            except DomainError as error:
                status = 422 if isinstance(error, BadInput) else 409
                refusal = error.text(translate=gettext)
                confirms_free = error.code in _UNCONFIRMED
                if isinstance(error, SubscriptionConflict):
                    by = last_change(asked.viewer, facts)
                    conflict = Conflict(decision.yours, decision.theirs, by)
            else:
                done = decision.done
                messages.success(
                    request,
                    told(asked.viewer, came, done=done) if decision.is_order else done,
                )
                return HttpResponseRedirect(links.page_url(asked.viewer, name, facts.id))
    shown, amount, refused = _effect(asked, decision)
    back = links.page_url(asked.viewer, name, facts.id)
    context = {
        "page": head.head(asked.viewer, facts, name=name),
        "title": decision.title,
        "crumbs": crumbs(asked.viewer, facts, name=name, book=book),
        "form": form,
        "decision": decision,
        "button": _button(decision, amount, confirms_free=confirms_free),
        "confirms_free": confirms_free,
        "effect": shown,
        "refusal": refusal or refused,
        "is_possible": shown is not None,
        "conflict": conflict,
        "version": facts.version,
        "url": request.path,
        "back_url": back,
        **decision.extra,
    }
    return render(request, "screens/subscriptions/decision.html", context, status=status)


def _button(decision: Decision, amount: str, *, confirms_free: bool) -> str:
    if confirms_free:
        return gettext("Confirm the free change")
    return f"{decision.button}, {amount}" if amount and decision.names_amount else decision.button


def _effect(asked: Asked, decision: Decision) -> tuple[EffectShown | None, str, str]:
    """Work out the effect; where the action is refused, the reason stands in its place."""
    try:
        effect = decision.look()
    except DomainError as error:
        return None, "", error.text(translate=gettext)
    shown = effect_shown(
        asked.facts,
        effect,
        today=asked.viewer.today,
        what=decision.what,
        change=decision.change,
        months=decision.months,
    )
    amount = amount_now(asked.facts, effect)
    if amount and effect.now.price < 0:
        amount = gettext("%(amount)s back") % {"amount": amount}
    return shown, amount, ""
