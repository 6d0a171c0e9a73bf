"""Addresses of what the own account is told, in the panels of resellers and customers."""

from django.urls import URLPattern, path

from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.messages.listing import messages
from entrepot.web.screens.messages.page import body, message
from entrepot.web.screens.messages.recipients import change, recipients


def addresses(name: str) -> list[URLPattern]:
    """Return the addresses of messages to the own account under a name, and of its additional recipients."""
    return [
        path("messages/", messages, {"side": Side.BOUGHT, "name": name}, name=f"{name}s"),
        path("messages/<int:number>/", message, {"name": name}, name=name),
        path("messages/<int:number>/body/", body, name=f"{name}-body"),
        path("notifications/", recipients, name="notifications"),
        path("notifications/change/", change, name="notifications-change"),
    ]
