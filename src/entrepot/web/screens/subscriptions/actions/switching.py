"""Go over to another plan: what each plan costs now and per period, then one button."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext

from entrepot.domain.catalog.kinds import SwitchTime
from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.queries import Book
from entrepot.flows import plan_switches as flow
from entrepot.flows.effects import Effect
from entrepot.flows.plan_switches import SwitchEffect, SwitchOption
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.money import parse_decimal
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.actions.common import request_key
from entrepot.web.screens.subscriptions.actions.decide import Asked, Decision, asked_of, decide
from entrepot.web.screens.subscriptions.actions.shown import per_period
from entrepot.web.screens.subscriptions.asked import number_in
from entrepot.web.ui.parts import Column


@dataclass(frozen=True, slots=True)
class OptionShown:
    """One line of the plans; amounts are empty for who sees none."""

    name: str
    term: str
    now: str
    then: str
    then_label: str
    then_note: str
    refusal: str
    url: str
    is_chosen: bool


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def change_plan(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Compare the plans that may follow, and order one of them."""
    asked = asked_of(request, number)
    given = request.POST if request.method == "POST" else request.GET
    options = flow.switch_options(facts=asked.facts)
    wanted = number_in(given.get("plan", ""))
    chosen = next((one for one in options if one.plan_period_id == wanted), None)
    if chosen is None and "plan" not in given and options:
        chosen = options[0]
    seen: dict[int, SwitchEffect] = {}
    rows = [_shown(asked, one, chosen, seen) for one in options]
    known = seen.get(chosen.plan_period_id) if chosen else None
    decision = Decision(
        title=gettext("Change the plan"),
        done=gettext("The change of the plan is ordered."),
        button=gettext("Change to %(plan)s") % {"plan": chosen.plan_name if chosen else ""},
        what=gettext("New plan"),
        change=chosen.plan_name if chosen else "",
        months=chosen.billing_months if chosen else 0,
        look=lambda: _look(asked, chosen),
        do=lambda version, _given: _order(asked, chosen, version, request.POST, known),
        sentences=_sentences(chosen, known),
        yours=chosen.plan_name if chosen else "",
        theirs=asked.facts.plan.name,
        extra={
            "plans": {"rows": rows, "columns": _columns(asked), "sees": _sees(asked)},
            "hidden": _hidden(asked, given, chosen, known),
        },
    )
    return decide(asked, decision, name=name, book=book)


def _look(asked: Asked, chosen: SwitchOption | None) -> Effect:
    return flow.preview_switch(
        facts=asked.facts,
        plan_period_id=_required(chosen).plan_period_id,
        actor=asked.doer["actor"],
        now=asked.doer["now"],
    ).amounts


def _order(
    asked: Asked,
    chosen: SwitchOption | None,
    version: int,
    posted: Mapping[str, str],
    known: SwitchEffect | None,
) -> None:
    """Order it for what the page has shown; who sees no amounts confirms what it costs now."""
    confirmed = known.amounts.now.price if known else Decimal(0)
    if _sees(asked):
        confirmed = parse_decimal(posted.get("amount", ""), field="amount", integer_digits_max=12)
    flow.switch_plan(
        facts=asked.facts,
        plan_period_id=_required(chosen).plan_period_id,
        request_key=request_key(posted),
        confirmed=confirmed,
        expected_version=version,
        actor=asked.doer["actor"],
        now=asked.doer["now"],
        is_free_confirmed=posted.get("confirmed") == "free",
    )


def _required(chosen: SwitchOption | None) -> SwitchOption:
    if chosen is None:
        raise BadInput(
            "switch_plan_unknown",
            "There is no such plan to change to.",
            field="plan",
            next_step="Choose one of the plans that are offered.",
        )
    return chosen


def _hidden(
    asked: Asked,
    given: Mapping[str, str],
    chosen: SwitchOption | None,
    known: SwitchEffect | None,
) -> list[tuple[str, str]]:
    found = [("key", request_key(given)), ("plan", str(chosen.plan_period_id) if chosen else "0")]
    if known is not None and _sees(asked):
        found.append(("amount", f"{known.amounts.now.price:f}"))
    return found


def _sees(asked: Asked) -> bool:
    return asked.facts.money.tier is not None


def _sentences(chosen: SwitchOption | None, known: SwitchEffect | None) -> tuple[str, ...]:
    if chosen is None or known is None:
        return ()
    found = []
    waiting = {
        SwitchTime.NEXT_PERIOD: gettext("The plan changes at the next billing date, on %(day)s."),
        SwitchTime.NEXT_TERM: gettext("The plan changes when the term ends, on %(day)s."),
    }
    if text := waiting.get(chosen.takes_effect):
        found.append(text % {"day": words.day(known.starts_on)})
    else:
        found.append(
            gettext("The new service is made first; the old one ends on the day when it is ready.")
        )
        found.append(
            gettext("Unused days of the old plan are given back.")
            if chosen.refunds
            else gettext("Unused days of the old plan are not given back.")
        )
    if chosen.keeps_term_end:
        found.append(gettext("The term ends when it would have ended."))
    return tuple(found)


def _columns(asked: Asked) -> list[Column]:
    found = [Column(gettext("Plan"))]
    if _sees(asked):
        found += [
            Column(gettext("Now"), 130, numeric=True),
            Column(gettext("Then"), 230, numeric=True),
        ]
    return [*found, Column(gettext("Choice"), 110, numeric=True)]


def _shown(
    asked: Asked,
    option: SwitchOption,
    chosen: SwitchOption | None,
    seen: dict[int, SwitchEffect],
) -> OptionShown:
    refusal, effect = "", None
    try:
        found = flow.preview_switch(
            facts=asked.facts,
            plan_period_id=option.plan_period_id,
            actor=asked.doer["actor"],
            now=asked.doer["now"],
        )
    except DomainError as error:
        refusal = error.text(translate=gettext)
    else:
        seen[option.plan_period_id] = found
        effect = found.amounts
    return OptionShown(
        name=option.plan_name,
        term=words.term(term_months=option.term_months, billing_months=option.billing_months),
        now=words.money(effect.now.price, effect.currency) if effect else "",
        then=words.money(effect.after.price, effect.currency) if effect else "",
        then_label=per_period(option.billing_months),
        then_note=gettext("from %(day)s") % {"day": words.day(effect.starts_on)} if effect else "",
        refusal=refusal,
        url=f"?{urlencode({'plan': option.plan_period_id})}",
        is_chosen=option is chosen,
    )
