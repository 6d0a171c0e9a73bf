"""Open and change accounts and brands."""

import re
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
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand, Hub
from entrepot.domain.parties.names import (
    ACCENT_SHAPE,
    HOST_SHAPE,
    PREFIX_SHAPE,
    clean_country,
    clean_email,
    clean_language,
    clean_name,
    clean_timezone,
    sort_key,
)
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
) -> int:
    """Open a reseller or a customer below a seller; return the account's id.

    The tenant is the provider's direct child on the path (decision 8). A tree has at most five
    levels, so a reseller may stand on level 4 at most. Source: decision 2 of the domain reference.
    Raises: NoSuchObject for an unknown parent; PartyInput `parent_cannot_sell` and for unusable
    texts; PartyRefused `tree_too_deep`; kernel MoneyError for an unknown currency.
    """
    with transaction.atomic():
        parent = Account.objects.select_for_update().filter(pk=parent_id).first()
        if parent is None:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{parent_id}")
        _check_place(kind=kind, parent=parent)
        facts = _facts(name, country, currency, language, address, opened_on=opened_on)
        facts |= {"external_id": external_id[:80], "is_operating_unit": is_operating_unit}
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
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if account is None:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
        if account.version != version:
            raise PartyConflict(
                "changed_meanwhile",
                "{object} was changed by somebody else meanwhile.",
                object=format_id(kind=IdKind.ACCOUNT, number=account.id),
                next_step="Compare both versions and save again.",
            )
        wanted = _facts(name, country, account.currency, language, address)
        wanted["external_id"] = external_id[:80]
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
    return version + 1


def set_brand(
    *,
    account_id: int,
    host: str,
    display_name: str,
    document_prefix: str,
    actor: Actor,
    now: datetime,
    accent: str = "#3b4fd8",
    logo_icon: str = "package",
) -> None:
    """Give a seller its address, name, colour and document prefix; the address is the sign-in realm of its customers.

    Raises: NoSuchObject; PartyInput `host_malformed`, `brand_accent_malformed`, `prefix_malformed`;
    PartyConflict `host_taken`, `prefix_taken`.
    """
    facts = {
        "host": _shaped(HOST_SHAPE, host.strip().lower(), "host_malformed", "host"),
        "display_name": clean_name(display_name, field="display_name", length_max=120),
        "accent": _shaped(ACCENT_SHAPE, accent, "brand_accent_malformed", "accent"),
        "logo_icon": logo_icon[:40],
        "document_prefix": _shaped(
            PREFIX_SHAPE, document_prefix, "prefix_malformed", "document_prefix"
        ),
    }
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(pk=account_id).first()
        if account is None or account.kind is AccountKind.CUSTOMER:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
        _refuse_taken(account_id=account_id, facts=facts)
        old = Brand.objects.filter(account_id=account_id).values(*facts).first() or {}
        Brand.objects.update_or_create(account_id=account_id, defaults=facts)
        record(
            actor=actor,
            now=now,
            action="brand_set",
            object_kind="account",
            object_id=account_id,
            object_label=account.name,
            tenant_id=account.tenant_id,
            before=old,
            after=facts,
        )


def _refuse_taken(*, account_id: int, facts: dict[str, str]) -> None:
    others = Brand.objects.exclude(account_id=account_id)
    if others.filter(host=facts["host"]).exists():
        raise PartyConflict(
            "host_taken",
            "Another brand uses the address {host}.",
            next_step="Choose another address.",
            host=facts["host"],
        )
    if others.filter(document_prefix=facts["document_prefix"]).exists():
        raise PartyConflict(
            "prefix_taken",
            "Another seller numbers its documents with {prefix}.",
            next_step="Choose another prefix.",
            prefix=facts["document_prefix"],
        )


def _shaped(shape: re.Pattern[str], text: str, code: str, field: str) -> str:
    if not shape.fullmatch(text):
        raise PartyInput(
            code,
            "“{text}” cannot be used here.",
            field=field,
            next_step="Write a host name such as shop.company.example, a colour such as #3b4fd8, "
            "a prefix such as RIA.",
            text=text[:60],
        )
    return text


def _facts(
    name: str, country: str, currency: str, language: str, address: Address, **more: object
) -> dict[str, Any]:
    exponent(currency)
    cleaned = clean_name(name, field="name")
    place = {
        key: "" if not text.strip() else clean_name(text, field=key, length_max=_LENGTHS[key])
        for key, text in asdict(address).items()
    }
    place["email"] = clean_email(address.email)
    return {
        "name": cleaned,
        "name_key": sort_key(cleaned),
        "country": clean_country(country),
        "currency": currency,
        "language": clean_language(language),
        **place,
        **more,
    }


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
