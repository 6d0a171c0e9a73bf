"""Give sellers their brand."""

import re
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyInput
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account, Brand
from entrepot.domain.parties.names import ACCENT_SHAPE, HOST_SHAPE, PREFIX_SHAPE, clean_name
from entrepot.infra.audit.recorder import Actor, record
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
