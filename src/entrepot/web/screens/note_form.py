"""The form of a note about an account, an order or a subscription."""

from django import forms
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.commands import NOTE_LENGTH_MAX


class NoteForm(forms.Form):
    """A note and the key of its form."""

    text = forms.CharField(
        label=_("New note"),
        max_length=NOTE_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput())
