"""Prices at the start of a term, tier by tier (rule 8)."""

from datetime import date
from fractions import Fraction

from tests.reference.amounts import MILLION, rounded
from tests.reference.calendar import covers
from tests.reference.state import Agreed, Book, CannotBill, Sub
from tests.reference.world import (
    EXPONENTS,
    BillingAccount,
    CatalogPrice,
    MarginRule,
    Promotion,
    SellerPrice,
    World,
    find,
)

KINDS = ("setup", "renewal", "recurring", "overuse", "usage")


def agree_prices(world: World, sub: Sub, day: date, promotions: dict[int, Promotion]) -> None:
    """Agree the prices of a term that starts on `day`, with the promotions by tier.

    Raises: CannotBill when the price that the plan lives on is missing on any tier.
    """
    needed = "usage" if sub.plan.is_usage else "recurring"
    for item in sub.items:
        for kind in KINDS:
            rows = _prices(world, sub, item.resource, kind, day)
            optional = kind != needed or (item.measured and kind == "recurring")
            if len({row.tier for row in rows}) < len(sub.chain.links) and not optional:
                raise CannotBill("no_price")
            for row in rows:
                row.item = item.key
            standing = {row.tier: _standing(sub, item.key, row.tier, kind) for row in rows}
            for row in rows:
                _keep_or_replace(sub, row, promotions.get(row.tier), standing[row.tier])
            if rows:
                _drop_levels(sub, item.key, kind, day, keep=max(row.level for row in rows))


def split(prices: list[Agreed], quantity: Fraction) -> dict[int, Fraction]:
    """Return how many units each level charges; `prices` are the levels of one price, the lowest first."""
    counted = dict.fromkeys((price.level for price in prices), Fraction(0))
    if not prices or quantity == 0:
        return counted
    if prices[0].model == "flat":
        return {prices[0].level: quantity}
    reached = max((price for price in prices if price.lower < quantity), key=lambda p: p.lower)
    if prices[0].model == "volume":
        counted[reached.level] = quantity
        return counted
    left = quantity
    for price in reversed(prices[: prices.index(reached) + 1]):
        counted[price.level] = left - price.lower
        left = price.lower
    return counted


def _standing(sub: Sub, item: int, tier: int, kind: str) -> int:
    """Return the discount that levels new to the item take over: that of the lowest one before this term."""
    for old in sub.agreed:
        if (old.item, old.tier, old.kind, old.level) == (item, tier, kind, 0) and not old.valid_to:
            return old.discount_ppm if old.promotion is None else old.standing_ppm
    return 0


def _drop_levels(sub: Sub, item: int, kind: str, day: date, *, keep: int) -> None:
    for old in list(sub.agreed):
        gone = (old.item, old.kind) == (item, kind) and old.level > keep and old.valid_to is None
        if gone and old.valid_from == day:
            sub.agreed.remove(old)
        elif gone:
            old.valid_to = day


def _keep_or_replace(sub: Sub, row: Agreed, promotion: Promotion | None, inherited: int) -> None:
    if promotion and kind_ppm(promotion, row.kind):
        row.promotion, row.discount_ppm = promotion.key, kind_ppm(promotion, row.kind)
    old = _open_level(sub, row)
    if old is not None and _same_money(old, row) and old.promotion == row.promotion:
        return
    standing = inherited
    if old is not None:
        standing = old.discount_ppm if old.promotion is None else old.standing_ppm
    if row.promotion is None:
        row.discount_ppm = standing
    else:
        row.standing_ppm = standing
    if old is not None and old.valid_from == row.valid_from:
        sub.agreed.remove(old)
    elif old is not None:
        old.valid_to = row.valid_from
    sub.agreed.append(row)


def _open_level(sub: Sub, row: Agreed) -> Agreed | None:
    wanted = (row.item, row.tier, row.kind, row.level, None)
    for old in sub.agreed:
        if (old.item, old.tier, old.kind, old.level, old.valid_to) == wanted:
            return old
    return None


def kind_ppm(promotion: Promotion, kind: str) -> int:
    """Return what a promotion takes off one kind of price."""
    if kind == "setup":
        return promotion.setup_ppm
    return promotion.recurring_ppm if kind in {"recurring", "usage"} else 0


def promotions_of(book: Book, sub: Sub, day: date) -> dict[int, Promotion]:
    """Return the promotion of each tier for a term that starts on `day`: taken ones first, given ones later."""
    world = book.world
    if len(sub.terms) == 1:
        return {tier: find(world.promotions, key) for tier, key in sub.made.promotions}
    found = {}
    for tier, link in enumerate(sub.chain.links, start=1):
        seller = find(world.billing_accounts, link).seller
        mine = [
            row
            for row in world.promotions
            if row.seller == seller
            and row.on_renewal
            and covers(row.valid_from, row.valid_to, day)
            and row.plan in {None, sub.plan.key}
        ]
        if mine:
            found[tier] = max(
                mine,
                key=lambda row: (
                    row.plan is not None,
                    row.valid_from,
                    row.key,
                ),
            )
    return found


def _same_money(old: Agreed, new: Agreed) -> bool:
    one, other = [
        (row.unit_price, row.unit_cost, row.currency, row.model, row.lower, row.upper)
        for row in (old, new)
    ]
    return one == other


def _prices(world: World, sub: Sub, resource: int, kind: str, day: date) -> list[Agreed]:
    """Return the rows from the first tier that has a catalogue or an own price to the last tier, by levels."""
    levels = [] if kind == "usage" else _catalog(world, sub.period.key, resource, kind, day)
    found: list[Agreed] = []
    for number, listed in enumerate(levels):
        above = levels[number + 1].lower if number + 1 < len(levels) else None
        for row in _one_level(world, sub, resource, kind, day, listed):
            row.level, row.model, row.lower = number, listed.model, Fraction(listed.lower)
            row.upper = None if above is None else Fraction(above)
            found.append(row)
    return found if levels else _one_level(world, sub, resource, kind, day, None)


def _one_level(
    world: World, sub: Sub, resource: int, kind: str, day: date, listed: CatalogPrice | None
) -> list[Agreed]:
    begins = sub.plan.is_usage if kind == "usage" else listed is not None
    rows: list[Agreed] = []
    for tier, link in enumerate(sub.chain.links, start=1):
        account = find(world.billing_accounts, link)
        own = _own(world, account, sub.period.key, resource, kind, day)
        if listed is not None and listed.model != "flat":
            own = None
        if not rows and own is None and not begins:
            continue
        below = rows[-1] if rows else None
        cost = Fraction(0)
        if rows or begins:
            cost = _cost(world, below, listed, kind, account.currency, day)
        row = Agreed(0, tier, kind, Fraction(0), rounded(cost, 12), account.currency, 0, day)
        if own is not None:
            row.unit_price, row.seller_price = Fraction(own.price), own.key
        else:
            rule = _margin(world, sub, account.seller, day, with_retail=listed is not None)
            base = cost
            if rule.basis == "retail" and listed is not None:
                retail = Fraction(listed.retail)
                base = _converted(world, retail, listed.currency, account.currency, day)
            row.unit_price = _marked_up(base, rule, kind, account.currency)
            row.margin_rule = rule.key
        rows.append(row)
    return rows


def _marked_up(base: Fraction, rule: MarginRule, kind: str, currency: str) -> Fraction:
    digits = EXPONENTS[currency] if rule.digits is None else rule.digits
    return rounded(base * (MILLION + rule.ppm) / MILLION, 12 if kind == "usage" else digits)


def _cost(
    world: World,
    below: Agreed | None,
    listed: CatalogPrice | None,
    kind: str,
    currency: str,
    day: date,
) -> Fraction:
    """Return what the seller pays upstream for one unit: the tier before, or the vendor."""
    if kind == "usage":
        return below.unit_price if below else Fraction(1)
    if below:
        return _converted(world, below.unit_price, below.currency, currency, day)
    assert listed is not None
    return _converted(world, Fraction(listed.cost), listed.currency, currency, day)


def _converted(world: World, amount: Fraction, source: str, target: str, day: date) -> Fraction:
    if source == target:
        return amount
    known = [
        rate
        for rate in world.rates
        if (rate.source, rate.target) == (source, target) and rate.on <= day
    ]
    if not known:
        raise CannotBill("no_exchange_rate")
    return amount * Fraction(max(known, key=lambda rate: rate.on).rate)


def _catalog(world: World, period: int, resource: int, kind: str, day: date) -> list[CatalogPrice]:
    """Return the price of a day by its levels, the lowest first."""
    rows = [
        row
        for row in world.catalog
        if (row.period, row.resource, row.kind) == (period, resource, kind)
        and covers(row.valid_from, row.valid_to, day)
    ]
    return sorted(rows, key=lambda row: row.lower)


def _own(
    world: World, account: BillingAccount, period: int, resource: int, kind: str, day: date
) -> SellerPrice | None:
    wanted = (account.seller, period, resource, kind, account.currency)
    for row in world.seller_prices:
        same = (row.seller, row.period, row.resource, row.kind, row.currency) == wanted
        if same and covers(row.valid_from, row.valid_to, day):
            return row
    return None


def _margin(world: World, sub: Sub, seller: int, day: date, *, with_retail: bool) -> MarginRule:
    """Return the narrowest valid rule of the seller; among equals the latest."""
    best: tuple[int, date, MarginRule] | None = None
    for rule in world.margins:
        width = _width(rule, sub)
        if (
            rule.seller != seller
            or width is None
            or not covers(rule.valid_from, rule.valid_to, day)
        ):
            continue
        if rule.basis == "retail" and not with_retail:
            continue
        if best is None or width < best[0] or (width == best[0] and rule.valid_from > best[1]):
            best = (width, rule.valid_from, rule)
    if best is None:
        raise CannotBill("no_price")
    return best[2]


def _width(rule: MarginRule, sub: Sub) -> int | None:
    """Return 0 (plan) to 3 (default), or None when the rule is for something else."""
    if rule.plan is not None:
        return 0 if rule.plan == sub.plan.key else None
    if rule.category is not None:
        return 1 if rule.category == sub.plan.category else None
    if rule.vendor is not None:
        return 2 if rule.vendor == sub.plan.vendor else None
    return 3
