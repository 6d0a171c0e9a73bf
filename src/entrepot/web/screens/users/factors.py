"""Second factors of other people: for whom one is required, and resetting those of somebody who has lost them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import (
    Demands,
    demands_of,
    offered_demands,
    reset_factors,
    set_demands,
)
from entrepot.domain.parties.factors import factors_of
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.people import PersonPage, person_page
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.customers.listing import number_in
from entrepot.web.screens.home import links
from entrepot.web.screens.users.parts import Part
from entrepot.web.screens.users.team import Team, team_of
from entrepot.web.ui.shell import Link

_LABELS = {
    "own": _("Our own people"),
    "resellers": _("People of all resellers"),
    "customers": _("People of customers"),
}
_HINTS = {
    AccountKind.PROVIDER: {
        "customers": _("Of all customers, whoever sells to them."),
    },
    AccountKind.RESELLER: {
        "customers": _("Of your own customers. The provider may require it of all of them anyway."),
        "own": _("The provider may require it anyway."),
    },
    AccountKind.CUSTOMER: {"own": _("Your seller or the provider may require it anyway.")},
}


class DemandsForm(forms.Form):
    """One box per kind of account that the viewer's account may say something about."""

    def __init__(self, *args: object, kind: AccountKind, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in offered_demands(kind):
            self.fields[name] = forms.BooleanField(
                label=_LABELS[name], required=False, help_text=_HINTS[kind].get(name, "")
            )


@screen(Capability.MANAGE_IDENTITY, methods=("GET", "POST"), fresh=True)
def demands(request: SignedInRequest) -> HttpResponse:
    """Show and store for whom a second factor is required."""
    viewer = request.viewer
    present = demands_of(viewer)
    given = request.POST if request.method == "POST" else None
    initial = {name: getattr(present, name) for name in offered_demands(viewer.account_kind)}
    form = DemandsForm(given, kind=viewer.account_kind, initial=initial)
    status, version = 200, str(present.version)
    if given is not None and form.is_valid():
        version = given.get("version", "")
        wanted = Demands(**form.cleaned_data, version=number_in(version) or 0)
        actor = viewer.actor(request_id=request.request_id)
        try:
            set_demands(viewer, wanted=wanted, actor=actor, now=request.now)
        except DomainError as error:
            form.add_error(None, error.text(translate=gettext))
            status = 409
        else:
            messages.success(request, gettext("It holds for everybody within a minute."))
            return HttpResponseRedirect(request.path)
    context = {
        "form": form,
        "version": version,
        "is_stale": status == 409,
        "users_url": links.address(viewer, "users"),
        "crumbs": [Link(gettext("Users"), links.address(viewer, "users"))],
    }
    return render(request, "screens/users/factor_demands.html", context, status=status)


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"), while_acting=False, fresh=True)
def reset(request: SignedInRequest, number: int, *, account: int | None = None) -> HttpResponse:
    """Say what follows, then take all second factors of a person away."""
    viewer = request.viewer
    team = team_of(viewer, account)
    facts = person_page(viewer, account_id=team.account_id, user_id=number, now=request.now)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            reset_factors(
                viewer,
                account_id=team.account_id,
                user_id=number,
                actor=viewer.actor(request_id=request.request_id),
                now=request.now,
            )
        except DomainError as error:
            refusal, status = error.text(translate=gettext), 409
        else:
            messages.success(request, gettext("The second factors are reset."))
            return HttpResponseRedirect(team.url("user", number))
    back = team.url("user", number)
    context = {
        "title": gettext("Reset second factors"),
        "lead": facts.row.name,
        "crumbs": team.crumbs(Link(facts.row.name, back)),
        "kind": "bad",
        "consequences": [
            gettext("Authenticator app, passkeys and recovery codes are removed."),
            gettext("Signed out everywhere at once; the password stays."),
            gettext("The person is told by mail. Be sure that it was the person who asked you."),
        ],
        "refusal": refusal,
        "back_url": back,
    }
    return render(request, "screens/users/act.html", context, status=status)


def factor_part(request: SignedInRequest, team: Team, facts: PersonPage) -> Part | None:
    """Give the card of a person's page: which second factors there are, and the way to reset them."""
    if not team.may(Capability.MANAGE_USERS):
        return None
    number, viewer = facts.row.id, request.viewer
    found = factors_of(user_id=number)
    may_reset = (
        found.has_any
        and number != viewer.user_id
        and viewer.acting is None
        and team.may(Capability.ADMINISTER_USERS)
    )
    values = {
        "app": found.app is not None,
        "passkeys": len(found.passkeys),
        "codes_left": found.codes_left,
        "has_any": found.has_any,
        "signs_in_outside": facts.signs_in_outside,
        "reset_url": team.url("user-factors", number) if may_reset else "",
    }
    return Part("screens/users/factors.html", values)
