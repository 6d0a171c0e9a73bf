"""Addresses that the billing screens lead to; screens of others are asked for, because they may not be there."""

from datetime import date

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from entrepot.domain.billing.lifecycle import QuarantineReason
from entrepot.domain.billing.queries.put_aside import AsideKey
from entrepot.domain.billing.queries.rehearsals import Dimension
from entrepot.web.ui.shell import Link


def crumbs(*more: Link) -> list[Link]:
    """Return the way to a page of billing."""
    return [Link(gettext("Money"), ""), Link(gettext("Billing"), billing()), *more]


def billing() -> str:
    """Return the list of runs."""
    return reverse("provider:billing")


def run(day: date) -> str:
    """Return the page of a day's run."""
    return reverse("provider:billing-run", args=[day])


def proof(day: date) -> str:
    """Return the proof report of a day's run."""
    return reverse("provider:billing-proof", args=[day])


def rehearsal(rehearsal_id: int) -> str:
    """Return the page of a rehearsal."""
    return reverse("provider:billing-rehearsal", args=[rehearsal_id])


def job(job_id: int) -> str:
    """Return the page of a job."""
    return reverse("provider:job", args=[job_id])


def aside(key: AsideKey | None = None) -> str:
    """Return the list of what is not billed, of one group if `key` is given."""
    address = reverse("provider:billing-aside")
    if key is None:
        return address
    values = {"reason": key.reason.value, "plan": key.plan_id, "tier": key.tier}
    query = "&".join(f"{name}={value}" for name, value in values.items() if value is not None)
    return f"{address}?{query}"


def repair(key: AsideKey) -> Link | None:
    """Return the page where the cause of a fault is mended, None where there is no such page."""
    pages = {
        QuarantineReason.NO_PRICE: ("provider:price-lists", gettext("Open price lists")),
        QuarantineReason.NO_EXCHANGE_RATE: (
            "provider:exchange-rates",
            gettext("Open exchange rates"),
        ),
        QuarantineReason.NO_TAX_ZONE: ("provider:customers", gettext("Open accounts")),
        QuarantineReason.CHAIN_BROKEN: ("provider:customers", gettext("Open accounts")),
    }
    if key.reason not in pages:
        return None
    name, label = pages[key.reason]
    address = if_there(name)
    return Link(label, address) if address else None


def subscription(subscription_id: int) -> str:
    """Return the page of a subscription, empty while there is none."""
    return if_there("provider:subscription", subscription_id)


def of_difference(dimension: Dimension, object_id: int | None) -> str:
    """Return the page of what a row of differences is about, empty while there is none."""
    names = {
        Dimension.RESELLER: "provider:reseller",
        Dimension.CUSTOMER: "provider:customer",
        Dimension.SUBSCRIPTION: "provider:subscription",
    }
    if object_id is None or dimension not in names:
        return ""
    return if_there(names[dimension], object_id)


def of_finding(kind: str, object_id: int) -> str:
    """Return the page of what a finding of the proof is about, empty while there is none."""
    names = {
        "subscription": "provider:subscription",
        "invoice": "provider:invoice",
        "credit_note": "provider:invoice",
        "account": "provider:customer",
    }
    return if_there(names[kind], object_id) if kind in names else ""


def if_there(name: str, *arguments: object) -> str:
    """Return an address, empty if no screen has it."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
