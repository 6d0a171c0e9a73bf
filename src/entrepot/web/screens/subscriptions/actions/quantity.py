"""Change how many units a subscription has: the effect while typing, then one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.errors import SubscriptionConflict
from entrepot.domain.subscriptions.queries import Book, SubscriptionFacts
from entrepot.flows import subscription_actions as flow
from entrepot.flows.effects import Effect
from entrepot.flows.subscription_actions import ActionNotPossible, Changeable
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.money import parse_decimal
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import head, links, words
from entrepot.web.screens.subscriptions.actions import offered
from entrepot.web.screens.subscriptions.actions.common import (
    Conflict,
    crumbs,
    last_change,
    version_in,
)
from entrepot.web.screens.subscriptions.actions.shown import (
    EffectShown,
    amount_now,
    effect_shown,
)

_INTEGER_DIGITS = 12


class QuantityForm(forms.Form):
    """The new total of one resource from a day on."""

    resource = forms.TypedChoiceField(label=_("Resource"), coerce=int)
    quantity = forms.CharField(label=_("New quantity"), max_length=30)
    effective_on = forms.DateField(label=_("From"))

    def __init__(self, data: Mapping[str, Any] | None, *, items: Sequence[Changeable]) -> None:
        """Offer the resources of the subscription."""
        super().__init__(data)
        self.fields["resource"].choices = _choices(items)  # type: ignore[attr-defined]

    def clean_quantity(self) -> Decimal:
        """Read a number of units; what may be ordered is the command's to say."""
        try:
            return parse_decimal(
                self.cleaned_data["quantity"].strip(),
                field="quantity",
                integer_digits_max=_INTEGER_DIGITS,
            )
        except DomainError as refusal:
            raise forms.ValidationError(refusal.text(translate=gettext)) from refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """What is typed, as it stands in the fields."""

    resource: str
    quantity: str
    effective_on: str


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that the part below the fields shows; `effect` None: nothing is asked yet, or it was refused."""

    effect: EffectShown | None = None
    button: str = ""
    refusal: str = ""
    conflict: Conflict | None = None
    confirms_free: bool = False


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def change_quantity(
    request: SignedInRequest, number: int, *, name: str, book: Book
) -> HttpResponse:
    """Show what a quantity costs, and order it."""
    viewer = request.viewer
    facts = queries.subscription_facts(viewer, subscription_id=number)
    items = flow.changeable(facts=facts, today=viewer.today)
    if request.method == "POST":
        return _order(request, facts, items, name=name, book=book)
    work = Work()
    if "quantity" in request.GET:
        form = QuantityForm(_filled(request.GET.dict(), items, viewer.today), items=items)
        work = _look(request, facts, items, form)
    context = _context(request, facts, items, work, name=name, book=book)
    return render(request, "screens/subscriptions/quantity.html", context)


def part(viewer: Viewer, facts: SubscriptionFacts, *, name: str) -> Mapping[str, Any]:
    """Give the fields for the drawer, nothing where no quantity can be changed."""
    url = offered.quantity_url(viewer, facts, name=name)
    items = flow.changeable(facts=facts, today=viewer.today) if url else ()
    if not items:
        return {}
    asked = _usual(items, viewer.today)
    return {**_fields(facts, items, asked, viewer.today), "url": url, "work": Work()}


def _order(
    request: SignedInRequest,
    facts: SubscriptionFacts,
    items: Sequence[Changeable],
    *,
    name: str,
    book: Book,
) -> HttpResponse:
    viewer = request.viewer
    form = QuantityForm(request.POST, items=items)
    status, work = 422, Work(refusal=_faults(form))
    if form.is_valid():
        try:
            flow.change_quantity(
                facts=facts,
                **_values(form),
                expected_version=version_in(request.POST),
                is_free_confirmed=request.POST.get("confirmed") == "free",
                actor=viewer.actor(request_id=request.request_id),
                now=request.now,
                today=viewer.today,
            )
        except DomainError as refusal:
            status = 422 if isinstance(refusal, BadInput) else 409
            work = _refused(request, facts, items, form, refusal)
        else:
            messages.success(request, gettext("The change is ordered."))
            return HttpResponseRedirect(links.page_url(viewer, name, facts.id))
    context = _context(request, facts, items, work, name=name, book=book)
    return render(request, "screens/subscriptions/quantity.html", context, status=status)


def _look(
    request: SignedInRequest,
    facts: SubscriptionFacts,
    items: Sequence[Changeable],
    form: QuantityForm,
) -> Work:
    """Work out the effect of what is typed; a refusal stands in its place."""
    if not form.is_valid():
        return Work(refusal=_faults(form))
    try:
        effect = flow.preview_quantity(
            facts=facts,
            **_values(form),
            actor=request.viewer.actor(request_id=request.request_id),
            now=request.now,
            today=request.viewer.today,
        )
    except DomainError as refusal:
        return Work(refusal=refusal.text(translate=gettext))
    return _work(request.viewer, facts, items, form, effect)


def _work(
    viewer: Viewer,
    facts: SubscriptionFacts,
    items: Sequence[Changeable],
    form: QuantityForm,
    effect: Effect,
) -> Work:
    item = next(one for one in items if one.resource_id == form.cleaned_data["resource"])
    then: Decimal = form.cleaned_data["quantity"]
    difference = then - item.quantity
    count = abs(difference)
    unit = words.unit(item.unit, fallback=item.name, number=count)
    amount = {"n": words.quantity(count), "unit": unit}
    what = gettext("%(n)s more %(unit)s") if difference > 0 else gettext("%(n)s fewer %(unit)s")
    button = gettext("Add %(n)s %(unit)s") if difference > 0 else gettext("Remove %(n)s %(unit)s")
    if not difference:
        what, button = gettext("%(n)s %(unit)s"), gettext("Keep %(n)s %(unit)s")
        amount = {"n": words.quantity(then), "unit": unit}
    money = amount_now(facts, effect)
    back = gettext("%(amount)s back") % {"amount": money} if effect.now.price < 0 else money
    return Work(
        effect=effect_shown(
            facts,
            effect,
            today=viewer.today,
            what=what % amount,
            change=f"{words.quantity(item.quantity)} → {words.quantity(then)}",
        ),
        button=f"{button % amount}, {back}" if money else button % amount,
    )


def _refused(
    request: SignedInRequest,
    facts: SubscriptionFacts,
    items: Sequence[Changeable],
    form: QuantityForm,
    refusal: DomainError,
) -> Work:
    """Keep what was typed; after a conflict and before a free change the effect is shown again."""
    text = refusal.text(translate=gettext)
    if isinstance(refusal, SubscriptionConflict):
        seen = _look(request, facts, items, form)
        item = next(one for one in items if one.resource_id == form.cleaned_data["resource"])
        conflict = Conflict(
            yours=words.quantity(form.cleaned_data["quantity"]),
            theirs=words.quantity(item.quantity),
            by=last_change(request.viewer, facts),
        )
        return Work(seen.effect, seen.button, seen.refusal or text, conflict)
    if isinstance(refusal, ActionNotPossible):
        seen = _look(request, facts, items, form)
        return Work(seen.effect, gettext("Confirm the free change"), text, confirms_free=True)
    return Work(refusal=text)


def _context(
    request: SignedInRequest,
    facts: SubscriptionFacts,
    items: Sequence[Changeable],
    work: Work,
    *,
    name: str,
    book: Book,
) -> dict[str, Any]:
    viewer = request.viewer
    given = request.POST if request.method == "POST" else request.GET
    usual = _usual(items, viewer.today, resource=given.get("resource", ""))
    asked = Asked(
        given.get("resource", usual.resource),
        given.get("quantity", usual.quantity),
        given.get("effective_on", usual.effective_on),
    )
    return {
        **_fields(facts, items, asked, viewer.today),
        "page": head.head(viewer, facts, name=name),
        "crumbs": crumbs(viewer, facts, name=name, book=book),
        "url": request.path,
        "work": work,
        "back_url": links.page_url(viewer, name, facts.id),
        "autofocus": request.method == "POST",
    }


def _fields(
    facts: SubscriptionFacts, items: Sequence[Changeable], asked: Asked, today: date
) -> dict[str, Any]:
    chosen = next((one for one in items if str(one.resource_id) == asked.resource), None)
    number = Decimal(2)
    return {
        "asked": asked,
        "resources": _choices(items),
        "label": words.unit(chosen.unit, fallback=chosen.name, number=number).capitalize()
        if chosen
        else gettext("Quantity"),
        "has_now": words.quantity(chosen.quantity) if chosen else "",
        "step": "any" if chosen and chosen.is_measured else "1",
        "first_day": today.isoformat(),
        "version": facts.version,
    }


def _choices(items: Sequence[Changeable]) -> list[tuple[str, str]]:
    """Offer resources by name; of those that share one, the unit says which is meant."""
    names = [one.name for one in items]
    return [
        (
            str(one.resource_id),
            f"{one.name} · {words.unit(one.unit, fallback='', number=Decimal(2))}"
            if names.count(one.name) > 1
            else one.name,
        )
        for one in items
    ]


def _usual(items: Sequence[Changeable], today: date, *, resource: str = "") -> Asked:
    """Give what the fields show at first: the named resource or the first one, as it stands."""
    if not items:
        return Asked("", "", today.isoformat())
    item = next((one for one in items if str(one.resource_id) == resource), items[0])
    return Asked(str(item.resource_id), f"{item.quantity.normalize():f}", today.isoformat())


def _filled(given: Mapping[str, str], items: Sequence[Changeable], today: date) -> dict[str, str]:
    """Complete an address that names only a quantity."""
    usual = _usual(items, today)
    return {"resource": usual.resource, "effective_on": usual.effective_on, **given}


def _values(form: QuantityForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "resource_id": given["resource"],
        "quantity": given["quantity"],
        "effective_on": given["effective_on"],
    }


def _faults(form: QuantityForm) -> str:
    return " ".join(
        f"{form.fields[key].label}: {text}"
        for key, texts in form.errors.items()
        for text in texts
        if key in form.fields
    )
