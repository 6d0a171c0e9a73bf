"""The views of the catalogue as tabs, and the way to their pages."""

from django.utils.translation import gettext

from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.home.links import address
from entrepot.web.ui.parts import Tab
from entrepot.web.ui.shell import Link


def tabs(viewer: Viewer, current: str) -> list[Tab]:
    """Return the tabs that the viewer's panel has; `current` is the name of an address."""
    found = [
        (gettext("Plans"), "plans"),
        (gettext("Changes above"), "plan-changes"),
        (gettext("Services"), "services"),
        (gettext("Resources"), "resources"),
        (gettext("Sales categories"), "categories"),
    ]
    shown = [(label, name, address(viewer, name)) for label, name in found]
    made = [Tab(label, url, current=name == current) for label, name, url in shown if url]
    return made if len(made) > 1 else []


def crumbs(viewer: Viewer, *further: Link) -> list[Link]:
    """Return the way to a page below the plans."""
    return [Link(gettext("Plans"), address(viewer, "plans")), *further]


def category_crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to a page below the sales categories."""
    return [Link(gettext("Sales categories"), address(viewer, "categories"))]
