"""Set an own price of a SKU: the form, what it would change, and the confirmation."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import check_sku_price
from entrepot.domain.resale.queries import sold_currencies
from entrepot.flows.price_import import business_date
from entrepot.flows.usage_import import set_own_sku_price
from entrepot.flows.usage_prices import GOODS_MAX, PriceEffect, price_effect, used_skus
from entrepot.flows.wiring import usage_store
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.usage import words
from entrepot.web.screens.usage.price_form import FIELD_OF, SkuPriceForm
from entrepot.web.screens.usage.prices import band_texts, month_text
from entrepot.web.ui import formats
from entrepot.web.ui.shell import Link

_CONFIRMED = "confirmed"


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def set_price(request: SignedInRequest) -> HttpResponse:
    """Ask for the price, show what it changes, and set it when that is confirmed."""
    if request.method != "POST":
        return _ask(request, _form(request, bound=False))
    form = _form(request, bound=True)
    if not form.is_valid():
        return _ask(request, form, status=422)
    try:
        if request.POST.get("step") != _CONFIRMED:
            return _review(request, form)
        changed = _set(request, form)
    except DomainError as refusal:
        is_input = isinstance(refusal, BadInput)
        field = FIELD_OF.get(refusal.field or "") if isinstance(refusal, BadInput) else None
        form.add_error(field, refusal.text(translate=gettext))
        return _ask(request, form, status=422 if is_input else 409)
    text = ngettext(
        "The price is set; %(n)s stored total changed.",
        "The price is set; %(n)s stored totals changed.",
        changed,
    )
    messages.success(request, text % {"n": words.number(changed)})
    return HttpResponseRedirect(address(request.viewer, "usage-prices"))


def _form(request: SignedInRequest, *, bound: bool) -> SkuPriceForm:
    viewer = request.viewer
    today = business_date(today=viewer.today)
    form = SkuPriceForm(
        request.POST.dict() if bound else None, currencies=sold_currencies(viewer), today=today
    )
    given = request.GET.dict()
    usual = {"month": today.replace(day=1).isoformat(), "limit_1": "0"}
    form.initial = {**usual, **{name: given[name] for name in form.fields if name in given}}
    return form


def _set(request: SignedInRequest, form: SkuPriceForm) -> int:
    viewer = request.viewer
    return set_own_sku_price(
        **_wanted(viewer, form),
        store=usage_store(),
        actor=viewer.actor(request_id=request.request_id),
        now=request.now,
        business_date=business_date(today=viewer.today),
    )


def _wanted(viewer: Viewer, form: SkuPriceForm) -> dict[str, Any]:
    """Name the price as the commands do."""
    goods = form.goods
    return {
        "seller_id": viewer.account_id,
        "provider_name": goods.provider_name,
        "sku_id": goods.sku_id,
        "pricing_unit": goods.pricing_unit,
        "currency": goods.currency,
        "bands": form.bands,
        "valid_from": form.first_month,
    }


def _ask(request: SignedInRequest, form: SkuPriceForm, *, status: int = 200) -> HttpResponse:
    used = used_skus(request.viewer, limit=GOODS_MAX)
    context = {
        **_head(request),
        "form": form,
        "has_currency": bool(sold_currencies(request.viewer)),
        "skus": {one.sku_id: f"{one.provider_name} · {one.name or one.sku_id}" for one in used},
        "providers": sorted({one.provider_name for one in used}),
        "units": sorted({one.pricing_unit for one in used}),
    }
    return render(request, "screens/usage/price_form.html", context, status=status)


def _review(request: SignedInRequest, form: SkuPriceForm) -> HttpResponse:
    """Show the price with its consequences; the confirmation sends the same values again.

    Raises: what `check_sku_price` raises.
    """
    goods, bands = form.goods, form.bands
    check_sku_price(**_wanted(request.viewer, form))
    effect = price_effect(request.viewer, goods=goods, bands=bands, first_month=form.first_month)
    given = [
        (name, value) for name in form.fields if (value := form.data.get(name)) not in (None, "")
    ]
    context = {
        **_head(request),
        "goods": goods,
        "month": month_text(form.first_month),
        "bands": band_texts([(b.lower_limit, b.unit_price) for b in bands], goods.currency),
        "given": given,
        "consequences": _consequences(effect, goods.currency),
        "back_url": f"{request.path}?{urlencode(given)}",
    }
    return render(request, "screens/usage/price_review.html", context)


def _consequences(effect: PriceEffect, currency: str) -> list[str]:
    """Say what rating again would find, from the stored totals of the own sales."""
    closing = gettext("What was billed already is billed the difference with the next run.")
    if not effect.totals:
        return [
            gettext("No stored usage of these months changes; later files are rated by it."),
            closing,
        ]
    count = ngettext(
        "%(n)s stored total is rated again, %(first)s to %(last)s.",
        "%(n)s stored totals are rated again, %(first)s to %(last)s.",
        effect.totals,
    ) % {
        "n": words.number(effect.totals),
        "first": words.month(effect.first_month),
        "last": words.month(effect.last_month),
    }
    language = words.language()

    def money(value: Any) -> str:
        return formats.money(value, currency=currency, language=language)

    if effect.after is None:
        amounts = gettext("They are %(before)s now and go back to cost plus margins.") % {
            "before": money(effect.before)
        }
    else:
        amounts = gettext("They are %(before)s now and %(after)s then, before discounts.") % {
            "before": money(effect.before),
            "after": money(effect.after),
        }
    return [count, amounts, closing]


def _head(request: SignedInRequest) -> dict[str, object]:
    url = address(request.viewer, "usage-prices")
    return {"crumbs": [Link(gettext("Usage prices"), url)], "list_url": url}
