"""The views of the price manager as tabs."""

from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.home.links import address
from entrepot.web.ui.parts import Tab
from entrepot.web.ui.shell import Link


def tabs(viewer: Viewer, current: str) -> list[Tab]:
    """Return the tabs that the viewer may open; `current` is prices, margins or file."""
    found = [
        ("prices", gettext("Prices"), "price-manager"),
        ("margins", gettext("Margins by level"), "margins"),
    ]
    if viewer.can(Capability.MANAGE_PRICES):
        found.append(("file", gettext("Change by file"), "price-file"))
    return [Tab(label, address(viewer, name), current=key == current) for key, label, name in found]


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to a page below the price manager."""
    return [Link(gettext("Prices"), address(viewer, "price-manager"))]
