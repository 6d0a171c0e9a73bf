"""The script of the demo world: everybody's orders and changes, and the stories between them; pure.

It is the same on every installation and says nothing about amounts: those come from the billing engine.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from entrepot.demo.acts import Act, Cancellation, Newcomer, Order, Renewal, SeatChange
from entrepot.demo.cast import Customer, customers, dice, people
from entrepot.demo.diary import Diary, working_day
from entrepot.demo.sellers import BY_KEY, SELLERS
from entrepot.demo.stage import FIRST_DAY
from entrepot.demo.stories import STORY_CUSTOMERS, UNDISTURBED, write_stories
from entrepot.demo.wishes import OTHER_NAMES, TRIAL_DAYS, TRIAL_LONG, basket, quantity_of, term_of

NEWCOMERS, SMALL_NEWCOMERS = 16, 2
_REASONS = {
    "en": ("Fewer employees", "Moved to another plan", "Project ended", "Not used enough"),
    "de": (
        "Weniger Mitarbeiter",
        "Wechsel zu einem anderen Plan",
        "Projekt beendet",
        "Zu wenig genutzt",
    ),
}
_DISCOUNTS = {
    "en": (("Volume discount", 20_000), ("Loyalty discount", 30_000)),
    "de": (("Mengenrabatt", 20_000), ("Treuerabatt", 30_000)),
}
TRYING_OUT, SMALL_TRYING_OUT = 17, 2


@cache
def script(*, small: bool) -> Mapping[date, Sequence[Act]]:
    """Give the acts of each day, in the order in which they happen before the day's run."""
    diary = Diary(small)
    opened = newcomers(small=small)
    for name, day in opened.items():
        customer = next(one for one in customers(small=small) if one.name == name)
        diary.write(day, Newcomer(customer=customer))
    write_stories(diary)
    for seller in SELLERS:
        if seller.parent is not None:
            _write_own(diary, seller.key)
    for customer in customers(small=small):
        if customer.name not in STORY_CUSTOMERS:
            _write_customer(diary, customer, since=opened.get(customer.name, FIRST_DAY))
    _write_trying_out(diary, opened)
    return diary.days


@cache
def newcomers(*, small: bool) -> Mapping[str, date]:
    """Give the customers that are opened in the course of the history, with the day."""
    chance = dice("newcomers", small)
    told = Diary(small)
    write_stories(told)
    acts = [act for day in told.days.values() for act in day]
    known = {act.buyer for act in acts if isinstance(act, Order)} | set(UNDISTURBED)
    known |= {person.account for person in people(small=small)}
    free = [one.name for one in customers(small=small) if one.name not in known]
    count = SMALL_NEWCOMERS if small else NEWCOMERS
    span = 30 if small else 150
    days = sorted(
        working_day(FIRST_DAY + timedelta(days=chance.randrange(10, span))) for _ in range(count)
    )
    return dict(zip(chance.sample(free, k=count), days, strict=True))


def tiers_above(*, seller: str) -> int:
    """Count the sellers from the provider down to a seller: the tiers of its customers' chains."""
    parent = BY_KEY[seller].parent
    return 1 if parent is None else 1 + tiers_above(seller=parent)


@dataclass(frozen=True, slots=True)
class _Ordered:
    """An order with what limits later acts on it: the first day and the last one on which it surely runs."""

    act: Order
    start: date
    last: date


def _write_own(diary: Diary, key: str) -> None:
    """A reseller's own subscriptions, for its staff."""
    chance = dice("own", key)
    staff = chance.randint(9, 42)
    for plan in (
        "Microsoft 365 Business Premium",
        chance.choice(("Microsoft 365 Copilot", "Power BI Pro")),
    ):
        order = Order(
            reference=diary.new_reference(prefix="NCE"),
            buyer=key,
            plan=plan,
            months=chance.choice(((1, 1), (12, 1))),
            quantity=staff if plan.endswith("Premium") else max(2, staff // 4),
        )
        diary.write(working_day(FIRST_DAY + timedelta(days=chance.randrange(1, 20))), order)


def _write_customer(diary: Diary, customer: Customer, *, since: date) -> None:
    chance = dice("customer", customer.name)
    language = BY_KEY[customer.seller].language
    for place, wish in enumerate(basket(chance, profile=customer.profile, seats=customer.seats)):
        start = _start(diary, chance, since=since, is_first=place == 0)
        if customer.name in UNDISTURBED:
            start = FIRST_DAY + timedelta(days=UNDISTURBED[customer.name])
        ordered = _order(diary, chance, customer, wish.plan, start)
        ordered = _with_quantity(ordered, quantity_of(chance, wish=wish, seats=customer.seats))
        diary.write(start, ordered.act)
        if customer.name not in UNDISTURBED:
            _write_changes(diary, chance, ordered, language)


def _write_trying_out(diary: Diary, opened: Mapping[str, date]) -> None:
    """In the last weeks some customers try something for a month; these trials still run at the end."""
    chance = dice("trying out", diary.small)
    barred = STORY_CUSTOMERS | set(UNDISTURBED) | set(opened)
    free = [one for one in customers(small=diary.small) if one.name not in barred]
    for customer in chance.sample(free, k=SMALL_TRYING_OUT if diary.small else TRYING_OUT):
        plan = chance.choice(
            sorted(plan for plan, days in TRIAL_DAYS.items() if days == TRIAL_LONG)
        )
        order = Order(
            reference=diary.new_reference(prefix="VND"),
            buyer=customer.name,
            plan=plan,
            months=(1, 1),
            quantity=max(1, customer.seats // (10 if plan == "Meeting Rooms" else 2)),
            trial_days=TRIAL_LONG,
            auto_renew=chance.random() < 0.7,
        )
        diary.write(diary.last_day - timedelta(days=chance.randrange(4, 22)), order)


def _start(diary: Diary, chance: random.Random, *, since: date, is_first: bool) -> date:
    """Choose when something is ordered: the suite soon, half of the rest in the first month, the rest later."""
    last = diary.last_day - timedelta(days=4)
    soon = min(31 if since == FIRST_DAY else 3, (last - since).days)
    if is_first or chance.random() < 0.5:
        return min(working_day(since + timedelta(days=chance.randrange(soon))), last)
    return min(working_day(since + timedelta(days=chance.randrange((last - since).days + 1))), last)


def _order(
    diary: Diary, chance: random.Random, customer: Customer, plan: str, start: date
) -> _Ordered:
    months = term_of(chance, plan=plan)
    is_other = plan in OTHER_NAMES
    trial = TRIAL_DAYS.get(plan, 0) if is_other and chance.random() < 0.3 else 0
    if not is_other and months == (1, 1) and chance.random() < 0.06:
        trial = 30
    auto_renew = chance.random() >= (0.35 if trial else 0.09)
    language = BY_KEY[customer.seller].language
    label, ppm = chance.choice(_DISCOUNTS[language]) if chance.random() < 0.14 else ("", 0)
    order = Order(
        reference=diary.new_reference(prefix="VND" if is_other else "NCE"),
        buyer=customer.name,
        plan=plan,
        months=months,
        quantity=1,
        trial_days=trial,
        auto_renew=auto_renew,
        discount_ppm=ppm,
        discount_label=label,
        discount_tier=tiers_above(seller=customer.seller),
        purchase_order=f"PO-26-{chance.randrange(1000, 9999)}" if chance.random() < 0.2 else "",
    )
    surely = diary.last_day if auto_renew else start + timedelta(days=trial or 27 * months[0])
    return _Ordered(order, start, min(surely, diary.last_day))


def _with_quantity(ordered: _Ordered, quantity: int) -> _Ordered:
    facts = {name: getattr(ordered.act, name) for name in Order.__dataclass_fields__}
    return _Ordered(Order(**{**facts, "quantity": quantity}), ordered.start, ordered.last)


def _write_changes(diary: Diary, chance: random.Random, ordered: _Ordered, language: str) -> None:
    """Some subscriptions change their seats now and then, a few are cancelled."""
    room = (ordered.last - ordered.start).days - 2
    if room < 5:
        return
    end = ordered.last
    if ordered.act.auto_renew and chance.random() < 0.06:
        end = working_day(ordered.start + timedelta(days=chance.randrange(4, room)))
        if end <= diary.last_day:
            reason = chance.choice(_REASONS[language])
            ahead = timedelta(days=chance.choice((0, 0, 0, 6, 20)))
            cancellation = Cancellation(
                reference=ordered.act.reference, cancel_on=end + ahead, reason=reason
            )
            diary.write(end, cancellation)
    elif ordered.act.auto_renew and not ordered.act.trial_days and chance.random() < 0.06:
        # Late, so that the term that ends without renewal still runs when the story is over.
        end = diary.last_day - timedelta(days=chance.randrange(3, 12))
        if end > ordered.start:
            diary.write(end, Renewal(reference=ordered.act.reference, auto_renew=False))
    if chance.random() < 0.38:
        _write_seats(diary, chance, ordered, end=end)


def _write_seats(diary: Diary, chance: random.Random, ordered: _Ordered, *, end: date) -> None:
    quantity = ordered.act.quantity
    days = sorted(
        {
            working_day(
                ordered.start + timedelta(days=chance.randrange(2, (end - ordered.start).days))
            )
            for _ in range(chance.randint(1, 3))
        }
        if (end - ordered.start).days > 3
        else set()
    )
    for day in days:
        if day >= end:
            continue
        step = max(1, round(quantity * chance.uniform(0.02, 0.15)))
        quantity = max(1, quantity - step) if chance.random() < 0.25 else min(250, quantity + step)
        diary.write(
            day,
            SeatChange(reference=ordered.act.reference, quantity=quantity, effective_on=day),
        )
