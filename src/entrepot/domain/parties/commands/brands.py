"""Give sellers their brand."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyInput
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.logos import clean_logo, digest_of
from entrepot.domain.parties.models import Account, Brand, BrandLogo
from entrepot.domain.parties.names import ACCENT_SHAPE, HOST_SHAPE, PREFIX_SHAPE, clean_name
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.walls import beyond
from entrepot.kernel.ids import IdKind


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
        with beyond("a host and a prefix belong to one brand of the whole hub"):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What may change of a brand at any time; `logo` is a PNG file, None keeps the one there is, empty drops it."""

    display_name: str
    accent: str
    logo_icon: str
    logo: bytes | None = None


def change_look(*, account_id: int, look: Look, version: str, actor: Actor, now: datetime) -> bool:
    """Change how a brand looks, tell whether anything did; its address and document prefix stay.

    The address is the realm of its customers' logins (decision 10), the prefix is part of document numbers.
    Raises: NoSuchObject without a brand; PartyInput `brand_accent_malformed`, `logo_unusable`; PartyConflict
    `changed_meanwhile`.
    """
    facts = {
        "display_name": clean_name(look.display_name, field="display_name", length_max=120),
        "accent": _shaped(ACCENT_SHAPE, look.accent, "brand_accent_malformed", "accent"),
        "logo_icon": look.logo_icon[:40],
    }
    picture = clean_logo(look.logo) if look.logo else look.logo
    with transaction.atomic():
        brand = Brand.objects.select_for_update().filter(account_id=account_id).first()
        if brand is None:
            raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
        if look_version(account_id=account_id) != version:
            raise PartyConflict(
                "changed_meanwhile",
                "{object} was changed by somebody else meanwhile.",
                object=brand.display_name,
                next_step="Compare both versions and save again.",
            )
        digest = brand.logo_digest if picture is None else digest_of(picture) if picture else ""
        before = {name: getattr(brand, name) for name in (*facts, "logo_digest")}
        after = {**facts, "logo_digest": digest}
        if before == after:
            return False
        if digest != brand.logo_digest:
            BrandLogo.objects.filter(brand=brand).delete()
            if picture:
                BrandLogo.objects.create(brand=brand, content=picture)
        Brand.objects.filter(pk=brand.pk).update(**after)
        record(
            actor=actor,
            now=now,
            action="brand_set",
            object_kind="account",
            object_id=account_id,
            object_label=brand.display_name,
            tenant_id=brand.account.tenant_id,
            before=before,
            after=after,
        )
    return True


def look_version(*, account_id: int) -> str:
    """Name the state of a brand for its change. Raises: NoSuchObject without a brand."""
    names = ("display_name", "accent", "logo_icon", "logo_digest")
    found = Brand.objects.filter(account_id=account_id).values_list(*names).first()
    if found is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    return digest_of(repr(found).encode())[:16]


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
