"""The parts of an account's page that its seller works with: contacts, notes, tabs, and what may be done."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext

from entrepot.domain.parties.account_queries import ContactRow, brand_of, contacts_of, notes_of
from entrepot.domain.parties.commands import setup_of
from entrepot.domain.parties.kinds import AccountKind, AccountStatus
from entrepot.domain.parties.phones import shown_phone
from entrepot.domain.parties.queries import AccountFacts
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.onboarding import may_edit
from entrepot.web.screens.customers.acting import may_act_for
from entrepot.web.screens.customers.company_form import CONTACT_NAMES
from entrepot.web.screens.home import links, words
from entrepot.web.screens.note_form import NoteForm
from entrepot.web.ui.parts import Tab

NOTES_SHOWN = 20
OVERVIEW, STATUS, TIMELINE = "", "status", "timeline"


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact as the page shows it."""

    title: object
    name: str
    email: str
    phone: str
    phone_note: str
    place: str


@dataclass(frozen=True, slots=True)
class Note:
    """One note of the viewer's own people."""

    text: str
    when: str
    iso: str
    by: str


def tab_of(query: Mapping[str, str]) -> str:
    """Read which part of the page is asked for; anything else is the overview."""
    asked = query.get("tab", "")
    return asked if asked in (STATUS, TIMELINE) else OVERVIEW


def tabs(current: str) -> list[Tab]:
    """Name the parts of the page."""
    labels = {
        OVERVIEW: gettext("Overview"),
        STATUS: gettext("Status history"),
        TIMELINE: gettext("Timeline"),
    }
    return [
        Tab(label, f"?{urlencode({'tab': name})}" if name else "?", current=name == current)
        for name, label in labels.items()
    ]


def contacts(viewer: Viewer, facts: AccountFacts) -> list[Contact]:
    """Show the contacts of an account; a foreign number is written as one dials it from the account's country."""
    return [_contact(facts, row) for row in contacts_of(viewer, account_id=facts.row.id)]


def phone_texts(facts: AccountFacts) -> tuple[str, str]:
    """Write the account's number: as in its country, and as from abroad where that is different."""
    return _phone(facts.phone, facts.row.country)


def is_set_up(facts: AccountFacts) -> bool:
    """Tell whether an account can sell: every one but a reseller whose set-up is not finished."""
    if facts.row.kind is not AccountKind.RESELLER:
        return True
    setup = setup_of(account_id=facts.row.id)
    return setup is None or setup.is_finished


def notes(viewer: Viewer, facts: AccountFacts) -> dict[str, object]:
    """Give the notes about an account below the viewer's, with the form for a new one."""
    row = facts.row
    if row.id == viewer.account_id or viewer.panel is Panel.CUSTOMER:
        return {"sees_notes": False}
    found = notes_of(viewer, account_id=row.id, limit=NOTES_SHOWN)
    may_write = viewer.can(Capability.MANAGE_ACCOUNTS)
    return {
        "sees_notes": True,
        "notes": [
            Note(one.text, words.day(one.at, "stamp"), one.at.isoformat(), one.author_name)
            for one in found
        ],
        "note_url": links.address(viewer, "account-note", row.id) if may_write else "",
        "note_form": NoteForm(initial={"key": secrets.token_hex(16)}),
    }


def deeds(viewer: Viewer, facts: AccountFacts) -> dict[str, str]:
    """Give the addresses of what the viewer may do with the account; empty for what is not possible."""
    row = facts.row
    names = ("edit", "hand-over", "hold", "release", "convert")
    urls = dict.fromkeys((*names, "act"), "")
    if may_edit(viewer, account_id=row.id, parent_id=row.parent_id):
        is_own = row.id == viewer.account_id
        wanted = {
            "edit": True,
            "hand-over": not is_own and row.status is AccountStatus.ACTIVE,
            "hold": not is_own and not row.admin_hold,
            "release": not is_own and row.admin_hold,
            "convert": viewer.panel is Panel.PROVIDER and row.kind is AccountKind.CUSTOMER,
        }
        for name in names:
            if wanted[name]:
                urls[name] = links.address(viewer, f"account-{name}", row.id)
        if is_own:
            urls["edit"] = links.address(viewer, "own-account-edit") or urls["edit"]
    if may_act_for(viewer, kind=row.kind, parent_id=row.parent_id) and row.status is not (
        AccountStatus.CANCELLED
    ):
        urls["act"] = links.address(viewer, "account-act", row.id)
    found = {f"{name.replace('-', '_')}_url": url for name, url in urls.items()}
    has_brand = row.id == viewer.account_id and brand_of(account_id=row.id) is not None
    may_change = has_brand and viewer.can(Capability.MANAGE_ACCOUNTS)
    return {
        **found,
        "brand_url": links.address(viewer, "brand") if may_change else "",
        "notifications_url": _notifications_url(viewer, row.id),
    }


def _notifications_url(viewer: Viewer, account_id: int) -> str:
    """Lead to who else is told of an account's messages."""
    if not viewer.can(Capability.VIEW_MESSAGES):
        return ""
    if account_id == viewer.account_id:
        return links.address(viewer, "notifications")
    return links.address(viewer, "account-notifications", account_id)


def _contact(facts: AccountFacts, row: ContactRow) -> Contact:
    phone, note = _phone(row.phone, row.country or facts.row.country)
    town = " ".join(part for part in (row.postal_code, row.city) if part)
    country = words.country(row.country) if row.country not in ("", facts.row.country) else ""
    return Contact(
        title=CONTACT_NAMES[row.kind],
        name=row.name,
        email=row.email,
        phone=phone,
        phone_note=note,
        place=", ".join(part for part in (row.street, town, country) if part),
    )


def _phone(stored: str, country: str) -> tuple[str, str]:
    shown = shown_phone(stored, country=country)
    if shown.is_foreign or shown.national == shown.international:
        return shown.international, ""
    return shown.national, shown.international
