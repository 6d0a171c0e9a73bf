"""One more term by hand, taking that back, and a new term of what has ended."""

from django.http import HttpResponse
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.queries import Book, SubscriptionFacts
from entrepot.flows import effects
from entrepot.flows import renewals as flow
from entrepot.kernel.periods import period_end
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.actions.common import request_key
from entrepot.web.screens.subscriptions.actions.decide import Decision, asked_of, decide
from entrepot.web.ui.badges import badge_of


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def renew(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Order one more term after the running one."""
    asked = asked_of(request, number)
    facts, key = asked.facts, request_key(request.POST)
    starts_on = facts.dates.term_end
    told = []
    if starts_on is not None:
        over = period_end(
            starts_on, months=facts.plan.term_months, anchor=facts.dates.anchor_day
        ).end
        told = [
            gettext("The next term goes from %(day)s to %(over)s (%(term)s).")
            % {"day": words.day(starts_on), "over": words.day(over), "term": _term(facts)},
            gettext("Automatic renewal stays off. The prices of the first day count."),
        ]
    decision = Decision(
        title=gettext("Renew for one more term"),
        done=gettext("One more term is ordered."),
        button=gettext("Order one more term"),
        what=gettext("One more term"),
        look=lambda: effects.renew_effect(facts=facts, **asked.doer),
        do=lambda version, _given: flow.order_renewal(
            facts=facts, request_key=key, expected_version=version, **asked.doer
        ),
        is_order=True,
        sentences=tuple(told),
        yours=gettext("Order one more term"),
        theirs=_ordered(facts),
        extra={"hidden": [("key", key)]},
    )
    return decide(asked, decision, name=name, book=book)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def withdraw_renewal(
    request: SignedInRequest, number: int, *, name: str, book: Book
) -> HttpResponse:
    """Take back the one more term that was ordered."""
    asked = asked_of(request, number)
    facts = asked.facts
    ends = gettext("It ends on %(day)s; until then nothing changes.")
    decision = Decision(
        title=gettext("Withdraw the ordered term"),
        done=gettext("The ordered term is withdrawn."),
        button=gettext("Withdraw the ordered term"),
        what=gettext("Without it"),
        look=lambda: effects.withdraw_renewal_effect(facts=facts, **asked.doer),
        do=lambda version, _given: flow.withdraw_renewal(
            facts=facts, expected_version=version, **asked.doer
        ),
        sentences=() if facts.auto_renew else (ends % {"day": words.day(facts.dates.term_end)},),
        yours=gettext("Withdraw the ordered term"),
        theirs=_ordered(facts),
    )
    return decide(asked, decision, name=name, book=book)


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def restart(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Begin a new term of what is in its grace, expired or cancelled."""
    asked = asked_of(request, number)
    facts, key = asked.facts, request_key(request.POST)
    first = effects.restart_first_day(facts=facts, today=asked.viewer.today)
    decision = Decision(
        title=gettext("Renew again"),
        done=gettext("A new term is ordered."),
        button=gettext("Renew from %(day)s") % {"day": words.day(first)},
        what=gettext("A new term"),
        look=lambda: effects.restart_effect(facts=facts, **asked.doer),
        do=lambda version, _given: flow.order_restart(
            facts=facts,
            request_key=key,
            expected_version=version,
            is_free_confirmed=request.POST.get("confirmed") == "free",
            **asked.doer,
        ),
        is_order=True,
        sentences=(
            gettext("The new term starts on %(day)s (%(term)s).")
            % {"day": words.day(first), "term": _term(facts)},
            gettext("After it, it renews by itself.")
            if facts.auto_renew
            else gettext("After it, it ends; automatic renewal stays off."),
        ),
        yours=gettext("Renew again"),
        theirs=str(badge_of(facts.status.value).label),
        extra={"hidden": [("key", key)]},
    )
    return decide(asked, decision, name=name, book=book)


def _term(facts: SubscriptionFacts) -> str:
    return words.term(term_months=facts.plan.term_months, billing_months=facts.plan.billing_months)


def _ordered(facts: SubscriptionFacts) -> str:
    if facts.renews_once:
        return gettext("One more term is ordered")
    return gettext("No more term is ordered")
