"""The pages that belong together: a seller's messages and words, an account's messages and recipients."""

from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.web.screens.home.links import address
from entrepot.web.ui.parts import Tab


def of_seller(viewer: Viewer, current: str) -> list[Tab]:
    """Name the pages of what a seller sends."""
    names = {"messages": pgettext("mail", "Messages"), "message-words": gettext("Words")}
    return [
        Tab(label, address(viewer, name), current=name == current) for name, label in names.items()
    ]


def of_account(viewer: Viewer, current: str) -> list[Tab]:
    """Name the pages of what the own account is told."""
    listed = own_list(viewer)
    names = {listed: pgettext("mail", "Messages"), "notifications": gettext("Notifications")}
    return [
        Tab(label, address(viewer, name), current=name in (current, f"{current}s"))
        for name, label in names.items()
    ]


def own_list(viewer: Viewer) -> str:
    """Return the name of the list of messages to the own account: sellers have their customers' beside it."""
    return "messages" if viewer.panel is Panel.CUSTOMER else "own-messages"
