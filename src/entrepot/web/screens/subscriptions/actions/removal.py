"""Remove what has ended for good: the number is typed, because it cannot be undone."""

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions import commands
from entrepot.domain.subscriptions.queries import Book
from entrepot.flows import effects
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.actions import offered
from entrepot.web.screens.subscriptions.actions.decide import Decision, asked_of, decide
from entrepot.web.screens.subscriptions.actions.decisions import ReasonForm
from entrepot.web.ui.badges import badge_of

_NUMBER_MAX = 40


class RemovalForm(ReasonForm):
    """Why it is removed, and its number as a proof that it is meant."""

    typed = forms.CharField(
        label=_("Number of the subscription"),
        max_length=_NUMBER_MAX,
        help_text=_("Type it as it stands above, to show that you mean this one."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "form": "act"}),
    )
    wanted = ""

    def clean_typed(self) -> str:
        """Refuse any other number."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed.upper() != self.wanted:
            raise forms.ValidationError(
                gettext("This is not %(number)s. Type that number.") % {"number": self.wanted}
            )
        return typed


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def destroy(request: SignedInRequest, number: int, *, name: str, book: Book) -> HttpResponse:
    """Remove for good what a customer had."""
    asked = asked_of(request, number)
    facts = asked.facts
    if not offered.may_hold(facts):
        raise Http404
    told = words.number(facts.id)
    form = type("RemovalFormOfOne", (RemovalForm,), {"wanted": told})
    decision = Decision(
        title=gettext("Remove %(number)s for good") % {"number": told},
        done=gettext("%(number)s is removed for good.") % {"number": told},
        button=gettext("Remove for good"),
        what=gettext("Removed for good"),
        look=lambda: effects.destroy_effect(facts=facts, **asked.doer),
        do=lambda version, given: commands.destroy_subscription(
            subscription_id=facts.id,
            reason=given["reason"],
            expected_version=version,
            **asked.doer,
        ),
        form=form,
        kind="bad",
        warning=gettext(
            "The service and its data at the vendor are deleted. "
            "This cannot be undone: %(number)s cannot be renewed any more."
        )
        % {"number": told},
        yours=gettext("Remove for good"),
        theirs=str(badge_of(facts.status.value).label),
    )
    return decide(asked, decision, name=name, book=book)
