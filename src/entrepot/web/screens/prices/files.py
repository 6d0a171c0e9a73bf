"""Prices changed by file: the download, the upload, the preview with wrong rows, and applying it."""

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from entrepot.domain.catalog.pricelist.source import BYTES_MAX, read_source
from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.commands import change_prices
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.price_desk import places_of
from entrepot.flows.price_file import PriceFile, read_prices, write_prices, write_problems
from entrepot.flows.price_import import business_date
from entrepot.flows.price_simulation import preview_prices
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.catalogue import uploads
from entrepot.web.screens.home.links import address
from entrepot.web.screens.prices import words
from entrepot.web.screens.prices.listing import back_to
from entrepot.web.screens.prices.review import changed_text, preview_context
from entrepot.web.screens.prices.tabs import crumbs, tabs
from entrepot.web.screens.prices.typed import read_day
from entrepot.web.screens.subscriptions import words as terms
from entrepot.web.ui.parts import Column

PROBLEMS_SHOWN = 200


@screen(Capability.MANAGE_PRICES)
def price_file(request: SignedInRequest) -> HttpResponse:
    """Offer the download and the upload."""
    return _ask(request)


@screen(Capability.MANAGE_PRICES)
def download(request: SignedInRequest) -> HttpResponse:
    """Send all prices of a market and currency as CSV."""
    viewer = request.viewer
    place = words.chosen(places_of(viewer), request.GET.get("at", ""))
    if place is None:
        return _ask(request)
    today = business_date(today=viewer.today)
    lines = (line.encode() for line in write_prices(viewer, place=place, on_day=today))
    name = f"prices-{place.market}-{place.currency}-{today.isoformat()}.csv"
    answer = HttpResponse(b"\xef\xbb\xbf" + b"".join(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return answer


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def upload(request: SignedInRequest) -> HttpResponse:
    """Keep a file of prices and go to its preview; a file that is none is not kept."""
    viewer = request.viewer
    place = words.chosen(places_of(viewer), request.POST.get("at", ""))
    day = read_day(request.POST.get("valid_from", ""))
    if place is None or day is None:
        return _ask(request, refused=gettext("Give the day from which the prices hold."))
    try:
        kept = uploads.keep(
            request.FILES.get("file"),
            key=request.POST.get("key", ""),
            account_id=viewer.account_id,
            bytes_max=BYTES_MAX,
            now=request.now,
        )
    except BadInput as refusal:
        return _ask(request, refused=refusal.text(translate=gettext))
    try:
        _read(request, kept, place, day)
    except BadInput as refusal:
        uploads.discard(kept)
        return _ask(request, refused=refusal.text(translate=gettext))
    return HttpResponseRedirect(_preview_url(request, kept.key, place, day))


@screen(Capability.MANAGE_PRICES)
def preview(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Show what a file would change; nothing is written."""
    place, day = _where(request, request.GET.get("at", ""), request.GET.get("valid_from", ""))
    kept = uploads.find(key, account_id=request.viewer.account_id)
    if place is None or day is None or not kept.path.is_file():
        return _ask(request, refused=gettext("Upload the file again."))
    try:
        return _show(request, kept, place, day)
    except DomainError as refusal:
        return _ask(request, refused=refusal.text(translate=gettext))


@screen(Capability.MANAGE_PRICES)
def wrong_rows(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Give the wrong rows of a file as CSV, with line and reason."""
    place, day = _where(request, request.GET.get("at", ""), request.GET.get("valid_from", ""))
    kept = uploads.find(key, account_id=request.viewer.account_id)
    if place is None or day is None or not kept.path.is_file():
        return _ask(request, refused=gettext("Upload the file again."))
    try:
        text = write_problems(_read(request, kept, place, day))
    except BadInput as refusal:
        return _ask(request, refused=refusal.text(translate=gettext))
    answer = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    name = f"{Path(kept.name).stem}-rejected.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return answer


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def apply(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Set the prices of a file without its wrong rows; a second click changes nothing."""
    viewer = request.viewer
    place, day = _where(request, request.POST.get("at", ""), request.POST.get("valid_from", ""))
    kept = uploads.find(key, account_id=viewer.account_id)
    if place is None or day is None or not kept.path.is_file():
        return _ask(request, refused=gettext("Upload the file again."))
    try:
        changed = change_prices(
            seller_id=viewer.account_id,
            changes=_read(request, kept, place, day).changes,
            valid_from=day,
            business_date=business_date(today=viewer.today),
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
            confirmed=request.POST.get("below_cost") == "1",
            source=kept.name,
        )
    except DomainError as refusal:
        text = refusal.text(translate=gettext)
        try:
            return _show(request, kept, place, day, refused=text)
        except DomainError:
            return _ask(request, refused=text)
    messages.success(request, changed_text(changed, day))
    return HttpResponseRedirect(back_to(request, place))


@screen(Capability.MANAGE_PRICES, methods=("POST",))
def discard(request: SignedInRequest, *, key: str) -> HttpResponse:
    """Forget an uploaded file."""
    uploads.discard(uploads.find(key, account_id=request.viewer.account_id))
    messages.info(request, gettext("The upload was discarded; nothing was changed."))
    return HttpResponseRedirect(address(request.viewer, "price-file"))


def _ask(request: SignedInRequest, *, refused: str = "") -> HttpResponse:
    viewer = request.viewer
    today = business_date(today=viewer.today)
    context = {
        "tabs": tabs(viewer, "file"),
        "places": [(one.key, words.place_label(one)) for one in places_of(viewer)],
        "key": uploads.new_key(),
        "first_day": today.isoformat(),
        "download_url": address(viewer, "price-file-download"),
        "upload_url": address(viewer, "price-file-upload"),
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "screens/prices/file.html", context, status=status)


def _show(
    request: SignedInRequest,
    kept: uploads.Upload,
    place: PricePlace,
    day: date,
    *,
    refused: str = "",
) -> HttpResponse:
    """Show the preview. Raises: DomainError where the file or its prices cannot be used at all."""
    viewer = request.viewer
    found = _read(request, kept, place, day)
    context: dict[str, Any] = {
        "crumbs": crumbs(viewer),
        "name": kept.name,
        "at": place.key,
        "valid_from": day.isoformat(),
        "day": terms.day(day),
        "place": words.place_label(place),
        "changed": len(found.changes),
        "unchanged": found.unchanged,
        "problem_count": len(found.problems),
        "problems": found.problems[:PROBLEMS_SHOWN],
        "problem_columns": [
            Column(gettext("Line"), 90, numeric=True),
            Column(gettext("Row"), 420),
            Column(gettext("Reason")),
        ],
        "wrong_url": _preview_url(request, kept.key, place, day, name="price-file-wrong"),
        "apply_url": _url(request, "price-file-apply", kept.key),
        "discard_url": _url(request, "price-file-discard", kept.key),
        "refused": refused,
    }
    if found.changes:
        seen = preview_prices(
            viewer,
            place=place,
            changes=found.changes,
            valid_from=day,
            business_date=business_date(today=viewer.today),
            now=request.now,
        )
        context |= preview_context(seen, found.changes)
    return render(
        request, "screens/prices/file_preview.html", context, status=409 if refused else 200
    )


def _read(
    request: SignedInRequest, kept: uploads.Upload, place: PricePlace, day: date
) -> PriceFile:
    source = read_source(source=kept.path, name=kept.name)
    return read_prices(request.viewer, source=source, place=place, on_day=day, translate=gettext)


def _where(
    request: SignedInRequest, at: str, valid_from: str
) -> tuple[PricePlace | None, date | None]:
    return words.chosen(places_of(request.viewer), at), read_day(valid_from)


def _preview_url(
    request: SignedInRequest,
    key: str,
    place: PricePlace,
    day: date,
    *,
    name: str = "price-file-preview",
) -> str:
    found = _url(request, name, key)
    return f"{found}?at={quote(place.key)}&valid_from={day.isoformat()}"


def _url(request: SignedInRequest, name: str, key: str) -> str:
    return reverse(f"{request.viewer.panel.value}:{name}", args=[key])
