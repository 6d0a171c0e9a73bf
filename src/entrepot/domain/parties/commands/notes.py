"""Notes about accounts, and the administrative hold of an account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from entrepot.domain.parties.commands.accounts import locked_account
from entrepot.domain.parties.errors import PartyInput, PartyRefused
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct
from entrepot.domain.parties.models import Account, AccountEvent, AccountNote
from entrepot.domain.parties.names import has_controls
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind, format_id

NOTE_LENGTH_MAX = 4_000
REASON_LENGTH_MAX = 300


def add_note(
    *,
    account_id: int,
    owner_id: int,
    text: str,
    request_key: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Write a note about an account that only people of `owner_id` read; return its id.

    The same `request_key` again writes nothing. Raises: NoSuchObject; PartyInput `note_unusable`.
    """
    cleaned = clean_note(text)
    with transaction.atomic():
        account = locked_account(account_id)
        known = AccountNote.objects.filter(request_key=request_key, account=account).first()
        if known is not None:
            return known.id
        note = AccountNote.objects.create(
            tenant_id=account.tenant_id,
            account=account,
            owner_id=owner_id,
            at=now,
            author_name=actor.name[:150],
            text=cleaned,
            request_key=request_key,
        )
        record(
            actor=actor,
            now=now,
            action="note_added",
            object_kind="account",
            object_id=account.id,
            object_label=account.name,
            tenant_id=account.tenant_id,
            after={"note": note.id, "owner": owner_id},
        )
    return note.id


def clean_note(text: str) -> str:
    """Return a note as it is kept: lines without blanks behind them. Raises: PartyInput `note_unusable`."""
    cleaned = "\n".join(line.rstrip() for line in text.splitlines()).strip()
    if (
        not cleaned
        or len(cleaned) > NOTE_LENGTH_MAX
        or any(has_controls(line.replace("\t", " ")) for line in cleaned.split("\n"))
    ):
        raise PartyInput(
            "note_unusable",
            "A note has 1 to {most} visible characters.",
            field="text",
            next_step="Write what the next person should know.",
            most=NOTE_LENGTH_MAX,
        )
    return cleaned


def hold_account_by_hand(
    *,
    account_id: int,
    version: int,
    reason: str,
    details: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Put an administrative hold on an account: its people may only read, and nothing can be ordered or renewed.

    `details` say what else was held with it, for the release. Source: section 1.2 of the domain reference.
    Raises: NoSuchObject; PartyConflict `changed_meanwhile`; PartyInput `hold_reason_unusable`;
    PartyRefused `already_held`.
    """
    why = _reason(reason)
    with transaction.atomic():
        account = locked_account(account_id, version=version)
        if account.admin_hold:
            raise PartyRefused(
                "already_held",
                "{object} is already on administrative hold.",
                object=format_id(kind=IdKind.ACCOUNT, number=account.id),
                next_step="Release it, or leave it as it is.",
            )
        _move(account, AccountAct.ADMIN_HELD, why, details, actor=actor, now=now)


def release_account_by_hand(
    *, account_id: int, version: int, reason: str, actor: Actor, now: datetime
) -> Mapping[str, Any]:
    """Take the administrative hold of an account away; return the details that were kept when it was put.

    A credit hold stays. Raises: NoSuchObject; PartyConflict `changed_meanwhile`; PartyInput `hold_reason_unusable`;
    PartyRefused `not_held`.
    """
    why = _reason(reason)
    with transaction.atomic():
        account = locked_account(account_id, version=version)
        if not account.admin_hold:
            raise PartyRefused(
                "not_held",
                "{object} is not on administrative hold.",
                object=format_id(kind=IdKind.ACCOUNT, number=account.id),
                next_step="A credit hold is released at the terms below.",
            )
        held = AccountEvent.objects.filter(account=account, act=AccountAct.ADMIN_HELD)
        last = held.order_by("-at", "-id").first()
        _move(account, AccountAct.ADMIN_RELEASED, why, {}, actor=actor, now=now)
    details: Mapping[str, Any] = last.details if last is not None else {}
    return details


def _move(
    account: Account,
    act: AccountAct,
    reason: str,
    details: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    is_held = act is AccountAct.ADMIN_HELD
    Account.objects.filter(pk=account.pk).update(admin_hold=is_held, version=F("version") + 1)
    record(
        actor=actor,
        now=now,
        action=f"account_{act.value}",
        object_kind="account",
        object_id=account.id,
        object_label=account.name,
        tenant_id=account.tenant_id,
        before={"admin_hold": not is_held},
        after={"admin_hold": is_held, **details},
        reason=reason,
    )
    note_act(account, act, actor=actor, now=now, reason=reason, details=details)


def _reason(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > REASON_LENGTH_MAX or has_controls(cleaned):
        raise PartyInput(
            "hold_reason_unusable",
            "Say in 1 to {most} visible characters why.",
            field="reason",
            next_step="It is kept in the status history.",
            most=REASON_LENGTH_MAX,
        )
    return cleaned
