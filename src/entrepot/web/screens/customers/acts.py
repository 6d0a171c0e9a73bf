"""What people do with an account: administrative hold and its release, notes, conversion into a reseller."""

from collections.abc import Callable, Mapping

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import REASON_LENGTH_MAX, add_note
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.queries import AccountFacts, account_page
from entrepot.domain.parties.roles import Capability
from entrepot.flows.account_holds import hold_account, release_account, running_subscriptions
from entrepot.flows.onboarding import convert_customer, convertible, editable
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links, words
from entrepot.web.screens.note_form import NoteForm

HOLD, RELEASE = "hold", "release"
_TITLES: Mapping[str, object] = {
    HOLD: _("Put on administrative hold"),
    RELEASE: _("Release the administrative hold"),
}
_DONE: Mapping[str, object] = {
    HOLD: _("The account is on administrative hold."),
    RELEASE: _("The administrative hold is released."),
}


class ReasonForm(forms.Form):
    """Why, and what the page had shown."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH_MAX,
        help_text=_("It is kept in the status history, which the account itself does not see."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def change_hold(request: SignedInRequest, number: int, *, act: str) -> HttpResponse:
    """Ask why, then hold or release the account with its subscriptions."""
    viewer = request.viewer
    if editable(viewer, account_id=number).id == viewer.account_id:
        raise Http404
    facts = account_page(viewer, account_id=number)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def run() -> None:
        (hold_account if act == HOLD else release_account)(
            viewer,
            account_id=number,
            version=number_in(request.POST.get("version", "")) or 0,
            reason=form.cleaned_data["reason"],
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )

    back = links.account_url(viewer, number, facts.row.kind)
    return _confirmed(
        request,
        form,
        run,
        facts=facts,
        title=_TITLES[act],
        done=_DONE[act],
        kind="bad" if act == HOLD else "primary",
        consequences=_consequences(facts, act),
        back=back,
    )


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def convert(request: SignedInRequest, number: int) -> HttpResponse:
    """Say what becomes of a customer that turns into a reseller, and do it; the hand-over follows."""
    viewer = request.viewer
    convertible(viewer, account_id=number)
    facts = account_page(viewer, account_id=number)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def run() -> None:
        convert_customer(
            viewer,
            account_id=number,
            version=number_in(request.POST.get("version", "")) or 0,
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )

    return _confirmed(
        request,
        form,
        run,
        facts=facts,
        title=_("Make it a reseller"),
        done=_("The customer is a reseller now. Its people find the set-up at their next sign-in."),
        kind="primary",
        consequences=[
            gettext("It may have customers of its own, with own prices and an own brand."),
            gettext("What it has bought stays, as its own subscriptions; terms and invoices stay."),
            gettext(
                "Its people sign in at your address from now on, with their login names and passwords."
            ),
            gettext("This cannot be undone."),
        ],
        back=links.account_url(viewer, number, AccountKind.RESELLER),
        refused_back=links.account_url(viewer, number, AccountKind.CUSTOMER),
    )


@screen(Capability.MANAGE_ACCOUNTS, methods=("GET", "POST"))
def note(request: SignedInRequest, number: int) -> HttpResponse:
    """Write a note about an account; the account itself never sees it."""
    viewer = request.viewer
    facts = account_page(viewer, account_id=number)
    back = links.account_url(viewer, number, facts.row.kind)
    if request.method != "POST" or number == viewer.account_id:
        return HttpResponseRedirect(back)
    form, status = NoteForm(request.POST), 422
    if form.is_valid():
        try:
            add_note(
                account_id=number,
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
    context = {"row": facts.row, "form": form, "back_url": back}
    return render(request, "screens/customers/note.html", context, status=status)


def _confirmed(
    request: SignedInRequest,
    form: forms.Form,
    run: Callable[[], None],
    *,
    facts: AccountFacts,
    title: object,
    done: object,
    kind: str,
    consequences: list[str],
    back: str,
    refused_back: str = "",
) -> HttpResponse:
    """Show what follows, run the command when that is confirmed, and keep a refusal on the page."""
    status, version = 200, str(facts.version)
    if request.method == "POST":
        status, version = 422, request.POST.get("version", "")
        if form.is_valid():
            try:
                run()
            except DomainError as error:
                field = error.field if isinstance(error, BadInput) else None
                known = field if field in form.fields else None
                form.add_error(known, error.text(translate=gettext))
                status, version = 409, str(facts.version)
            else:
                messages.success(request, str(done))
                return HttpResponseRedirect(back)
    context = {
        "title": title,
        "name": facts.row.name,
        "form": form,
        "version": version,
        "kind": kind,
        "consequences": consequences,
        "back_url": refused_back or back,
    }
    return render(request, "screens/customers/hold.html", context, status=status)


def _consequences(facts: AccountFacts, act: str) -> list[str]:
    if act == RELEASE:
        return [
            gettext("Its people can work again, and it can order again."),
            gettext("Subscriptions that the hold had taken along are released with it."),
        ]
    count = running_subscriptions(account_id=facts.row.id)
    taken = ngettext(
        "%(n)s running subscription is put on hold too.",
        "%(n)s running subscriptions are put on hold too.",
        count,
    )
    texts = [gettext("Its people can look, but change and order nothing.")]
    if count:
        texts.append(taken % {"n": words.number(count)})
    if facts.row.kind is AccountKind.RESELLER:
        texts.append(gettext("Its customers keep their services, and nobody can order below it."))
    texts.append(gettext("No run releases it: it lasts until somebody does."))
    return texts
