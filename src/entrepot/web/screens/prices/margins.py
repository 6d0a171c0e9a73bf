"""Margins by level: what holds, what is scheduled, setting one with what it changes, withdrawing one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import (
    Level,
    Margin,
    MarginBasis,
    change_margin,
    is_unusual,
    withdraw_margin,
)
from entrepot.domain.resale.price_desk import (
    MarginRow,
    Source,
    level_choices,
    margin_rules,
    plan_name,
)
from entrepot.flows.price_import import business_date
from entrepot.flows.price_simulation import simulate
from entrepot.kernel.errors import BadInput, DomainError, Refused
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.prices import effect, words
from entrepot.web.screens.prices.tabs import crumbs, tabs
from entrepot.web.screens.prices.typed import read_day
from entrepot.web.screens.subscriptions import words as terms
from entrepot.web.ui.numbers import AmountField
from entrepot.web.ui.parts import Column

_CONFIRMED = "confirmed"
_DIGITS = tuple(str(number) for number in range(7))


class MarginForm(forms.Form):
    """A margin of a level from a day on, or its end."""

    use_required_attribute = False

    level = forms.ChoiceField(
        label=_("Level"),
        help_text=_("The narrowest level counts: plan, then category, then vendor, then default."),
    )
    basis = forms.ChoiceField(
        label=_("Of"),
        choices=[
            (MarginBasis.COST.value, _("Mark-up on what you pay")),
            (MarginBasis.RETAIL.value, _("Plus or minus on the vendor's retail price")),
        ],
    )
    percent = AmountField(
        label=_("Percent"),
        max_digits=9,
        decimal_places=4,
        error_messages={"required": _("Give a percentage.")},
        help_text=_("12.5 sells at 12.5 % more; -20 of the retail price sells at 20 % less."),
    )
    digits = forms.ChoiceField(
        label=_("Round prices to"),
        required=False,
        choices=[
            ("", _("the decimals of the currency")),
            *((number, number) for number in _DIGITS),
        ],
    )
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    end = forms.BooleanField(
        label=_("No margin on this level any more: the wider levels count"), required=False
    )

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        levels: Sequence[tuple[str, object]],
        initial: Mapping[str, object],
    ) -> None:
        """Offer the levels."""
        super().__init__(data, initial=dict(initial))
        self.fields["level"].choices = list(levels)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for no percentage where the level ends."""
        given = super().clean() or self.cleaned_data
        if given.get("end"):
            self.errors.pop("percent", None)
        return given

    @property
    def margin(self) -> Margin | None:
        """Give the margin, None for its end; after validation."""
        given = self.cleaned_data
        if given["end"]:
            return None
        return Margin(
            basis=MarginBasis(given["basis"]),
            percent_ppm=int(given["percent"] * 10_000),
            digits=int(given["digits"]) if given["digits"] else None,
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """One margin as the list shows it; `value` withdraws it where it is scheduled, `ends_value` its end."""

    level: str
    name: str
    percent: str
    digits: str
    span: str
    is_scheduled: bool
    value: str
    end: str
    ends_value: str
    set_url: str


@screen(Capability.VIEW_PRICES)
def margin_list(request: SignedInRequest) -> HttpResponse:
    """Show the margins of all levels, the widest first."""
    return _list(request)


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def set_margin(request: SignedInRequest) -> HttpResponse:
    """Ask for a margin, show what it changes, and set it when that is confirmed."""
    viewer = request.viewer
    form = _form(request)
    if request.method != "POST":
        return _ask(request, form)
    if not form.is_valid():
        return _ask(request, form, status=422)
    level, margin, day = (
        _level(form.cleaned_data["level"]),
        form.margin,
        form.cleaned_data["valid_from"],
    )
    change = partial(
        change_margin,
        seller_id=viewer.account_id,
        level=level,
        margin=margin,
        valid_from=day,
        business_date=business_date(today=viewer.today),
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
    )
    try:
        if request.POST.get("step") != _CONFIRMED:
            simulation = simulate(
                viewer, change=partial(change, confirmed=True), valid_from=day, level=level
            )
            return _review(request, form, **effect.context(simulation))
        changed = change(confirmed=request.POST.get("unusual") == "1")
    except DomainError as refusal:
        form.add_error(_field(refusal, form), refusal.text(translate=gettext))
        return _ask(request, form, status=422 if isinstance(refusal, BadInput) else 409)
    text = gettext("The margin holds from %(day)s on.") % {"day": terms.day(day)}
    messages.success(
        request, text if changed else gettext("The margin is so already; nothing was changed.")
    )
    return HttpResponseRedirect(address(viewer, "margins"))


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def withdraw(request: SignedInRequest) -> HttpResponse:
    """Take back a scheduled margin, or the scheduled end of one."""
    viewer = request.viewer
    name, _sign, day_text = request.POST.get("change", "").partition("=")
    day, level = read_day(day_text), _level(name)
    if day is None or not name:
        return _list(request, refused=gettext("Nothing was changed."), status=422)
    try:
        withdraw_margin(
            seller_id=viewer.account_id,
            level=level,
            valid_from=day,
            business_date=business_date(today=viewer.today),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _list(request, refused=refusal.text(translate=gettext), status=409)
    messages.success(request, gettext("The scheduled margin was withdrawn."))
    return HttpResponseRedirect(address(viewer, "margins"))


def _list(request: SignedInRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    viewer = request.viewer
    today = business_date(today=viewer.today)
    may_set = viewer.can(Capability.MANAGE_PRICES)
    set_url = address(viewer, "margin-set") if may_set else ""
    rows = margin_rules(viewer, on_day=today)
    context = {
        "tabs": tabs(viewer, "margins"),
        "columns": [
            Column(gettext("Level"), 130),
            Column(gettext("Holds for")),
            Column(gettext("Margin"), 250),
            Column(gettext("Valid"), 300),
            Column(gettext("Change"), 110, hidden_label=True),
        ],
        "rows": [_shown(row, rows, today, set_url) for row in rows],
        "set_url": set_url,
        "withdraw_url": address(viewer, "margin-withdraw"),
        "refused": refused,
    }
    return render(request, "screens/prices/margins.html", context, status=status)


def _shown(row: MarginRow, rows: Sequence[MarginRow], today: date, set_url: str) -> Shown:
    key = level_key(row.source, row.number)
    later = row.valid_from > today
    followed = any(
        (one.source, one.number, one.valid_from) == (row.source, row.number, row.valid_to)
        for one in rows
    )
    return Shown(
        level=words.level(row.source),
        name=row.name or gettext("everything without a margin of its own"),
        percent=words.percent_of(row.basis, row.percent_ppm),
        digits=""
        if row.digits is None
        else gettext("rounded to %(n)s decimals") % {"n": row.digits},
        span=gettext("from %(day)s") % {"day": terms.day(row.valid_from)},
        is_scheduled=later,
        value=f"{key}={row.valid_from.isoformat()}" if later else "",
        end=gettext("until %(day)s") % {"day": terms.day(row.valid_to)} if row.valid_to else "",
        ends_value=f"{key}={row.valid_to.isoformat()}" if row.valid_to and not followed else "",
        set_url=f"{set_url}?level={key}" if set_url else "",
    )


def level_key(source: Source, number: int | None) -> str:
    """Name a level in addresses and forms: `default`, `vendor-3`, `category-2`, `plan-17`."""
    return source.value if number is None else f"{source.value}-{number}"


def _level(key: str) -> Level:
    """Read the name of a level; anything else is the default."""
    name, _dash, number = key.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 20):
        return Level()
    known = min(int(number), NUMBER_MAX)
    return {
        "plan": Level(plan_id=known),
        "category": Level(sales_category_id=known),
        "vendor": Level(vendor_id=known),
    }.get(name, Level())


def _levels(viewer: Viewer, asked: str) -> list[tuple[str, object]]:
    """Give the levels to choose from; a plan is offered where an address asks for it."""
    categories, vendors = level_choices(viewer)
    found: list[tuple[str, object]] = [("default", gettext("Default: everything"))]
    number = _level(asked).plan_id
    if number is not None:
        name = gettext("Plan: %(name)s") % {"name": plan_name(viewer, plan_id=number)}
        found.append((f"plan-{number}", name))
    found.append(
        (gettext("Sales category"), [(f"category-{key}", name) for key, name in categories])
    )
    found.append((gettext("Vendor"), [(f"vendor-{key}", name) for key, name in vendors]))
    return found


def _form(request: SignedInRequest) -> MarginForm:
    viewer = request.viewer
    posted = request.POST.dict() if request.method == "POST" else None
    plan = request.GET.get("plan", "")
    level = (posted or {}).get("level") or (
        f"plan-{plan}" if plan else request.GET.get("level", "")
    )
    today = business_date(today=viewer.today)
    held = {
        level_key(row.source, row.number): row
        for row in margin_rules(viewer, on_day=today)
        if row.valid_from <= today
    }
    initial: dict[str, object] = {"level": level, "valid_from": today}
    if level in held:
        row = held[level]
        initial |= {
            "basis": row.basis.value,
            "percent": (Decimal(row.percent_ppm) / 10_000).normalize(),
            "digits": "" if row.digits is None else str(row.digits),
        }
    return MarginForm(posted, levels=_levels(viewer, str(level)), initial=initial)


def _field(refusal: DomainError, form: MarginForm) -> str | None:
    if isinstance(refusal, Refused):
        return "percent"
    if isinstance(refusal, NoSuchObject):
        return "level"
    field = refusal.field if isinstance(refusal, BadInput) else None
    field = "percent" if field == "percent_ppm" else field
    return field if field in form.fields else None


def _ask(request: SignedInRequest, form: MarginForm, *, status: int = 200) -> HttpResponse:
    context = {
        "crumbs": crumbs(request.viewer),
        "form": form,
        "back_url": address(request.viewer, "margins"),
    }
    return render(request, "screens/prices/margin_form.html", context, status=status)


def _review(request: SignedInRequest, form: MarginForm, **context: Any) -> HttpResponse:
    margin = form.margin
    labels = {
        key: name
        for group, choice in form.fields["level"].choices  # type: ignore[attr-defined]
        for key, name in (choice if isinstance(choice, list) else [(group, choice)])
    }
    odd = margin is not None and is_unusual(margin.basis, margin.percent_ppm)
    shown = {
        "unusual": odd,
        "crumbs": crumbs(request.viewer),
        "level": labels.get(form.cleaned_data["level"], ""),
        "margin": words.percent_of(margin.basis, margin.percent_ppm) if margin else "",
        "day": terms.day(form.cleaned_data["valid_from"]),
        "given": [(name, form.data.get(name, "")) for name in form.fields if form.data.get(name)],
        "back_url": address(request.viewer, "margin-set", level=form.cleaned_data["level"]),
        **context,
    }
    return render(request, "screens/prices/margin_review.html", shown)
