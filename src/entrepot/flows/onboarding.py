"""Open and edit customers and resellers, with what several packages keep of them; one transaction each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from entrepot.domain.catalog.models import CatalogPrice, PlanPeriod
from entrepot.domain.ordering import buyers as orders
from entrepot.domain.parties.access import one, visible
from entrepot.domain.parties.commands import (
    Address,
    Contact,
    account_of_request,
    begin_setup,
    convert_to_reseller,
    create_user,
    edit_account,
    open_account,
    set_contacts,
    setup_of,
)
from entrepot.domain.parties.commands.accounts import DEPTH_MAX
from entrepot.domain.parties.errors import NoSuchObject, PartyRefused
from entrepot.domain.parties.kinds import AccountKind, ContactKind, RoleCode
from entrepot.domain.parties.models import Account, Membership
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.commands import Terms, open_chain, resolve_tax_place
from entrepot.domain.resale.models import BillingAccount, Chain
from entrepot.domain.subscriptions import buyers as subscriptions
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind, format_id

NEWEST_ASKED = 100
_TAX_FACTS = ("country", "region", "tax_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What people type about an account: its company data and contacts."""

    name: str
    country: str
    language: str
    external_id: str = ""
    address: Address = field(default_factory=Address)
    contacts: Mapping[ContactKind, Contact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPerson:
    """The account's first administrator; sets the password by the link of the hand-over."""

    login: str
    display_name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new account and its first person. `is_new` is False when the same form had opened it before."""

    account_id: int
    user_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Selling:
    """What a seller gives its new customers: the currency, the vendor's price zones, and its usual terms."""

    currency: str
    markets: tuple[str, ...]
    terms: Terms


def selling(viewer: Viewer) -> Selling:
    """Return what a new account of the viewer's own would get. Raises: PartyRefused `setup_unfinished`."""
    seller = Account.objects.get(pk=viewer.account_id)
    setup = setup_of(account_id=seller.id)
    if setup is not None and not setup.is_finished:
        raise PartyRefused(
            "setup_unfinished",
            "{object} cannot have customers before its set-up is finished.",
            object=format_id(kind=IdKind.ACCOUNT, number=seller.id),
            next_step="Go through the steps of the set-up first.",
        )
    own = setup.sales_currency if setup is not None else ""
    return Selling(
        currency=own or _usual_currency(seller),
        markets=_markets(seller),
        terms=_usual_terms(seller),
    )


def open_customer(
    viewer: Viewer,
    *,
    company: Company,
    person: FirstPerson,
    terms: Terms,
    market: str,
    request_key: str,
    actor: Actor,
    now: datetime,
    kind: AccountKind = AccountKind.CUSTOMER,
) -> Opened:
    """Open an account directly below the viewer's, with terms and a chain so that it can order at once.

    A reseller begins with the set-up wizard. The same `request_key` again returns what it had opened.
    Raises: PartyInput, PartyConflict, PartyRefused, ResaleInput; kernel MoneyError.
    """
    usual = selling(viewer)
    with transaction.atomic():
        known = account_of_request(parent_id=viewer.account_id, request_key=request_key)
        if known is not None:
            members = Membership.objects.filter(account_id=known).order_by("id")
            user_id = members.values_list("user_id", flat=True).first()
            return Opened(known, user_id or 0, is_new=False)
        number = open_account(
            kind=kind,
            parent_id=viewer.account_id,
            name=company.name,
            country=company.country,
            currency=usual.currency,
            opened_on=viewer.today,
            language=company.language,
            external_id=company.external_id,
            address=company.address,
            request_key=request_key,
            actor=actor,
            now=now,
        )
        if any(not contact.is_empty for contact in company.contacts.values()):
            set_contacts(
                account_id=number, version=1, contacts=company.contacts, actor=actor, now=now
            )
        open_chain(
            customer_id=number,
            market=market if market in usual.markets else usual.markets[0],
            currency=usual.currency,
            open_missing=terms,
            actor=actor,
            now=now,
            today=viewer.today,
        )
        if kind is AccountKind.RESELLER:
            begin_setup(account_id=number)
        user_id = create_user(
            account_id=number,
            login=person.login,
            display_name=person.display_name,
            email=person.email,
            language=company.language,
            timezone=viewer.timezone,
            role=RoleCode.ADMINISTRATOR,
            actor=actor,
            now=now,
        )
    return Opened(number, user_id, is_new=True)


def edit_company(
    viewer: Viewer,
    *,
    account_id: int,
    version: int,
    company: Company,
    actor: Actor,
    now: datetime,
) -> None:
    """Store an account's company data and contacts, and what follows from them elsewhere.

    A new name reaches its subscriptions and orders, a new place or tax number the tax of later charges; issued
    documents stay as they are. Raises: NoSuchObject for an account that the viewer neither is nor sells to;
    PartyConflict; PartyInput.
    """
    with transaction.atomic():
        account = editable(viewer, account_id=account_id)
        after = edit_account(
            account_id=account.id,
            version=version,
            name=company.name,
            country=company.country,
            language=company.language,
            external_id=account.external_id
            if account.id == viewer.account_id
            else company.external_id,
            address=company.address,
            actor=actor,
            now=now,
        )
        set_contacts(
            account_id=account.id,
            version=after,
            contacts=company.contacts,
            actor=actor,
            now=now,
        )
        _follow(account, actor=actor, now=now)


def editable(viewer: Viewer, *, account_id: int) -> Account:
    """Return an account whose data the viewer may change: the own one, or one directly below.

    Raises: NoSuchObject for all others, also for customers of a lower seller: those are that seller's.
    """
    account = one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    if viewer.account_id not in (account.id, account.parent_id):
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    return account


def convert_customer(
    viewer: Viewer, *, account_id: int, version: int, actor: Actor, now: datetime
) -> None:
    """Make a direct customer of the provider a reseller, with what it bought as its own subscriptions.

    Raises: NoSuchObject; PartyConflict `changed_meanwhile`; PartyRefused `conversion_blocked` while one of its orders
    is open, and as `convert_to_reseller`.
    """
    with transaction.atomic():
        account = convertible(viewer, account_id=account_id)
        # Locked before orders are looked for: who orders at this moment comes wholly before or after.
        Account.objects.select_for_update().get(pk=account.id)
        waiting = orders.open_order_number(customer_id=account.id)
        if waiting:
            raise PartyRefused(
                "conversion_blocked",
                "{object} cannot become a reseller while its order {order} is open.",
                object=format_id(kind=IdKind.ACCOUNT, number=account.id),
                next_step="Complete or cancel the order first.",
                order=waiting,
            )
        convert_to_reseller(account_id=account.id, version=version, actor=actor, now=now)
        subscriptions.mark_as_own(customer_id=account.id)
        orders.mark_as_own(customer_id=account.id)


def convertible(viewer: Viewer, *, account_id: int) -> Account:
    """Return a customer that the provider may convert: one that it sells to itself. Raises: NoSuchObject."""
    account = one(viewer, Account, pk=account_id, kind=IdKind.ACCOUNT)
    is_direct = account.parent_id == viewer.account_id == viewer.provider_id
    if not is_direct or account.kind is not AccountKind.CUSTOMER:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{account_id}")
    return account


def may_have_resellers(viewer: Viewer) -> bool:
    """Tell whether resellers can stand below the viewer's account: at most four sellers stand above a customer."""
    return viewer.account_path.count(".") + 1 < DEPTH_MAX


def may_edit(viewer: Viewer, *, account_id: int, parent_id: int | None) -> bool:
    """Tell whether `editable` would return the account to a viewer with the right."""
    return viewer.can(Capability.MANAGE_ACCOUNTS) and viewer.account_id in (account_id, parent_id)


def _follow(before: Account, *, actor: Actor, now: datetime) -> None:
    after = Account.objects.get(pk=before.pk)
    if after.name != before.name:
        subscriptions.rename_buyer(customer_id=after.id, name=after.name)
        orders.rename_buyer(customer_id=after.id, name=after.name)
    if any(getattr(after, fact) != getattr(before, fact) for fact in _TAX_FACTS):
        rows = BillingAccount.objects.filter(buyer=after) | BillingAccount.objects.filter(
            seller=after
        )
        for number in rows.order_by("id").values_list("id", flat=True):
            resolve_tax_place(billing_account_id=number, actor=actor, now=now)


def _usual_currency(seller: Account) -> str:
    """Take the currency of most of a seller's newest billing accounts, its own one before it has any."""
    newest = BillingAccount.objects.filter(seller=seller).order_by("-id")[:NEWEST_ASKED]
    found = Counter(newest.values_list("currency", flat=True))
    return found.most_common(1)[0][0] if found else seller.currency


def _markets(seller: Account) -> tuple[str, ...]:
    """Give the price zones that a seller can sell at: those it buys at, for the provider those of the price lists.

    The usual one comes first: that of its own country, else the one of most of its newest accounts. Neither the number
    of prices nor that of customers counts: the first and the newest plan periods stand for all price lists.
    """
    buyers = Account.objects.filter(parent=seller).order_by("-id")[:NEWEST_ASKED]
    newest = list(buyers.values_list("id", flat=True))
    used = Counter(Chain.objects.filter(customer_id__in=newest).values_list("market", flat=True))
    if seller.kind is AccountKind.PROVIDER:
        ids = PlanPeriod.objects.values_list("id", flat=True)
        periods = [*ids.order_by("id")[:NEWEST_ASKED], *ids.order_by("-id")[:NEWEST_ASKED]]
        rows = CatalogPrice.objects.filter(plan_period_id__in=periods)
        known = set(rows.values_list("market", flat=True).distinct()) | set(used)
    else:
        known = set(Chain.objects.filter(customer=seller).values_list("market", flat=True))
    ordered = sorted(
        known, key=lambda market: (market != seller.country, -used.get(market, 0), market)
    )
    return tuple(ordered) or (seller.country,)


def _usual_terms(seller: Account) -> Terms:
    """Repeat the terms of the newest account that the seller bills, without its credit limit."""
    newest = BillingAccount.objects.filter(seller=seller).order_by("-id").first()
    if newest is None:
        return Terms()
    names: Sequence[str] = [name for name in Terms.__dataclass_fields__ if name != "credit_limit"]
    return Terms(**{name: getattr(newest, name) for name in names})


def visible_people(viewer: Viewer, *, account_id: int) -> tuple[tuple[int, str], ...]:
    """Return id and name of the active people of a visible account, the first one first; at most 50."""
    rows = visible(viewer, Membership).filter(account_id=account_id, user__is_active=True)
    found = rows.order_by("id").values_list("user_id", "user__display_name")[:50]
    return tuple(found)
