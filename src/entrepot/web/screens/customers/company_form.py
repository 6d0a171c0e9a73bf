"""What is asked about an account: company, contacts, first person, terms. Forms parse; commands decide."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.account_queries import ContactRow
from entrepot.domain.parties.commands import Address, Contact
from entrepot.domain.parties.kinds import ContactKind
from entrepot.domain.parties.names import LANGUAGES, clean_email, sort_key
from entrepot.domain.parties.phones import shown_phone
from entrepot.domain.parties.queries import AccountFacts
from entrepot.flows.onboarding import Company, FirstPerson
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.web.screens.home import words
from entrepot.web.ui.numbers import AmountField

LANGUAGE_NAMES: Mapping[str, object] = {"en": _("English"), "de": _("German")}
CONTACT_NAMES: Mapping[ContactKind, object] = {
    ContactKind.ADMIN: _("Administration"),
    ContactKind.BILLING: _("Billing"),
    ContactKind.TECHNICAL: _("Technical"),
}
DAY_MAX = 31
_SHOWN_MAX = 120
_OF_ROW = ("name", "external_id", "country", "email")
_OF_FACTS = ("tax_number", "language", "street", "postal_code", "city", "region")
# Groups of countries and codes for tests stand among the territories.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_CODE = re.compile(r"[A-Z]{2}")
_PLAIN = {"autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else has changed meanwhile, or that was typed: both values, empty ones as a dash."""

    label: str
    yours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class ContactFields:
    """The fields of one contact, as the template lays them out."""

    title: object
    fields: Sequence[forms.BoundField]
    address: Sequence[forms.BoundField]
    has_address: bool


def countries() -> list[tuple[str, str]]:
    """Name all countries in the reader's language, by name."""
    names = Locale.parse("de" if words.language()[:2] == "de" else "en").territories
    found = [
        (code, str(name))
        for code, name in names.items()
        if _CODE.fullmatch(code) and code not in _NO_COUNTRIES
    ]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def _text(label: Any, length_max: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={**_PLAIN, **more.pop("attrs", {})})
    return forms.CharField(label=label, max_length=length_max, widget=widget, **more)


class CompanyForm(forms.Form):
    """Company data and contacts; the fields of contacts are `admin-name`, `billing-phone` and so on."""

    name = _text(_("Company"), 250)
    external_id = _text(
        _("External ID"), 80, required=False, help_text=_("Your own number of this account.")
    )
    tax_number = _text(
        _("Tax number"),
        40,
        required=False,
        help_text=_("Registered buyers are taxed by the rules for businesses."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
    )
    country = forms.ChoiceField(label=_("Country"))
    street = _text(_("Street"), 250, required=False)
    postal_code = _text(_("Postal code"), 20, required=False)
    city = _text(_("City"), 120, required=False)
    region = _text(_("State or region"), 80, required=False)
    email = _text(_("E-mail"), 254, required=False, attrs={"type": "email"})
    phone = _text(
        _("Telephone"),
        40,
        required=False,
        attrs={"type": "tel"},
        help_text=_("As in its country, or with the country code."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = countries()
        self.fields["country"].choices = known  # type: ignore[attr-defined]
        for kind in ContactKind:
            for name, field in _contact_fields(known).items():
                self.fields[f"{kind.value}-{name}"] = field

    @property
    def company_fields(self) -> list[forms.BoundField]:
        """Give the fields of the company itself."""
        return [self[name] for name in ("name", "external_id", "tax_number", "language")]

    @property
    def place_fields(self) -> list[forms.BoundField]:
        """Give the fields of the company's address."""
        names = ("street", "postal_code", "city", "region", "country", "email", "phone")
        return [self[name] for name in names]

    @property
    def contact_fields(self) -> list[ContactFields]:
        """Give the fields of the three contacts, the address of each apart."""
        return [self._contact_fields(kind) for kind in ContactKind]

    def company(self) -> Company:
        """Return what was typed about the company; after validation."""
        given = self.cleaned_data
        return Company(
            name=given["name"],
            country=given["country"],
            language=given["language"],
            external_id=given.get("external_id", ""),
            address=Address(**{name: given[name] for name in Address.__dataclass_fields__}),
            contacts={
                kind: Contact(
                    **{name: given[f"{kind.value}-{name}"] for name in Contact.__dataclass_fields__}
                )
                for kind in ContactKind
            },
        )

    def refuse(self, error: DomainError) -> int:
        """Write a refusal to its field, or to the form; return the status of the answer."""
        field = error.field if isinstance(error, BadInput) else _FIELDS.get(error.code)
        self.add_error(field if field in self.fields else None, error.text(translate=gettext))
        return 422 if isinstance(error, BadInput) else 409

    def _contact_fields(self, kind: ContactKind) -> ContactFields:
        def bound(*names: str) -> list[forms.BoundField]:
            return [self[f"{kind.value}-{name}"] for name in names]

        address = bound("street", "postal_code", "city", "country")
        return ContactFields(
            title=CONTACT_NAMES[kind],
            fields=bound("name", "email", "phone"),
            address=address,
            has_address=any(one.value() or one.errors for one in address),
        )


class NewAccountForm(CompanyForm):
    """A new account: also its first person, its terms, and the price zone where there is a choice."""

    login = _text(
        _("Login name"),
        256,
        help_text=_("At least five characters; a mail address is fine."),
        attrs={"autocapitalize": "none"},
    )
    display_name = _text(_("Name of the person"), 150)
    person_email = _text(
        _("E-mail of the person"),
        254,
        required=False,
        attrs={"type": "email"},
        help_text=_("For “Set or reset the password”."),
    )
    statement_day = forms.TypedChoiceField(label=_("Statement"), coerce=int)
    due_days = forms.IntegerField(
        label=_("Days to pay"), min_value=0, max_value=3650, widget=forms.TextInput(_PLAIN)
    )
    credit_limit = AmountField(
        label=_("Credit limit"),
        required=False,
        min_value=0,
        max_digits=17,
        decimal_places=2,
        help_text=_("Empty: no limit. 0: orders wait for payment."),
    )
    market = forms.ChoiceField(
        label=_("Price zone"),
        help_text=_("Whose vendor prices hold for this account."),
    )
    key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput())

    def __init__(self, *args: Any, markets: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement_day"].choices = statement_days()  # type: ignore[attr-defined]
        choices = [(one, one) for one in markets]
        self.fields["market"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["market"].widget = forms.HiddenInput()

    @property
    def person_fields(self) -> list[forms.BoundField]:
        """Give the fields of the first person."""
        return [self[name] for name in ("login", "display_name", "person_email")]

    @property
    def terms_fields(self) -> list[forms.BoundField]:
        """Give the fields of the terms, with the price zone where there is a choice."""
        names = ["statement_day", "due_days", "credit_limit"]
        return [self[name] for name in (*names, *([] if self["market"].is_hidden else ["market"]))]

    def person(self) -> FirstPerson:
        """Return who signs in first; after validation."""
        given = self.cleaned_data
        return FirstPerson(
            login=given["login"],
            display_name=given["display_name"],
            email=given["person_email"],
        )

    def clean_person_email(self) -> str:
        """Check the person's address here, because the company has one too."""
        try:
            return clean_email(self.cleaned_data["person_email"], field="person_email")
        except DomainError as refusal:
            raise forms.ValidationError(refusal.text(translate=gettext)) from refusal


def statement_days() -> list[tuple[int, str]]:
    """Say on which days statements can be."""
    every = gettext("every day with charges")
    on_day = gettext("on day %(day)s of the month")
    return [(0, every), *((day, on_day % {"day": day}) for day in range(1, DAY_MAX + 1))]


def facts_of(facts: AccountFacts, contacts: Sequence[ContactRow]) -> dict[str, str]:
    """Spread what is stored of an account over the fields of the form."""
    initial = {name: str(getattr(facts.row, name)) for name in _OF_ROW}
    initial |= {name: str(getattr(facts, name)) for name in _OF_FACTS}
    initial["phone"] = shown_phone(facts.phone, country=facts.row.country).international
    for one in contacts:
        shown = shown_phone(one.phone, country=one.country or facts.row.country)
        for name in Contact.__dataclass_fields__:
            initial[f"{one.kind.value}-{name}"] = getattr(one, name)
        initial[f"{one.kind.value}-phone"] = shown.international
    return initial


def differences(form: CompanyForm) -> list[Difference]:
    """Set what was typed beside what is stored, for the fields in which they differ."""
    found = []
    for bound in form:
        kind = bound.name.partition("-")[0]
        title = f"{CONTACT_NAMES[ContactKind(kind)]}: " if kind in set(ContactKind) else ""
        typed, stored = str(bound.value() or "").strip(), str(bound.initial or "")
        if typed != stored:
            shown = [one[:_SHOWN_MAX] or "–" for one in (typed, stored)]
            found.append(Difference(f"{title}{bound.label}", *shown))
    return found


def _contact_fields(known: Sequence[tuple[str, str]]) -> dict[str, forms.Field]:
    return {
        "name": _text(_("Name"), 150, required=False),
        "email": _text(_("E-mail"), 254, required=False, attrs={"type": "email"}),
        "phone": _text(_("Telephone"), 40, required=False, attrs={"type": "tel"}),
        "street": _text(_("Street"), 250, required=False),
        "postal_code": _text(_("Postal code"), 20, required=False),
        "city": _text(_("City"), 120, required=False),
        "country": forms.ChoiceField(
            label=_("Country"), required=False, choices=[("", gettext("as the company")), *known]
        ),
    }


# Conflicts name no field themselves.
_FIELDS: Mapping[str, str] = {
    "external_id_taken": "external_id",
    "login_taken": "login",
}
