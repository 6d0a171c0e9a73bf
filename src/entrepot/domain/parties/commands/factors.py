"""Second factors of the own person: add and remove an authenticator app and passkeys, make recovery codes.

Each command takes the person's row first, so that two tabs cannot leave somebody with less than is demanded.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.db.models import QuerySet

from entrepot.domain.parties.errors import NoSuchObject, PartyInput, PartyRefused
from entrepot.domain.parties.factor_seals import opened, sealed
from entrepot.domain.parties.factors import (
    FACTOR_NAME_MAX,
    PASSKEYS_MAX,
    SECOND,
    app_data,
    must_add_factor,
    step_of_code,
)
from entrepot.domain.parties.kinds import FactorKind
from entrepot.domain.parties.models import Membership, User
from entrepot.domain.parties.names import clean_name
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import NUMBER_MAX

_SECRETS = ("secret", "seed")


@dataclass(frozen=True, slots=True)
class AppSecret:
    """The secret of an authenticator app, base 32; it never shows up in a trace or a log."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was just made and checked (`passkeys.py`): what the browser answered, to be kept."""

    name: str
    credential: dict[str, Any] = field(repr=False)


def add_app(*, user_id: int, secret: AppSecret, code: str, actor: Actor, now: datetime) -> None:
    """Add an authenticator app after it has shown a right code; that code is used up.

    Raises: PartyRefused `factor_exists`; PartyInput `factor_code_wrong`.
    """
    with transaction.atomic():
        user = _locked(user_id)
        if _rows(user).filter(type=FactorKind.APP.value).exists():
            raise PartyRefused(
                "factor_exists",
                "You have an authenticator app already.",
                next_step="Remove it first if you want to use another one.",
            )
        step = step_of_code(secret=secret.text, code=code, after=0, now=now)
        if step is None:
            raise PartyInput(
                "factor_code_wrong",
                "This code is not right.",
                field="code",
                next_step="Type the code that the app shows now, and check the clock of your device.",
            )
        data = app_data(secret=secret.text, step=step)
        _add(user, FactorKind.APP, data, actor=actor, now=now)


def add_passkey(*, user_id: int, made: NewPasskey, actor: Actor, now: datetime) -> None:
    """Add a passkey. Raises: PartyInput for its name; PartyRefused `factors_too_many`."""
    name = _clean(made.name)
    with transaction.atomic():
        user = _locked(user_id)
        if _rows(user).filter(type=FactorKind.PASSKEY.value).count() >= PASSKEYS_MAX:
            raise PartyRefused(
                "factors_too_many",
                "You have {most} passkeys, which is as many as there can be.",
                next_step="Remove one that you no longer use.",
                most=PASSKEYS_MAX,
            )
        data = {"name": name, "credential": made.credential}
        _add(user, FactorKind.PASSKEY, data, actor=actor, now=now, name=name)


def rename_passkey(*, user_id: int, factor_id: int, name: str, actor: Actor, now: datetime) -> None:
    """Give a passkey another name. Raises: NoSuchObject; PartyInput for the name."""
    wanted = _clean(name)
    with transaction.atomic():
        user = _locked(user_id)
        row = _row(user, factor_id)
        before = str(row.data.get("name", ""))
        if row.type != FactorKind.PASSKEY:
            raise NoSuchObject(object="passkey")
        if before == wanted:
            return
        Authenticator.objects.filter(pk=row.pk).update(data={**row.data, "name": wanted})
        _record(
            user,
            "factor_renamed",
            actor=actor,
            now=now,
            before={"name": before},
            after={"name": wanted},
        )


def remove_factor(
    *, user_id: int, factor_id: int, account_id: int, actor: Actor, now: datetime
) -> None:
    """Remove an app or a passkey; recovery codes go with the last one. `account_id` is whom the person works for.

    Raises: NoSuchObject; PartyRefused `factor_needed` for the last one where one is demanded.
    """
    with transaction.atomic():
        user = _locked(user_id)
        row = _row(user, factor_id)
        kind = FactorKind(row.type)
        if kind is FactorKind.CODES:
            raise NoSuchObject(object="factor")
        before = {"kind": kind.value, "name": str(row.data.get("name", ""))}
        row.delete()
        if must_add_factor(user_id=user_id, account_id=account_id):
            raise PartyRefused(
                "factor_needed",
                "Your account requires a second factor, and this is your last one.",
                next_step="Add another one first.",
            )
        if not _rows(user).filter(type__in=SECOND).exists():
            _rows(user).delete()
        _record(user, "factor_removed", actor=actor, now=now, before=before)


def make_recovery_codes(*, user_id: int, actor: Actor, now: datetime) -> None:
    """Make ten new recovery codes; the earlier ones are void. Raises: PartyRefused `factor_missing`."""
    with transaction.atomic():
        user = _locked(user_id)
        if not _rows(user).filter(type__in=SECOND).exists():
            raise PartyRefused(
                "factor_missing",
                "Recovery codes stand in for a second factor, and you have none.",
                next_step="Add an authenticator app or a passkey first.",
            )
        _rows(user).filter(type=FactorKind.CODES.value).delete()
        _make_codes(user, now=now)
        _record(user, "recovery_codes_made", actor=actor, now=now)


def recovery_codes(*, user_id: int) -> tuple[str, ...]:
    """Return the recovery codes of a person that were not used yet, for the one time when they are shown."""
    row = Authenticator.objects.filter(user_id=user_id, type=FactorKind.CODES.value).first()
    return () if row is None else tuple(row.wrap().get_unused_codes())


def seal_anew() -> int:
    """Seal the secrets of all second factors with the key that seals now; return how many. Safe to repeat."""
    done = 0
    for number in Authenticator.objects.order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=number).first()
            name = next((one for one in _SECRETS if row is not None and one in row.data), None)
            if row is None or name is None:
                continue
            data = {**row.data, name: sealed(opened(row.data[name]))}
            Authenticator.objects.filter(pk=number).update(data=data)
            done += 1
    return done


def forget_factors(*, user_id: int) -> int:
    """Take all second factors of a person away, without a word about it; return how many there were."""
    rows = Authenticator.objects.filter(user_id=user_id)
    count = rows.filter(type__in=SECOND).count()
    rows.delete()
    return int(count)


def _add(
    user: User,
    kind: FactorKind,
    data: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    name: str = "",
) -> None:
    Authenticator.objects.create(user=user, type=kind.value, data=data, created_at=now)
    if not _rows(user).filter(type=FactorKind.CODES.value).exists():
        _make_codes(user, now=now)
    after = {"kind": kind.value, "name": name}
    _record(user, "factor_added", actor=actor, now=now, after=after)


def _make_codes(user: User, *, now: datetime) -> None:
    data = {"seed": sealed(RecoveryCodes.generate_seed()), "used_mask": 0}
    Authenticator.objects.create(user=user, type=FactorKind.CODES.value, data=data, created_at=now)


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NoSuchObject(object="person")
    return user


def _rows(user: User) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return rows


def _row(user: User, factor_id: int) -> Authenticator:
    found = _rows(user).filter(pk=factor_id).first() if 0 < factor_id <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object="factor")
    return found


def _clean(name: str) -> str:
    return clean_name(name, field="name", length_max=FACTOR_NAME_MAX)


def _record(
    user: User,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    tenants = Membership.objects.filter(user=user).order_by("id")
    record(
        actor=actor,
        now=now,
        action=action,
        object_kind="user",
        object_id=user.pk,
        object_label=user.display_name,
        tenant_id=tenants.values_list("account__tenant_id", flat=True).first(),
        before=before,
        after=after,
    )
