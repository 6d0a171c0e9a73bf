"""Made-up rows of the gallery's pages for the provider and the customer; the figures add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from entrepot.kernel.money import Money
from entrepot.web.ui.parts import Choice, Column, Part, Step
from entrepot.web.ui.shell import Link

D = Decimal


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A reseller whose bill changed; `cause` empty means that none was found."""

    name: str
    cause: str
    now: Decimal
    before: Decimal
    warn: str = ""

    @property
    def value(self) -> Decimal:
        """The change in euro."""
        return self.now - self.before

    @property
    def share(self) -> Decimal:
        """The change as a share of what it was before."""
        return self.value / self.before


def billing_run() -> Mapping[str, object]:
    """Give one day's run with its steps, proofs and differences."""
    row = DifferenceRow
    differences = [
        row("Osprey Systems", "1,240 seats from 9 Nov, order 88,107", D("58931.60"), D("41204.10")),
        row(
            "Tannhof Datendienste",
            "moved 2 customers to Lumen Partners",
            D("25110.40"),
            D("36880.00"),
        ),
        row("Lumen Partners", "took over 2 customers from Tannhof", D("29417.20"), D("18206.75")),
        row("Brisk Cloud ApS", "", D("4102.15"), D("9904.30"), "no cause found, 5 fewer"),
        row("Vireo Managed IT", "first bill after 61 trials", D("15630.90"), D("12418.00")),
        row(
            "1,007 other resellers",
            "each within 3% of last month",
            D("1285113.97"),
            D("1266156.90"),
        ),
    ]
    return {
        "crumbs": [Link("Money", "#"), Link("Billing", "#")],
        "currencies": [Choice("EUR", "#", current=True), Choice("USD", "#"), Choice("CHF", "#")],
        "step_columns": [
            Column("State", 36, hidden_label=True),
            Column("Step", 150),
            Column("Work"),
            Column("Rows", 84, numeric=True),
            Column("Rate", 96, numeric=True),
            Column("Time", 76, numeric=True),
        ],
        "steps": [
            (
                "circle-check",
                "ok",
                "Open and plan",
                "days in order, 11 chunks",
                "100,240",
                "",
                "0.12 s",
            ),
            (
                "triangle-alert",
                "warn",
                "Rate",
                "14 put aside, see below",
                "258,214",
                "87,530/s",
                "2.95 s",
            ),
            (
                "circle-check",
                "ok",
                "Number documents",
                "43,297 invoices, 215 credits",
                "43,512",
                "88,800/s",
                "0.49 s",
            ),
            (
                "circle-check",
                "ok",
                "Post lines and ledger",
                "lines, transfers, balances",
                "258,214",
                "211,651/s",
                "1.22 s",
            ),
            ("circle-check", "ok", "Settle", "credit used, overdue, holds", "8,231", "", "0.12 s"),
            ("circle-check", "ok", "Prove", "4 proofs, see right", "", "", "2.06 s"),
        ],
        "tier_columns": [
            Column("Tier"),
            Column("Documents", 110, numeric=True),
            Column("Lines", 110, numeric=True),
            Column("Net, €", 160, numeric=True),
            Column("VAT, €", 140, numeric=True),
            Column("Gross, €", 160, numeric=True),
            Column("Net to November", 160, numeric=True),
        ],
        "tiers": [
            (
                "Provider to resellers",
                1012,
                104912,
                D("1418306.22"),
                D("269478.18"),
                D("1687784.40"),
                D("0.024"),
            ),
            (
                "Resellers to sub-resellers",
                48,
                6318,
                D("88214.90"),
                D("16760.83"),
                D("104975.73"),
                D("0.011"),
            ),
            (
                "Resellers to customers",
                41806,
                141297,
                D("1702611.48"),
                D("322471.09"),
                D("2025082.57"),
                D("0.029"),
            ),
            (
                "Sub-resellers to customers",
                646,
                5687,
                D("107302.35"),
                D("20387.45"),
                D("127689.80"),
                D("0.008"),
            ),
        ],
        "aside_columns": [
            Column("Reason"),
            Column("Number", 96, numeric=True),
            Column("Retry", 120, hidden_label=True),
        ],
        "asides": [
            ("No price for Voice Connect Plus", "Gold 2026 in CHF", "Add price", 7, D("1204.00")),
            ("VAT zone of the buyer unknown", "no country given", "Open accounts", 4, D("318.40")),
            ("Usage reported after close", "Cloud Backup, 30 Nov", "Wait for file", 2, D("74.18")),
            ("Changed 5 times while rating", "API client “psa-sync”", "Open order", 1, D("22.60")),
        ],
        "difference_columns": [
            Column("Reseller and cause"),
            Column("Now, before", 130, numeric=True),
            Column("less – more", 150),
            Column("Difference, €", 130, numeric=True),
        ],
        "differences": differences,
        "largest": max(abs(one.value) for one in differences),
    }


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service in use by a customer."""

    name: str
    price: Decimal
    icon: str
    unit: str
    bought: int
    assigned: int
    used: int
    left: str
    action: str
    action_icon: str


def customer_home() -> Mapping[str, object]:
    """Give the home of a customer, in German."""
    row = ServiceRow
    return {
        "service_columns": [
            Column("Dienst", 276),
            Column("Auslastung"),
            Column("Übrig", 124, numeric=True),
            Column("Aktion", 136, hidden_label=True),
        ],
        "services": [
            row(
                "Workspace Business Standard",
                D("1254.40"),
                "mail",
                "Plätze",
                112,
                110,
                97,
                "2 frei",
                "Zuweisen",
                "user-plus",
            ),
            row(
                "Secure Mail Protection",
                D("393.96"),
                "shield-check",
                "Plätze",
                143,
                141,
                138,
                "2 frei",
                "Zuweisen",
                "user-plus",
            ),
            row(
                "Endpoint Defence",
                D("347.76"),
                "laptop-minimal-check",
                "Geräte",
                112,
                112,
                104,
                "",
                "Kaufen",
                "plus",
            ),
            row(
                "Cloud Backup 1 TB",
                D("159.20"),
                "hard-drive",
                "TB",
                8,
                8,
                7,
                "1 TB frei",
                "Öffnen",
                "folder-open",
            ),
        ],
        "usage_keys": [
            Part("gekauft", D(1), "tri-b"),
            Part("zugewiesen", D(1), "tri-a"),
            Part("genutzt", D(1), "accent"),
        ],
        "first_order": [
            Step("Bestellt", "done", "2. Dez., 16:14"),
            Step("Freigegeben", "done", "2. Dez., 16:14"),
            Step("Wird bereitgestellt", "running", "seit 4 Min., meist 10 Min."),
            Step("Bereit"),
        ],
        "second_order": [
            Step("Bestellt", "done", "3. Dez., 08:51"),
            Step("Wartet auf Freigabe", "waiting", "durch Sie"),
            Step("Bereitstellung"),
            Step("Bereit"),
        ],
        "picks": [
            (
                "monitor-smartphone",
                "Device Manager",
                "Ihre 112 geschützten Geräte sind noch ohne zentrale Verwaltung.",
                D("3.90"),
                "je Gerät und Monat",
            ),
            (
                "graduation-cap",
                "Awareness Training",
                "Übungen gegen Phishing für die 143 Postfächer mit Mail-Schutz.",
                D("1.60"),
                "je Benutzer und Monat",
            ),
            (
                "hard-drive-upload",
                "Cloud Backup 5 TB",
                "Im November lagen Sie 214 GB über Ihrem Speicher.",
                D("84.00"),
                "je Monat",
            ),
            (
                "presentation",
                "Meeting Rooms",
                "Besprechungsräume, die sich mit Workspace selbst buchen.",
                D("18.50"),
                "je Raum und Monat",
            ),
        ],
        "due": Money(D("2796.44"), "EUR"),
    }


def feedback() -> Mapping[str, object]:
    """Give what dialogs, jobs and empty lists need."""
    return {
        "steps": [
            Step("Choose", "done"),
            Step("Check", "running", "amounts and dates"),
            Step("Refused", "failed", "domain is not verified"),
            Step("Ready"),
        ],
        "consequences": [
            "The customer keeps the service until 1 December 2026.",
            "106 seats end; €1,187.20 a month are no longer billed.",
            "Nothing is refunded: the term is paid to its end.",
        ],
    }
