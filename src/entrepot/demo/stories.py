"""The stories that the demo world is known for; each has a day in the full world and one in the small world; pure."""

from datetime import date

from entrepot.demo.acts import (
    Cancellation,
    CreditRelease,
    Desk,
    Hold,
    Order,
    Purchase,
    Release,
    SeatChange,
    UsageFile,
    UsageLink,
)
from entrepot.demo.cast import customers
from entrepot.demo.diary import Diary
from entrepot.demo.offers import USAGE_PLAN
from entrepot.demo.stage import FIRST_DAY
from entrepot.demo.stories_selling import write_selling

NEVER_PAYS = "Everline Logistics GmbH"
PAYS_LATE = "Grazer Altstadthotel GmbH"
QUARANTINED = "Maple Ridge Outfitters Ltd."
COBALT = "Cobalt Freight GmbH"
# Whose subscriptions are written here only; and who orders so many days after the start and nothing later, because
# orders of somebody on credit hold would be refused.
STORY_CUSTOMERS = frozenset({COBALT, QUARANTINED})
UNDISTURBED = {NEVER_PAYS: 0, PAYS_LATE: 6}

# Customer, the vendor's name of the sub-account, how much it uses compared with the others.
USAGE_ACCOUNTS = (
    (COBALT, "hb-4471", 3),
    ("Fjord Analytics GmbH", "hb-4480", 6),
    ("Backbord Software GmbH", "hb-4512", 9),
    ("Föhrwind Energie GmbH", "hb-4530", 4),
    ("Elbwerft Technik GmbH", "hb-4533", 2),
    ("Stadtwerke Elmenau GmbH", "hb-4604", 3),
    ("Dreisam Labortechnik GmbH", "hb-4617", 5),
    ("Solarhof Breisgau GmbH", "hb-4620", 2),
    ("Redfern Robotics Inc.", "hb-4702", 8),
    ("Larkspur Biotech Inc.", "hb-4703", 6),
    ("Ironwood Credit Union", "hb-4711", 2),
    ("Noordzee Windtechniek B.V.", "hb-4801", 5),
    ("Institut für Küstenforschung e. V.", "hb-4900", 7),
)
PARKED_ACCOUNT = ("hb-5077", "Testlab West", 1)
_MONTHS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))


def write_stories(diary: Diary) -> None:
    """Write all stories down."""
    _cobalt(diary)
    _trials(diary)
    _holds(diary)
    _credit_notes(diary)
    _grace(diary)
    _usage(diary)
    _purchases(diary)
    write_selling(diary, known=COBALT)
    diary.write(
        diary.pick(date(2026, 6, 24), date(2026, 2, 10)),
        Order(
            reference="NCE-310024",
            buyer=QUARANTINED,
            plan="Microsoft 365 Business Premium",
            months=(12, 1),
            quantity=31,
        ),
    )
    diary.write(
        diary.pick(date(2026, 5, 18), date(2026, 2, 2)),
        CreditRelease(
            buyer=NEVER_PAYS,
            until=diary.pick(date(2026, 6, 5), date(2026, 2, 9)),
            reason="Zahlung ist zugesagt, Bestätigung der Bank liegt vor",
        ),
    )


def _cobalt(diary: Diary) -> None:
    """The customer of the pictures: five subscriptions, two discounts, seats that come and go."""
    lines = (
        ("NCE-204385", "Microsoft 365 Business Standard", (12, 1), 106, 0, ""),
        ("VND-204386", "Secure Mail Protection", (12, 1), 126, 50_000, "Frühjahrsaktion"),
        ("VND-204387", "Endpoint Defence", (1, 1), 112, 40_000, "Mengenrabatt"),
        ("VND-204388", "Cloud Backup 1 TB", (1, 1), 8, 0, ""),
        ("VND-204389", "Voice Connect", (1, 1), 14, 0, ""),
    )
    for reference, plan, months, quantity, ppm, label in lines:
        order = Order(
            reference=reference,
            buyer=COBALT,
            plan=plan,
            months=months,
            quantity=quantity,
            discount_ppm=ppm,
            discount_label=label,
            discount_tier=2,
            purchase_order="CF-2026-0114",
        )
        diary.write(FIRST_DAY, order)
    changes = (
        ("NCE-204385", 112, date(2026, 6, 17), date(2026, 2, 3)),
        ("VND-204386", 143, date(2026, 6, 12), date(2026, 2, 6)),
        ("VND-204389", 10, date(2026, 6, 21), date(2026, 2, 11)),
    )
    for reference, quantity, full, small in changes:
        day = diary.pick(full, small)
        diary.write(day, SeatChange(reference=reference, quantity=quantity, effective_on=day))
    diary.write(
        diary.pick(date(2026, 6, 25), date(2026, 2, 16)),
        SeatChange(
            reference="VND-204387",
            quantity=118,
            effective_on=diary.pick(date(2026, 7, 1), date(2026, 3, 1)),
        ),
    )


def _purchases(diary: Diary) -> None:
    """Orders of the marketplace: two delivered, one that failed at its vendor, one that waits for payment."""
    diary.write(
        diary.pick(date(2026, 6, 22), date(2026, 2, 12)),
        Purchase(
            key="demo-endpoint",
            buyer="Alder & Finch GmbH",
            plan="Endpoint Defence",
            months=(1, 1),
            quantity=6,
            purchase_order="AF-0622",
        ),
    )
    diary.write(
        diary.pick(date(2026, 6, 26), date(2026, 2, 17)),
        Purchase(
            key="demo-backup",
            buyer="Fjord Analytics GmbH",
            plan="Cloud Backup 1 TB",
            months=(1, 1),
            quantity=2,
        ),
    )
    day = diary.last_day
    diary.write(day, Desk(vendor="Tonfall Telecom", name="tonfall-desk"))
    diary.write(
        day,
        Purchase(
            key="demo-voice",
            buyer=COBALT,
            plan="Voice Connect",
            months=(1, 1),
            quantity=4,
            purchase_order="CF-2026-0188",
            parameters=(
                ("number", "+49 40 3174 0021"),
                ("port_existing_number", True),
                ("lines", 4),
            ),
            refusal="Die Rufnummer gehört nach Auskunft des Netzbetreibers einem anderen Anschluss",
        ),
    )
    diary.write(
        day,
        Purchase(
            key="demo-prepaid",
            buyer="brisk",
            plan="Microsoft 365 Business Premium",
            months=(12, 12),
            # More than the prepaid reseller ever has in credit (`payments.py`).
            quantity=180,
            purchase_order="BC-2026-07",
        ),
    )


def _trials(diary: Diary) -> None:
    """One trial became a paid subscription, one ended by itself, one still runs."""
    trials = (
        ("VND-204390", COBALT, "Meeting Rooms", 6, True, date(2026, 4, 13), date(2026, 1, 8)),
        (
            "VND-204391",
            "Alder & Finch GmbH",
            "Sign & Seal Archive",
            12,
            False,
            date(2026, 3, 16),
            date(2026, 1, 9),
        ),
        (
            "VND-204392",
            "Cascade Timber Works Inc.",
            "Secure Mail Protection",
            60,
            True,
            date(2026, 6, 15),
            date(2026, 2, 5),
        ),
    )
    for reference, buyer, plan, quantity, auto_renew, full, small in trials:
        order = Order(
            reference=reference,
            buyer=buyer,
            plan=plan,
            months=(1, 1),
            quantity=quantity,
            trial_days=30,
            auto_renew=auto_renew,
        )
        diary.write(diary.pick(full, small), order)


def _holds(diary: Diary) -> None:
    """One subscription was held and released, one is on administrative hold today."""
    for reference, buyer, plan in (
        ("NCE-204393", "Alder & Finch GmbH", "Microsoft 365 Business Premium"),
        ("NCE-204394", "Brightwater Clinics GmbH", "Office 365 E3"),
    ):
        order = Order(reference=reference, buyer=buyer, plan=plan, months=(12, 1), quantity=18)
        diary.write(FIRST_DAY, order)
    diary.write(
        diary.pick(date(2026, 5, 4), date(2026, 1, 20)),
        Hold(reference="NCE-204393", reason="Zugang nach Kündigung eines Mitarbeiters gesperrt"),
    )
    diary.write(
        diary.pick(date(2026, 5, 19), date(2026, 1, 30)),
        Release(reference="NCE-204393", reason="Zugang geprüft, alles in Ordnung"),
    )
    diary.write(
        diary.pick(date(2026, 6, 15), date(2026, 2, 9)),
        Hold(reference="NCE-204394", reason="Umzug der Praxis, Pause auf Wunsch des Kunden"),
    )


def _credit_notes(diary: Diary) -> None:
    """Three orders were taken back within the vendor's seven days; small documents, so credit notes of their own."""
    orders = (
        (
            "NCE-204395",
            "Fjord Analytics GmbH",
            "Visio Plan 2",
            "Falscher Plan bestellt",
            date(2026, 3, 9),
            date(2026, 1, 12),
        ),
        (
            "NCE-204396",
            "Studio Zeeklei",
            "Power BI Pro",
            "Ordered twice",
            date(2026, 4, 20),
            date(2026, 1, 19),
        ),
        (
            "NCE-204397",
            "Paper Kite Studio",
            "Planner Plan 1",
            "Wrong plan ordered",
            date(2026, 6, 8),
            date(2026, 2, 2),
        ),
    )
    there = {one.name for one in customers(small=diary.small)}
    for reference, buyer, plan, reason, full, small in orders:
        if buyer in there:
            day = diary.pick(full, small)
            order = Order(reference=reference, buyer=buyer, plan=plan, months=(12, 12), quantity=5)
            diary.write(day, order)
            back = day.replace(day=day.day + 3)
            diary.write(back, Cancellation(reference=reference, cancel_on=back, reason=reason))


def _grace(diary: Diary) -> None:
    """A subscription whose term ended without renewal and that runs in its free days."""
    diary.write(
        diary.pick(date(2026, 5, 20), date(2026, 1, 12)),
        Order(
            reference="VND-204398",
            buyer="Brightwater Clinics GmbH",
            plan="Sign & Seal Archive",
            months=(1, 1),
            quantity=20,
            auto_renew=False,
        ),
    )


def _usage(diary: Diary) -> None:
    """Pay as you go: a file a month, links after the first one, one correction, one sub-account that nobody knows."""
    there = {one.name for one in customers(small=diary.small)}
    for buyer, sub_account, _weight in USAGE_ACCOUNTS:
        if buyer in there:
            reference = f"HBR-{sub_account.removeprefix('hb-')}"
            order = Order(
                reference=reference, buyer=buyer, plan=USAGE_PLAN, months=(1, 1), quantity=1
            )
            diary.write(FIRST_DAY, order)
    for month in _MONTHS:
        arrives = date(2026, month.month + 1, 3)
        if arrives <= diary.last_day:
            diary.write(arrives, UsageFile(month=month))
    for buyer, sub_account, _weight in USAGE_ACCOUNTS:
        if buyer in there:
            reference = f"HBR-{sub_account.removeprefix('hb-')}"
            diary.write(date(2026, 2, 3), UsageLink(reference=reference, sub_account=sub_account))
    diary.write(
        diary.pick(date(2026, 4, 20), date(2026, 2, 12)),
        UsageFile(month=diary.pick(date(2026, 3, 1), date(2026, 1, 1)), version=2),
    )
