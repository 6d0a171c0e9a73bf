"""What people do in a random world: changes, cancellations, payments, imports, holds."""

from datetime import date, timedelta
from decimal import Decimal

from tests.reference.dice import Dice
from tests.reference.world import (
    EXPONENTS,
    Action,
    Cancel,
    HoldByHand,
    ImportUsage,
    OrderChange,
    Pay,
    ReleaseUntil,
    RenewOnce,
    Restart,
    SetAnchor,
    SetAutoRenew,
    SetNextTermEnd,
    SetTermEnd,
    Subscription,
    World,
    find,
)


def draw_acts(dice: Dice, world: World) -> tuple[Action, ...]:
    """Return acts of all kinds; several may fall on one day."""
    acts: list[Action] = []
    for sub in world.subs:
        period = find(world.periods, sub.period)
        if find(world.plans, period.plan).is_usage:
            acts += _imports(dice, world, sub, len(acts))
        else:
            acts += _changes(dice, world, sub, len(acts))
        if not _may_stop_billing(world, sub):
            acts += _endings(dice, world, sub)
        if dice.chance(10):
            acts.append(SetAnchor(_any_day(dice, world), sub.key, dice.number(1, 31)))
        if period.term_months >= 12 and not sub.trial_days and dice.chance(15):
            end = sub.start + timedelta(days=31 * period.billing_months + dice.number(0, 30))
            acts.append(SetTermEnd(sub.start + timedelta(days=1), sub.key, end))
    return (*acts, *_money(dice, world))


def draw_renewals(dice: Dice, world: World) -> tuple[Action, ...]:
    """Return renewals by hand, restarts of what ended, and terms with an end of their own."""
    acts: list[Action] = []
    for sub in world.subs:
        if _may_stop_billing(world, sub) or dice.chance(50):
            continue
        if dice.chance(40):
            acts.append(RenewOnce(_any_day(dice, world), sub.key))
        acts += [Restart(_any_day(dice, world), sub.key) for _ in range(dice.pick((0, 1, 2)))]
        if dice.chance(30):
            day = _any_day(dice, world)
            acts.append(SetNextTermEnd(day, sub.key, day + timedelta(days=dice.number(-5, 70))))
    return tuple(acts)


def _last_day(world: World) -> date:
    return world.first_day + timedelta(days=world.days - 1)


def _any_day(dice: Dice, world: World) -> date:
    return dice.day(world.first_day, _last_day(world))


def _may_stop_billing(world: World, sub: Subscription) -> bool:
    buyer = find(world.chains, sub.chain).customer
    return any(row.buyer == buyer and not row.bill_on_hold for row in world.billing_accounts)


def _boundary(dice: Dice, world: World, sub: Subscription) -> date:
    """Return a day on or near which something of the subscription begins or ends."""
    base = dice.pick((sub.start, sub.first_term_start))
    near = base + timedelta(days=dice.pick((0, 28, 30, 31, 59, 60)) + dice.pick((0, -1, 1)))
    return max(world.first_day, near)


def _changes(dice: Dice, world: World, sub: Subscription, used: int) -> list[Action]:
    acts: list[Action] = []
    for _ in range(dice.pick((0, 1, 2, 3))):
        near = dice.chance(50)
        effective = _boundary(dice, world, sub) if near else _any_day(dice, world)
        day = effective - timedelta(days=dice.pick((0, 0, 3, -3, -20, 20)))
        day = min(max(day, world.first_day), _last_day(world))
        item = dice.pick(sub.items)
        quantity = dice.decimal("3 0 1 7 2.5 100")
        key = (used + len(acts) + 1) * 10 + sub.key
        acts.append(OrderChange(day, key, sub.key, item.key, effective, quantity))
    return acts


def _endings(dice: Dice, world: World, sub: Subscription) -> list[Action]:
    acts: list[Action] = []
    if dice.chance(40):
        near = dice.chance(50)
        on = _boundary(dice, world, sub) if near else _any_day(dice, world)
        day = on - timedelta(days=dice.pick((0, 0, 2, -5, 15)))
        day = min(max(day, world.first_day), _last_day(world))
        acts.append(Cancel(day, sub.key, on, not dice.chance(30)))
        if dice.chance(40) and not find(world.plans, find(world.periods, sub.period).plan).is_usage:
            item, key = dice.pick(sub.items), 900_000 + sub.key
            acts.append(OrderChange(day, key, sub.key, item.key, on, Decimal(4)))
    if dice.chance(15):
        acts.append(SetAutoRenew(_any_day(dice, world), sub.key, dice.chance(50)))
    return acts


def _imports(dice: Dice, world: World, sub: Subscription, used: int) -> list[Action]:
    """Return imports in the order of their days; a later one of a SKU supersedes the earlier."""
    acts: list[Action] = []
    running: dict[str, Decimal] = {}
    tiers = len(find(world.chains, sub.chain).links)
    days = sorted(_any_day(dice, world) for _ in range(dice.number(0, 5)))
    for day in days:
        sku = dice.pick(("memory", "traffic"))
        before = running.get(sku, Decimal(0))
        after = dice.decimal("0.043008 0.239616 12.345 0.004 0 250.5 0.005")
        running[sku] = after
        start = world.first_day - timedelta(days=30)
        end = start + timedelta(days=dice.pick((1, 30, 60)))
        factors = [Decimal(100 + 15 * tier) / 100 for tier in range(1, tiers + 1)]
        amounts = tuple((before * factor, after * factor) for factor in factors)
        item, key = sub.items[0].key, (used + len(acts) + 1) * 10 + sub.key
        quantity = dice.decimal("1 1344 0.000001")
        row = ImportUsage(day, key, sub.key, item, sku, start, end, quantity, amounts)
        acts.append(row)
    return acts


def _money(dice: Dice, world: World) -> list[Action]:
    acts: list[Action] = []
    for account in world.billing_accounts:
        for _ in range(dice.pick((0, 1, 2))):
            digits = Decimal(1).scaleb(-EXPONENTS[account.currency])
            amount = dice.decimal("25 1000 3.5 0.01 100000").quantize(digits)
            if amount > 0:
                day = world.first_day if dice.chance(30) else _any_day(dice, world)
                acts.append(Pay(day, account.key, amount))
        if not account.bill_on_hold and dice.chance(70):
            late = world.first_day + timedelta(days=dice.number(30, world.days - 1))
            acts.append(Pay(late, account.key, Decimal(10_000_000)))
        if dice.chance(15) and account.automatic:
            day = _any_day(dice, world)
            until = day + timedelta(days=dice.pick((0, 1, 10)))
            acts.append(ReleaseUntil(day, account.key, until))
        elif dice.chance(15) and account.bill_on_hold:
            acts.append(HoldByHand(_any_day(dice, world), account.key))
    return acts
