"""Who else is told of an account's messages: chosen by the account itself, or by the seller above it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages as notes
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.notifications.commands import (
    RECIPIENTS_MAX,
    remove_recipient,
    set_recipient,
)
from entrepot.domain.notifications.kinds import Topic
from entrepot.domain.notifications.queries import recipients_of
from entrepot.domain.parties.queries import account_page
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.onboarding import editable
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import list_of
from entrepot.web.screens.home import links
from entrepot.web.screens.messages import tabs, words
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_FIELDS = ("address", "topics")


@dataclass(frozen=True, slots=True)
class Row:
    """One address with what it is told of."""

    id: int
    address: str
    topics: str


class RecipientForm(forms.Form):
    """An address and its topics; the same address again gets other topics."""

    address = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    topics = forms.MultipleChoiceField(
        label=_("Is told of"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *given: object, **rest: object) -> None:
        """Offer the topics."""
        super().__init__(*given, **rest)  # type: ignore[arg-type]
        choices = [(one.value, words.topic(one)) for one in Topic]
        self.fields["topics"].choices = choices  # type: ignore[attr-defined]


class RemoveForm(forms.Form):
    """Which address is removed."""

    recipient = forms.IntegerField(min_value=1, max_value=NUMBER_MAX)


@screen(Capability.VIEW_MESSAGES, methods=("GET",))
def recipients(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Show the additional recipients of an account; without a number of the own one."""
    return _page(request, _account(request, number), RecipientForm())


@screen(Capability.MANAGE_MESSAGES, methods=("POST",))
def change(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Add an address, give it other topics, or remove it."""
    viewer, account_id = request.viewer, _account(request, number)
    editable(viewer, account_id=account_id)
    actor = viewer.actor(request_id=request.request_id)
    if "recipient" in request.POST:
        gone = RemoveForm(request.POST)
        if gone.is_valid():
            address = remove_recipient(
                account_id=account_id,
                recipient_id=gone.cleaned_data["recipient"],
                actor=actor,
                now=request.now,
            )
            if address:
                text = gettext("%(address)s is told nothing any more.")
                notes.success(request, text % {"address": address})
        return HttpResponseRedirect(_url(viewer, account_id))
    form = RecipientForm(request.POST)
    if not form.is_valid():
        return _page(request, account_id, form, status=422)
    topics = [Topic(value) for value in form.cleaned_data["topics"]]
    address = form.cleaned_data["address"]
    try:
        set_recipient(
            account_id=account_id, address=address, topics=topics, actor=actor, now=request.now
        )
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        named = {"email": "address"}.get(field or "", field)
        form.add_error(named if named in _FIELDS else None, refusal.text(translate=gettext))
        return _page(
            request, account_id, form, status=422 if isinstance(refusal, BadInput) else 409
        )
    notes.success(request, gettext("%(address)s is told from now on.") % {"address": address})
    return HttpResponseRedirect(_url(viewer, account_id))


def _account(request: SignedInRequest, number: int | None) -> int:
    return request.viewer.account_id if number is None else number


def _is_mine(viewer: Viewer, account_id: int) -> bool:
    return account_id == viewer.account_id


def _url(viewer: Viewer, account_id: int) -> str:
    if _is_mine(viewer, account_id):
        return links.address(viewer, "notifications")
    return links.address(viewer, "account-notifications", account_id)


def _page(
    request: SignedInRequest, account_id: int, form: RecipientForm, *, status: int = 200
) -> HttpResponse:
    viewer = request.viewer
    facts = account_page(viewer, account_id=account_id)
    mine = _is_mine(viewer, account_id)
    name = "notifications-change" if mine else "account-notifications-change"
    is_close = viewer.account_id in (account_id, facts.row.parent_id)
    may_change = is_close and viewer.can(Capability.MANAGE_MESSAGES)
    rows = recipients_of(viewer, account_id=account_id)
    context = {
        "tabs": tabs.of_account(viewer, "notifications") if mine else [],
        "row": facts.row,
        "crumbs": []
        if mine
        else [
            list_of(viewer, facts.row.kind),
            Link(facts.row.name, links.account_url(viewer, account_id, facts.row.kind)),
        ],
        "columns": [
            Column(gettext("E-mail")),
            Column(gettext("Is told of"), 460),
            *([Column(gettext("Remove"), 120, hidden_label=True)] if may_change else []),
        ],
        "rows": [
            Row(one.id, one.address, ", ".join(words.topic(topic) for topic in one.topics))
            for one in rows
        ],
        "most": RECIPIENTS_MAX,
        "form": form,
        "may_change": may_change,
        "change_url": links.address(viewer, name, *([] if mine else [account_id])),
    }
    return render(request, "screens/messages/recipients.html", context, status=status)
