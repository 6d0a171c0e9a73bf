"""A reseller's own values of a plan: published, texts, category, display; what is left empty is as above."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.catalog.shelves import list_categories
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.commands import Overlay, set_plan_overlay
from entrepot.domain.resale.offers import text_in
from entrepot.domain.resale.plan_shelf import ShelfPlan, shelf_plan
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.rows import shown
from entrepot.web.screens.plans.tabs import crumbs
from entrepot.web.ui.shell import Link

_YES, _NO = "yes", "no"


class OwnForm(forms.Form):
    """Own values; an empty field is as the seller above has it."""

    is_published = forms.ChoiceField(label=_("Published"), required=False)
    display = forms.ChoiceField(
        label=_("Display in customer panel"),
        required=False,
        help_text=_("Plans that are not displayed can still be ordered by you for a customer."),
    )
    category = forms.ChoiceField(label=_("Sales category"), required=False)
    name_en = forms.CharField(label=_("Name, English"), required=False, max_length=250)
    name_de = forms.CharField(label=_("Name, German"), required=False, max_length=250)
    description_en = forms.CharField(
        label=_("Description, English"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    description_de = forms.CharField(
        label=_("Description, German"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput())

    def __init__(
        self,
        data: Mapping[str, str] | None,
        *,
        plan: ShelfPlan,
        categories: Sequence[tuple[str, str]],
    ) -> None:
        """Offer what the seller above has beside the own choice."""
        super().__init__(data, initial=_initial(plan))
        above = plan.above
        names = dict(categories)
        shelf = names.get(str(above.sales_category_id or ""), gettext("none"))
        choices = {
            "is_published": _yes_no(is_above=above.is_published),
            "display": _yes_no(is_above=above.display_in_customer_panel),
            "category": [("", gettext("as above: %(value)s") % {"value": shelf}), *categories],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        for code in ("en", "de"):
            name = text_in(above.name, language=code, fallback=plan.plan_name)
            self.fields[f"name_{code}"].widget.attrs["placeholder"] = name
            text = (above.description or {}).get(code, "")
            self.fields[f"description_{code}"].widget.attrs["placeholder"] = text

    @property
    def overlay(self) -> Overlay:
        """Give the own values; after validation."""
        given = self.cleaned_data
        return Overlay(
            is_published=_read(given["is_published"]),
            display_in_customer_panel=_read(given["display"]),
            sales_category_id=int(given["category"]) if given["category"] else None,
            name=_texts(given, "name"),
            description=_texts(given, "description"),
        )


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def own_values(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask for the own values of a plan and store them; refusals stand at their field with the typing kept."""
    viewer = request.viewer
    plan = shelf_plan(viewer, plan_id=number)
    categories = [
        (str(row.id), text_in(row.name, language=viewer.language, fallback=row.code))
        for row in list_categories()
    ]
    posted = request.POST.dict() if request.method == "POST" else None
    form = OwnForm(posted, plan=plan, categories=categories)
    if posted is None or not form.is_valid():
        return _ask(request, plan, form, status=200 if posted is None else 422)
    try:
        set_plan_overlay(
            account_id=viewer.account_id,
            plan_id=number,
            overlay=form.overlay,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
            version=form.cleaned_data["version"] or None,
        )
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        field = {"name": "name_en", "description": "description_en"}.get(field or "")
        form.add_error(field, refusal.text(translate=gettext))
        return _ask(request, plan, form, status=422 if isinstance(refusal, BadInput) else 409)
    messages.success(request, gettext("Your values are kept. Changes above do not touch them."))
    return HttpResponseRedirect(address(viewer, "plan", number))


def _ask(request: SignedInRequest, plan: ShelfPlan, form: OwnForm, *, status: int) -> HttpResponse:
    viewer = request.viewer
    url = address(viewer, "plan", plan.row.id)
    context = {
        "crumbs": crumbs(viewer, Link(plan.row.name, url)),
        "plan": shown(plan.row),
        "form": form,
        "back_url": url,
    }
    return render(request, "screens/plans/own.html", context, status=status)


def _initial(plan: ShelfPlan) -> dict[str, Any]:
    own = plan.own
    return {
        "is_published": _write(own.is_published),
        "display": _write(own.display_in_customer_panel),
        "category": str(own.sales_category_id or ""),
        "version": plan.version,
        **{f"name_{code}": (own.name or {}).get(code, "") for code in ("en", "de")},
        **{f"description_{code}": (own.description or {}).get(code, "") for code in ("en", "de")},
    }


def _yes_no(*, is_above: bool) -> list[tuple[str, str]]:
    value = gettext("yes") if is_above else gettext("no")
    return [
        ("", gettext("as above: %(value)s") % {"value": value}),
        (_YES, gettext("yes")),
        (_NO, gettext("no")),
    ]


def _write(value: bool | None) -> str:
    return "" if value is None else _YES if value else _NO


def _read(text: str) -> bool | None:
    return None if not text else text == _YES


def _texts(given: Mapping[str, str], name: str) -> dict[str, str] | None:
    found = {code: given[f"{name}_{code}"] for code in ("en", "de") if given[f"{name}_{code}"]}
    return found or None
