"""The live gallery of the components: one page per group, with made-up figures that add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation

from entrepot.web.ui import gallery_charts, gallery_pages, gallery_rows, shell
from entrepot.web.ui.badges import BADGES
from entrepot.web.ui.brand import brand_css

GALLERY_ACCENT = "#0b6e66"

Context = Mapping[str, object]


class SampleForm(forms.Form):
    """Every kind of input once."""

    name = forms.CharField(help_text="As it stands on invoices.")
    email = forms.EmailField(label="E-mail", required=False)
    country = forms.ChoiceField(
        choices=[("DE", "Germany"), ("AT", "Austria"), ("CH", "Switzerland")]
    )
    start = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    mark_up = forms.DecimalField(label="Mark-up", max_digits=5, decimal_places=2)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    terms = forms.ChoiceField(
        label="Payment",
        choices=[("net14", "14 days net"), ("card", "Card")],
        widget=forms.RadioSelect,
    )
    renews = forms.BooleanField(label="Renews by itself", required=False)


def _forms() -> Context:
    empty = SampleForm()
    refused = SampleForm(
        {"name": "", "email": "jana@", "country": "DE", "mark_up": "18.125", "terms": "net14"},
        prefix="refused",
    )
    refused.full_clean()
    return {"form": empty, "refused": refused, "currencies": [("EUR", "Euro"), ("CHF", "Franc")]}


def _states() -> Context:
    return {"states": list(BADGES)}


PAGES: Mapping[str, tuple[str, Callable[[], Context]]] = {
    "subscriptions": ("List and drawer", gallery_rows.subscriptions),
    "invoice": ("Invoice and its reasons", gallery_rows.invoice),
    "billing-run": ("Billing run", gallery_pages.billing_run),
    "customer-home": ("Customer's home, German, branded", gallery_pages.customer_home),
    "reseller-home": ("Reseller's home, charts", gallery_charts.reseller_home),
    "states": ("States, buttons, notices", _states),
    "forms": ("Forms", _forms),
    "feedback": ("Dialogs, jobs, messages, empty lists", gallery_pages.feedback),
}


def _groups(current: str) -> list[shell.MenuGroup]:
    items = [
        shell.MenuItem(
            url=reverse("ui:gallery-page", args=[name]),
            label=label,
            icon="layers",
            current=name == current,
            count=len(BADGES) if name == "states" else None,
            key=name[0] if name in {"subscriptions", "invoice", "forms"} else "",
        )
        for name, (label, _) in PAGES.items()
    ]
    home = shell.MenuItem(reverse("ui:gallery"), "Gallery", "house", current=not current, key="h")
    return [shell.MenuGroup([home]), shell.MenuGroup(items, "Components")]


def _shell(request: HttpRequest, current: str) -> shell.Shell:
    branded = current in {"invoice", "customer-home"}
    language = translation.get_language() or "en"
    return shell.Shell(
        panel="customer" if branded else "reseller",
        account_name="Kranich IT",
        role_label="Cobalt Freight GmbH" if branded else "Reseller",
        groups=_groups(current),
        user_name="Mira Vogt",
        user_initials="MV",
        home_url=reverse("ui:gallery"),
        brand=shell.Brand(
            name="Kranich IT", icon="bird", css_url=reverse("ui:gallery-brand") if branded else ""
        ),
        switcher=[
            shell.Link("Kranich IT", reverse("ui:gallery"), note="Reseller", current=True),
            shell.Link("Cobalt Freight GmbH", reverse("ui:gallery"), note="Customer"),
        ],
        search_url=reverse("ui:gallery"),
        search_query=request.GET.get("q", ""),
        search_hint="Search customers, orders, invoices",
        languages=[
            shell.Language("de", "Deutsch", language.startswith("de")),
            shell.Language("en", "English", not language.startswith("de")),
        ],
        language_url=reverse("ui:preference"),
        languages_on_top=current == "customer-home",
        preference_url=reverse("ui:preference"),
        sign_out_url=reverse("ui:preference"),
        notifications_url=reverse("ui:gallery"),
        on_behalf=shell.OnBehalf("Mira Vogt", "Cobalt Freight GmbH", reverse("ui:preference"), 28)
        if current == "feedback"
        else None,
        demo=shell.Demo("Demo world: nothing here is delivered or paid.")
        if current == "feedback"
        else None,
        top_action=None if branded else shell.TopAction("New order", reverse("ui:gallery")),
        top_fact=None if branded else shell.TopFact("Credit left", "€41,208.00"),
        help_url=reverse("ui:gallery"),
        version="1.0",
    )


def index(request: HttpRequest) -> HttpResponse:
    """List the pages of the gallery."""
    pages = [(reverse("ui:gallery-page", args=[name]), label) for name, (label, _) in PAGES.items()]
    context = {"shell": _shell(request, ""), "pages": pages}
    return render(request, "ui/gallery/index.html", context)


def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one group of components; the customer's home is always in German.

    Raises: Http404 for a group that does not exist.
    """
    if name not in PAGES:
        raise Http404(f"the gallery has no page {name!r}")
    language = "de" if name == "customer-home" else translation.get_language() or "en"
    with translation.override(language):
        context = {**PAGES[name][1](), "shell": _shell(request, name), "url": request.path}
        if name == "subscriptions" and "closed" in request.GET:
            context["drawer_open"] = False
        return render(request, f"ui/gallery/{name}.html", context)


def brand_sheet(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes the request
    """Serve the style sheet of the gallery's brand."""
    return HttpResponse(brand_css(GALLERY_ACCENT), content_type="text/css")
