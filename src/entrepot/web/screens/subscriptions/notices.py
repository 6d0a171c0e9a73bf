"""Notices of ends: how many days before an end the customers of a seller are told of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.commands.notices import set_notice_days
from entrepot.domain.subscriptions.queries.notices import NoticeDays, notice_days
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import NUMBER_MAX
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home.links import address
from entrepot.web.ui.shell import Link

_FIELDS = ("expiry_days", "renewal_days")
_LENGTH_MAX = 60
_DIGITS_MAX = 4


class NoticeForm(forms.Form):
    """The days as people write them: numbers with commas between them."""

    expiry_days = forms.CharField(
        label=_("Days before a subscription expires, or a trial ends"),
        required=False,
        max_length=_LENGTH_MAX,
        help_text=_("Such as 30, 7, 1. At most five; empty: no notices."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    renewal_days = forms.CharField(
        label=_("Days before a subscription is renewed"),
        required=False,
        max_length=_LENGTH_MAX,
        help_text=_("A term that is not twice as long as these days gets no notice."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    version = forms.IntegerField(min_value=0, max_value=NUMBER_MAX, widget=forms.HiddenInput)

    def clean_expiry_days(self) -> list[int]:
        """Read the numbers."""
        return _numbers(self.cleaned_data["expiry_days"])

    def clean_renewal_days(self) -> list[int]:
        """Read the numbers."""
        return _numbers(self.cleaned_data["renewal_days"])


@screen(Capability.VIEW_USERS)
def notices(request: SignedInRequest) -> HttpResponse:
    """Show the days of the own account."""
    return _page(request, NoticeForm(initial=_initial(notice_days(request.viewer))))


@screen(Capability.ADMINISTER_USERS, methods=("POST",))
def choose(request: SignedInRequest) -> HttpResponse:
    """Keep other days."""
    viewer = request.viewer
    form = NoticeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given: Mapping[str, Any] = form.cleaned_data
    try:
        set_notice_days(
            seller_id=viewer.account_id,
            expiry_days=given["expiry_days"],
            renewal_days=given["renewal_days"],
            version=given["version"],
            actor=viewer.actor(request_id=request.request_id),
            now=request.now,
        )
    except DomainError as refusal:
        field = refusal.field if isinstance(refusal, BadInput) else None
        form.add_error(field if field in _FIELDS else None, refusal.text(translate=gettext))
        return _page(request, form, status=422 if isinstance(refusal, BadInput) else 409)
    messages.success(request, gettext("The days are kept; they count from the next billed day on."))
    return HttpResponseRedirect(address(viewer, "notices"))


def _page(request: SignedInRequest, form: NoticeForm, *, status: int = 200) -> HttpResponse:
    viewer = request.viewer
    context = {
        "form": form,
        "may_choose": viewer.can(Capability.ADMINISTER_USERS),
        "choose_url": address(viewer, "notices-choose"),
        "crumbs": [Link(gettext("Subscriptions"), address(viewer, "subscriptions"))],
    }
    return render(request, "screens/subscriptions/notices.html", context, status=status)


def _initial(days: NoticeDays) -> dict[str, object]:
    return {
        "expiry_days": ", ".join(str(day) for day in days.expiry),
        "renewal_days": ", ".join(str(day) for day in days.renewal),
        "version": days.version,
    }


def _numbers(text: str) -> list[int]:
    parts = [part for part in text.replace(",", " ").replace(";", " ").split() if part]
    if any(not (part.isascii() and part.isdigit() and len(part) <= _DIGITS_MAX) for part in parts):
        raise forms.ValidationError(
            gettext("Give whole numbers with commas between them, such as 30, 7, 1.")
        )
    return [int(part) for part in parts]
