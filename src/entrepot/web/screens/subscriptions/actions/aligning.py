"""Let a term end with another one: the cost of each choice, then one button."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.queries import Book
from entrepot.flows import subscription_terms as flow
from entrepot.flows.effects import Effect
from entrepot.flows.subscription_terms import EndChoice, Origin
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.actions.decide import Asked, Decision, asked_of, decide
from entrepot.web.screens.subscriptions.actions.shown import per_period
from entrepot.web.screens.subscriptions.asked import read_day
from entrepot.web.ui.parts import Column


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    """One line of the comparison; amounts are empty for who sees none."""

    day: str
    why: str
    now: str
    now_note: str
    then: str
    then_note: str
    refusal: str
    url: str
    is_chosen: bool


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def align(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Compare ends of the running term by cost, and move it to one."""
    asked = asked_of(request, number)
    facts, today = asked.facts, asked.viewer.today
    choices = flow.end_choices(asked.viewer, facts=facts, today=today)
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("own", "").strip() or given.get("ends_on", "").strip()
    chosen = read_day(text) if text else (choices[0].ends_on if choices else None)
    seen: dict[date, Effect] = {}

    def look() -> Effect:
        day = _day(chosen, is_asked=bool(text))
        if day not in seen:
            seen[day] = flow.preview_end(facts=facts, ends_on=day, **asked.doer)
        return seen[day]

    shown = words.day(chosen) if chosen else ""
    decision = Decision(
        title=gettext("Align the term"),
        done=gettext("The term ends on %(day)s now.") % {"day": shown},
        button=gettext("Let it end on %(day)s") % {"day": shown},
        what=gettext("Term ends"),
        change=shown,
        look=look,
        do=lambda version, _given: flow.move_end(
            facts=facts,
            ends_on=_day(chosen, is_asked=bool(text)),
            expected_version=version,
            **asked.doer,
        ),
        names_amount=False,
        sentences=(
            gettext(
                "The term ends on %(day)s now. Its prices stay; the part of a period is charged by the day."
            )
            % {"day": words.day(facts.dates.term_end)},
        ),
        yours=shown,
        theirs=words.day(facts.dates.term_end),
        extra={
            "align": _comparison(asked, choices, chosen, seen),
            "hidden": [("ends_on", chosen.isoformat() if chosen else text)],
        },
    )
    return decide(asked, decision, name=name, book=book)


def _comparison(
    asked: Asked, choices: Sequence[EndChoice], chosen: date | None, seen: dict[date, Effect]
) -> dict[str, Any]:
    facts, today = asked.facts, asked.viewer.today
    between = queries.movable_between(facts=facts, today=today)
    picked = flow.compared(choices, chosen=chosen, current=facts.dates.term_end)
    return {
        "options": [
            (one.ends_on.isoformat(), f"{words.day(one.ends_on)}, {_why(one)}") for one in choices
        ],
        "chosen": chosen.isoformat() if chosen else "",
        "is_own": chosen is not None and chosen not in {one.ends_on for one in choices},
        "first": between[0].isoformat() if between else "",
        "last": between[1].isoformat() if between else "",
        "bounds": gettext("From %(first)s to %(last)s.")
        % {"first": words.day(between[0]), "last": words.day(between[1])}
        if between
        else "",
        "columns": _columns(asked),
        "sees": facts.money.tier is not None and not facts.plan.is_usage,
        "rows": [_shown(asked, one, chosen, seen) for one in picked] if between else [],
    }


def _columns(asked: Asked) -> list[Column]:
    facts = asked.facts
    found = [Column(gettext("Term ends"), None)]
    if facts.money.tier is not None and not facts.plan.is_usage:
        found += [
            Column(gettext("First bill that differs"), 168, numeric=True),
            Column(per_period(facts.plan.billing_months), 150, numeric=True),
        ]
    return [*found, Column(gettext("Choice"), 110, numeric=True)]


def _shown(
    asked: Asked, choice: EndChoice, chosen: date | None, seen: dict[date, Effect]
) -> ChoiceShown:
    line = ChoiceShown(
        day=words.day(choice.ends_on),
        why=" · ".join([_why(choice), *_moved(asked, choice)]),
        now="",
        now_note="",
        then="",
        then_note="",
        refusal="",
        url=f"?{urlencode({'ends_on': choice.ends_on.isoformat()})}",
        is_chosen=choice.ends_on == chosen,
    )
    try:
        effect = flow.preview_end(facts=asked.facts, ends_on=choice.ends_on, **asked.doer)
    except DomainError as error:
        return replace(line, refusal=error.text(translate=gettext))
    seen[choice.ends_on] = effect
    billed = effect.billed_on
    return replace(
        line,
        now=words.money(effect.now.price, effect.currency),
        now_note=gettext("on %(day)s") % {"day": words.day(billed)} if billed else "",
        then=words.money(effect.after.price, effect.currency),
        then_note=gettext("from %(day)s") % {"day": words.day(effect.starts_on)},
    )


def _moved(asked: Asked, choice: EndChoice) -> list[str]:
    """Say by how many days the term gets shorter or longer."""
    end = asked.facts.dates.term_end
    days = 0 if end is None else (choice.ends_on - end).days
    if not days:
        return []
    values = {"n": words.quantity(abs(days))}
    if days < 0:
        return [ngettext("%(n)s day earlier", "%(n)s days earlier", -days) % values]
    return [ngettext("%(n)s day later", "%(n)s days later", days) % values]


def _why(choice: EndChoice) -> str:
    if choice.origin is Origin.MONTH:
        return gettext("end of a calendar month")
    if choice.origin is Origin.OWN:
        return gettext("own day")
    if choice.count == 1:
        return gettext("as %(plan)s") % {"plan": choice.plan_name}
    others = choice.count - 1
    return ngettext("as %(plan)s and %(n)s more", "as %(plan)s and %(n)s more", others) % {
        "plan": choice.plan_name,
        "n": words.quantity(others),
    }


def _day(day: date | None, *, is_asked: bool) -> date:
    if day is not None:
        return day
    if is_asked:
        raise BadInput(
            "term_end_unreadable",
            "This is no day.",
            field="ends_on",
            next_step="Choose a day of the calendar.",
        )
    raise BadInput(
        "term_end_nowhere",
        "There is no other day on which this term could end.",
        field="ends_on",
        next_step="Wait for the next term.",
    )
