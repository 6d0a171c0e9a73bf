"""Accounts, brands, billing terms and chains of the demo world."""

from datetime import date

from entrepot.demo.cast import Conditions, Customer, Seller
from entrepot.demo.places import phone_of, region_of, street_of, tax_number_of
from entrepot.demo.sellers import BY_KEY, SELLERS
from entrepot.demo.stage import FIRST_DAY, Stage
from entrepot.domain.parties.commands import Address, open_account, open_provider, set_brand
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.resale.commands import Terms, open_billing_account, open_chain
from entrepot.domain.resale.models import TaxRounding

SELLERS_SINCE = date(2025, 11, 3)
DAILY_STATEMENTS = frozenset({"Fjord Analytics GmbH", "Studio Zeeklei", "Paper Kite Studio"})
"""Small customers that pay as they go and get a document on every day with charges."""

# Who is billed in another currency than its seller's other customers.
_OWN_CURRENCY = {"Maple Ridge Outfitters Ltd.": "CAD"}


def add_sellers(stage: Stage) -> None:
    """Open the provider and the resellers from the top down, with brands, terms and chains of their own."""
    for seller in SELLERS:
        stage.accounts[seller.key] = _open_seller(stage, seller)
        set_brand(
            account_id=stage.accounts[seller.key],
            host=seller.host,
            display_name=seller.brand,
            document_prefix=seller.prefix,
            accent=seller.accent,
            logo_icon=seller.icon,
            **stage.made,
        )
    for seller in SELLERS:
        if seller.parent is not None and seller.bought_on is not None:
            number = stage.accounts[seller.key]
            _open_terms(stage, seller.parent, number, seller.buys_in, seller.bought_on)
            _open_chain(stage, number, seller.market)


def add_customer(stage: Stage, customer: Customer) -> int:
    """Open a customer below its seller with the seller's usual terms and a chain; return the account's id."""
    seller = BY_KEY[customer.seller]
    currency = _OWN_CURRENCY.get(customer.name, seller.sells_in)
    number = open_account(
        kind=AccountKind.CUSTOMER,
        parent_id=stage.accounts[seller.key],
        name=customer.name,
        country=customer.country,
        currency=currency,
        opened_on=SELLERS_SINCE if stage.today == FIRST_DAY else stage.today,
        language=seller.language,
        address=Address(
            street=street_of(customer=customer),
            postal_code=customer.postal_code,
            city=customer.city,
            region=region_of(city=customer.city),
            tax_number=tax_number_of(name=customer.name, country=customer.country),
            email=f"office@{customer.domain}",
            phone=phone_of(name=customer.name, country=customer.country),
        ),
        **stage.made,
    )
    stage.accounts[customer.name] = number
    _open_terms(stage, seller.key, number, currency, _conditions(customer, seller))
    _open_chain(stage, number, seller.market)
    return number


def _conditions(customer: Customer, seller: Seller) -> Conditions:
    usual = seller.sells_on
    if customer.name not in DAILY_STATEMENTS:
        return usual
    return Conditions(statement_day=0, due_days=14, rounds_per_line=usual.rounds_per_line)


def _open_seller(stage: Stage, seller: Seller) -> int:
    address = Address(
        street=seller.street,
        postal_code=seller.postal_code,
        city=seller.city,
        region=seller.region,
        tax_number=tax_number_of(name=seller.name, country=seller.country),
        email=f"office@{seller.key}.example",
        phone=phone_of(name=seller.name, country=seller.country),
    )
    if seller.parent is None:
        return open_provider(
            name=seller.name,
            country=seller.country,
            currency=seller.sells_in,
            opened_on=SELLERS_SINCE,
            timezone="Europe/Berlin",
            language=seller.language,
            address=address,
            **stage.made,
        )
    return open_account(
        kind=AccountKind.RESELLER,
        parent_id=stage.accounts[seller.parent],
        name=seller.name,
        country=seller.country,
        currency=seller.buys_in,
        opened_on=SELLERS_SINCE,
        language=seller.language,
        external_id=seller.key,
        address=address,
        **stage.made,
    )


def _open_terms(
    stage: Stage, seller: str, buyer_id: int, currency: str, conditions: Conditions
) -> None:
    open_billing_account(
        seller_id=stage.accounts[seller],
        buyer_id=buyer_id,
        currency=currency,
        terms=Terms(
            statement_day=conditions.statement_day,
            due_days=conditions.due_days,
            grace_days=conditions.grace_days,
            credit_limit=conditions.credit_limit,
            bill_on_hold=conditions.bill_on_hold,
            suspend_on_hold=conditions.suspend_on_hold,
            tax_rounding=TaxRounding.LINE if conditions.rounds_per_line else TaxRounding.GROUP,
        ),
        today=stage.today,
        **stage.made,
    )


def _open_chain(stage: Stage, customer_id: int, market: str) -> None:
    open_chain(customer_id=customer_id, market=market, today=stage.today, **stage.made)
