"""Addresses of what a seller's customers are told, in the panels of provider and resellers."""

from django.urls import URLPattern, path

from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.messages.listing import messages
from entrepot.web.screens.messages.page import again, body, message
from entrepot.web.screens.messages.recipients import change, recipients
from entrepot.web.screens.messages.templates import keep, reset, word_list, words_page

_WORDS = "messages/words/<slug:kind>/<slug:language>/"

urlpatterns: list[URLPattern] = [
    path("messages/", messages, {"side": Side.SOLD, "name": "message"}, name="messages"),
    path("messages/<int:number>/", message, {"name": "message"}, name="message"),
    path("messages/<int:number>/body/", body, name="message-body"),
    path("messages/<int:number>/again/", again, name="message-again"),
    path("messages/words/", word_list, name="message-words"),
    path(_WORDS, words_page, name="message-words-of"),
    path(f"{_WORDS}keep/", keep, name="message-words-keep"),
    path(f"{_WORDS}reset/", reset, name="message-words-reset"),
    path("accounts/<int:number>/notifications/", recipients, name="account-notifications"),
    path(
        "accounts/<int:number>/notifications/change/", change, name="account-notifications-change"
    ),
]
