"""Reads of accounts, users and memberships: frozen rows, bounded, viewer first."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import OperationalError, connection
from django.db.models import Q, QuerySet

from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind, AccountStatus, RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.viewer import MembershipRow, Panel, Viewer
from entrepot.kernel.ids import IdError, IdKind, parse_id

LIMIT_MAX = 200
MAILS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account in a list."""

    id: int
    name: str
    kind: AccountKind
    status: AccountStatus
    admin_hold: bool
    credit_hold: bool
    country: str
    currency: str
    email: str
    external_id: str
    parent_id: int | None
    parent_name: str
    opened_on: date


class StateFilter(StrEnum):
    """What a list of accounts may be narrowed to; holds are asked one by one, because an account may have both."""

    ACTIVE = "active"
    PENDING = "pending"
    CANCELLED = "cancelled"
    ADMIN_HOLD = "admin_hold"
    CREDIT_HOLD = "credit_hold"


@dataclass(frozen=True, slots=True)
class AccountKey:
    """The place of a row in the order of names; a page starts after it."""

    name_key: str
    id: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of accounts; `after` leads to the next one, None on the last."""

    rows: tuple[AccountRow, ...]
    after: AccountKey | None


@dataclass(frozen=True, slots=True)
class UserRow:
    """One person of an account."""

    id: int
    name: str
    login: str
    email: str
    role: RoleCode
    is_active: bool
    last_sign_in: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The head of an account's page. `upstream` names the sellers above it that the viewer may know."""

    row: AccountRow
    street: str
    postal_code: str
    city: str
    region: str
    tax_number: str
    phone: str
    language: str
    is_operating_unit: bool
    version: int
    upstream: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person may change about themselves, and how they sign in."""

    user_id: int
    login: str
    realm: str
    display_name: str
    email: str
    phone: str
    language: str
    timezone: str
    kept_by: str = ""
    signs_in_outside: bool = False


def list_accounts(
    viewer: Viewer,
    *,
    kind: AccountKind,
    limit: int,
    search: str = "",
    after: AccountKey | None = None,
    include_sub_resellers: bool = False,
    state: StateFilter | None = None,
) -> AccountPage:
    """Return accounts of a kind below the viewer's own, by name.

    A reseller's list shows its direct accounts; `include_sub_resellers` adds those of the resellers
    below (decision 25). The provider sees all resellers, and all customers with
    `include_sub_resellers`. `search` matches the beginning of the name or of the mail address, the
    whole id ("ACC-12" or "12") or the whole external id. `limit` is at most 200.
    """
    rows = visible(viewer, Account).filter(kind=kind).exclude(pk=viewer.account_id)
    if not include_sub_resellers:
        rows = rows.filter(parent_id=viewer.account_id)
    if state is not None:
        rows = rows.filter(_in_state(state))
    if after is not None:
        rows = rows.filter(
            Q(name_key__gte=after.name_key),
            Q(name_key__gt=after.name_key) | Q(id__gt=after.id),
        )
    size = min(limit, LIMIT_MAX)
    if search.strip():
        rows = Account.objects.filter(pk__in=_matching(rows, search, most=size + 1))
    found = list(rows.select_related("parent").order_by("name_key", "id")[: size + 1])
    page = found[:size]
    last = AccountKey(page[-1].name_key, page[-1].id) if len(found) > size else None
    return AccountPage(tuple(_row(account) for account in page), last)


def account_page(viewer: Viewer, *, account_id: int) -> AccountFacts:
    """Return the facts of one account of the viewer's subtree. Raises: NoSuchObject."""
    account = one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    ids = [int(part) for part in account.path.split(".") if part][:-1]
    above = visible(viewer, Account).filter(pk__in=ids).order_by("depth")
    return AccountFacts(
        row=_row(account),
        street=account.street,
        postal_code=account.postal_code,
        city=account.city,
        region=account.region,
        tax_number=account.tax_number,
        phone=account.phone,
        language=account.language,
        is_operating_unit=account.is_operating_unit,
        version=account.version,
        upstream=tuple(above.values_list("id", "name")),
    )


def account_names(viewer: Viewer, *, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of visible accounts by id, for lists of other packages; at most 200 ids."""
    wanted = list(ids)[:LIMIT_MAX]
    return dict(visible(viewer, Account).filter(pk__in=wanted).values_list("id", "name"))


def list_users(viewer: Viewer, *, account_id: int, limit: int) -> tuple[UserRow, ...]:
    """Return the people of a visible account by name, at most 200. Raises: NoSuchObject for the account."""
    one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    rows = (
        visible(viewer, Membership)
        .filter(account_id=account_id)
        .select_related("user")
        .order_by("user__display_name", "user_id")[: min(limit, LIMIT_MAX)]
    )
    return tuple(
        UserRow(
            id=row.user_id,
            name=row.user.display_name,
            login=row.user.login,
            email=row.user.email,
            role=row.role,
            is_active=row.user.is_active,
            last_sign_in=row.user.last_login,
        )
        for row in rows
    )


def memberships_of(*, user_id: int, limit: int) -> tuple[MembershipRow, ...]:
    """Return the accounts a person works for, by name, at most 200; cancelled ones are left out."""
    rows = (
        Membership.objects.filter(user_id=user_id)
        .exclude(account__status=AccountStatus.CANCELLED)
        .select_related("account")
        .order_by("account__name_key", "account_id")[: min(limit, LIMIT_MAX)]
    )
    return tuple(
        MembershipRow(
            account_id=row.account_id,
            account_name=row.account.name,
            panel=Panel(row.account.kind.value),
            role=row.role,
        )
        for row in rows
    )


def profile(*, user_id: int) -> Profile:
    """Return what a person sees on the own profile page. Raises: NoSuchObject."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NoSuchObject(object=f"{IdKind.USER.value}-{user_id}")
    return Profile(
        user_id=user.id,
        login=user.login,
        realm=user.realm,
        display_name=user.display_name,
        email=user.email,
        phone=user.phone,
        language=user.language,
        timezone=user.timezone,
        kept_by=user.kept_by,
        signs_in_outside=user.signs_in_outside,
    )


def database_answers() -> bool:
    """Tell whether the database takes a query at this moment."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _matching(rows: QuerySet[Account], search: str, *, most: int) -> list[int]:
    """Find the ids of rows that a text names: each way by an index of its own, the first `most` by name.

    One condition with all ways would read every account in the order of names.
    """
    text = search.strip()[:250].replace("\0", "")
    ids = rows.order_by().values_list("id", flat=True)
    by_name = rows.filter(name_key__startswith=sort_key(text)).order_by("name_key", "id")
    ways = [
        by_name.values_list("id", flat=True)[:most],
        ids.filter(external_id=text).exclude(external_id="")[:MAILS_MAX],
        ids.filter(email__istartswith=text).exclude(email="")[:MAILS_MAX],
    ]
    with suppress(IdError):
        ways.append(ids.filter(pk=parse_id(text, expected=IdKind.ACCOUNT).number))
    return list(ids.none().union(*ways))


def _in_state(state: StateFilter) -> Q:
    """Active ones are those without a hold: what a person means who asks for them."""
    if state is StateFilter.ADMIN_HOLD:
        return Q(admin_hold=True)
    if state is StateFilter.CREDIT_HOLD:
        return Q(credit_hold=True)
    held = Q(admin_hold=True) | Q(credit_hold=True)
    match = Q(status=AccountStatus(state.value))
    return match & ~held if state is StateFilter.ACTIVE else match


def _row(account: Account) -> AccountRow:
    return AccountRow(
        id=account.id,
        name=account.name,
        kind=account.kind,
        status=account.status,
        admin_hold=account.admin_hold,
        credit_hold=account.credit_hold,
        country=account.country,
        currency=account.currency,
        email=account.email,
        external_id=account.external_id,
        parent_id=account.parent_id,
        parent_name=account.parent.name if account.parent else "",
        opened_on=account.opened_on,
    )
