"""One message: what was written, to whom, and what came of it; its mail in a frame that can do nothing."""

import secrets
from typing import cast

from csp.constants import SELF
from csp.decorators import csp_replace
from django import forms
from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext

from entrepot.domain.notifications.commands import send_again
from entrepot.domain.notifications.kinds import MessageState
from entrepot.domain.notifications.queries import MessageFacts, message_facts
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.kernel.errors import DomainError
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.messages import words
from entrepot.web.screens.messages.tabs import own_list
from entrepot.web.ui.shell import Link

_BODY_POLICY = (
    "default-src 'none'; style-src 'nonce-%s'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


class AgainForm(forms.Form):
    """The key that makes one sending of two clicks."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


@screen(Capability.VIEW_MESSAGES)
def message(request: SignedInRequest, number: int, *, name: str) -> HttpResponse:
    """Show one message."""
    return _page(request, message_facts(request.viewer, message_id=number), name=name)


@screen(Capability.VIEW_MESSAGES)
def body(request: SignedInRequest, number: int) -> HttpResponse:
    """Send the mail's own page for the frame: no scripts, no forms, no other host; its style by the answer's nonce.

    The page is made by us of escaped text. A picture inside the mail is not shown, its text is.
    """
    facts = message_facts(request.viewer, message_id=number)
    nonce = secrets.token_urlsafe(16)
    page = words.shown(facts.html).replace("<style>", f'<style nonce="{nonce}">', 1)
    answer = HttpResponse(page.replace('src="cid:logo"', 'src="data:,"', 1))
    # The answer's own policy: the one of all pages allows what only pages need, and no frames.
    answer["Content-Security-Policy"] = _BODY_POLICY % nonce
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@screen(Capability.MANAGE_MESSAGES, methods=("POST",))
def again(request: SignedInRequest, number: int) -> HttpResponse:
    """Send a message of the own sales once more."""
    viewer = request.viewer
    facts = message_facts(viewer, message_id=number)
    if not facts.is_own:
        raise Http404
    form = AgainForm(request.POST)
    if not form.is_valid():
        return _page(request, facts, name="message", status=400)
    try:
        fresh = send_again(
            viewer,
            message_id=number,
            key=form.cleaned_data["key"],
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        notes.error(request, refusal.text(translate=gettext))
        return _page(request, facts, name="message", status=409)
    notes.success(request, gettext("The message is sent again; this page tells what comes of it."))
    return HttpResponseRedirect(links.address(viewer, "message", fresh))


def _page(
    request: SignedInRequest, facts: MessageFacts, *, name: str, status: int = 200
) -> HttpResponse:
    viewer, line = request.viewer, facts.line
    is_sold = name == "message" and facts.is_own
    listed = "messages" if is_sold else own_list(viewer)
    is_done = line.state not in (MessageState.WAITING, MessageState.SENDING)
    may_send = is_sold and is_done and bool(line.address) and viewer.can(Capability.MANAGE_MESSAGES)
    context = {
        "title": line.subject,
        "crumbs": [Link(pgettext("mail", "Messages"), links.address(viewer, listed))],
        "number": format_id(kind=IdKind.MESSAGE, number=line.id),
        "badge": words.badge(line.state),
        "state": words.state(line.state),
        "kind": words.kind(line.kind),
        "address": line.address or gettext("no address"),
        "is_copy": line.is_copy,
        "account": line.account_name,
        "account_url": links.account_url(viewer, line.account_id) if is_sold else "",
        "language": words.language(facts.language),
        "written": home_words.day(line.created_at, "stamp"),
        "sent": home_words.day(line.sent_at, "stamp") if line.sent_at else "",
        "next_try": home_words.day(facts.next_try_at, "stamp") if facts.next_try_at else "",
        "attempts": facts.attempts if is_sold else 0,
        "why": words.failure(line.failure),
        "error": facts.error if is_sold else "",
        "event": words.cause(facts.event) if is_sold else "",
        "is_kept": line.state is MessageState.KEPT,
        "first_url": _first_url(viewer, facts, name=name),
        "text": words.shown(facts.text),
        "body_url": links.address(viewer, f"{name}-body", line.id),
        "again_url": links.address(viewer, "message-again", line.id) if may_send else "",
        "form": AgainForm(initial={"key": secrets.token_hex(16)}),
    }

    @csp_replace({"frame-src": [SELF]})
    def with_frame(asked: HttpRequest) -> HttpResponseBase:
        return render(asked, "screens/messages/page.html", context, status=status)

    return cast("HttpResponse", with_frame(request))


def _first_url(viewer: Viewer, facts: MessageFacts, *, name: str) -> str:
    return links.address(viewer, name, facts.again_of_id) if facts.again_of_id else ""
