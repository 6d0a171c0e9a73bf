"""What sellers set up before the story ends, and the orders that wait, fail or are taken back; pure."""

from datetime import date

from entrepot.demo.acts import (
    Approvals,
    Crew,
    Needs,
    OrderCancellation,
    Promise,
    Purchase,
    RenewalOrder,
    Switches,
    UnitsOrder,
)
from entrepot.demo.diary import Diary

_BASIC, _STANDARD, _PREMIUM = (
    f"Microsoft 365 Business {name}" for name in ("Basic", "Standard", "Premium")
)
_MONTHS = ((1, 1), (12, 1), (12, 12))
# From the smaller plan to the larger one, and back.
_SWITCHES = (
    (_BASIC, _STANDARD),
    (_STANDARD, _PREMIUM),
    (_PREMIUM, _STANDARD),
    ("Microsoft 365 E3", "Microsoft 365 E5"),
)


def write_selling(diary: Diary, *, known: str) -> None:
    """Write it down; `known` is the customer of the pictures."""
    early = diary.pick(date(2026, 6, 15), date(2026, 2, 10))
    for plan, to in _SWITCHES:
        diary.write(early, Switches(plan=plan, to=to, months=_MONTHS))
    suites = (_STANDARD, _PREMIUM, "Microsoft 365 E3", "Microsoft 365 E5")
    diary.write(early, Needs(plan="Microsoft 365 Copilot", one_of=suites))
    _promotions(diary, early)
    day = diary.last_day
    diary.write(
        day,
        Purchase(
            key="demo-code",
            buyer="Fjord Analytics GmbH",
            plan="Visio Plan 1",
            months=(12, 1),
            quantity=3,
            code="SOMMER26",
        ),
    )
    diary.write(
        day,
        Purchase(
            key="demo-queue",
            buyer="Alder & Finch GmbH",
            plan="Voice Connect",
            months=(12, 1),
            quantity=6,
            purchase_order="AF-0631",
            parameters=(("number", "+49 40 5520 118"), ("lines", 6)),
        ),
    )
    diary.write(day, UnitsOrder(reference="VND-204388", quantity=10))
    diary.write(day, RenewalOrder(key="demo-renewal", reference="NCE-204393"))
    _approvals(diary, known)
    diary.write(day, Crew(customer=known, people=120, services=3, kept_free=2))


def _promotions(diary: Diary, day: date) -> None:
    promises = (
        Promise(
            seller="kranich",
            name="Sommer 2026",
            code="SOMMER26",
            recurring_ppm=80_000,
            days=90,
        ),
        Promise(
            seller="kranich",
            name="Sicher dazu",
            plan="Microsoft Defender for Business",
            parent_plan=_STANDARD,
            recurring_ppm=150_000,
        ),
        Promise(seller="nordhafen", name="No set-up fees", setup_ppm=1_000_000, days=30),
    )
    for one in promises:
        diary.write(day, one)


def _approvals(diary: Diary, known: str) -> None:
    """Kranich approves large orders: one waits for it, one was taken back while it did."""
    day = diary.last_day
    diary.write(day, Approvals(seller="kranich", name="Ab 400 Euro", above=400, hours=72))
    for key, quantity in (("demo-approval", 24), ("demo-cancelled", 40)):
        diary.write(
            day,
            Purchase(
                key=key,
                buyer=known,
                plan="Microsoft 365 Copilot",
                months=(12, 1),
                quantity=quantity,
                purchase_order=f"CF-2026-{quantity}",
            ),
        )
    diary.write(
        day, OrderCancellation(key="demo-cancelled", comment="Der Kunde hat die Zahl berichtigt")
    )
