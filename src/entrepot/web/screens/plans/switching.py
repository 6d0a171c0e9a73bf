"""To which plans the subscriptions of a plan may go over."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.catalog.commands import allow_switch, forbid_switch
from entrepot.domain.catalog.kinds import SwitchTime
from entrepot.domain.catalog.plans import plan_detail
from entrepot.domain.catalog.switches import PeriodName, SwitchRow, switch_targets, switches_of
from entrepot.domain.parties.roles import Capability
from entrepot.kernel.errors import DomainError
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.plans.products import handle
from entrepot.web.screens.plans.tabs import crumbs
from entrepot.web.screens.subscriptions import words
from entrepot.web.ui.shell import Link


class SwitchForm(forms.Form):
    """One more switch, or another way to do a known one."""

    from_period = forms.ChoiceField(label=_("From"))
    to_period = forms.ChoiceField(label=_("To"))
    takes_effect = forms.ChoiceField(
        label=_("Takes effect"),
        choices=[
            (SwitchTime.NOW.value, _("at once, when its order is done")),
            (SwitchTime.NEXT_PERIOD.value, _("at the next billing date")),
            (SwitchTime.NEXT_TERM.value, _("when the running term ends")),
        ],
    )
    refunds = forms.BooleanField(
        label=_("Give the rest of the charged period back"), required=False, initial=True
    )
    keeps_term_end = forms.BooleanField(
        label=_("Keep the end of the term"),
        required=False,
        initial=True,
        help_text=_("Otherwise a whole new term begins."),
    )


@screen(Capability.MANAGE_PRICES, methods=("GET", "POST"))
def switches(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show the switches of a plan, allow one more, or forbid one."""
    viewer = request.viewer
    detail = plan_detail(plan_id=number)
    known = switches_of(plan_id=number)
    url = address(viewer, "plan-switches", number)
    by: dict[str, Any] = {"actor": viewer.actor(request_id=request.request_id), "now": request.now}
    taken = request.POST.get("remove", "")
    if taken:
        try:
            for row in known:
                if str(row.id) == taken:
                    forbid_switch(switch_id=row.id, **by)
        except DomainError as refusal:
            messages.error(request, refusal.text(translate=gettext))
        else:
            messages.success(request, gettext("It is saved."))
        return HttpResponseRedirect(url)
    form = SwitchForm(request.POST if request.method == "POST" else None)
    form.fields["from_period"].choices = [  # type: ignore[attr-defined]
        (str(one.id), words.term(term_months=one.term_months, billing_months=one.billing_months))
        for one in detail.periods
    ]
    form.fields["to_period"].choices = [  # type: ignore[attr-defined]
        (str(one.id), _name(one)) for one in switch_targets(plan_id=number)
    ]

    def do() -> object:
        given = form.cleaned_data
        return allow_switch(
            from_period_id=int(given["from_period"]),
            to_period_id=int(given["to_period"]),
            takes_effect=SwitchTime(given["takes_effect"]),
            refunds=given["refunds"],
            keeps_term_end=given["keeps_term_end"],
            **by,
        )

    back = address(viewer, "plan", number)
    return handle(
        request,
        form,
        do,
        title=gettext("Plan switches"),
        back_url=back,
        crumbs=crumbs(viewer, Link(detail.name, back)),
        template="screens/plans/switches.html",
        more={"known": [(row.id, *said(row)) for row in known], "here": url},
        done_url=url,
    )


def said(row: SwitchRow) -> tuple[str, str]:
    """Say a switch: to what, and how it is done."""
    when = {
        SwitchTime.NOW: gettext("at once"),
        SwitchTime.NEXT_PERIOD: gettext("at the next billing date"),
        SwitchTime.NEXT_TERM: gettext("at the end of the term"),
    }[row.takes_effect]
    parts = [
        when,
        gettext("the rest is given back") if row.refunds else gettext("nothing is given back"),
        gettext("the term ends as before") if row.keeps_term_end else gettext("a new term begins"),
    ]
    source = words.term(
        term_months=row.source.term_months, billing_months=row.source.billing_months
    )
    return f"{source} → {_name(row.target)}", ", ".join(parts)


def _name(one: PeriodName) -> str:
    term = words.term(term_months=one.term_months, billing_months=one.billing_months)
    return f"{one.plan_name}: {term}"
