"""Forms of sign-in, password and profile: they parse, they never write."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.hashing import PASSWORD_LENGTH_MAX
from entrepot.domain.parties.names import LANGUAGES
from entrepot.web.access.requests import realm_of

LOGIN_LENGTH_MAX = 256
_LANGUAGE_NAMES = dict(settings.LANGUAGES)


def _password(label: Any, *, current: bool) -> forms.CharField:
    word = "current-password" if current else "new-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=PASSWORD_LENGTH_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": word}),
    )


class SignInForm(LoginForm):  # type: ignore[misc]
    """Login name and password; the realm comes from the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Login name"),
            max_length=LOGIN_LENGTH_MAX,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        self.fields["password"] = _password(_("Password"), current=True)
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        """Return the name under which the identity library knows the person: "realm/login"."""
        realm = realm_of(self.request)
        return f"{realm.host if realm else ''}/{self.cleaned_data['login'].strip().lower()}"

    def clean(self) -> dict[str, Any]:
        """Compare the password; whatever is wrong is told in the same words."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError as refusal:
            raise forms.ValidationError(
                gettext("Login name or password is not right. Check both and try again.")
            ) from refusal
        return cleaned


class ResetRequestForm(forms.Form):
    """Whose password is forgotten."""

    login = forms.CharField(
        label=_("Login name"),
        max_length=LOGIN_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    password = _password(_("New password"), current=False)
    again = _password(_("New password again"), current=False)

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        cleaned = super().clean() or {}
        if "again" in cleaned and cleaned.get("password", "") != cleaned["again"]:
            self.add_error("again", gettext("The two passwords differ."))
        return cleaned


class PasswordChangeForm(NewPasswordForm):
    """The present password and a new one."""

    current = _password(_("Present password"), current=True)
    field_order = ("current", "password", "again")


class ProfileForm(forms.Form):
    """What people say about themselves. A new mail address needs the password: reset links go there."""

    display_name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("As in its country, or with the country code."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[(code, _LANGUAGE_NAMES[code]) for code in LANGUAGES]
    )
    timezone = forms.CharField(label=_("Time zone"), max_length=60)
    current = forms.CharField(
        label=_("Present password"),
        help_text=_("Only needed for a new e-mail address."),
        strip=False,
        required=False,
        max_length=PASSWORD_LENGTH_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def shut(self, *names: str) -> None:
        """Show fields that something else keeps, without taking what is typed into them."""
        for name in names:
            self.fields[name].disabled = True
        del self.fields["current"]
