"""How the own brand looks: name, colour, sign and logo file. The address and the document prefix stay."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.account_queries import brand_of
from entrepot.domain.parties.commands.brands import Look, change_look, look_version
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.logos import BYTES_MAX
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.setup.brand import ICONS
from entrepot.web.ui.shell import Link


class LookForm(forms.Form):
    """What may change of a brand at any time."""

    display_name = forms.CharField(label=_("Name of the brand"), max_length=120)
    accent = forms.CharField(
        label=_("Colour"),
        max_length=7,
        help_text=_("Buttons and links. Text on it stays readable by itself."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    logo_icon = forms.ChoiceField(
        label=_("Sign"),
        choices=list(ICONS.items()),
        help_text=_("Shown while there is no logo."),
    )
    drop_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    version = forms.CharField(max_length=16, widget=forms.HiddenInput())


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def brand(request: SignedInRequest) -> HttpResponse:
    """Ask how the brand shall look and store it."""
    viewer = request.viewer
    known = brand_of(account_id=viewer.account_id)
    if known is None:
        raise NoSuchObject(object="brand")
    initial = {name: getattr(known, name) for name in ("display_name", "accent", "logo_icon")}
    initial["version"] = look_version(account_id=viewer.account_id)
    form = LookForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _store(request, form)
            except DomainError as error:
                field = error.field if isinstance(error, BadInput) else None
                known_field = field if field in form.fields else None
                form.add_error(known_field, error.text(translate=gettext))
                status = 422 if isinstance(error, BadInput) else 409
            else:
                messages.success(request, gettext("The brand is saved."))
                return HttpResponseRedirect(links.address(viewer, "brand"))
    url = links.address(viewer, "account")
    context = {
        "crumbs": [Link(viewer.account_name, url)],
        "form": form,
        "brand": known,
        "logo_url": reverse("brand-logo", args=[known.logo_digest]) if known.logo_digest else "",
        "most": BYTES_MAX // 1000,
        "back_url": url,
    }
    return render(request, "screens/customers/brand.html", context, status=status)


def _store(request: SignedInRequest, form: LookForm) -> None:
    given: dict[str, Any] = form.cleaned_data
    upload = request.FILES.get("logo")
    logo = None if upload is None else upload.read(BYTES_MAX + 1)
    if logo is None and given["drop_logo"]:
        logo = b""
    change_look(
        account_id=request.viewer.account_id,
        look=Look(
            display_name=given["display_name"],
            accent=given["accent"],
            logo_icon=given["logo_icon"],
            logo=logo,
        ),
        version=given["version"],
        actor=request.viewer.actor(request_id=request.request_id),
        now=request.now,
    )
