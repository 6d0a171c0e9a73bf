"""Open billing accounts and the chains of sellers above a customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.errors import ResaleConflict, ResaleInput, ResaleRefused
from entrepot.domain.resale.models import (
    BillingAccount,
    Chain,
    ChainLink,
    HoldMode,
    TaxRounding,
)
from entrepot.domain.tax.queries import zone_for
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.sql import statement
from entrepot.infra.db.walls import beyond
from entrepot.kernel.ids import IdKind
from entrepot.kernel.money import Money, exponent

STATEMENT_DAY_MAX = 31
DAYS_MAX = 3650
TIERS_MAX = 4
_PACKAGE = "entrepot.domain.resale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a buyer is billed.

    `statement_day` 0 is every day with charges, 1..31 the day of the month; `due_days` counts the day
    of issue; `grace_days` are the days after the due day until a credit hold. `credit_limit` None
    means no limit. Orders on the buyer's behalf above `ask_above` wait for the buyer's people, None asks for none.
    """

    statement_day: int = 1
    due_days: int = 30
    grace_days: int = 0
    credit_limit: Decimal | None = None
    hold_mode: HoldMode = HoldMode.AUTOMATIC
    bill_on_hold: bool = True
    suspend_on_hold: bool = False
    tax_rounding: TaxRounding = TaxRounding.GROUP
    ask_above: Decimal | None = None


def open_billing_account(
    *,
    seller_id: int,
    buyer_id: int,
    currency: str,
    terms: Terms,
    actor: Actor,
    now: datetime,
    today: date,
) -> int:
    """Open the account on which a seller bills the account directly below it; return its id.

    Tax zones come from both addresses; one that has no zone stays empty, and the daily run puts sales
    aside until `resolve_tax_place` finds one.
    Raises: NoSuchObject; ResaleInput `terms_out_of_bounds`; kernel MoneyError; ResaleRefused
    `not_its_seller`; ResaleConflict `billing_account_exists`.
    """
    exp = exponent(currency)
    check_terms(terms, currency)
    with transaction.atomic():
        seller, buyer = _account(seller_id), _account(buyer_id, lock=True)
        if buyer.parent_id != seller.id:
            raise ResaleRefused(
                "not_its_seller",
                "{seller} does not sell to {object}.",
                object=f"{IdKind.ACCOUNT.value}-{buyer.id}",
                next_step="Choose the account directly above the buyer.",
                seller=f"{IdKind.ACCOUNT.value}-{seller.id}",
            )
        if BillingAccount.objects.filter(seller=seller, buyer=buyer, currency=currency).exists():
            raise ResaleConflict(
                "billing_account_exists",
                "{object} is billed in {currency} by this seller already.",
                object=f"{IdKind.ACCOUNT.value}-{buyer.id}",
                next_step="Use that billing account.",
                currency=currency,
            )
        return _open(seller, buyer, currency, exp, terms, actor, now, today)


def resolve_tax_place(*, billing_account_id: int, actor: Actor, now: datetime) -> None:
    """Work out the tax zones and the buyer's registration again, after an address or a zone changed.

    Charges that exist keep their rate; nothing is written when nothing differs. Raises: NoSuchObject.
    """
    with transaction.atomic():
        row = BillingAccount.objects.select_for_update().filter(pk=billing_account_id).first()
        if row is None:
            raise NoSuchObject(object="billing account")
        place = _tax_place(_account(row.seller_id), _account(row.buyer_id))
        before = {key: getattr(row, key) for key in place}
        if before == place:
            return
        BillingAccount.objects.filter(pk=row.pk).update(**place)
        record(
            actor=actor,
            now=now,
            action="tax_place_resolved",
            object_kind="billing_account",
            object_id=row.pk,
            tenant_id=row.tenant_id,
            before=before,
            after=place,
        )


def open_chain(
    *,
    customer_id: int,
    market: str,
    actor: Actor,
    now: datetime,
    today: date,
    currency: str | None = None,
    open_missing: Terms | None = None,
) -> int:
    """Open the chain of sellers from the provider down to a customer or reseller; return its id.

    `market` is the zone of the vendor's prices (DE). Of several billing accounts between two
    accounts the one in the buyer's currency is taken, for the last one `currency` if given; a missing
    one is opened with `open_missing`. A chain with the same accounts and market is used again.
    Raises: NoSuchObject; ResaleInput `market_missing`; ResaleRefused `provider_buys_nothing`,
    `chain_too_long`, `billing_account_missing`, `billing_account_ambiguous`.
    """
    if not market.strip() or len(market) > 20:
        raise ResaleInput(
            "market_missing",
            "The market of the vendor's prices is missing.",
            field="market",
            next_step="Give a country of the price list, such as DE.",
        )
    with transaction.atomic():
        customer = _account(customer_id, lock=True)
        path = _path(customer)
        accounts = [
            _link(
                seller=path[place],
                buyer=path[place + 1],
                currency=currency if place == len(path) - 2 else None,
                terms=open_missing,
                made=(actor, now, today),
            )
            for place in range(len(path) - 1)
        ]
        known = _same_chain(customer, market, accounts)
        if known is not None:
            return known
        return _open_chain(customer, market, accounts, actor, now)


def keep_sale_places(*, chain_ids: Sequence[int] | None) -> None:
    """Note where the sellers of new chains sell, for pages of prices; None looks at all chains."""
    # Sellers above whoever opens the chain sell there too.
    with beyond("places of all sellers of a chain"), connection.cursor() as cursor:
        ids = None if chain_ids is None else list(chain_ids)
        statement(_PACKAGE, "keep_sale_places").run(cursor, chain_ids=ids)


def _open_chain(
    customer: Account, market: str, accounts: list[BillingAccount], actor: Actor, now: datetime
) -> int:
    chain = Chain.objects.create(
        tenant_id=customer.tenant_id, customer=customer, market=market, tiers=len(accounts)
    )
    ChainLink.objects.bulk_create(
        ChainLink(
            tenant_id=customer.tenant_id,
            chain=chain,
            tier=tier,
            billing_account=account,
            seller_id=account.seller_id,
        )
        for tier, account in enumerate(accounts, start=1)
    )
    keep_sale_places(chain_ids=[chain.id])
    record(
        actor=actor,
        now=now,
        action="chain_opened",
        object_kind="account",
        object_id=customer.id,
        object_label=customer.name,
        tenant_id=customer.tenant_id,
        after={"chain": chain.id, "market": market, "billing_accounts": [a.id for a in accounts]},
    )
    return chain.id


def _open(
    seller: Account,
    buyer: Account,
    currency: str,
    exp: int,
    terms: Terms,
    actor: Actor,
    now: datetime,
    today: date,
) -> int:
    facts = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    account = BillingAccount.objects.create(
        tenant_id=buyer.tenant_id,
        seller=seller,
        buyer=buyer,
        currency=currency,
        exponent=exp,
        opened_on=today,
        **facts,
        **_tax_place(seller, buyer),
    )
    limit = None if terms.credit_limit is None else str(terms.credit_limit)
    record(
        actor=actor,
        now=now,
        action="billing_account_opened",
        object_kind="billing_account",
        object_id=account.id,
        object_label=f"{seller.name} - {buyer.name} {currency}",
        tenant_id=buyer.tenant_id,
        after={**facts, "credit_limit": limit, "seller": seller.id, "buyer": buyer.id},
    )
    return account.id


def _tax_place(seller: Account, buyer: Account) -> dict[str, object]:
    return {
        "seller_zone_id": zone_for(country=seller.country, region=seller.region),
        "buyer_zone_id": zone_for(country=buyer.country, region=buyer.region),
        "buyer_registered": bool(buyer.tax_number),
    }


def _link(
    *,
    seller: Account,
    buyer: Account,
    currency: str | None,
    terms: Terms | None,
    made: tuple[Actor, datetime, date],
) -> BillingAccount:
    """Choose the billing account between two accounts of a path, or open it."""
    found = list(BillingAccount.objects.filter(seller=seller, buyer=buyer).order_by("id"))
    wanted = currency or (buyer.currency if len(found) != 1 else found[0].currency)
    for account in found:
        if account.currency == wanted:
            return account
    if found and currency is None:
        raise ResaleRefused(
            "billing_account_ambiguous",
            "{object} is billed in several currencies, none of them its own.",
            object=f"{IdKind.ACCOUNT.value}-{buyer.id}",
            next_step="Name the currency, or open a billing account in {currency}.",
            currency=buyer.currency,
        )
    if terms is None:
        raise ResaleRefused(
            "billing_account_missing",
            "{seller} has no billing account for {object} in {currency}.",
            object=f"{IdKind.ACCOUNT.value}-{buyer.id}",
            next_step="Open it first.",
            seller=f"{IdKind.ACCOUNT.value}-{seller.id}",
            currency=wanted,
        )
    actor, now, today = made
    number = open_billing_account(
        seller_id=seller.id,
        buyer_id=buyer.id,
        currency=wanted,
        terms=terms,
        actor=actor,
        now=now,
        today=today,
    )
    return BillingAccount.objects.get(pk=number)


def _path(customer: Account) -> list[Account]:
    """Read the accounts from the provider down to the customer."""
    ids = [int(part) for part in customer.path.split(".") if part]
    found = Account.objects.in_bulk(ids)
    path = [found[number] for number in ids]
    if customer.kind is AccountKind.PROVIDER:
        raise ResaleRefused(
            "provider_buys_nothing",
            "{object} is the provider; nobody sells to it.",
            object=f"{IdKind.ACCOUNT.value}-{customer.id}",
            next_step="Choose a reseller or a customer.",
        )
    if len(path) - 1 > TIERS_MAX:
        raise ResaleRefused(
            "chain_too_long",
            "There are more than {most} sellers above {object}.",
            object=f"{IdKind.ACCOUNT.value}-{customer.id}",
            next_step="Move the customer to a higher reseller.",
            most=TIERS_MAX,
        )
    return path


def _same_chain(customer: Account, market: str, accounts: list[BillingAccount]) -> int | None:
    wanted = [account.id for account in accounts]
    for chain in Chain.objects.filter(customer=customer, market=market, tiers=len(wanted)):
        links = ChainLink.objects.filter(chain=chain).order_by("tier")
        if list(links.values_list("billing_account_id", flat=True)) == wanted:
            return chain.id
    return None


def _account(number: int, *, lock: bool = False) -> Account:
    rows = Account.objects.select_for_update() if lock else Account.objects.all()
    found = rows.filter(pk=number).first()
    if found is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{number}")
    return found


def check_terms(terms: Terms, currency: str) -> None:
    """Refuse terms outside their bounds. Raises: ResaleInput `terms_out_of_bounds`; kernel MoneyError."""
    bounds = {
        "statement_day": (terms.statement_day, STATEMENT_DAY_MAX),
        "due_days": (terms.due_days, DAYS_MAX),
        "grace_days": (terms.grace_days, DAYS_MAX),
    }
    for field, (value, most) in bounds.items():
        if not 0 <= value <= most:
            raise ResaleInput(
                "terms_out_of_bounds",
                "{value} lies outside 0 to {most}.",
                field=field,
                next_step="Give a number in these bounds.",
                value=value,
                most=most,
            )
    if terms.ask_above is not None and Money(terms.ask_above, currency).amount < 0:
        raise ResaleInput(
            "terms_out_of_bounds",
            "An amount to ask above cannot be below zero.",
            field="ask_above",
            next_step="Give zero to be asked always, or none for never.",
        )
    if terms.credit_limit is not None:
        limit = Money(terms.credit_limit, currency)
        if limit.amount < 0:
            raise ResaleInput(
                "terms_out_of_bounds",
                "A credit limit cannot be below zero.",
                field="credit_limit",
                next_step="Give zero for no credit, or none for no limit.",
            )
