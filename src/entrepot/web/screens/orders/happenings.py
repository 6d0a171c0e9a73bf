"""The timeline of an order in words, with the notes of the own people, and the form of a note."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.ordering.approvals import ApprovalFacts
from entrepot.domain.ordering.commands.notes import add_note
from entrepot.domain.ordering.kinds import AtTimeout
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.queries import order_of
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.order_page import OrderPage
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.note_form import NoteForm
from entrepot.web.screens.orders import words
from entrepot.web.screens.subscriptions.head import Happening


@screen(Capability.MANAGE_ORDERS, methods=("GET", "POST"))
def note(request: SignedInRequest, number: int, *, name: str) -> HttpResponse:
    """Write a note about an order."""
    viewer = request.viewer
    row = order_of(viewer, order_id=number)
    back = links.address(viewer, name, number)
    if request.method != "POST":
        return HttpResponseRedirect(back)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            add_note(
                order_id=number,
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
            return HttpResponseRedirect(f"{back}#timeline")
    context = {"lead": f"{row.number}, {row.plan_name}", "form": form, "back_url": back}
    return render(request, "screens/orders/note.html", context, status=422)


def note_form(viewer: Viewer, order_id: int, *, name: str) -> dict[str, Any]:
    """Give the form of a note to who may write one."""
    if not viewer.can(Capability.MANAGE_ORDERS):
        return {}
    url = links.address(viewer, f"{name}-note", order_id)
    return {"note_url": url, "note_form": NoteForm(initial={"key": uuid.uuid4().hex})}


def happenings(viewer: Viewer, found: OrderPage) -> list[Happening]:
    """Put the steps of an order and the notes of the own people together, the newest first."""
    lines: list[tuple[datetime, int, Happening]] = []
    for place, step in enumerate(found.steps):
        text = words.step(
            step.before, step.after, kind=found.row.kind, is_rejected=found.is_rejected
        )
        told = _told(viewer, text, step.comment, step.after)
        by = words.actor(step, people=found.people)
        lines.append(
            (step.at, place, Happening(words.stamp(step.at), step.at.isoformat(), told, by))
        )
    for place, one in enumerate(found.notes, start=len(lines)):
        text = gettext("Note: %(text)s") % {"text": one.text}
        by = gettext("by %(name)s") % {"name": one.author}
        lines.append((one.at, place, Happening(words.stamp(one.at), one.at.isoformat(), text, by)))
    return [line for _at, _place, line in sorted(lines, key=lambda line: line[:2], reverse=True)]


def approval_text(one: ApprovalFacts | None) -> str:
    """Say whose decision an order waits for and what happens without one; the seller's people are told more."""
    if one is None:
        return gettext("The order waits for the approval of its seller.")
    if one.is_buyers:
        asked = (
            gettext("It was ordered on your behalf and waits for your approval.")
            if one.is_mine
            else gettext("It was ordered on behalf of the buyer and waits for the approval there.")
        )
        without = gettext("Without a decision until %(time)s it is rejected.")
        return f"{asked} {without % {'time': words.stamp(one.due_at)}}"
    asked = (
        gettext("The order waits for your approval.")
        if one.is_mine
        else gettext("The order waits for the approval of %(names)s.")
        % {"names": ", ".join(one.approvers)}
    )
    place = gettext("%(workflow)s, step %(step)s of %(steps)s.") % {
        "workflow": one.workflow_name,
        "step": one.step,
        "steps": one.steps,
    }
    without = (
        gettext("Without a decision until %(time)s it counts as approved.")
        if one.at_timeout is AtTimeout.APPROVE
        else gettext("Without a decision until %(time)s it is rejected.")
    )
    return " ".join((asked, place, without % {"time": words.stamp(one.due_at)}))


def _told(viewer: Viewer, text: str, comment: str, after: Code) -> str:
    """Add what was said; what vendors say of a failure is for those who repair it."""
    if not comment or (viewer.panel is Panel.CUSTOMER and after is Code.PROVISIONING_FAILED):
        return text
    return f"{text}: {comment}"
