"""Set an exchange rate: one form; a rate of the same day is corrected."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.resale.commands import set_exchange_rate
from entrepot.flows.price_import import business_date
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.money import MoneyError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.ui.numbers import AmountField

_CODE = {"maxlength": "3", "autocapitalize": "characters", "autocomplete": "off"}


class RateForm(forms.Form):
    """A pair of currencies, the rate, the day from which it holds, and where it was read."""

    from_currency = forms.CharField(
        label=_("From"), min_length=3, max_length=3, widget=forms.TextInput(attrs=_CODE)
    )
    to_currency = forms.CharField(
        label=_("To"), min_length=3, max_length=3, widget=forms.TextInput(attrs=_CODE)
    )
    rate = AmountField(
        label=_("Rate"),
        max_digits=24,
        decimal_places=12,
        help_text=_("What one unit of the first currency is worth in the second."),
    )
    on_date = forms.DateField(
        label=_("From day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Terms that begin on this day or later use it until a later rate follows."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        help_text=_("Where the rate was read; explanations of amounts name it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def set_rate(request: SignedInRequest) -> HttpResponse:
    """Ask for a rate and set it; refusals stand at their field with the typing kept."""
    status = 200
    if request.method == "POST":
        form = RateForm(request.POST)
        if form.is_valid() and _do(request, form):
            messages.success(
                request, gettext("The rate is set. What waited for it can be retried.")
            )
            return HttpResponseRedirect(reverse("provider:exchange-rates"))
        status = 422
    else:
        form = RateForm(initial=_asked(request))
    context = {"form": form, "back_url": reverse("provider:exchange-rates")}
    return render(request, "screens/rates/set.html", context, status=status)


def _asked(request: SignedInRequest) -> dict[str, str | date]:
    """Fill in the pair of the address and the first day that is not billed yet."""
    return {
        "from_currency": request.GET.get("from", "").replace("\0", "")[:3].upper(),
        "to_currency": request.GET.get("to", "").replace("\0", "")[:3].upper(),
        "on_date": business_date(today=request.viewer.today),
    }


def _do(request: SignedInRequest, form: RateForm) -> bool:
    given = form.cleaned_data
    try:
        set_exchange_rate(
            from_currency=given["from_currency"].upper(),
            to_currency=given["to_currency"].upper(),
            rate=given["rate"],
            on_date=given["on_date"],
            source=given["source"],
            actor=request.viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        field = error.field if isinstance(error, BadInput) else None
        form.add_error(field if field in form.fields else None, error.text(translate=gettext))
        return False
    except MoneyError:
        form.add_error(None, gettext("One of the currencies is unknown, or the rate is too exact."))
        return False
    return True
