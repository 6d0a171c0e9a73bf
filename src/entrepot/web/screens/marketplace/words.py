"""Words of the marketplace: periods, prices of a unit, and what is in the way of a line."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.resale.offers import Offer, OfferPeriod, OfferPrice, OfferResource
from entrepot.domain.subscriptions.commands.quantities import QUANTITY_MAX
from entrepot.flows.marketplace_lines import Amounts, Saving, SeenLine
from entrepot.flows.marketplace_needs import OfferNeed
from entrepot.flows.marketplace_promotions import Promised
from entrepot.web.screens.subscriptions import words as subscriptions
from entrepot.web.screens.subscriptions.levels import level
from entrepot.web.ui import formats

_PROBLEMS: Mapping[str, str | Promise] = {
    "need_missing": _(
        "“%(name)s” has to be bought with it and is not in the cart. Update the amounts to add it, or remove the line."
    ),
    "need_not_sold": _(
        "“%(name)s” has to be bought with it and cannot be ordered here: it is not published, or has no price in this"
        " market and currency. Remove the line, or ask the seller."
    ),
    "plan_not_sold": _("This plan is not sold any more, or not for this period. Remove the line."),
    "connector_inactive": _(
        "The vendor's connector rests, so nothing can be ordered from it now. Try again later."
    ),
    "order_price_missing": _(
        "This plan has no price yet on every step to this account. Choose another period or plan."
    ),
    "quantity_negative": _("A quantity cannot be below zero. Give a whole number from 1 on."),
    "quantity_not_whole": _("Only whole units can be ordered. Give a whole number from 1 on."),
    "quantity_all_zero": _("An order needs at least one unit. Give a number, or remove the line."),
    "number_malformed": _("This is no number. Give a whole number from 1 on."),
    "number_too_precise": _("Only whole units can be ordered. Give a whole number from 1 on."),
}


def period(one: OfferPeriod) -> str:
    """Name a period: "Yearly, billed monthly"."""
    return subscriptions.term(term_months=one.term_months, billing_months=one.billing_months)


def each(months: int) -> str:
    """Say after an amount how often it is billed: "a month"."""
    if months == 1:
        return gettext("a month")
    return gettext("a year") if months == 12 else gettext("every %(n)s months") % {"n": months}


def trial(days: int) -> str:
    """Say how long it costs nothing, empty for no trial."""
    text = ngettext("%(n)s day free trial", "%(n)s days free trial", days)
    return text % {"n": days} if days else ""


def unit(one: OfferResource, number: Decimal = Decimal(1)) -> str:
    """Name a resource's unit in the number that fits; its name where the catalogue has no unit."""
    return subscriptions.unit(one.unit, fallback=one.name, number=number)


def unit_price(price: OfferPrice | None) -> str:
    """Write the price of a unit, "–" for none."""
    if price is None or price.price is None:
        return formats.EMPTY
    return subscriptions.unit_money(price.price, price.currency)


def unit_cost(price: OfferPrice | None) -> str:
    """Write the cost of a unit, "–" for none."""
    if price is None or price.cost is None:
        return formats.EMPTY
    return subscriptions.unit_money(price.cost, price.currency)


def margin(price: OfferPrice | None) -> str:
    """Write a margin as percent, "–" for none."""
    return subscriptions.share(price.margin if price else None)


def recurring(offer: Offer, one: OfferPeriod) -> OfferPrice | None:
    """Give the price of the first resource that is chosen, which a plan is compared by."""
    return one.prices.get((offer.chosen[0].id, PriceKind.RECURRING)) if offer.chosen else None


def price_before(promotion: Promised | None, one: OfferPeriod) -> str:
    """Write the price of a period as it is without the promotion; empty if it is the same."""
    if promotion is None:
        return ""
    (listed,) = [period for period in promotion.before.periods if period.id == one.id]
    before, after = recurring(promotion.before, listed), recurring(promotion.after, one)
    is_reduced = before is not None and after is not None and before.price != after.price
    return unit_price(before) if is_reduced else ""


def basis(offer: Offer, one: OfferPeriod) -> str:
    """Say what a price is for: "a seat, a month"."""
    return gettext("per %(unit)s, %(each)s") % {
        "unit": unit(offer.chosen[0]),
        "each": each(one.billing_months),
    }


def extras(offer: Offer, one: OfferPeriod, *, sees_price: bool) -> list[str]:
    """Say what else a period costs or gives: trial, set-up, what is included and what more costs."""
    texts = []
    if one.trial_days:
        texts.append(trial(one.trial_days))
    if not sees_price:
        return texts
    for (resource_id, kind), price in one.prices.items():
        known = [r for r in offer.resources if r.id == resource_id]
        if not known or not price.price:
            continue
        if kind is PriceKind.RECURRING:
            texts += [_level(one) for one in price.higher]
        elif kind is PriceKind.RENEWAL:
            texts.append(gettext("%(price)s with each further term") % {"price": unit_price(price)})
        elif kind is PriceKind.SETUP:
            texts.append(gettext("%(price)s once for set-up") % {"price": unit_price(price)})
        elif kind is PriceKind.OVERUSE:
            text = gettext("%(price)s for each further %(unit)s")
            texts.append(text % {"price": unit_price(price), "unit": unit(known[0])})
    return texts


def _level(price: OfferPrice) -> str:
    """Say what units cost at a higher level: "€8 each for units above 10 up to 20"."""
    return gettext("%(price)s each for %(units)s") % {
        "price": unit_price(price),
        "units": level(price.level),
    }


def included(one: OfferResource, offer: Offer) -> str:
    """Say how much of a measured resource comes with each unit that is bought."""
    if not one.included:
        return gettext("by use")
    amount = subscriptions.quantity(one.included)
    per = unit(offer.chosen[0]) if offer.chosen else ""
    return gettext("%(amount)s %(unit)s with each %(per)s") % {
        "amount": amount,
        "unit": unit(one, one.included),
        "per": per,
    }


def money(value: Decimal | None, currency: str) -> str:
    """Write an amount, empty for what is not shown."""
    return "" if value is None else subscriptions.money(value, currency)


def amounts(value: Amounts | None, currency: str) -> tuple[str, str]:
    """Write price and cost, empty for what is not shown."""
    if value is None:
        return "", ""
    return money(value.price, currency), money(value.cost, currency)


def share(value: Amounts | None) -> str:
    """Write the margin of amounts as percent, empty where it is not shown."""
    if value is None or not value.price or value.cost is None:
        return ""
    return subscriptions.share((value.price - value.cost) / value.price)


def saving(one: Saving, currency: str) -> str:
    """Say what a promotion takes off the first bill, or off what it costs its seller: "−€18.75 with “Spring”"."""
    facts = {"name": one.name, "amount": money(-one.first, currency)}
    if one.on_cost:
        return gettext("%(amount)s on your cost with “%(name)s”") % facts
    return gettext("%(amount)s with “%(name)s”") % facts


def needed(seen: SeenLine) -> str:
    """Say which plans of the cart need a line, empty for none."""
    if not seen.needed_by:
        return ""
    facts = {"plans": ", ".join(f"“{name}”" for name in seen.needed_by)}
    if seen.line.is_added:
        return gettext("Added because it is needed by %(plans)s") % facts
    return gettext("Needed by %(plans)s") % facts


def offer_need(one: OfferNeed, buyer: str) -> tuple[str, str, str]:
    """Say what has to be bought with a plan, and what that means for this buyer; the third is the tone."""
    names = gettext(" or ").join(one.names)
    if one.is_there:
        return names, gettext("%(buyer)s has it") % {"buyer": buyer}, "ok"
    if one.is_sold:
        return names, gettext("comes into the cart with it"), ""
    return names, gettext("cannot be ordered here"), "warn"


def problem(seen: SeenLine) -> str:
    """Say what is in the way of a line and what to do, empty for nothing."""
    if not seen.problem:
        return ""
    if seen.problem == "parameter_unusable" and seen.line.is_added:
        return gettext(
            "The vendor needs “%(name)s”. Open the plan, give it there and put it into the cart."
        ) % {"name": seen.wrong}
    if seen.problem == "parameter_unusable":
        return gettext("The vendor needs “%(name)s”, or cannot use it. Correct it.") % {
            "name": seen.wrong
        }
    if seen.problem in _PROBLEMS:
        return str(_PROBLEMS[seen.problem]).replace("%(name)s", seen.wrong)
    most = subscriptions.quantity(QUANTITY_MAX)
    return gettext("A quantity is at most %(most)s. Give a smaller number.") % {"most": most}
