"""Workflows of approvals: which new orders wait for whom, set up by the administrators of a seller."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.ordering.approvals import (
    Approver,
    WorkflowRow,
    possible_approvers,
    workflow,
    workflows,
)
from entrepot.domain.ordering.commands.workflows import (
    HOURS_MAX,
    NAME_LENGTH_MAX,
    STEPS_MAX,
    WorkflowValues,
    save_workflow,
)
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.queries import sold_currencies
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.screens.subscriptions import words as sub_words
from entrepot.web.screens.tasks.trail import trail
from entrepot.web.ui.numbers import field_text, read_amount
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link

_AMOUNT_DIGITS = 10


@dataclass(frozen=True, slots=True)
class ListRow:
    """One workflow in the reader's words."""

    url: str
    name: str
    orders: str
    people: tuple[str, ...]
    timeout: str
    state: str


class WorkflowForm(forms.Form):
    """What a workflow says; the fields `step_1` to `step_3` hold the people of each step."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    audience = forms.ChoiceField(label=_("Orders of"))
    above_amount = forms.CharField(
        label=_("Only above the amount"),
        required=False,
        max_length=20,
        help_text=_(
            "First bill without tax. Empty: every order. Orders in another currency always wait."
        ),
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)
    timeout_hours = forms.IntegerField(
        label=_("Time-out in hours"),
        min_value=1,
        max_value=HOURS_MAX,
        initial=24,
        help_text=_("1 to 999, for each step anew."),
    )
    at_timeout = forms.ChoiceField(label=_("Without a decision the order is"))
    is_active = forms.BooleanField(
        label=_("In use"),
        required=False,
        initial=True,
        help_text=_("Orders that wait already keep the workflow as it was."),
    )
    version = forms.IntegerField(
        min_value=0, max_value=NUMBER_MAX, initial=0, widget=forms.HiddenInput
    )

    def __init__(
        self, data: Any, *, people: Sequence[Approver], currencies: Sequence[str], **rest: Any
    ) -> None:
        """Offer the people who may decide and the currencies sold in."""
        super().__init__(data, **rest)
        choices: dict[str, list[tuple[str, str]]] = {
            "audience": [(one.value, audience_text(one)) for one in Audience],
            "at_timeout": [
                (one.value, at_timeout_text(one)) for one in (AtTimeout.REJECT, AtTimeout.APPROVE)
            ],
            "currency": [(one, one) for one in currencies],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        for place in range(1, STEPS_MAX + 1):
            self.fields[f"step_{place}"] = forms.MultipleChoiceField(
                label=gettext("Step %(n)s") % {"n": place},
                choices=[(str(one.id), one.name) for one in people],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def clean_above_amount(self) -> Decimal | None:
        """Read the amount; empty means every order."""
        text = self.cleaned_data["above_amount"]
        if not text:
            return None
        try:
            return read_amount(text, field="above_amount", integer_digits_max=_AMOUNT_DIGITS)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.text(translate=gettext)) from refusal

    @property
    def steps(self) -> list[forms.BoundField]:
        """Give the fields of the steps in order."""
        return [self[f"step_{place}"] for place in range(1, STEPS_MAX + 1)]

    @property
    def values(self) -> WorkflowValues:
        """Give what was typed; after validation."""
        given = self.cleaned_data
        return WorkflowValues(
            name=given["name"],
            audience=Audience(given["audience"]),
            steps=[
                [int(number) for number in given[f"step_{place}"]]
                for place in range(1, STEPS_MAX + 1)
            ],
            timeout_hours=given["timeout_hours"],
            at_timeout=AtTimeout(given["at_timeout"]),
            above_amount=given["above_amount"],
            currency=given["currency"],
            is_active=given["is_active"],
        )


@screen(Capability.VIEW_USERS)
def approvals(request: SignedInRequest) -> HttpResponse:
    """List the workflows of the own account."""
    viewer = request.viewer
    may = viewer.can(Capability.ADMINISTER_USERS)
    context = {
        "rows": [_row(viewer, one, may=may) for one in workflows(viewer)],
        "columns": [
            Column(gettext("Workflow")),
            Column(gettext("Orders"), 300),
            Column(gettext("Who approves"), 300),
            Column(gettext("Time-out"), 220),
        ],
        "new_url": address(viewer, "approval-new") if may else "",
        "crumbs": [Link(gettext("Orders"), address(viewer, "orders"))],
    }
    return render(request, "screens/orders/approvals.html", context)


@screen(Capability.ADMINISTER_USERS, methods=("GET", "POST"))
def edit(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Add a workflow or change one."""
    viewer = request.viewer
    known = None if number is None else workflow(viewer, workflow_id=number)
    form = WorkflowForm(
        request.POST if request.method == "POST" else None,
        people=possible_approvers(viewer),
        currencies=sold_currencies(viewer),
        initial=_initial(known) if known else None,
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            refused = _save(request, form, number)
            if refused is None:
                messages.success(request, gettext("The workflow is kept."))
                return HttpResponseRedirect(address(viewer, "approvals"))
            status = refused
    context = {
        "title": known.name if known else gettext("New approval workflow"),
        "form": form,
        "crumbs": [Link(gettext("Approvals"), address(viewer, "approvals"))],
        "back_url": address(viewer, "approvals"),
        "trail": []
        if number is None
        else trail(viewer, object_kind="approval_workflow", object_id=number),
    }
    return render(request, "screens/orders/approval_form.html", context, status=status)


def audience_text(value: Audience) -> str:
    """Say whose orders a workflow is for."""
    return {
        Audience.CUSTOMERS: gettext("Customers"),
        Audience.RESELLERS: gettext("Resellers, for themselves"),
        Audience.ALL: gettext("Customers and resellers"),
    }[value]


def at_timeout_text(value: AtTimeout) -> str:
    """Say what happens without a decision."""
    return {
        AtTimeout.APPROVE: gettext("approved"),
        AtTimeout.REJECT: gettext("rejected"),
    }[value]


def _save(request: SignedInRequest, form: WorkflowForm, number: int | None) -> int | None:
    """Run the command; write a refusal into the form and return the status for it."""
    viewer = request.viewer
    try:
        save_workflow(
            seller_id=viewer.account_id,
            values=form.values,
            workflow_id=number,
            version=form.cleaned_data["version"],
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as error:
        field = error.field if isinstance(error, BadInput) else None
        field = "step_1" if field == "steps" else field
        form.add_error(field if field in form.fields else None, error.text(translate=gettext))
        return 422 if isinstance(error, BadInput) else 409
    return None


def _initial(one: WorkflowRow) -> dict[str, object]:
    return {
        "name": one.name,
        "audience": one.audience.value,
        "above_amount": ""
        if one.above_amount is None
        else field_text(f"{one.above_amount.normalize():f}"),
        "currency": one.currency,
        "timeout_hours": one.timeout_hours,
        "at_timeout": one.at_timeout.value,
        "is_active": one.is_active,
        "version": one.version,
        **{
            f"step_{place}": [str(number) for number in step]
            for place, step in enumerate(one.steps, start=1)
        },
    }


def _row(viewer: Viewer, one: WorkflowRow, *, may: bool) -> ListRow:
    orders = audience_text(one.audience)
    if one.above_amount is not None:
        amount = sub_words.money(one.above_amount, one.currency)
        orders = gettext("%(orders)s, above %(amount)s") % {"orders": orders, "amount": amount}
    hours = ngettext("%(n)s hour, then %(what)s", "%(n)s hours, then %(what)s", one.timeout_hours)
    return ListRow(
        url=address(viewer, "approval", one.id) if may else "",
        name=one.name,
        orders=orders,
        people=tuple(
            f"{place}. {one.names.get(number) or gettext('somebody who has left')}"
            for place, step in enumerate(one.steps, start=1)
            for number in step
        ),
        timeout=hours % {"n": one.timeout_hours, "what": at_timeout_text(one.at_timeout)},
        state="active" if one.is_active else "inactive",
    )
