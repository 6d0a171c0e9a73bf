"""One operation: where it stands, what the vendor said, what can be done."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.details import without_secrets
from entrepot.domain.provisioning.queries import CallRow
from entrepot.flows.operation_acts import OperationAct, possible
from entrepot.flows.provisioning_lists import OperationPageFacts, operation_page
from entrepot.kernel.ids import IdKind, format_id
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.billing import words as billing_words
from entrepot.web.screens.home import links
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.orders import words as order_words
from entrepot.web.screens.orders.parameters import shown_value
from entrepot.web.screens.provisioning import words
from entrepot.web.ui import formats
from entrepot.web.ui.shell import Link

ACTS = {
    OperationAct.RESUBMIT: _("Resubmit"),
    OperationAct.DONE: _("Mark as done"),
    OperationAct.FAIL: _("Mark as failed"),
    OperationAct.WITHDRAW: _("Give up"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of facts; `url` makes its value a link."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call to the vendor in words."""

    when: str
    iso: str
    what: str
    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that can be done, on a page of its own."""

    label: str
    url: str
    kind: str


@screen(Capability.VIEW_ORDERS)
def operation(request: SignedInRequest, *, number: int) -> HttpResponse:
    """Show one operation."""
    viewer = request.viewer
    found = operation_page(viewer, operation_id=number)
    facts = found.facts
    acts = possible(found) if viewer.can(Capability.MANAGE_ORDERS) else frozenset()
    context = {
        "title": order_words.action(facts.action),
        "number": f"OP-{facts.id}",
        "crumbs": crumbs(viewer),
        "state": words.badge(facts.state),
        "word": words.state(facts.state, is_by_hand=facts.is_by_hand),
        "error": facts.error,
        "error_class": order_words.cause(facts.error_class),
        "is_parked": facts.is_parked,
        "is_effect_known": facts.is_effect_known,
        "facts": _facts(viewer, found),
        "service": _service(found),
        "parameters": [
            Fact(name, shown_value(value))
            for name, value in without_secrets(facts.parameters).items()
        ],
        "calls": [_call(one) for one in reversed(found.calls)],
        "follow_ups": [(words.follow_up(one.kind), one.text) for one in found.follow_ups],
        "follow_ups_url": links.address(viewer, "follow-ups"),
        "order_url": _order_url(viewer, found),
        "may_hurry": OperationAct.NOW in acts,
        "buttons": [
            Button(
                str(label),
                links.address(viewer, f"operation-{act}", facts.id),
                "primary" if act is OperationAct.RESUBMIT else "",
            )
            for act, label in ACTS.items()
            if act in acts
        ],
    }
    return render(request, "screens/provisioning/page.html", context)


def crumbs(viewer: Viewer) -> list[Link]:
    """Return the way to a page of provisioning."""
    return [Link(gettext("Provisioning"), links.address(viewer, "provisioning"))]


def _order_url(viewer: Viewer, found: OperationPageFacts) -> str:
    return "" if found.order_id is None else links.address(viewer, "order", found.order_id)


def _facts(viewer: Viewer, found: OperationPageFacts) -> list[Fact]:
    facts = found.facts
    subscription = format_id(kind=IdKind.SUBSCRIPTION, number=facts.subscription_id)
    customer = (
        "" if found.customer_id is None else links.address(viewer, "customer", found.customer_id)
    )
    lines = [
        Fact(gettext("Customer"), found.customer_name, customer),
        Fact(gettext("Plan"), found.plan_name),
        Fact(
            gettext("Subscription"),
            subscription,
            links.address(viewer, "subscription", facts.subscription_id),
        ),
        Fact(gettext("Order"), found.order_number, _order_url(viewer, found)),
        Fact(
            gettext("Connector"),
            facts.connector,
            links.address(viewer, "connector", facts.connector_id),
        ),
        Fact(gettext("Asked for by"), facts.requested_by),
        Fact(gettext("Asked for"), order_words.stamp(facts.requested_at)),
        Fact(gettext("Attempts"), home_words.number(facts.attempts)),
        Fact(gettext("Next look"), order_words.stamp(facts.due_at) if facts.due_at else ""),
        Fact(
            gettext("Given up asking"),
            order_words.stamp(facts.give_up_at) if facts.give_up_at and facts.due_at else "",
        ),
        Fact(
            gettext("Over since"), order_words.stamp(facts.settled_at) if facts.settled_at else ""
        ),
    ]
    return [line for line in lines if line.value]


def _service(found: OperationPageFacts) -> list[Fact]:
    facts = found.facts
    product = ", ".join(f"{name} {value}" for name, value in sorted(facts.product.items()))
    lines = [
        Fact(gettext("Product at the vendor"), product),
        Fact(gettext("Units"), formats.quantity(facts.quantity, language=billing_words.language())),
        *(
            Fact(name, formats.quantity(number, language=billing_words.language()))
            for name, number in sorted(facts.units.items())
        ),
        Fact(gettext("ID at the vendor"), facts.vendor_id),
        Fact(gettext("Our name of the service"), facts.key),
    ]
    return [line for line in lines if line.value]


def _call(one: CallRow) -> CallLine:
    return CallLine(
        when=order_words.stamp(one.at),
        iso=one.at.isoformat(),
        what=order_words.purpose(one.purpose),
        outcome=f"{words.outcome(one.outcome)}, {home_words.number(one.milliseconds)} ms",
        text=one.text,
    )
