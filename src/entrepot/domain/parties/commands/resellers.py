"""Make a customer a reseller, and keep how far the wizard of a new reseller is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from entrepot.domain.parties.commands.accounts import DEPTH_MAX, locked_account
from entrepot.domain.parties.errors import PartyConflict, PartyRefused, SetupInput
from entrepot.domain.parties.history import note_act
from entrepot.domain.parties.kinds import AccountAct, AccountKind, AccountStatus, SetupStep
from entrepot.domain.parties.models import Account, Membership, SellerSetup, User
from entrepot.domain.parties.realms import realm_of_account
from entrepot.domain.parties.walls import everywhere
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.ids import IdKind, format_id
from entrepot.kernel.money import exponent


@dataclass(frozen=True, slots=True)
class Setup:
    """How far a new reseller's wizard is; `sales_currency` is empty before the first step."""

    sales_currency: str
    done: frozenset[SetupStep]
    is_finished: bool

    @property
    def next_step(self) -> SetupStep | None:
        """The first step that is not done, None when all are."""
        return next((step for step in SetupStep if step not in self.done), None)


def convert_to_reseller(*, account_id: int, version: int, actor: Actor, now: datetime) -> int:
    """Make a customer a reseller; return the account's new version.

    The account keeps its id, its place, tenant (decision 8), terms and what it bought; from now on it may have
    customers. Its people sign in at the provider's address from their next sign-in on, with their passwords.
    Raises: NoSuchObject; PartyConflict `changed_meanwhile`; PartyRefused `not_convertible`, `conversion_blocked`,
    `tree_too_deep`.
    """
    with transaction.atomic():
        account = locked_account(account_id, version=version)
        _check_convertible(account)
        Account.objects.filter(pk=account.pk).update(
            kind=AccountKind.RESELLER, version=F("version") + 1
        )
        with everywhere():
            _move_people(account)
        SellerSetup.objects.get_or_create(account=account)
        record(
            actor=actor,
            now=now,
            action="account_converted",
            object_kind="account",
            object_id=account.id,
            object_label=account.name,
            tenant_id=account.tenant_id,
            before={"kind": AccountKind.CUSTOMER},
            after={"kind": AccountKind.RESELLER},
        )
        note_act(account, AccountAct.CONVERTED, actor=actor, now=now)
    return account.version + 1


def begin_setup(*, account_id: int) -> None:
    """Have a reseller begin with the wizard; nothing happens when it did already. Raises: NoSuchObject."""
    SellerSetup.objects.get_or_create(account=locked_account(account_id))


def setup_of(*, account_id: int) -> Setup | None:
    """Return how far a seller's wizard is; None for sellers that were set up without it."""
    row = SellerSetup.objects.filter(account_id=account_id).first()
    if row is None:
        return None
    done = frozenset(SetupStep(step) for step in row.steps_done)
    return Setup(row.sales_currency, done, is_finished=row.finished_at is not None)


def choose_sales_currency(*, account_id: int, currency: str, actor: Actor, now: datetime) -> None:
    """Set the currency in which a reseller sells, once and for ever; the same again changes nothing.

    Raises: NoSuchObject; PartyConflict `sales_currency_fixed`; kernel MoneyError.
    """
    exponent(currency)
    with transaction.atomic():
        account = locked_account(account_id)
        row, _ = SellerSetup.objects.get_or_create(account=account)
        if row.sales_currency == currency:
            return
        if row.sales_currency:
            raise PartyConflict(
                "sales_currency_fixed",
                "{object} sells in {currency}; this was chosen once and for ever.",
                object=format_id(kind=IdKind.ACCOUNT, number=account.id),
                next_step="Open another reseller to sell in another currency.",
                currency=row.sales_currency,
            )
        SellerSetup.objects.filter(pk=account.pk).update(sales_currency=currency)
        record(
            actor=actor,
            now=now,
            action="sales_currency_set",
            object_kind="account",
            object_id=account.id,
            object_label=account.name,
            tenant_id=account.tenant_id,
            after={"sales_currency": currency},
        )


def finish_step(*, account_id: int, step: SetupStep, actor: Actor, now: datetime) -> Setup:
    """Mark a step of the wizard as done; with the last one the set-up is finished. Return where it stands.

    Raises: NoSuchObject; SetupInput `sales_currency_missing` while the sales currency is missing.
    """
    with transaction.atomic():
        account = locked_account(account_id)
        row, _ = SellerSetup.objects.get_or_create(account=account)
        if not row.sales_currency:
            raise SetupInput(
                "sales_currency_missing",
                "The sales currency comes first.",
                field="sales_currency",
                next_step="Choose it in the first step.",
            )
        done = {SetupStep(one) for one in row.steps_done} | {step}
        row.steps_done = [one.value for one in SetupStep if one in done]
        if row.finished_at is None and done == set(SetupStep):
            row.finished_at = now
            record(
                actor=actor,
                now=now,
                action="seller_set_up",
                object_kind="account",
                object_id=account.id,
                object_label=account.name,
                tenant_id=account.tenant_id,
                after={"sales_currency": row.sales_currency},
            )
            note_act(account, AccountAct.SET_UP, actor=actor, now=now)
        SellerSetup.objects.filter(pk=account.pk).update(
            steps_done=row.steps_done, finished_at=row.finished_at
        )
    return Setup(row.sales_currency, frozenset(done), is_finished=row.finished_at is not None)


def _check_convertible(account: Account) -> None:
    number = format_id(kind=IdKind.ACCOUNT, number=account.id)
    if account.kind is not AccountKind.CUSTOMER or account.status is not AccountStatus.ACTIVE:
        raise PartyRefused(
            "not_convertible",
            "{object} is not an active customer.",
            object=number,
            next_step="Only active customers become resellers.",
        )
    if account.depth > DEPTH_MAX - 1:
        raise PartyRefused(
            "tree_too_deep",
            "{object} is already on level {level}; there are at most {level_max} levels.",
            object=number,
            next_step="Open the account below a higher reseller.",
            level=account.depth,
            level_max=DEPTH_MAX,
        )
    if account.admin_hold or account.credit_hold:
        raise PartyRefused(
            "conversion_blocked",
            "{object} is on hold and cannot become a reseller.",
            object=number,
            next_step="Release the hold first.",
        )


def _move_people(account: Account) -> None:
    """Have the people of a new reseller sign in at the provider's address, where resellers do (decision 10)."""
    realm = realm_of_account(account_id=account.id)
    number = format_id(kind=IdKind.ACCOUNT, number=account.id)
    people = Membership.objects.filter(account=account).values("user_id")
    for user in User.objects.select_for_update().filter(pk__in=people).order_by("id"):
        if user.realm == realm:
            continue
        if Membership.objects.filter(user=user).exclude(account=account).exists():
            raise PartyRefused(
                "conversion_blocked",
                "{person} works for {object} and for another account, whose people sign in elsewhere.",
                object=number,
                next_step="Create a login of its own for one of the accounts first.",
                person=user.display_name,
            )
        if User.objects.filter(realm=realm, login=user.login).exists():
            raise PartyRefused(
                "conversion_blocked",
                "Somebody else signs in as {login} at the address at which people of resellers sign in.",
                object=number,
                next_step="Give the person another login name first.",
                login=user.login,
            )
        User.objects.filter(pk=user.pk).update(realm=realm, username=f"{realm}/{user.login}")
