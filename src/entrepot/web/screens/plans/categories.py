"""Sales categories of the provider: the list, adding, changing and removing one."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.catalog.commands import (
    Category,
    add_category,
    change_category,
    remove_category,
)
from entrepot.domain.catalog.icons import ICONS
from entrepot.domain.catalog.shelves import CategoryRow, category_of, list_categories
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.offers import text_in
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.tabs import category_crumbs, tabs
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.ui.parts import Column


class CategoryForm(forms.Form):
    """A sales category."""

    name_en = forms.CharField(label=_("Name, English"), max_length=80)
    name_de = forms.CharField(label=_("Name, German"), required=False, max_length=80)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Letters, digits and dashes; files and other systems name it so."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    icon = forms.ChoiceField(
        label=_("Icon"),
        choices=[(name, name) for name in ICONS],
        widget=forms.RadioSelect(),
    )
    position = forms.IntegerField(
        label=_("Position"),
        min_value=0,
        max_value=9_999,
        help_text=_("Lower ones come first in the marketplace."),
    )
    display = forms.BooleanField(
        label=_("Display in customer panel"),
        required=False,
        help_text=_("Without it, customers do not see the category nor the plans in it."),
    )
    version = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput())

    @property
    def category(self) -> Category:
        """Give the category; after validation."""
        given = self.cleaned_data
        name = {code: given[f"name_{code}"] for code in ("en", "de") if given[f"name_{code}"]}
        return Category(
            code=given["code"],
            name=name,
            icon=given["icon"],
            position=given["position"],
            display_in_customer_panel=given["display"],
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """One category as the list shows it."""

    url: str
    name: str
    other: str
    code: str
    icon: str
    position: int
    plans: int
    is_displayed: bool


@screen(Capability.VIEW_PRICE_LISTS)
def category_list(request: SignedInRequest) -> HttpResponse:
    """Show the sales categories in the order of the marketplace."""
    viewer = request.viewer
    may_set = viewer.can(Capability.MANAGE_PRICES)
    context = {
        "tabs": tabs(viewer, "categories"),
        "columns": [
            Column(gettext("Category")),
            Column(gettext("Code"), 200),
            Column(gettext("Position"), 100, numeric=True),
            Column(gettext("Plans"), 100, numeric=True),
            Column(gettext("Customers"), 240),
        ],
        "rows": [_shown(request, row, may_set=may_set) for row in list_categories()],
        "add_url": address(viewer, "category-add") if may_set else "",
    }
    return render(request, "screens/plans/categories.html", context)


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def category_add(request: SignedInRequest) -> HttpResponse:
    """Ask for a new category and add it."""
    if request.method != "POST":
        last = max((row.position for row in list_categories()), default=0)
        form = CategoryForm(
            initial={"icon": "package", "position": min(last + 10, 9_999), "display": True}
        )
        return _ask(request, form)
    form = CategoryForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    viewer = request.viewer
    try:
        add_category(
            category=form.category,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _ask(request, form, status=_refuse(form, refusal))
    messages.success(request, gettext("The category was added."))
    return HttpResponseRedirect(address(viewer, "categories"))


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def category_edit(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask what a category is to be and change it."""
    viewer = request.viewer
    row = category_of(category_id=number)
    if request.method != "POST":
        return _ask(request, CategoryForm(initial=_initial(row)), row=row)
    form = CategoryForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, row=row, status=422)
    try:
        changed = change_category(
            category_id=number,
            category=form.category,
            version=form.cleaned_data["version"] or None,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        return _ask(request, form, row=row, status=_refuse(form, refusal))
    text = gettext("The category was changed.") if changed else gettext("Nothing was changed.")
    messages.success(request, text)
    return HttpResponseRedirect(address(viewer, "categories"))


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def category_remove(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Remove a category that nobody uses."""
    viewer = request.viewer
    row = category_of(category_id=number)
    try:
        remove_category(
            category_id=number,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        form = CategoryForm(initial=_initial(row))
        return _ask(request, form, row=row, refused=refusal.text(translate=gettext), status=409)
    messages.success(request, gettext("The category was removed."))
    return HttpResponseRedirect(address(viewer, "categories"))


def _shown(request: SignedInRequest, row: CategoryRow, *, may_set: bool) -> Shown:
    viewer = request.viewer
    name = text_in(row.name, language=viewer.language, fallback=row.code)
    return Shown(
        url=address(viewer, "category", row.id) if may_set else "",
        name=name,
        other=", ".join(text for text in row.name.values() if text != name),
        code=row.code,
        icon=row.icon,
        position=row.position,
        plans=row.plans,
        is_displayed=row.display_in_customer_panel,
    )


def _initial(row: CategoryRow) -> dict[str, object]:
    return {
        "name_en": row.name.get("en", ""),
        "name_de": row.name.get("de", ""),
        "code": row.code,
        "icon": row.icon,
        "position": row.position,
        "display": row.display_in_customer_panel,
        "version": row.version,
    }


def _refuse(form: CategoryForm, refusal: DomainError) -> int:
    """Put a refusal at its field; return the status of the answer."""
    field = refusal.field if isinstance(refusal, BadInput) else None
    field = "name_en" if field == "name" else field
    if refusal.code == "code_taken":
        field = "code"
    form.add_error(field if field in form.fields else None, refusal.text(translate=gettext))
    return 422 if isinstance(refusal, BadInput) else 409


def _ask(
    request: SignedInRequest,
    form: CategoryForm,
    *,
    row: CategoryRow | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    viewer = request.viewer
    context = {
        "crumbs": category_crumbs(viewer),
        "form": form,
        "icons": ICONS,
        "icon": form["icon"].value(),
        "is_new": row is None,
        "trail": trail(viewer, object_kind="sales_category", object_id=row.id) if row else [],
        "plans": row.plans if row else 0,
        "remove_url": address(viewer, "category-remove", row.id) if row else "",
        "refused": refused,
        "back_url": address(viewer, "categories"),
    }
    return render(request, "screens/plans/category.html", context, status=status)
