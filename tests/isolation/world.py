"""One world in which everybody has one of everything, and everything says whose it is.

    harbor (provider)
      north (reseller, a tenant)
        mid (reseller): customers cust, sib, moved (now side's), closed (cancelled), deep (reseller) with customer leaf
        side (reseller): customer sidecust
        upcust (customer)
      alien (reseller, another tenant): customer aliencust
      direct (customer of the provider, a tenant of its own)

Texts of an account carry its marker (`marker("mid")`), numbers of rows are counted from far apart places, so that a
number in an answer says which row it is, and no two tiers of a sale have an amount in common.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from entrepot.domain.billing.models import BillingRun, Invoice
from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.catalog.models import CatalogPrice, Plan, SalesCategory
from entrepot.domain.identity.models import DirectoryGroup, DirectoryToken, Portal
from entrepot.domain.notifications.models import Message
from entrepot.domain.ordering.commands import Cart, Line
from entrepot.domain.ordering.commands.notes import add_note as add_order_note
from entrepot.domain.ordering.commands.workflows import WorkflowValues, save_workflow
from entrepot.domain.ordering.kinds import AtTimeout, Audience
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.commands import add_note, open_provider
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, OwnRole, User
from entrepot.domain.provisioning.commands.connectors import add_connector
from entrepot.domain.provisioning.kinds import ConnectorKind, FollowUpKind
from entrepot.domain.provisioning.models import DriftDifference, DriftLook, FollowUp, Operation
from entrepot.domain.resale.commands import (
    NewPromotion,
    Terms,
    create_promotion,
    open_chain,
    set_margin_rule,
    set_seller_price,
)
from entrepot.domain.resale.models import AgreedPrice, BillingAccount, ChainLink, MarginBasis
from entrepot.domain.subscriptions.commands import start_subscription
from entrepot.domain.subscriptions.commands.notes import add_note as add_subscription_note
from entrepot.domain.subscriptions.models import (
    QuantityChange,
    Subscription,
    SubscriptionItem,
    SubscriptionMoney,
)
from entrepot.domain.tax.commands import add_tax_category, add_tax_zone, set_tax_rule
from entrepot.domain.tax.models import TaxTreatment
from entrepot.domain.usage.models import UsageImport, UsageImportState
from entrepot.flows.orders import estimate_order, place_order
from entrepot.flows.provisioning import surroundings
from entrepot.infra.tasks.models import Job
from tests.domain.resale.shop import EPOCH, add_period
from tests.domain.resale.shop import _plan as a_plan
from tests.support.clients import proved
from tests.support.people import OPENED_ON, SETUP, account, brand, user
from tests.support.runs import run_within

DAY = date(2026, 3, 15)
NOW = datetime(2026, 3, 16, 7, 30, tzinfo=UTC)

TREE: Mapping[str, str] = {
    "north": "harbor",
    "mid": "north",
    "deep": "mid",
    "side": "north",
    "alien": "harbor",
    "cust": "mid",
    "sib": "mid",
    "moved": "mid",
    "closed": "mid",
    "leaf": "deep",
    "sidecust": "side",
    "upcust": "north",
    "aliencust": "alien",
    "direct": "harbor",
}
SELLERS = ("harbor", "north", "mid", "deep", "side", "alien")
BUYERS = tuple(TREE)
WHO: dict[str, Any] = {"actor": SETUP, "now": NOW}


def marker(word: str) -> str:
    """Return what stands in every text of an account: no other text contains it."""
    return f"Qw{word}wq"


@dataclass
class World:
    """Numbers and keys by kind of object and word of the account."""

    accounts: dict[str, int] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=lambda: dict(TREE))
    ids: dict[str, dict[str, int | str]] = field(default_factory=dict)
    people: dict[tuple[str, str], int] = field(default_factory=dict)

    def keep(self, kind: str, word: str, value: int | str) -> None:
        """Note the number of an object of an account."""
        self.ids.setdefault(kind, {})[word] = value

    def below(self, word: str) -> set[str]:
        """Return an account with everybody below it, as the tree is now."""
        found = {word}
        for one in BUYERS:
            if self.parents[one] in found:
                found.add(one)
        return found

    def browser(self, word: str, role: str = "administrator") -> Client:
        """Return a browser in which a person of an account is signed in."""
        host = "harbor" if word in SELLERS else self.parents[word]
        client = Client(
            SERVER_NAME=f"{marker(host).lower()}.localhost", raise_request_exception=False
        )
        person = User.objects.get(pk=self.people[word, role])
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return proved(client, now=NOW)


def build() -> World:
    """Make the world: opened, sold, billed for one day, then one customer moved and one closed."""
    spread_numbers()
    world = World()
    _open(world)
    _people(world)
    plan, period, seat = _catalogue()
    _prices(world, period, seat)
    for place, word in enumerate(BUYERS):
        _buy(world, word, period, seat, place)
    run_within(day=DAY, now=NOW)
    _agree(world)
    _paper(world)
    _orders(world, period, seat)
    _sellers(world)
    _texts(world)
    _hub(world, plan, period, seat)
    _move(world)
    Account.objects.filter(pk=world.accounts["closed"]).update(status="cancelled")
    return world


def spread_numbers() -> None:
    """Let every table count from a place of its own."""
    with connection.cursor() as cursor:
        for place, model in enumerate(apps.get_models()):
            key = model._meta.pk
            if key.get_internal_type() == "BigAutoField":
                sequence = f"pg_get_serial_sequence('{model._meta.db_table}', '{key.column}')"
                # Never backwards: what other tests have committed keeps its numbers.
                number = f"greatest({3_000_000 + place * 10_000}, nextval({sequence}))"
                cursor.execute(f"SELECT setval({sequence}, {number})")


def _open(world: World) -> None:
    world.accounts["harbor"] = open_provider(
        name=f"{marker('harbor')} Distribution",
        country="DE",
        currency="EUR",
        opened_on=OPENED_ON,
        timezone="Europe/Berlin",
        **WHO,
    )
    for word, parent in TREE.items():
        kind = AccountKind.RESELLER if word in SELLERS else AccountKind.CUSTOMER
        world.accounts[word] = account(
            kind, world.accounts[parent], f"{marker(word)} Works", external_id=f"X-{marker(word)}"
        )
    for place, word in enumerate(SELLERS):
        brand(world.accounts[word], marker(word).lower(), f"PR{place}")
    world.ids["account"] = dict(world.accounts)


def _people(world: World) -> None:
    for word, number in world.accounts.items():
        for role in (RoleCode.ADMINISTRATOR, *_MORE_ROLES.get(word, ())):
            world.people[word, role.value] = user(
                number, f"{role.value}.{marker(word).lower()}", f"{marker(word)} Pat", role=role
            )
        world.keep("user", word, world.people[word, "administrator"])


_MORE_ROLES: Mapping[str, tuple[RoleCode, ...]] = {
    "harbor": (RoleCode.BILLING, RoleCode.SUPPORT, RoleCode.READ_ONLY),
    "mid": (RoleCode.BILLING, RoleCode.SUPPORT, RoleCode.READ_ONLY),
    "cust": (RoleCode.BILLING, RoleCode.SUPPORT, RoleCode.READ_ONLY, RoleCode.USER),
}


def _catalogue() -> tuple[int, int, int]:
    zone = add_tax_zone(code="DE", name="Germany", country="DE", **WHO)
    category = add_tax_category(code="standard", name="Standard", **WHO)
    for registered in (False, True):
        set_tax_rule(
            seller_zone_id=zone,
            buyer_zone_id=zone,
            category_id=category,
            buyer_registered=registered,
            treatment=TaxTreatment.STANDARD,
            rate_ppm=190_000,
            label="VAT 19 %",
            valid_from=EPOCH,
            **WHO,
        )
    plan, seat, _storage = a_plan(category)
    shelf = SalesCategory.objects.create(code="mail", name={}, icon="mail")
    Plan.objects.filter(pk=plan).update(sales_category=shelf)
    period = add_period(plan, seat)
    CatalogPrice.objects.update(unit_cost=COST, listed_cost=COST)
    return plan, period, seat


COST = Decimal("7.77")
PRICES: Mapping[str, Decimal] = {
    word: Decimal("9.31") + place * Decimal("2.17") for place, word in enumerate(SELLERS)
}
"""What each seller asks for a new seat."""


def _prices(world: World, period: int, seat: int) -> None:
    for word, price in PRICES.items():
        number = world.accounts[word]
        set_margin_rule(
            seller_id=number,
            basis=MarginBasis.COST,
            percent_ppm=100_000,
            valid_from=EPOCH,
            **WHO,
        )
        set_seller_price(
            seller_id=number,
            plan_period_id=period,
            resource_id=seat,
            kind=PriceKind.RECURRING,
            currency="EUR",
            unit_price=price,
            valid_from=EPOCH,
            confirmed=True,
            **WHO,
        )


def _buy(world: World, word: str, period: int, seat: int, place: int) -> None:
    """Give an account one seat, with a price of its own on every tier, due on the day."""
    number = world.accounts[word]
    open_chain(
        customer_id=number,
        market="DE",
        open_missing=Terms(statement_day=0, due_days=10, grace_days=5),
        today=EPOCH,
        **WHO,
    )
    subscription = start_subscription(
        customer_id=number,
        plan_period_id=period,
        quantities={seat: Decimal(1)},
        start_on=DAY,
        vendor_reference=f"V-{marker(word)}",
        purchase_order=f"PO-{marker(word)}",
        **WHO,
    )
    item = SubscriptionItem.objects.get(subscription_id=subscription, resource_id=seat)
    world.keep("subscription", word, subscription)
    change = QuantityChange.objects.create(
        tenant_id=item.tenant_id,
        subscription_id=subscription,
        item_id=item.pk,
        effective_on=date(2026, 4, 15),
        new_quantity=Decimal(2),
        ordered_at=NOW,
        ordered_by=f"{marker(word)} Pat",
    )
    world.keep("change", word, change.pk)


def _agree(world: World) -> None:
    """Give every sale a price of its own from now on; a tier's cost is the price of the tier above."""
    for place, word in enumerate(BUYERS):
        number = world.ids["subscription"][word]
        base = Decimal(101) + place * Decimal("37.13")
        items = SubscriptionItem.objects.filter(subscription_id=number)
        for one in AgreedPrice.objects.filter(item_id__in=items.values("id"), valid_to=None):
            cost, price = (base + (one.tier + up) * Decimal("3.07") for up in (0, 1))
            AgreedPrice.objects.filter(pk=one.pk).update(unit_cost=cost, unit_price=price)
            SubscriptionMoney.objects.filter(subscription_id=number, tier=one.tier).update(
                monthly_cost=cost, monthly_price=price
            )


def _paper(world: World) -> None:
    for word, number in world.accounts.items():
        bought = Invoice.objects.filter(buyer_id=number).order_by("-id").first()
        terms = BillingAccount.objects.filter(buyer_id=number).first()
        if bought is not None:
            world.keep("invoice", word, bought.pk)
        if terms is not None:
            world.keep("terms", word, terms.pk)


def _orders(world: World, period: int, seat: int) -> None:
    add_connector(
        name="desk",
        kind=ConnectorKind.MANUAL,
        vendor_id=Plan.objects.get().service.vendor_id,
        surroundings=surroundings(),
        **WHO,
    )
    for word in BUYERS:
        number = world.accounts[word]
        line = Line(period, {seat: Decimal(3)}, {"domain": f"{marker(word)}.example"})
        cart = Cart(number, [line], purchase_order=f"PO-{marker(word)}")
        amount = estimate_order(cart, now=NOW).total.first
        key = f"placed-{marker(word)}"
        order = place_order(cart, request_key=key, confirmed=amount, **WHO)[0]
        row = Order.objects.get(pk=order)
        world.keep("order", word, order)
        world.keep("placed", word, key)
        world.keep("operation", word, row.operation_id or 0)
        for owner in (word, world.parents[word]):
            said = {"owner_id": world.accounts[owner], "text": f"Note of {marker(owner)}", **WHO}
            add_order_note(order_id=order, request_key=f"order-{word}-{owner}", **said)
            subscription = world.ids["subscription"][word]
            key = f"subscription-{word}-{owner}"
            add_subscription_note(subscription_id=subscription, request_key=key, **said)


def _texts(world: World) -> None:
    for word, number in world.accounts.items():
        role = OwnRole.objects.create(account_id=number, name=f"Role of {marker(word)}", levels={})
        world.keep("own_role", word, role.pk)
        name = marker(word).lower()
        portal = Portal.objects.create(
            account_id=number,
            realm="harbor.localhost",
            slug=name,
            name=f"Portal of {marker(word)}",
            issuer=f"https://{name}.example",
            client_id=f"client-{marker(word)}",
            sealed_secret="-",
            scopes="openid",
            login_claim="email",
            role=RoleCode.READ_ONLY,
        )
        world.keep("portal", word, portal.pk)
        times = {"made_at": NOW, "changed_at": NOW}
        group = DirectoryGroup.objects.create(
            account_id=number, name=f"Group of {marker(word)}", **times
        )
        world.keep("directory_group", word, group.pk)
        token = DirectoryToken.objects.create(
            account_id=number,
            name=f"Token of {marker(word)}",
            prefix="scim_x",
            digest=name,
            made_by=marker(word),
            made_at=NOW,
            expires_at=NOW + timedelta(days=30),
        )
        world.keep("directory_token", word, token.pk)
    for word in BUYERS:
        row = Account.objects.get(pk=world.accounts[word])
        message = Message.objects.create(
            tenant_id=row.tenant_id,
            seller_id=row.parent_id or 0,
            brand_id=row.parent_id or 0,
            account_id=row.pk,
            account_name=row.name,
            kind="welcome",
            language="en",
            address=f"{marker(word)}@mail.example".lower(),
            subject=f"Welcome, {marker(word)}",
            text=f"Welcome, {marker(word)}",
            html=f"<p>Welcome, {marker(word)}</p>",
            event=f"welcome-{word}",
            source=f"welcome-{word}",
            state="sent",
            created_at=NOW,
            sent_at=NOW,
        )
        world.keep("message", word, message.pk)
    world.keep("words", "harbor", "welcome")


def _sellers(world: World) -> None:
    for word in SELLERS:
        number = world.accounts[word]
        promotion = NewPromotion(
            name=f"Promotion of {marker(word)}",
            code=marker(word).upper(),
            recurring_ppm=100_000,
            valid_from=DAY,
        )
        world.keep(
            "promotion",
            word,
            create_promotion(seller_id=number, wanted=promotion, today=DAY, **WHO),
        )
        workflow = WorkflowValues(
            name=f"Workflow of {marker(word)}",
            audience=Audience.ALL,
            steps=[[world.people[word, "administrator"]]],
            timeout_hours=24,
            at_timeout=AtTimeout.REJECT,
        )
        world.keep("workflow", word, save_workflow(seller_id=number, values=workflow, **WHO))
        job = Job.objects.create(
            task="import_subscriptions",
            label=f"{marker(word)}.csv",
            state="done",
            account_id=number,
            owner_id=world.people[word, "administrator"],
            arguments={"mode": "check", "path": "book.csv", "seller": number},
            result={"mode": "check", "rows": 0, "good": 0, "bad": 0, "faults": [], "lines": []},
            created_at=NOW,
            started_at=NOW,
            finished_at=NOW,
        )
        world.keep("job", word, job.pk)
        for below in (one for one in BUYERS if world.parents[one] == word):
            add_note(
                account_id=world.accounts[below],
                owner_id=number,
                text=f"Note of {marker(word)}",
                request_key=f"note-{below}",
                **WHO,
            )


def _hub(world: World, plan: int, period: int, seat: int) -> None:
    """Note what belongs to the hub, and make what only a vendor's answer or a file would."""
    row = Plan.objects.get(pk=plan)
    connector = Operation.objects.order_by("id")[0].connector_id
    look = DriftLook.objects.create(
        connector_id=connector,
        looked_at=NOW,
        compared=1,
        in_motion=0,
        found_unknown=False,
        looked_by="setup",
    )
    found = DriftDifference.objects.create(
        look=look, kind="quantity", instance_key="K-1", ours="5", theirs="6"
    )
    follow_up = FollowUp.objects.create(
        kind=FollowUpKind.DELIVERED_AFTER_CANCEL,
        connector_id=connector,
        operation_id=world.ids["operation"]["cust"],
        text="The vendor carried out an operation that had been cancelled.",
        opened_at=NOW,
    )
    usage = UsageImport.objects.create(
        file_name="may.csv",
        state=UsageImportState.APPLIED,
        parquet_path="usage/lost/2026-05/import-1.parquet",
        imported_at=NOW,
        imported_by="setup",
    )
    own: dict[str, int | str] = {
        "plan": plan,
        "period": period,
        "resource": seat,
        "service": row.service_id,
        "category": row.sales_category_id or 0,
        "connector": connector,
        "difference": found.pk,
        "follow_up": follow_up.pk,
        "usage_import": usage.pk,
        "day": BillingRun.objects.get().day.isoformat(),
    }
    for kind, value in own.items():
        world.keep(kind, "harbor", value)


def _move(world: World) -> None:
    """Move a customer to the neighbour within its tenant, with what it has; its documents stay where they are."""
    row, new = (Account.objects.get(pk=world.accounts[word]) for word in ("moved", "side"))
    path = f"{new.path}{row.pk}."
    for model in (Subscription, Order):
        model.objects.filter(customer_id=row.pk).update(customer_path=path, seller_id=new.pk)
    Account.objects.filter(pk=row.pk).update(parent_id=new.pk, path=path)
    ChainLink.objects.filter(chain__customer_id=row.pk, seller_id=world.accounts["mid"]).update(
        seller_id=new.pk
    )
    for sold in (BillingAccount, Message):
        of_buyer = {"buyer_id" if sold is BillingAccount else "account_id": row.pk}
        sold.objects.filter(**of_buyer).update(seller_id=new.pk)
    Invoice.objects.filter(buyer_id=row.pk).update(seller_id=new.pk)
    world.parents["moved"] = "side"
