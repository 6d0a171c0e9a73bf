"""The last step: how the reseller appears to its customers, and the address at which they sign in."""

from collections.abc import Mapping

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.kinds import SetupStep
from entrepot.domain.parties.roles import Capability
from entrepot.flows.seller_setup import WantedBrand, open_setup, store_brand, usual_brand
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.setup.steps import frame, onward

ICONS: Mapping[str, object] = {
    "package": _("Package"),
    "cloud": _("Cloud"),
    "bird": _("Bird"),
    "mountain": _("Mountain"),
    "trees": _("Trees"),
    "waves-horizontal": _("Waves"),
    "zap": _("Lightning"),
    "feather": _("Feather"),
    "lightbulb": _("Lamp"),
    "store": _("Shop"),
}
_FIELDS: Mapping[str, str] = {"host_taken": "host", "prefix_taken": "document_prefix"}


class BrandForm(forms.Form):
    """Name, address, colour, sign and the letters before document numbers."""

    display_name = forms.CharField(label=_("Name of the brand"), max_length=120)
    host = forms.CharField(
        label=_("Address for signing in"),
        max_length=120,
        help_text=_(
            "Your customers sign in here. It has to lead to this system before they can; it stays once they do."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    accent = forms.CharField(
        label=_("Colour"),
        max_length=7,
        help_text=_("Buttons and links. Text on it stays readable by itself."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    logo_icon = forms.ChoiceField(label=_("Sign"), choices=list(ICONS.items()))
    document_prefix = forms.CharField(
        label=_("Letters before document numbers"),
        max_length=10,
        help_text=_("One to ten capitals and digits, such as RIA."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters"}),
    )

    def wanted(self) -> WantedBrand:
        """Return what was typed; after validation."""
        given = self.cleaned_data
        return WantedBrand(**{name: given[name] for name in WantedBrand.__dataclass_fields__})


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def brand(request: SignedInRequest) -> HttpResponse:
    """Ask for the brand and store it; with this step the set-up is usually finished."""
    viewer = request.viewer
    setup = open_setup(viewer)
    usual = usual_brand(viewer)
    initial = {name: getattr(usual, name) for name in WantedBrand.__dataclass_fields__}
    form = BrandForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = store_brand(
                    viewer,
                    brand=form.wanted(),
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                field = error.field if isinstance(error, BadInput) else _FIELDS.get(error.code)
                known = field if field in form.fields else None
                form.add_error(known, error.text(translate=gettext))
                status = 422 if isinstance(error, BadInput) else 409
            else:
                return onward(viewer, done, after=SetupStep.BRAND)
    context = {**frame(viewer, setup, here=SetupStep.BRAND), "form": form}
    return render(request, "screens/setup/brand.html", context, status=status)
