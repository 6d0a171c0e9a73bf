"""Services and resources of the provider: lists, adding and changing one, parts of composite resources."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.catalog.commands import (
    add_resource,
    add_service,
    change_resource,
    change_service,
    set_parts,
)
from entrepot.domain.catalog.products import (
    ResourceRow,
    ServiceRow,
    choices,
    list_resources,
    list_services,
    resource_of,
    resources_of_service,
    service_of,
)
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.forms import PartForm, ResourceForm, ServiceForm
from entrepot.web.screens.plans.tabs import tabs
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui.page_size import keep_size, page_size
from entrepot.web.ui.parts import Column, Pager
from entrepot.web.ui.shell import Link

PAGE_SIZE = 25
_SEARCH_MAX = 100


@screen(Capability.VIEW_PRICE_LISTS)
def service_list(request: SignedInRequest) -> HttpResponse:
    """Show services by name."""
    search, after = _asked(request)
    size = page_size(request.GET, usual=PAGE_SIZE)
    rows, following = list_services(limit=size, search=search, after=after)
    context = {
        "columns": [
            Column(gettext("Service")),
            Column(gettext("Vendor"), 260),
            Column(gettext("Code"), 260),
            Column(gettext("Plans"), 100, numeric=True),
        ],
        "rows": [(row, _edit_url(request, "service", row.id)) for row in rows],
        "add_url": _may(request, "service-add"),
        **_list(request, "services", search, after, following),
    }
    return render(request, "screens/plans/services.html", context)


@screen(Capability.VIEW_PRICE_LISTS)
def resource_list(request: SignedInRequest) -> HttpResponse:
    """Show resources by name."""
    search, after = _asked(request)
    size = page_size(request.GET, usual=PAGE_SIZE)
    rows, following = list_resources(limit=size, search=search, after=after)
    context = {
        "columns": [
            Column(gettext("Resource")),
            Column(gettext("Service")),
            Column(gettext("Unit"), 100),
            Column(gettext("Part number"), 130),
            Column(gettext("Kind"), 224),
            Column(gettext("Plans"), 76, numeric=True),
        ],
        "rows": [
            (
                row,
                _edit_url(request, "resource", row.id),
                words.unit(row.unit, fallback="–"),
                _kind(row),
            )
            for row in rows
        ],
        "add_url": _may(request, "resource-add"),
        **_list(request, "resources", search, after, following),
    }
    return render(request, "screens/plans/resources.html", context)


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def service_add(request: SignedInRequest) -> HttpResponse:
    """Ask for a new service and add it."""
    form = _service_form(request, None)

    def do() -> object:
        return add_service(values=form.values, **_by(request))

    return _handle(request, form, do, title=gettext("Add a service"), back="services")


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def service_edit(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask what a service is to be and change it."""
    form = _service_form(request, service_of(service_id=number))

    def do() -> object:
        return change_service(
            service_id=number, values=form.values, version=form.state, **_by(request)
        )

    return _handle(request, form, do, title=gettext("Change a service"), back="services")


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def resource_add(request: SignedInRequest) -> HttpResponse:
    """Ask for a new resource and add it."""
    form = _resource_form(request, None)

    def do() -> object:
        return add_resource(values=form.values, **_by(request))

    return _handle(request, form, do, title=gettext("Add a resource"), back="resources")


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def resource_edit(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Ask what a resource is to be and change it; its parts stand below."""
    row = resource_of(resource_id=number)
    form = _resource_form(request, row)

    def do() -> object:
        return change_resource(
            resource_id=number, values=form.values, version=form.state, **_by(request)
        )

    more = {
        "parts_url": address(request.viewer, "resource-parts", number),
        "parts": [(key, name, words.quantity(units.normalize())) for key, name, units in row.parts],
        "part_columns": [
            Column(gettext("Part")),
            Column(gettext("Units in each"), 160, numeric=True),
            Column(gettext("Remove"), 120, hidden_label=True),
        ],
        "part_form": _part_form(None, row),
    }
    title = gettext("Change a resource")
    return _handle(request, form, do, title=title, back="resources", more=more)


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def resource_parts(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Add a part to a composite resource, or take one out."""
    row = resource_of(resource_id=number)
    parts = {key: units for key, _name, units in row.parts}
    taken = request.POST.get("remove", "")
    if taken:
        parts = {key: units for key, units in parts.items() if str(key) != taken}
    else:
        form = _part_form(request.POST.dict(), row)
        if not form.is_valid():
            errors = "; ".join(str(text) for found in form.errors.values() for text in found)
            messages.error(request, errors)
            return HttpResponseRedirect(address(request.viewer, "resource", number))
        parts[int(form.cleaned_data["part"])] = form.cleaned_data["units"]
    try:
        set_parts(resource_id=number, parts=parts, **_by(request))
    except DomainError as refusal:
        messages.error(request, refusal.text(translate=gettext))
    else:
        messages.success(request, gettext("The parts were changed."))
    return HttpResponseRedirect(address(request.viewer, "resource", number))


def handle(
    request: SignedInRequest,
    form: Any,
    do: Callable[[], object],
    *,
    title: str,
    back_url: str,
    crumbs: list[Link],
    template: str = "screens/plans/form.html",
    more: Mapping[str, Any] | None = None,
    done_url: str = "",
) -> HttpResponse:
    """Show a form, or do what it asks for; refusals stand at their field with the typing kept."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do()
            except DomainError as refusal:
                field = refusal.field if isinstance(refusal, BadInput) else None
                field = "code" if refusal.code == "code_taken" else field
                known = field if field in form.fields else None
                form.add_error(known, refusal.text(translate=gettext))
                status = 422 if isinstance(refusal, BadInput) else 409
            else:
                messages.success(request, gettext("It is saved."))
                return HttpResponseRedirect(done_url or back_url)
    context = {
        "crumbs": crumbs,
        "title": title,
        "form": form,
        "back_url": back_url,
        **(more or {}),
    }
    return render(request, template, context, status=status)


def _handle(
    request: SignedInRequest,
    form: Any,
    do: Callable[[], object],
    *,
    title: str,
    back: str,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    url = address(request.viewer, back)
    label = gettext("Services") if back == "services" else gettext("Resources")
    return handle(
        request, form, do, title=title, back_url=url, crumbs=[Link(label, url)], more=more
    )


def _by(request: SignedInRequest) -> dict[str, Any]:
    return {"actor": request.viewer.actor(request_id=request.request_id), "now": request.now}


def _service_form(request: SignedInRequest, row: ServiceRow | None) -> ServiceForm:
    initial = (
        {"icon": "package"}
        if row is None
        else {
            "vendor": row.vendor_id,
            "name": row.name,
            "code": row.code,
            "icon": row.icon,
            "version": row.version,
        }
    )
    form = ServiceForm(request.POST if request.method == "POST" else None, initial=initial)
    form.offer(vendor=choices().vendors)
    return form


def _resource_form(request: SignedInRequest, row: ResourceRow | None) -> ResourceForm:
    initial = (
        {}
        if row is None
        else {
            "service": row.service_id,
            "name": row.name,
            "code": row.code,
            "mpn": row.mpn,
            "unit_en": row.unit.get("en", ""),
            "unit_de": row.unit.get("de", ""),
            "is_measured": row.is_measured,
            "version": row.version,
        }
    )
    form = ResourceForm(request.POST if request.method == "POST" else None, initial=initial)
    form.offer(service=choices().services)
    return form


def _part_form(posted: Mapping[str, str] | None, row: ResourceRow) -> PartForm:
    form = PartForm(posted, initial={"units": 1})
    offered = resources_of_service(service_id=row.service_id)
    form.fields["part"].choices = [  # type: ignore[attr-defined]
        (str(key), name) for key, name, _measured in offered if key != row.id
    ]
    return form


def _kind(row: ResourceRow) -> str:
    if row.parts:
        return gettext("composite")
    return gettext("measured") if row.is_measured else gettext("chosen with the order")


def _asked(request: SignedInRequest) -> tuple[str, int | None]:
    search = request.GET.get("q", "").replace("\0", "").strip()[:_SEARCH_MAX]
    after = request.GET.get("after", "")
    known = after.isascii() and after.isdigit() and len(after) < 20
    return search, min(int(after), NUMBER_MAX) if known else None


def _list(
    request: SignedInRequest, name: str, search: str, after: int | None, following: int | None
) -> dict[str, Any]:
    query = {"q": search} if search else {}
    pager = Pager(
        previous_url=f"?{urlencode(query)}" if after is not None else "",
        next_url=f"?{urlencode({**query, 'after': following})}" if following else "",
    )
    return {
        "tabs": tabs(request.viewer, name),
        "query": search,
        "pager": keep_size(pager, request.GET),
    }


def _may(request: SignedInRequest, name: str) -> str:
    viewer = request.viewer
    return address(viewer, name) if viewer.can(Capability.MANAGE_PRICES) else ""


def _edit_url(request: SignedInRequest, name: str, number: int) -> str:
    viewer = request.viewer
    return address(viewer, name, number) if viewer.can(Capability.MANAGE_PRICES) else ""
