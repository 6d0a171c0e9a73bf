"""The three contacts of an account, and the repair of telephone numbers from before they were checked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from entrepot.domain.parties.commands.accounts import locked_account
from entrepot.domain.parties.errors import PartyInput
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct, ContactKind
from entrepot.domain.parties.models import Account, AccountContact
from entrepot.domain.parties.names import clean_country, clean_email, clean_name
from entrepot.domain.parties.phones import clean_phone
from entrepot.infra.audit.recorder import Actor, record

_LENGTHS = {"name": 150, "street": 250, "postal_code": 20, "city": 120}
PHONES_AT_ONCE_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to reach about what. An address without fields is the company's; all empty is no contact."""

    name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed; a country alone is nothing."""
        return not any(text.strip() for name, text in asdict(self).items() if name != "country")


def set_contacts(
    *,
    account_id: int,
    version: int,
    contacts: Mapping[ContactKind, Contact],
    actor: Actor,
    now: datetime,
) -> int:
    """Store the contacts of an account, replacing all; return the account's new version.

    Kinds that are missing or empty are removed. Numbers without a country code are those of the contact's country, else
    of the account's. Nothing is written when nothing differs.
    Raises: NoSuchObject; PartyConflict `changed_meanwhile`; PartyInput, whose field is `admin-name` and so on.
    """
    with transaction.atomic():
        account = locked_account(account_id, version=version)
        wanted = {
            kind: _cleaned(kind, contact, country=account.country)
            for kind, contact in contacts.items()
            if not contact.is_empty
        }
        known = {
            row.kind: {name: getattr(row, name) for name in Contact.__dataclass_fields__}
            for row in AccountContact.objects.filter(account=account)
        }
        if wanted == known:
            return account.version
        AccountContact.objects.filter(account=account).delete()
        AccountContact.objects.bulk_create(
            AccountContact(tenant_id=account.tenant_id, account=account, kind=kind, **facts)
            for kind, facts in wanted.items()
        )
        Account.objects.filter(pk=account.pk).update(version=F("version") + 1)
        changed = sorted(kind.value for kind in ContactKind if wanted.get(kind) != known.get(kind))
        record(
            actor=actor,
            now=now,
            action="contacts_set",
            object_kind="account",
            object_id=account.id,
            object_label=account.name,
            tenant_id=account.tenant_id,
            before={kind.value: facts for kind, facts in known.items()},
            after={kind.value: facts for kind, facts in wanted.items()},
        )
        note_act(
            account,
            AccountAct.CONTACTS_EDITED,
            actor=actor,
            now=now,
            details={"contacts": changed},
        )
    return account.version + 1


def repair_phone(*, account_id: int, version: int, phone: str, actor: Actor, now: datetime) -> str:
    """Replace an account's telephone number by a checked one, empty for none; return what is stored.

    Raises: NoSuchObject; PartyConflict `changed_meanwhile`; PartyInput `phone_malformed`, `phone_unknown`.
    """
    with transaction.atomic():
        account = locked_account(account_id, version=version)
        stored = clean_phone(phone, country=account.country)
        _store_phone(account, stored, actor=actor, now=now)
    return stored


def store_good_phones(*, account_ids: Sequence[int], actor: Actor, now: datetime) -> int:
    """Store the numbers of these accounts in E.164 that only have another spelling; return how many.

    Those that fail the check stay as they are. At most PHONES_AT_ONCE_MAX accounts.
    """
    stored = 0
    with transaction.atomic():
        rows = Account.objects.select_for_update().filter(
            pk__in=list(account_ids)[:PHONES_AT_ONCE_MAX], phone_checked=False
        )
        for account in rows.exclude(phone="").order_by("id"):
            try:
                good = clean_phone(account.phone, country=account.country)
            except PartyInput:
                continue
            _store_phone(account, good, actor=actor, now=now)
            stored += 1
    return stored


def _store_phone(account: Account, stored: str, *, actor: Actor, now: datetime) -> None:
    before = account.phone
    Account.objects.filter(pk=account.pk).update(
        phone=stored, phone_checked=bool(stored), version=F("version") + 1
    )
    record(
        actor=actor,
        now=now,
        action="phone_repaired",
        object_kind="account",
        object_id=account.id,
        object_label=account.name,
        tenant_id=account.tenant_id,
        before={"phone": before},
        after={"phone": stored},
    )
    note_act(account, AccountAct.EDITED, actor=actor, now=now, details={"fields": ["phone"]})


def _cleaned(kind: ContactKind, contact: Contact, *, country: str) -> dict[str, str]:
    """Check what was typed; fields of refusals carry the kind, because one form holds three contacts."""
    facts = asdict(contact)
    for name, length_max in _LENGTHS.items():
        text, field = facts[name], f"{kind.value}-{name}"
        if name == "name" or text.strip():
            facts[name] = clean_name(text, field=field, length_max=length_max)
        else:
            facts[name] = ""
    has_address = any(facts[name] for name in ("street", "postal_code", "city"))
    facts["country"] = (
        clean_country(contact.country or country, field=f"{kind.value}-country")
        if has_address
        else ""
    )
    facts["email"] = clean_email(contact.email, field=f"{kind.value}-email")
    facts["phone"] = clean_phone(
        contact.phone, country=facts["country"] or country, field=f"{kind.value}-phone"
    )
    return facts
