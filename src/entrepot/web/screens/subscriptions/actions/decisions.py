"""Automatic renewal, hold and release, and an ordered quantity taken back."""

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions import commands, queries
from entrepot.domain.subscriptions.queries import Book, SubscriptionFacts
from entrepot.flows import effects
from entrepot.flows import subscription_actions as flow
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.actions import offered
from entrepot.web.screens.subscriptions.actions.decide import (
    Asked,
    Decision,
    asked_of,
    decide,
    standing,
)

_REASON_MAX = 300


class ReasonForm(forms.Form):
    """Why something is held or released."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=_REASON_MAX,
        help_text=_("It is kept in the history."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "form": "act"}),
    )


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def renewal(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Switch automatic renewal on or off, whichever it is not."""
    asked = asked_of(request, number)
    facts = asked.facts
    wanted = request.POST.get("auto_renew", "no" if facts.auto_renew else "yes") == "yes"
    turn = gettext("Renew automatically") if wanted else gettext("Do not renew")
    ends_on = words.day(
        facts.dates.trial_end if facts.dates.term_end is None else facts.dates.term_end
    )
    sentence = (
        gettext("It goes on by itself on %(day)s.")
        if wanted
        else gettext("It ends on %(day)s; until then nothing changes.")
    )
    decision = Decision(
        title=gettext("Automatic renewal"),
        done=gettext("It renews by itself.") if wanted else gettext("It does not renew any more."),
        button=turn,
        what=turn,
        look=lambda: effects.renewal_effect(facts=facts, auto_renew=wanted, **asked.doer),
        do=lambda version, _given: commands.set_auto_renew(
            subscription_id=facts.id, auto_renew=wanted, expected_version=version, **asked.doer
        ),
        sentences=(sentence % {"day": ends_on},),
        yours=turn,
        theirs=gettext("Renews by itself") if facts.auto_renew else gettext("Does not renew"),
        extra={"hidden": [("auto_renew", "yes" if wanted else "no")]},
    )
    return decide(asked, decision, name=name, book=book)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def hold(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Put on hold what a customer has."""
    asked = asked_of(request, number)
    facts = _of_a_customer(asked.facts)
    decision = Decision(
        title=gettext("Hold the subscription"),
        done=gettext("The subscription is on hold."),
        button=gettext("Hold the subscription"),
        what=gettext("While the hold lasts"),
        look=lambda: effects.hold_effect(facts=facts, **asked.doer),
        do=lambda version, given: flow.hold(
            subscription_id=facts.id,
            reason=given["reason"],
            expected_version=version,
            **asked.doer,
        ),
        form=ReasonForm,
        kind="bad",
        sentences=(gettext("The customer cannot use it until it is released."),),
        yours=gettext("Hold the subscription"),
        theirs=standing(facts),
    )
    return decide(asked, decision, name=name, book=book)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def release(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Take the administrative hold away."""
    asked = asked_of(request, number)
    facts = _of_a_customer(asked.facts)
    stays = gettext("A credit hold stays until the account is released.")
    decision = Decision(
        title=gettext("Release from hold"),
        done=gettext("The hold is released."),
        button=gettext("Release"),
        what=gettext("After the release"),
        look=lambda: effects.release_effect(facts=facts, **asked.doer),
        do=lambda version, given: flow.release(
            subscription_id=facts.id,
            reason=given["reason"],
            expected_version=version,
            **asked.doer,
        ),
        form=ReasonForm,
        sentences=(stays,) if facts.credit_hold else (),
        yours=gettext("Release"),
        theirs=standing(facts),
    )
    return decide(asked, decision, name=name, book=book)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def withdraw_change(
    request: SignedInRequest, number: int, change: int, *, name: str, book: Book
) -> HttpResponse:
    """Take an ordered quantity back before it takes effect."""
    asked = asked_of(request, number)
    facts = asked.facts
    waiting = {one.id: one for one in queries.waiting_changes(facts=facts)}.get(change)
    if waiting is None and request.method != "POST":
        raise Http404
    shown = f"{words.quantity(waiting.now)} → {words.quantity(waiting.then)}" if waiting else ""
    decision = Decision(
        title=gettext("Withdraw the change"),
        done=gettext("The change is withdrawn."),
        button=gettext("Withdraw the change"),
        what=gettext("Without %(what)s") % {"what": waiting.resource if waiting else ""},
        change=shown,
        look=lambda: effects.withdraw_change_effect(facts=facts, change_id=change, **asked.doer),
        do=lambda version, _given: _withdraw(asked, change, version),
        sentences=(
            gettext("Ordered for %(day)s: %(what)s %(change)s")
            % {
                "day": words.day(waiting.effective_on),
                "what": waiting.resource,
                "change": shown,
            },
        )
        if waiting
        else (),
        yours=gettext("Withdraw the change"),
        theirs=shown or gettext("Applied or withdrawn already"),
    )
    return decide(asked, decision, name=name, book=book)


def _withdraw(asked: Asked, change: int, version: int) -> None:
    # The effect is asked first: it knows only changes of this subscription.
    effects.withdraw_change_effect(facts=asked.facts, change_id=change, **asked.doer)
    commands.withdraw_change(change_id=change, expected_version=version, **asked.doer)


def _of_a_customer(facts: SubscriptionFacts) -> SubscriptionFacts:
    if not offered.may_hold(facts):
        raise Http404
    return facts
