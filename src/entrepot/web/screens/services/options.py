"""Units are missing: the usual way to buy them, all other ways side by side, and the order."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.seats.candidates import chosen_candidates
from entrepot.flows.seat_options import MORE, Choice, Option, buy_and_wait, choice_of
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words
from entrepot.web.screens.home.links import address, order_url
from entrepot.web.screens.services import kept
from entrepot.web.screens.services.assigning import hand_out
from entrepot.web.screens.services.page import crumbs
from entrepot.web.ui import formats
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class Offered:
    """One way as the page compares it."""

    key: str
    name: str
    way: str
    resource: str
    holds: str
    units: str
    first: str
    each: str
    term: str
    problem: str
    is_free: bool
    is_usual: bool


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def options(request: SignedInRequest, resource_id: int) -> HttpResponse:
    """Show how the missing units can be had; buying one of the ways hands out what is free and orders the rest."""
    viewer = request.viewer
    chosen = kept.chosen(request.session, resource_id=resource_id)
    if chosen is None:
        return HttpResponseRedirect(address(viewer, "service-assign", resource_id))
    named = chosen_candidates(
        viewer, resource_id=resource_id, user_ids=chosen.user_ids, now=request.now
    )
    people = list(named.user_ids)
    actor = viewer.actor(request_id=request.request_id)
    choice = choice_of(
        viewer, resource_id=resource_id, wanted=len(people), actor=actor, now=request.now
    )
    if not choice.short:
        kept.forget(request.session)
        if people:
            return hand_out(request, resource_id, people)
        messages.info(request, gettext("All of them have the service already, or wait for it."))
        return HttpResponseRedirect(address(viewer, "service", resource_id))
    if request.method != "POST":
        return _show(request, choice)
    return _chosen(request, choice, people, key=chosen.key)


def _chosen(
    request: SignedInRequest, choice: Choice, people: list[int], *, key: str
) -> HttpResponse:
    option = next((one for one in choice.options if one.key == request.POST.get("option")), None)
    problem = _in_the_way(request, option)
    if option is None or problem:
        return _show(request, choice, problem=problem, status=409)
    if option.is_free and request.POST.get("free") != "yes":
        return _show(request, choice, ask_free=option)
    return _buy(request, choice, option, people, key=key)


def _in_the_way(request: SignedInRequest, option: Option | None) -> str:
    """Say why what was sent cannot be ordered as it was seen, empty if it can."""
    if option is None or option.problem:
        return gettext("This can no longer be bought so.")
    if request.POST.get("seen") != _seen(option):
        return gettext("The amounts have changed since you looked. Look at them again.")
    return ""


def _buy(
    request: SignedInRequest, choice: Choice, option: Option, people: list[int], *, key: str
) -> HttpResponse:
    viewer = request.viewer
    try:
        order_id = buy_and_wait(
            viewer,
            choice=choice,
            option=option,
            user_ids=people,
            request_key=key,
            is_free_confirmed=option.is_free,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _show(request, choice, problem=refusal.text(translate=gettext), status=409)
    kept.forget(request.session)
    text = ngettext(
        "Ordered. %(n)s person gets the service when it is provisioned.",
        "Ordered. %(n)s people get the service when it is provisioned.",
        choice.short,
    )
    messages.success(request, text % {"n": words.number(choice.short)})
    return HttpResponseRedirect(order_url(viewer, order_id, is_bought=True))


def _show(
    request: SignedInRequest,
    choice: Choice,
    *,
    problem: str = "",
    ask_free: Option | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer
    own_page = address(viewer, "service", choice.resource_id)
    usual = choice.usual
    offered = [_offered(one, usual) for one in choice.options]
    context: dict[str, object] = {
        "name": choice.name,
        "crumbs": [*crumbs(viewer), Link(choice.name, own_page)],
        "wanted": words.number(choice.wanted),
        "free": words.number(choice.free),
        "short": words.number(choice.short),
        "usual": next((one for one in offered if one.is_usual), None),
        "others": [one for one in offered if not one.is_usual],
        "explores": request.GET.get("all") == "1" or usual is None,
        "explore_url": "?all=1",
        "ask_free": _offered(ask_free, usual) if ask_free else None,
        "problem": problem,
        "sees_price": viewer.can(Capability.VIEW_PRICES),
        "back_url": address(viewer, "service-assign", choice.resource_id),
        "marketplace_url": address(viewer, "marketplace"),
    }
    context["ask_free_seen"] = _seen(ask_free) if ask_free else ""
    context["forms"] = [
        (one, _seen(option)) for one, option in zip(offered, choice.options, strict=True)
    ]
    return render(request, "screens/services/options.html", context, status=status)


def _seen(option: Option) -> str:
    """Write the amounts that a page showed, so that an order can tell whether they still hold."""
    return f"{option.first}/{option.each}/{option.units.normalize():f}"


def _offered(option: Option, usual: Option | None) -> Offered:
    language = words.language()
    return Offered(
        key=option.key,
        name=option.name,
        way=gettext("More units of your subscription")
        if option.kind == MORE
        else gettext("New subscription"),
        resource=option.resource,
        holds=", ".join(option.holds),
        units=formats.quantity(option.units, language=language),
        first=_money(option, option.first),
        each=_money(option, option.each),
        term=_term(option),
        problem=option.problem,
        is_free=option.is_free,
        is_usual=usual is not None and option.key == usual.key,
    )


def _money(option: Option, value: Decimal | None) -> str:
    return (
        formats.money(value, currency=option.currency, language=words.language())
        if value is not None
        else ""
    )


def _term(option: Option) -> str:
    term = ngettext("Term of %(n)s month", "Term of %(n)s months", option.term_months)
    billed = gettext("billed every month")
    if option.months != 1:
        billed = gettext("billed every %(n)s months") % {"n": option.months}
    return f"{term % {'n': option.term_months}}, {billed}"
