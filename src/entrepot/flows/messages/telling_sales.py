"""From facts about orders, documents, money and terms to messages."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from entrepot.domain.billing.models import Invoice
from entrepot.domain.documents.types import Language
from entrepot.domain.notifications.kinds import MessageKind
from entrepot.domain.notifications.senders import Sender, sender_to
from entrepot.domain.ordering.kinds import ApprovalState
from entrepot.domain.ordering.lifecycle import SHOWN, Code, Shown
from entrepot.domain.ordering.models import Order, OrderApproval
from entrepot.domain.parties.kinds import ContactKind
from entrepot.domain.resale.models import BillingAccount
from entrepot.domain.subscriptions.models import Subscription, SubscriptionItem
from entrepot.flows.addresses import page_address
from entrepot.flows.messages import addressees, values
from entrepot.flows.messages.telling import OF_PEOPLE, deliver, welcome
from entrepot.flows.messages.values import Values
from entrepot.infra.outbox.outgoing import Outgoing
from entrepot.kernel.ids import IdKind, format_id
from entrepot.kernel.money import exponent

_PLANS_SHOWN = 10

_OF_ORDERS: Mapping[Shown, MessageKind] = {
    Shown.SUBMITTED: MessageKind.ORDER_SUBMITTED,
    Shown.PROCESSING: MessageKind.ORDER_PROCESSING,
    Shown.ERROR: MessageKind.ORDER_ERROR,
    Shown.COMPLETED: MessageKind.ORDER_COMPLETED,
    Shown.CANCELLED: MessageKind.ORDER_CANCELLED,
}


def _orders(fact: Outgoing) -> None:
    """Tell of orders that took a step together; of those that went on meanwhile a later fact tells."""
    shown = Shown(fact.payload["shown"])
    rows = list(Order.objects.filter(pk__in=fact.payload["orders"]).order_by("id"))
    if not rows:
        return
    sender = sender_to(account_id=rows[0].customer_id)
    before = Order.objects.filter(customer_id=rows[0].customer_id, pk__lt=rows[0].id)
    if fact.payload["is_new"] and not before.exists():
        welcome(fact, sender=sender)
    still = [row for row in rows if SHOWN[Code(row.code)] is shown]
    if still:
        deliver(
            fact,
            kind=_OF_ORDERS[shown],
            sender=sender,
            to=addressees.company(sender),
            said=_order_values(sender, still),
        )


def _asked(fact: Outgoing) -> None:
    """Ask the buyer's administrators about orders that still wait for their decision."""
    waiting = OrderApproval.objects.filter(
        pk__in=fact.payload["orders"], state=ApprovalState.WAITING, buyer_id__isnull=False, step=0
    )
    rows = list(Order.objects.filter(pk__in=waiting.values("pk")).order_by("id"))
    if not rows:
        return
    sender = sender_to(account_id=rows[0].customer_id)
    of_orders = _order_values(sender, rows)
    amount = sum((row.first_amount for row in rows), Decimal(0))
    said = values.in_both(
        lambda language: {
            **of_orders[language.value],
            "by": rows[0].placed_by,
            "amount": values.money(
                amount,
                currency=rows[0].currency,
                exponent=exponent(rows[0].currency),
                language=language,
            ),
        }
    )
    people = [
        one
        for user in addressees.administrators(account_id=sender.account_id)
        for one in addressees.person(user)
    ]
    deliver(
        fact,
        kind=MessageKind.ORDER_ASKED,
        sender=sender,
        to=people or addressees.company(sender),
        said=said,
    )


def _order_values(sender: Sender, rows: list[Order]) -> Values:
    names = [row.plan_name for row in rows]
    more = "" if len(names) <= _PLANS_SHOWN else " …"
    address = page_address(sender.host, kind=sender.account_kind, page="order", number=rows[0].id)
    said = {
        "orders": ", ".join(row.number_text for row in rows[:_PLANS_SHOWN]) + more,
        "plans": ", ".join(names[:_PLANS_SHOWN]) + more,
        "order_link": address,
    }
    return values.in_both(lambda _language: said)


def _document(fact: Outgoing) -> None:
    row = Invoice.objects.get(pk=fact.object_id)
    sender = sender_to(account_id=row.buyer_id)
    is_invoice = fact.kind == "invoice_issued"
    address = page_address(sender.host, kind=sender.account_kind, page="document", number=row.id)
    said = values.in_both(
        lambda language: {
            "number": row.number_text,
            "amount": values.money(
                abs(row.gross), currency=row.currency, exponent=row.exponent, language=language
            ),
            "day": values.day(row.issued_on, language),
            "due": values.day(row.due_on, language),
            "document_link": address,
        }
    )
    deliver(
        fact,
        kind=MessageKind.INVOICE_ISSUED if is_invoice else MessageKind.CREDIT_NOTE_ISSUED,
        sender=sender,
        to=addressees.company(sender, contact=ContactKind.BILLING),
        said=said,
    )


def _payment(fact: Outgoing) -> None:
    account = BillingAccount.objects.get(pk=fact.object_id)
    sender = sender_to(account_id=account.buyer_id)
    amount = Decimal(fact.payload["amount"])
    said = values.in_both(
        lambda language: {
            "amount": values.money(
                amount, currency=account.currency, exponent=account.exponent, language=language
            ),
            "day": values.day(fact.on_day, language),
        }
    )
    deliver(
        fact,
        kind=MessageKind.PAYMENT_NOTED,
        sender=sender,
        to=addressees.company(sender, contact=ContactKind.BILLING),
        said=said,
    )


def _credit(fact: Outgoing) -> None:
    account = BillingAccount.objects.get(pk=fact.object_id)
    sender = sender_to(account_id=account.buyer_id)
    until = fact.payload["until"]
    said = values.in_both(
        lambda language: {
            "until": values.day(date.fromisoformat(until), language) if until else "",
        }
    )
    is_held = fact.kind == "credit_held"
    deliver(
        fact,
        kind=MessageKind.CREDIT_HELD if is_held else MessageKind.CREDIT_RELEASED,
        sender=sender,
        to=addressees.company(sender, contact=ContactKind.BILLING),
        said=said,
    )


def _term(fact: Outgoing) -> None:
    row = Subscription.objects.get(pk=fact.object_id)
    sender = sender_to(account_id=row.customer_id)
    ends_on = date.fromisoformat(fact.payload["ends_on"])
    address = page_address(
        sender.host, kind=sender.account_kind, page="subscription", number=row.id
    )
    said = values.in_both(
        lambda language: {
            "plan": row.plan_name,
            "subscription": format_id(kind=IdKind.SUBSCRIPTION, number=row.id),
            "ends_on": values.day(ends_on, language),
            "days": str(fact.payload["days"]),
            "subscription_link": address,
        }
    )
    renews = fact.kind == "subscription_renews_soon"
    deliver(
        fact,
        kind=MessageKind.RENEWAL_SOON if renews else MessageKind.EXPIRY_SOON,
        sender=sender,
        to=addressees.company(sender),
        said=said,
    )


def _usage(fact: Outgoing) -> None:
    """Tell a customer that much, or all, of what is included of a measured resource is used."""
    row = Subscription.objects.get(pk=fact.object_id)
    item = SubscriptionItem.objects.select_related("resource").get(pk=fact.payload["item"])
    sender = sender_to(account_id=row.customer_id)
    address = page_address(
        sender.host, kind=sender.account_kind, page="subscription", number=row.id
    )

    def said(language: Language) -> dict[str, str]:
        unit = item.resource.unit.get(language.value) or item.resource.unit.get("en", "")
        return {
            "plan": row.plan_name,
            "subscription": format_id(kind=IdKind.SUBSCRIPTION, number=row.id),
            "resource": item.resource.name,
            "share": values.share(int(fact.payload["share"]), language),
            "used": values.units(Decimal(fact.payload["used"]), unit, language),
            "included": values.units(Decimal(fact.payload["included"]), unit, language),
            "subscription_link": address,
        }

    deliver(
        fact,
        kind=MessageKind.UNITS_USED,
        sender=sender,
        to=addressees.company(sender),
        said=values.in_both(said),
    )


TOLD: Mapping[str, Callable[[Outgoing], None]] = {
    **OF_PEOPLE,
    "orders_moved": _orders,
    "order_asked": _asked,
    "invoice_issued": _document,
    "credit_note_issued": _document,
    "payment_received": _payment,
    "credit_held": _credit,
    "credit_released": _credit,
    "credit_released_until": _credit,
    "included_units_used": _usage,
    "subscription_renews_soon": _term,
    "subscription_expires_soon": _term,
}
"""Every kind of fact of which people are told, with the function that tells it."""


def tell(fact: Outgoing) -> None:
    """Write the messages of a fact into the log; the same fact again writes none. Raises: refusals of addresses."""
    TOLD[fact.kind](fact)
