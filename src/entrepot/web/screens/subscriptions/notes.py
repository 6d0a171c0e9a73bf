"""Notes about a subscription: what the own people wrote down, and the form of a new one."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.commands.notes import add_note
from entrepot.domain.subscriptions.queries import Book
from entrepot.domain.subscriptions.queries.notes import notes_of
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.note_form import NoteForm
from entrepot.web.screens.orders.words import stamp
from entrepot.web.screens.subscriptions.head import Happening


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def note(
    request: SignedInRequest,
    *,
    number: int,
    name: str,
    book: Book,  # noqa: ARG001 - as the other addresses of a subscription
) -> HttpResponse:
    """Write a note about a subscription."""
    viewer = request.viewer
    facts = queries.subscription_facts(viewer, subscription_id=number)
    back = links.address(viewer, name, number)
    if request.method != "POST":
        return HttpResponseRedirect(back)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            add_note(
                subscription_id=facts.id,
                owner_id=viewer.account_id,
                text=form.cleaned_data["text"],
                request_key=form.cleaned_data["key"],
                actor=viewer.actor(request_id=request.request_id),
                now=request.now,
            )
        except DomainError as error:
            form.add_error("text", error.text(translate=gettext))
        else:
            messages.success(request, gettext("The note is kept."))
            return HttpResponseRedirect(f"{back}#notes")
    context = {"lead": facts.plan.name, "form": form, "back_url": back}
    return render(request, "screens/orders/note.html", context, status=422)


def notes_part(viewer: Viewer, *, subscription_id: int, name: str) -> dict[str, Any]:
    """Give the notes of the own people, with a form for who may write one. One statement."""
    may = viewer.can(Capability.MANAGE_SUBSCRIPTIONS)
    url = links.address(viewer, f"{name}-note", subscription_id) if may else ""
    return {
        "notes": [
            Happening(stamp(one.at), one.at.isoformat(), one.text, one.author)
            for one in notes_of(viewer, subscription_id=subscription_id)
        ],
        "note_url": url,
        "note_form": NoteForm(initial={"key": uuid.uuid4().hex}) if url else None,
    }
