"""Acting on behalf: a seller's person opens the panel of an account below, with a reason, and comes back."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from entrepot.domain.parties.acting import (
    ACTING_MINUTES,
    REASON_LENGTH_MAX,
    begin_acting,
    end_acting,
)
from entrepot.domain.parties.kinds import AccountKind, EndCause
from entrepot.domain.parties.queries import account_page
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.access import sessions
from entrepot.web.access.guards import screen, to_sign_in
from entrepot.web.access.requests import SignedInRequest, known
from entrepot.web.screens.home import links


class ActingForm(forms.Form):
    """Why somebody acts for an account."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH_MAX,
        help_text=_("A ticket or who asked for it. The account's people are told, with your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def may_act_for(viewer: Viewer, *, kind: AccountKind, parent_id: int | None) -> bool:
    """Tell whether to offer acting for an account below; the command looks again."""
    if viewer.acting is not None or not viewer.can(Capability.ACT_ON_BEHALF):
        return False
    if viewer.panel is Panel.PROVIDER:
        return kind is not AccountKind.PROVIDER
    return kind is AccountKind.CUSTOMER and parent_id == viewer.account_id


@screen(Capability.ACT_ON_BEHALF, methods=("GET", "POST"), fresh=True)
def act(request: SignedInRequest, number: int) -> HttpResponse:
    """Ask why, then open the account's panel."""
    viewer = request.viewer
    row = account_page(viewer, account_id=number).row
    if not may_act_for(viewer, kind=row.kind, parent_id=row.parent_id):
        raise Http404
    form, status = ActingForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                acting_id = begin_acting(
                    viewer,
                    account_id=number,
                    reason=form.cleaned_data["reason"],
                    actor=viewer.actor(request_id=request.request_id),
                    now=request.now,
                )
            except DomainError as error:
                is_typing = isinstance(error, BadInput)
                form.add_error("reason" if is_typing else None, error.text(translate=gettext))
                status = 422 if is_typing else 409
            else:
                sessions.act(request.session, acting_id=acting_id)
                return HttpResponseRedirect(reverse("start"))
    context = {
        "title": gettext("Log in to the panel of this account"),
        "name": row.name,
        "form": form,
        "kind": "primary",
        "consequences": [
            gettext(
                "You work with the rights of its administrators, as far as you have them here."
            ),
            gettext("It ends by itself after %(minutes)s minutes.") % {"minutes": ACTING_MINUTES},
            gettext("What you do is kept under your name, on behalf of the account."),
        ],
        "back_url": links.account_url(viewer, number, row.kind),
    }
    return render(request, "screens/customers/hold.html", context, status=status)


@require_POST
def stop_acting(request: HttpRequest) -> HttpResponse:
    """Go back to the own account, to the page of the one acted for."""
    viewer = known(request).viewer
    if viewer is None:
        return to_sign_in(request)
    if viewer.acting is None:
        return HttpResponseRedirect(reverse("start"))
    end_acting(
        acting_id=viewer.acting.id,
        user_id=viewer.user_id,
        cause=EndCause.PERSON,
        actor=viewer.actor(request_id=known(request).request_id),
        now=known(request).now,
    )
    sessions.stop_acting(request.session)
    messages.success(
        request, gettext("You work for %(account)s again.") % {"account": viewer.acting.home_name}
    )
    return HttpResponseRedirect(reverse("start"))
