"""What a customer tends to buy: plans by profile, how many seats of them, and for which terms; pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """A plan, and the part of a customer's people who get a unit of it, in percent."""

    plan: str
    percent: int


_SUITES: dict[str, tuple[Wish, ...]] = {
    "office": (
        Wish("Microsoft 365 Business Standard", 70),
        Wish("Microsoft 365 Business Premium", 80),
        Wish("Microsoft 365 E3", 75),
    ),
    "field": (
        Wish("Microsoft 365 Business Standard", 45),
        Wish("Microsoft 365 Business Basic", 60),
        Wish("Microsoft 365 E3", 35),
    ),
    "care": (
        Wish("Microsoft 365 Business Premium", 55),
        Wish("Office 365 E3", 50),
        Wish("Microsoft 365 Business Standard", 60),
    ),
    "tech": (
        Wish("Microsoft 365 E5", 60),
        Wish("Microsoft 365 E3", 85),
        Wish("Microsoft 365 Business Premium", 90),
    ),
    "studio": (
        Wish("Microsoft 365 Business Standard", 90),
        Wish("Microsoft 365 Apps for business", 80),
        Wish("Microsoft 365 Business Premium", 85),
    ),
}
_COMMON = (
    Wish("Exchange Online (Plan 1)", 25),
    Wish("Exchange Online Archiving for Exchange Online", 40),
    Wish("Microsoft Teams Phone Standard", 30),
    Wish("Microsoft Defender for Office 365 (Plan 1)", 70),
    Wish("Microsoft Entra ID P1", 45),
    Wish("Power BI Pro", 12),
    Wish("Visio Plan 1", 8),
    Wish("Planner Plan 1", 15),
    Wish("Office 365 Extra File Storage", 80),
    Wish("Microsoft 365 Copilot", 14),
    Wish("Microsoft Defender for Business", 65),
    Wish("Microsoft Teams Premium", 20),
)
_SPECIAL: dict[str, tuple[Wish, ...]] = {
    "office": (
        Wish("Power BI Premium Per User", 10),
        Wish("Dynamics 365 Sales Professional", 9),
        Wish("SharePoint (Plan 2)", 30),
    ),
    "field": (
        Wish("Microsoft 365 F3", 50),
        Wish("Microsoft 365 F1", 40),
        Wish("Dynamics 365 Business Central Essentials", 8),
        Wish("Exchange Online Kiosk", 35),
    ),
    "care": (
        Wish("Microsoft 365 F3", 60),
        Wish("Exchange Online Kiosk", 45),
        Wish("Microsoft Intune Plan 1", 50),
    ),
    "tech": (
        Wish("Enterprise Mobility + Security E5", 60),
        Wish("Planner and Project Plan 3", 20),
        Wish("Windows 365 Business 2 vCPU, 4 GB, 128 GB", 12),
        Wish("Visio Plan 2", 15),
        Wish("Microsoft Entra ID P2", 40),
    ),
    "studio": (
        Wish("OneDrive for business (Plan 1)", 40),
        Wish("Visio Plan 2", 25),
        Wish("Planner and Project Plan 3", 20),
    ),
}
_OTHER_VENDORS = (
    Wish("Secure Mail Protection", 95),
    Wish("Endpoint Defence", 90),
    Wish("Cloud Backup 1 TB", 6),
    Wish("Voice Connect", 40),
    Wish("Sign & Seal Archive", 25),
    Wish("Meeting Rooms", 4),
    Wish("Cloud Backup 5 TB", 2),
)
# Months of (term, billing) and how often they are chosen in a hundred.
_MICROSOFT_TERMS = (((1, 1), 34), ((12, 1), 46), ((12, 12), 20))
_OTHER_TERMS: dict[str, tuple[tuple[tuple[int, int], int], ...]] = {
    "Secure Mail Protection": (((1, 1), 30), ((6, 1), 50), ((12, 1), 20)),
    "Endpoint Defence": (((1, 1), 35), ((3, 1), 45), ((12, 1), 20)),
    "Sign & Seal Archive": (((1, 1), 50), ((6, 1), 50)),
    "Voice Connect": (((1, 1), 30), ((12, 1), 40), ((36, 1), 30)),
}
_USUAL_OTHER_TERMS = (((1, 1), 60), ((12, 1), 40))
OTHER_NAMES = frozenset(wish.plan for wish in _OTHER_VENDORS)
TRIAL_LONG = 30
TRIAL_DAYS = {
    "Secure Mail Protection": TRIAL_LONG,
    "Endpoint Defence": 14,
    "Meeting Rooms": TRIAL_LONG,
    "Sign & Seal Archive": TRIAL_LONG,
}


def basket(chance: random.Random, *, profile: str, seats: int) -> Sequence[Wish]:
    """Choose different plans for a customer: a suite, additions, something of the profile, other vendors' plans.

    Larger customers choose more: 4 to 13 in all.
    """
    more = min(4, seats // 30)
    chosen = [chance.choice(_SUITES[profile])]
    chosen += chance.sample(_COMMON, k=chance.randint(3, 6) + more // 2)
    chosen += chance.sample(
        _SPECIAL[profile], k=min(len(_SPECIAL[profile]), chance.randint(0, 2) + more // 2)
    )
    chosen += chance.sample(_OTHER_VENDORS, k=chance.randint(0, 2) + more // 3)
    return chosen


def quantity_of(chance: random.Random, *, wish: Wish, seats: int) -> int:
    """Choose how many units: the wished part of the people, a few more or less, 1 to 250."""
    usual = seats * wish.percent / 100
    return max(1, min(250, round(usual * chance.uniform(0.85, 1.15))))


def term_of(chance: random.Random, *, plan: str) -> tuple[int, int]:
    """Choose term and billing period in months among those that the plan is sold for."""
    table = (
        _MICROSOFT_TERMS if plan not in OTHER_NAMES else _OTHER_TERMS.get(plan, _USUAL_OTHER_TERMS)
    )
    terms, weights = zip(*table, strict=True)
    chosen: tuple[int, int] = chance.choices(terms, weights=weights)[0]
    return chosen
