"""Reads of what hangs on one account: contacts, notes, timeline; and of telephone numbers that fail their check."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from entrepot.domain.parties.access import visible
from entrepot.domain.parties.acting import acted_as
from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.kinds import STATUS_ACTS, AccountAct, AccountKind, ContactKind
from entrepot.domain.parties.models import (
    Account,
    AccountContact,
    AccountEvent,
    AccountNote,
    Brand,
    Hub,
    Membership,
)
from entrepot.domain.parties.phones import clean_phone
from entrepot.domain.parties.queries import LIMIT_MAX, AccountKey
from entrepot.domain.parties.viewer import Viewer


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact; an empty address means the company's."""

    kind: ContactKind
    name: str
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One note of the viewer's own account about another one."""

    id: int
    at: datetime
    author_name: str
    text: str


@dataclass(frozen=True, slots=True)
class ActRow:
    """One line of an account's timeline. `fields` and `person` say what an act was about, where it has one."""

    at: datetime
    act: AccountAct
    actor_name: str
    reason: str
    fields: tuple[str, ...]
    person: str


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """An account whose number was never checked. `good` is what would be stored, empty when the check fails."""

    id: int
    name: str
    kind: AccountKind
    country: str
    phone: str
    version: int
    good: str
    problem: PartyInput | None


@dataclass(frozen=True, slots=True)
class PhonePage:
    """One page of unchecked numbers by name; `after` leads to the next one, None on the last."""

    rows: tuple[PhoneRow, ...]
    after: AccountKey | None


@dataclass(frozen=True, slots=True)
class BrandFacts:
    """How a seller appears."""

    host: str
    display_name: str
    accent: str
    logo_icon: str
    document_prefix: str
    logo_digest: str


def contacts_of(viewer: Viewer, *, account_id: int) -> tuple[ContactRow, ...]:
    """Return the contacts of a visible account: administration, billing, technical."""
    rows = {row.kind: row for row in visible(viewer, AccountContact).filter(account_id=account_id)}
    names = tuple(name for name in ContactRow.__dataclass_fields__ if name != "kind")
    return tuple(
        ContactRow(kind, **{name: getattr(rows[kind], name) for name in names})
        for kind in ContactKind
        if kind in rows
    )


def notes_of(viewer: Viewer, *, account_id: int, limit: int) -> tuple[NoteRow, ...]:
    """Return the newest notes of the viewer's account about an account, at most 200."""
    rows = visible(viewer, AccountNote).filter(account_id=account_id, owner_id=viewer.account_id)
    return tuple(
        NoteRow(row.id, row.at, row.author_name, row.text)
        for row in rows.order_by("-at", "-id")[: min(limit, LIMIT_MAX)]
    )


def acts_of(
    viewer: Viewer, *, account_id: int, limit: int, only_status: bool = False
) -> tuple[ActRow, ...]:
    """Return the newest lines of a visible account's timeline, at most 200.

    Who acted and why is told to the sellers above. The account itself is told of its own people and of those who acted
    on its behalf, and why they did; what sellers do in their own panel stands there without a name.
    """
    rows = visible(viewer, AccountEvent).filter(account_id=account_id)
    if only_status:
        rows = rows.filter(act__in=sorted(STATUS_ACTS))
    is_own = account_id == viewer.account_id
    found = rows.order_by("-at", "-id")[: min(limit, LIMIT_MAX)]
    known = _known_names(account_id, {row.actor_name for row in found}) if is_own else frozenset()
    return tuple(
        ActRow(
            at=row.at,
            act=row.act,
            actor_name="" if is_own and row.actor_name not in known else row.actor_name,
            reason="" if is_own and row.act is not AccountAct.ACTED_FOR else row.reason,
            fields=tuple(row.details.get("fields", ()) or row.details.get("contacts", ())),
            person=str(row.details.get("person", "")),
        )
        for row in found
    )


def _known_names(account_id: int, names: set[str]) -> frozenset[str]:
    own = Membership.objects.filter(account_id=account_id, user__display_name__in=names)
    people = own.values_list("user__display_name", flat=True)
    return frozenset(people) | acted_as(account_id=account_id)


def unchecked_phones(viewer: Viewer, *, limit: int, after: AccountKey | None = None) -> PhonePage:
    """Return accounts directly below the viewer's with a number from before numbers were checked, by name.

    Each comes with what the check says now: a good number only needs to be stored in its new spelling. `limit` is at
    most 200.
    """
    rows = (
        visible(viewer, Account)
        .filter(parent_id=viewer.account_id, phone_checked=False)
        .exclude(phone="")
    )
    if after is not None:
        rows = rows.filter(
            Q(name_key__gte=after.name_key), Q(name_key__gt=after.name_key) | Q(id__gt=after.id)
        )
    size = min(limit, LIMIT_MAX)
    found = list(rows.order_by("name_key", "id")[: size + 1])
    page = found[:size]
    last = AccountKey(page[-1].name_key, page[-1].id) if len(found) > size else None
    return PhonePage(tuple(_phone_row(account) for account in page), last)


def brand_of(*, account_id: int) -> BrandFacts | None:
    """Return a seller's own brand, None while it has none."""
    names = tuple(BrandFacts.__dataclass_fields__)
    found = Brand.objects.filter(account_id=account_id).values(*names).first()
    return None if found is None else BrandFacts(**found)


def provider_host() -> str:
    """Return the host of the provider's brand, empty while there is none."""
    rows = Brand.objects.filter(account__in=Hub.objects.values("provider_id"))
    return rows.values_list("host", flat=True).first() or ""


def _phone_row(account: Account) -> PhoneRow:
    good, problem = "", None
    try:
        good = clean_phone(account.phone, country=account.country)
    except PartyInput as refusal:
        problem = refusal
    return PhoneRow(
        id=account.id,
        name=account.name,
        kind=account.kind,
        country=account.country,
        phone=account.phone,
        version=account.version,
        good=good,
        problem=problem,
    )
