"""The set-up of a new reseller: company and sales currency, plans, prices, brand; each step is one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from entrepot.domain.parties.account_queries import brand_of, provider_host
from entrepot.domain.parties.commands import (
    Setup,
    choose_sales_currency,
    finish_step,
    set_brand,
    setup_of,
)
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind, SetupStep
from entrepot.domain.parties.models import Account, Brand
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.buyers import buyer_for
from entrepot.domain.resale.commands import (
    Level,
    Margin,
    MarginBasis,
    Overlay,
    change_margin,
    set_plan_overlay,
)
from entrepot.domain.resale.desk_quotes import PricePlace
from entrepot.domain.resale.models import ExchangeRate
from entrepot.domain.resale.offers import OfferPage, list_offers
from entrepot.domain.resale.plan_models import PlanOverlay
from entrepot.domain.resale.price_desk import margin_rules, places_of
from entrepot.domain.resale.queries import plan_values
from entrepot.flows.onboarding import Company, edit_company
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.ids import IdKind

PLANS_MAX = 100
_PREFIX_LENGTH = 3
_HOST_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """One page of the plans that the seller above publishes, and which of them the viewer's account sells."""

    page: OfferPage
    is_on: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class WantedBrand:
    """How a seller wants to appear; see `set_brand`."""

    host: str
    display_name: str
    accent: str
    logo_icon: str
    document_prefix: str


def unfinished(viewer: Viewer) -> Setup | None:
    """Return the set-up that the viewer's account has still to go through, None for all others."""
    if viewer.account_kind is not AccountKind.RESELLER:
        return None
    setup = setup_of(account_id=viewer.account_id)
    return None if setup is None or setup.is_finished else setup


def open_setup(viewer: Viewer) -> Setup:
    """Return the unfinished set-up of the viewer's account. Raises: NoSuchObject when there is none."""
    setup = unfinished(viewer)
    if setup is None:
        raise NoSuchObject(object=f"{IdKind.ACCOUNT.value}-{viewer.account_id}")
    return setup


def offered_currencies(viewer: Viewer) -> tuple[str, ...]:
    """Give the currencies that a reseller can sell in: the one it buys in, and those with a rate from that one."""
    bought = Account.objects.values_list("currency", flat=True).get(pk=viewer.account_id)
    rated = ExchangeRate.objects.filter(from_currency=bought).order_by("to_currency")
    others = rated.values_list("to_currency", flat=True).distinct()
    return (bought, *(code for code in others if code != bought))


def store_company(
    viewer: Viewer, *, version: int, company: Company, currency: str, actor: Actor, now: datetime
) -> Setup:
    """Store the company's data and, once and for ever, the currency of its sales.

    Raises: as `edit_company`; PartyConflict `sales_currency_fixed`; kernel MoneyError.
    """
    with transaction.atomic():
        open_setup(viewer)
        edit_company(
            viewer,
            account_id=viewer.account_id,
            version=version,
            company=company,
            actor=actor,
            now=now,
        )
        choose_sales_currency(account_id=viewer.account_id, currency=currency, actor=actor, now=now)
        return finish_step(
            account_id=viewer.account_id, step=SetupStep.COMPANY, actor=actor, now=now
        )


def plan_choices(
    viewer: Viewer, *, on_day: date, limit: int, search: str = "", after: int | None = None
) -> PlanChoices:
    """Give a page of the plans that the seller above publishes, at the prices that the viewer's account pays."""
    buyer = buyer_for(viewer, account_id=viewer.account_id)
    page = list_offers(viewer, buyer=buyer, on_day=on_day, limit=limit, search=search, after=after)
    ids = [offer.id for offer in page.rows]
    values = plan_values(plan_ids=ids, seller_path=viewer.account_path)
    return PlanChoices(page, {number: values[number].is_published for number in ids})


def switch_plans(
    viewer: Viewer,
    *,
    shown: Sequence[int],
    wanted: Collection[int],
    actor: Actor,
    now: datetime,
) -> int:
    """Sell of the shown plans those that are wanted and no others; return how many were switched.

    Only what differs is written, and only whether the plan is published: other own values stay. At most PLANS_MAX.
    Raises: NoSuchObject for a plan that does not exist or that the seller above does not publish.
    """
    above = viewer.account_path.removesuffix(f"{viewer.account_id}.")
    ids = list(dict.fromkeys(shown))[:PLANS_MAX]
    upstream = plan_values(plan_ids=ids, seller_path=above)
    own = plan_values(plan_ids=ids, seller_path=viewer.account_path)
    switched = 0
    with transaction.atomic():
        for number in ids:
            if number not in upstream or not upstream[number].is_published:
                raise NoSuchObject(object=f"{IdKind.PLAN.value}-{number}")
            is_on = number in wanted
            if own[number].is_published is is_on:
                continue
            overlay = replace(_own_values(viewer, number), is_published=is_on)
            set_plan_overlay(
                account_id=viewer.account_id,
                plan_id=number,
                overlay=overlay,
                actor=actor,
                now=now,
            )
            switched += 1
    return switched


def price_place(viewer: Viewer, setup: Setup) -> PricePlace | None:
    """Return where the account will sell, in its sales currency; None while it cannot buy."""
    places = places_of(viewer)
    return replace(places[0], currency=setup.sales_currency) if places else None


def default_markup_ppm(viewer: Viewer, *, on_day: date) -> int | None:
    """Return the mark-up on cost that makes prices where nothing narrower does, None while there is none."""
    for row in margin_rules(viewer, on_day=on_day):
        if row.number is None and row.basis is MarginBasis.COST and row.valid_from <= on_day:
            return row.percent_ppm
    return None


def set_default_markup(
    viewer: Viewer,
    *,
    percent_ppm: int,
    business_date: date,
    confirmed: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Sell everything at the cost and a mark-up from the business date on, unless something narrower says otherwise.

    Raises: ResaleInput; ResaleRefused `margin_unusual`.
    """
    change_margin(
        seller_id=viewer.account_id,
        level=Level(),
        margin=Margin(basis=MarginBasis.COST, percent_ppm=percent_ppm),
        valid_from=business_date,
        business_date=business_date,
        confirmed=confirmed,
        actor=actor,
        now=now,
    )


def end_step(viewer: Viewer, *, step: SetupStep, actor: Actor, now: datetime) -> Setup:
    """Mark a step as done. Raises: NoSuchObject; SetupInput `sales_currency_missing`."""
    open_setup(viewer)
    return finish_step(account_id=viewer.account_id, step=step, actor=actor, now=now)


def usual_brand(viewer: Viewer) -> WantedBrand:
    """Return the account's brand, or one made of its name: an address below the provider's, a free prefix."""
    known = brand_of(account_id=viewer.account_id)
    if known is not None:
        return WantedBrand(
            known.host,
            known.display_name,
            known.accent,
            known.logo_icon,
            known.document_prefix,
        )
    letters = "".join(
        c if c.isascii() and c.isalnum() else " " for c in sort_key(viewer.account_name)
    )
    words = letters.split() or ["shop"]
    label = words[0][:_HOST_LENGTH_MAX]
    host = f"{label}.{provider_host()}" if provider_host() else label
    return WantedBrand(
        host=host,
        display_name=viewer.account_name[:120],
        accent="#3b4fd8",
        logo_icon="package",
        document_prefix=_free_prefix(label),
    )


def store_brand(viewer: Viewer, *, brand: WantedBrand, actor: Actor, now: datetime) -> Setup:
    """Give the account its brand. Raises: as `set_brand`; SetupInput `sales_currency_missing`."""
    with transaction.atomic():
        open_setup(viewer)
        set_brand(
            account_id=viewer.account_id,
            host=brand.host,
            display_name=brand.display_name,
            document_prefix=brand.document_prefix,
            accent=brand.accent,
            logo_icon=brand.logo_icon,
            actor=actor,
            now=now,
        )
        return finish_step(account_id=viewer.account_id, step=SetupStep.BRAND, actor=actor, now=now)


def markup_share(*, price: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """Return what is put on the cost as a share of it; None where one is not known or the cost is zero."""
    if price is None or cost is None or cost == 0:
        return None
    return (price - cost) / cost


def _own_values(viewer: Viewer, plan_id: int) -> Overlay:
    row = PlanOverlay.objects.filter(account_id=viewer.account_id, plan_id=plan_id).first()
    if row is None:
        return Overlay()
    return Overlay(**{one.name: getattr(row, one.name) for one in fields(Overlay)})


def _free_prefix(label: str) -> str:
    """Make a document prefix that no other brand has: letters of the name, then a number."""
    letters = "".join(c for c in label.upper() if c.isalpha())[:_PREFIX_LENGTH] or "S"
    taken = set(
        Brand.objects.filter(document_prefix__startswith=letters).values_list(
            "document_prefix", flat=True
        )
    )
    tries = (letters, *(f"{letters}{n}" for n in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)
