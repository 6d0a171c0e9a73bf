"""Plans of invented vendors beside the imported price list; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

USD_PER_EUR = Decimal("1.075")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan of an invented vendor; money in EUR per unit and month, `cost` is what the provider pays.

    `periods` are (term, billing) in months; `trial_days` and `grace_days` hold for all of them.
    `included` and `overuse` (cost, retail) are for a measured second resource, `setup` (cost, retail) is once.
    """

    vendor: str
    name: str
    shelf: str
    icon: str
    text: Mapping[str, str]
    unit: Mapping[str, str]
    cost: Decimal
    retail: Decimal
    periods: tuple[tuple[int, int], ...]
    trial_days: int = 0
    grace_days: int = 0
    setup: tuple[Decimal, Decimal] | None = None
    measured_unit: Mapping[str, str] | None = None
    included: Decimal = Decimal(0)
    overuse: tuple[Decimal, Decimal] | None = None
    is_usage: bool = False

    @property
    def code(self) -> str:
        """Give the product code: the capitals and digits of the name."""
        return (
            "".join(c for c in self.name.title() if c.isupper() or c.isdigit())
            + f"-{len(self.name)}"
        )


_SEAT = {"en": "seat", "de": "Platz"}
OFFERS: tuple[Offer, ...] = (
    Offer(
        vendor="Nordlicht Security",
        name="Secure Mail Protection",
        shelf="security",
        icon="shield-check",
        text={
            "en": "Filters spam and malware before mail reaches your people.",
            "de": "Filtert Spam und Schadsoftware, bevor die Post Ihre Leute erreicht.",
        },
        unit={"en": "mailbox", "de": "Postfach"},
        cost=Decimal("2.24"),
        retail=Decimal("2.90"),
        periods=((1, 1), (6, 1), (12, 1)),
        trial_days=30,
    ),
    Offer(
        vendor="Nordlicht Security",
        name="Endpoint Defence",
        shelf="security",
        icon="laptop",
        text={
            "en": "Protects computers and telephones and shows what was stopped.",
            "de": "Schützt Rechner und Telefone und zeigt, was abgewehrt wurde.",
        },
        unit={"en": "device", "de": "Gerät"},
        cost=Decimal("2.66"),
        retail=Decimal("3.45"),
        periods=((1, 1), (3, 1), (12, 1)),
        trial_days=14,
        grace_days=10,
    ),
    Offer(
        vendor="Tresorwerk",
        name="Cloud Backup 1 TB",
        shelf="backup",
        icon="hard-drive-upload",
        text={
            "en": "Nightly copies in two data centres, 1,000 GB of transfer a month included.",
            "de": "Nächtliche Kopien in zwei Rechenzentren, 1.000 GB Übertragung im Monat enthalten.",
        },
        unit={"en": "unit", "de": "Einheit"},
        cost=Decimal("15.40"),
        retail=Decimal("19.90"),
        periods=((1, 1), (12, 1)),
        measured_unit={"en": "GB", "de": "GB"},
        included=Decimal(1000),
        overuse=(Decimal("0.035"), Decimal("0.045")),
    ),
    Offer(
        vendor="Tresorwerk",
        name="Cloud Backup 5 TB",
        shelf="backup",
        icon="hard-drive-upload",
        text={
            "en": "As Cloud Backup 1 TB, with 5,000 GB of transfer a month.",
            "de": "Wie Cloud Backup 1 TB, mit 5.000 GB Übertragung im Monat.",
        },
        unit={"en": "unit", "de": "Einheit"},
        cost=Decimal("64.80"),
        retail=Decimal("84.00"),
        periods=((1, 1), (12, 1)),
        measured_unit={"en": "GB", "de": "GB"},
        included=Decimal(5000),
        overuse=(Decimal("0.031"), Decimal("0.040")),
    ),
    Offer(
        vendor="Tonfall Telecom",
        name="Voice Connect",
        shelf="voice",
        icon="phone-call",
        text={
            "en": "A telephone number and calls in one's own country for each seat.",
            "de": "Eine Rufnummer und Gespräche im eigenen Land für jeden Platz.",
        },
        unit=_SEAT,
        cost=Decimal("5.80"),
        retail=Decimal("7.50"),
        periods=((1, 1), (12, 1), (36, 1)),
        setup=(Decimal("37.00"), Decimal("49.00")),
    ),
    Offer(
        vendor="Tonfall Telecom",
        name="Meeting Rooms",
        shelf="voice",
        icon="presentation",
        text={
            "en": "Screens at the door that book the room from the calendar.",
            "de": "Tafeln an der Tür, die den Raum aus dem Kalender buchen.",
        },
        unit={"en": "room", "de": "Raum"},
        cost=Decimal("14.20"),
        retail=Decimal("18.50"),
        periods=((1, 1), (12, 1)),
        trial_days=30,
        setup=(Decimal("70.00"), Decimal("90.00")),
    ),
    Offer(
        vendor="Siegelhaus",
        name="Sign & Seal Archive",
        shelf="productivity",
        icon="signature",
        text={
            "en": "Signs documents and keeps them for ten years, with proof.",
            "de": "Unterschreibt Dokumente und bewahrt sie zehn Jahre mit Nachweis auf.",
        },
        unit=_SEAT,
        cost=Decimal("3.15"),
        retail=Decimal("4.10"),
        periods=((1, 1), (6, 1)),
        trial_days=30,
        grace_days=14,
    ),
    Offer(
        vendor="Harbor",
        name="Harbor Cloud, pay as you go",
        shelf="cloud",
        icon="cloud",
        text={
            "en": "Machines, storage and databases, billed by use.",
            "de": "Rechner, Speicher und Datenbanken, abgerechnet nach Verbrauch.",
        },
        unit={"en": "account", "de": "Konto"},
        cost=Decimal(0),
        retail=Decimal(0),
        periods=((1, 1),),
        is_usage=True,
    ),
)
USAGE_PLAN = "Harbor Cloud, pay as you go"
