"""Open and change accounts."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from entrepot.domain.parties.errors import (
    NoSuchObject,
    PartyConflict,
    PartyInput,
    PartyRefused,
)
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct, AccountKind
from entrepot.domain.parties.models import Account, Hub
from entrepot.domain.parties.names import (
    clean_country,
    clean_email,
    clean_language,
    clean_name,
    clean_timezone,
    sort_key,
)
from entrepot.domain.parties.phones import clean_phone
from entrepot.domain.parties.tax_numbers import clean_tax_number
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind, format_id
from entrepot.kernel.money import exponent

# The provider is level 1; a customer may be on level 5, a seller not below level 4 (chains have 1
# to 4 tiers).
DEPTH_MAX = 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where an account is and how to reach it; texts may be empty."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    tax_number: str = ""
    email: str = ""
    phone: str = ""


def open_provider(
    *,
    name: str,
    country: str,
    currency: str,
    opened_on: date,
    timezone: str,
    actor: Actor,
    now: datetime,
    language: str = "en",
    address: Address = Address(),
) -> int:
    """Open the one provider of this database with its billing calendar's zone; return the account's id.

    Raises: PartyConflict `provider_exists`; PartyInput, kernel MoneyError as `open_account`.
    """
    with transaction.atomic():
        if Hub.objects.exists():
            raise PartyConflict(
                "provider_exists",
                "This installation has its provider already.",
                next_step="Use another database for another provider.",
            )
        account = _insert(
            kind=AccountKind.PROVIDER,
            parent=None,
            facts=_facts(name, country, currency, language, address, opened_on=opened_on),
        )
        Hub.objects.create(provider=account, timezone=clean_timezone(timezone))
        _record_opening(account, actor=actor, now=now)
    return account.id


def open_account(
    *,
    kind: AccountKind,
    parent_id: int,
    name: str,
    country: str,
    currency: str,
    opened_on: date,
    actor: Actor,
    now: datetime,
    language: str = "en",
    external_id: str = "",
    is_operating_unit: bool = False,
    address: Address = Address(),
    request_key: str = "",
) -> int:
    """Open a reseller or a customer below a seller; return the account's id.

    The tenant is the provider's direct child on the path (decision 8). A tree has at most five
    levels, so a reseller may stand on level 4 at most. Source: decision 2 of the domain reference.
    `external_id` is the seller's own number of the account, `request_key` that of the form: callers ask
    `account_of_request` first.
    Raises: NoSuchObject for an unknown parent; PartyInput `parent_cannot_sell` and for unusable
    texts; PartyConflict `external_id_taken`; PartyRefused `tree_too_deep`; kernel MoneyError for an
    unknown currency.
    """
    with transaction.atomic():
        parent = Account.objects.select_for_update().filter(pk=parent_id).first()
        if parent is None:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{parent_id}")
        _check_place(kind=kind, parent=parent)
        facts = _facts(name, country, currency, language, address, opened_on=opened_on)
        facts |= {
            "external_id": _external_id(external_id, seller_id=parent.id),
            "is_operating_unit": is_operating_unit,
            "request_key": request_key,
        }
        account = _insert(kind=kind, parent=parent, facts=facts)
        _record_opening(account, actor=actor, now=now)
    return account.id


def edit_account(
    *,
    account_id: int,
    version: int,
    name: str,
    country: str,
    language: str,
    external_id: str,
    address: Address,
    actor: Actor,
    now: datetime,
) -> int:
    """Store the editable facts of an account; return the new version.

    Nothing is written when nothing differs. Names on issued documents do not change.
    Raises: NoSuchObject; PartyConflict `changed_meanwhile` when `version` is not the stored one;
    PartyInput.
    """
    with transaction.atomic():
        account = locked_account(account_id, version=version)
        wanted = _facts(name, country, account.currency, language, address)
        wanted["external_id"] = _external_id(
            external_id, seller_id=account.parent_id, account_id=account.id
        )
        changed = {key: v for key, v in wanted.items() if getattr(account, key) != v}
        if not changed:
            return account.version
        before = {key: getattr(account, key) for key in changed}
        Account.objects.filter(pk=account.id).update(**changed, version=F("version") + 1)
        record(
            actor=actor,
            now=now,
            action="account_edited",
            object_kind="account",
            object_id=account.id,
            object_label=account.name,
            tenant_id=account.tenant_id,
            before=before,
            after=changed,
        )
        shown = sorted(key for key in changed if key not in _HIDDEN)
        note_act(account, AccountAct.EDITED, actor=actor, now=now, details={"fields": shown})
    return version + 1


def account_of_request(*, parent_id: int, request_key: str) -> int | None:
    """Return the account that a form opened already, None if it opened none.

    Two at once meet at the database: the second one waits for the seller's row, which opening locks.
    """
    if not request_key:
        return None
    Account.objects.select_for_update().filter(pk=parent_id).first()
    found = Account.objects.filter(parent_id=parent_id, request_key=request_key)
    return found.values_list("id", flat=True).first()


def locked_account(account_id: int, *, version: int | None = None) -> Account:
    """Read and lock an account, checked against the version that a page had shown.

    Raises: NoSuchObject; PartyConflict `changed_meanwhile`.
    """
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    if version is not None and account.version != version:
        raise PartyConflict(
            "changed_meanwhile",
            "{object} was changed by somebody else meanwhile.",
            object=format_id(kind=IdKind.ACCOUNT, number=account.id),
            next_step="Compare both versions and save again.",
        )
    return account


def _external_id(text: str, *, seller_id: int | None, account_id: int | None = None) -> str:
    """Check the number under which a seller knows an account; it belongs to one account of the seller."""
    if not text.strip():
        return ""
    cleaned = clean_name(text, field="external_id", length_max=80)
    others = Account.objects.filter(parent_id=seller_id, external_id=cleaned)
    if others.exclude(pk=account_id or 0).exists():
        raise PartyConflict(
            "external_id_taken",
            "Another account of this seller has the external ID {external_id}.",
            object=cleaned,
            next_step="Search for it in the list, or give another one.",
            external_id=cleaned,
        )
    return cleaned


def _facts(
    name: str, country: str, currency: str, language: str, address: Address, **more: object
) -> dict[str, Any]:
    exponent(currency)
    cleaned = clean_name(name, field="name")
    place = {
        key: "" if not text.strip() else clean_name(text, field=key, length_max=_LENGTHS[key])
        for key, text in asdict(address).items()
    }
    code = clean_country(country)
    place["email"] = clean_email(address.email)
    place["phone"] = clean_phone(address.phone, country=code)
    place["tax_number"] = clean_tax_number(place["tax_number"], country=code)
    return {
        "name": cleaned,
        "name_key": sort_key(cleaned),
        "country": code,
        "phone_checked": bool(place["phone"]),
        "currency": currency,
        "language": clean_language(language),
        **place,
        **more,
    }


# Columns that follow from others.
_HIDDEN = frozenset({"name_key", "phone_checked"})
_LENGTHS = {
    "street": 250,
    "postal_code": 20,
    "city": 120,
    "region": 80,
    "tax_number": 40,
    "email": 254,
    "phone": 40,
}


def _check_place(*, kind: AccountKind, parent: Account) -> None:
    if parent.kind is AccountKind.CUSTOMER or kind is AccountKind.PROVIDER:
        raise PartyInput(
            "parent_cannot_sell",
            "{object} cannot have accounts of this kind below it.",
            object=format_id(kind=IdKind.ACCOUNT, number=parent.id),
            field="parent",
            next_step="Choose the provider or a reseller.",
        )
    level_max = DEPTH_MAX if kind is AccountKind.CUSTOMER else DEPTH_MAX - 1
    if parent.depth + 1 > level_max:
        raise PartyRefused(
            "tree_too_deep",
            "{object} is already on level {level}; there are at most {level_max} levels.",
            object=format_id(kind=IdKind.ACCOUNT, number=parent.id),
            next_step="Open the account below a higher reseller.",
            level=parent.depth,
            level_max=DEPTH_MAX,
        )


def _insert(*, kind: AccountKind, parent: Account | None, facts: dict[str, Any]) -> Account:
    """Add the row under an id drawn first, because path and tenant contain it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('account', 'id'))")
        number = int(cursor.fetchone()[0])
    below_provider = parent is None or parent.kind is AccountKind.PROVIDER
    return Account.objects.create(
        id=number,
        tenant_id=number if parent is None or below_provider else parent.tenant_id,
        kind=kind,
        parent=parent,
        path=f"{parent.path if parent else ''}{number}.",
        depth=parent.depth + 1 if parent else 1,
        **facts,
    )


def _record_opening(account: Account, *, actor: Actor, now: datetime) -> None:
    record(
        actor=actor,
        now=now,
        action="account_opened",
        object_kind="account",
        object_id=account.id,
        object_label=account.name,
        tenant_id=account.tenant_id,
        after={"name": account.name, "kind": account.kind, "parent": account.parent_id},
    )
    note_act(account, AccountAct.OPENED, actor=actor, now=now)
