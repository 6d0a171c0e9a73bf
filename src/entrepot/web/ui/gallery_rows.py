"""Made-up rows of the gallery: the companies are invented, the figures add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from entrepot.kernel.money import Money
from entrepot.web.ui.parts import Chip, Choice, Column, EffectRow, Pager, Part, Tab
from entrepot.web.ui.shell import Link

D = Decimal
STANDARD_RATE = D("0.19")


def _eur(text: str) -> Money:
    return Money(D(text), "EUR")


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A line of the list."""

    id: int
    customer: str
    plan: str
    term: str
    state: str
    seats: int
    price: Decimal
    margin: Decimal
    ends: str
    checked: bool = False
    open: bool = False


_YEARLY = "Yearly, billed monthly"
_STANDARD = "Workspace Business Standard"


def _subscription_rows() -> list[SubscriptionRow]:
    active, day = "active", "1 Dec 2026"
    row = SubscriptionRow
    return [
        row(
            204311,
            "Alder & Finch Ltd",
            _STANDARD,
            _YEARLY,
            active,
            64,
            D("700.80"),
            D("0.179"),
            day,
        ),
        row(
            204348,
            "Brightwater Clinics",
            "Secure Mail Protection",
            "Monthly",
            active,
            126,
            D("365.40"),
            D("0.184"),
            day,
            checked=True,
        ),
        row(
            204459,
            "Everline Logistics",
            "Voice Connect",
            "3 years, billed monthly",
            "on_hold",
            96,
            D("720.00"),
            D("0.201"),
            day,
        ),
        row(
            204422,
            "Dune Architects",
            "Endpoint Defence",
            _YEARLY,
            "scheduled",
            199,
            D("686.55"),
            D("0.176"),
            day,
            checked=True,
        ),
        row(
            204385,
            "Cobalt Freight GmbH",
            _STANDARD,
            _YEARLY,
            active,
            106,
            D("1187.20"),
            D("0.18"),
            day,
            open=True,
        ),
        row(
            204386,
            "Cobalt Freight GmbH",
            "Secure Mail Protection",
            _YEARLY,
            active,
            143,
            D("414.70"),
            D("0.182"),
            day,
        ),
        row(
            204496,
            "Fjord Analytics AS",
            "Workspace Business Premium",
            _YEARLY,
            active,
            31,
            D("607.60"),
            D("0.19"),
            day,
            checked=True,
        ),
        row(
            204533,
            "Granite Legal LLP",
            "Sign & Seal Archive",
            "Monthly",
            active,
            10,
            D("41.00"),
            D("0.171"),
            day,
        ),
        row(
            204570,
            "Harbour Foods",
            "Cloud Backup 1 TB",
            "Yearly, paid upfront",
            active,
            52,
            D("1034.80"),
            D("0.188"),
            day,
        ),
        row(
            204611,
            "Iris Dental Group",
            _STANDARD,
            _YEARLY,
            "scheduled",
            38,
            D("425.60"),
            D("0.179"),
            day,
        ),
    ]


def subscriptions() -> Mapping[str, object]:
    """Give the list with its drawer open."""
    return {
        "drawer_open": True,
        "crumbs": [Link("Customers", "#")],
        "tabs": [
            Tab("Active", "#", 418),
            Tab("Expiring", "#", 37),
            Tab("To be renewed", "#", 64, current=True),
            Tab("Trial", "#", 22),
            Tab("All", "#", 503),
        ],
        "spans": [Choice("30 days", "#", current=True), Choice("60", "#"), Choice("90", "#")],
        "chips": [Chip("Renews by itself", "#"), Chip("Price over €40", "#")],
        "columns": [
            Column("Customer", 196, sort_url="#", direction="ascending"),
            Column("Plan", 226),
            Column("Status", 110),
            Column("Seats", 76, numeric=True),
            Column("Price, €/mo", 104, numeric=True, sort_url="#"),
            Column("Margin", 90, numeric=True),
            Column("Ends", None, numeric=True),
        ],
        "rows": _subscription_rows(),
        "pager": Pager("", "#", "1 to 25 of 64 · together €19,412.40 a month, margin 18.1%"),
        "parts": [Part("Cost", D("973.08"), "neutral"), Part("Margin", D("214.12"), "ok")],
        # 6 seats for 14 of 30 days: 67.20 × 14 ÷ 30 = 31.36; a month: 112 × 11.20 = 1,254.40
        "effects": [
            EffectRow("Price", "€31.36", "€1,254.40", "+67.20"),
            EffectRow("Your cost", "€25.70", "€1,028.16", "+55.08"),
            EffectRow("Margin", "€5.66", "€226.24", "+12.12", total=True),
        ],
    }


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the invoice; amounts are net, in euro."""

    number: int
    service: str
    period: str
    quantity: int
    unit: str
    price: Decimal
    fraction: str
    listed: Decimal
    discount: Decimal
    rate: str
    net: Decimal
    tax: Decimal = STANDARD_RATE
    open: bool = False


def _line_rows() -> list[LineRow]:
    row, none = LineRow, D(0)
    december = "December 2026"
    return [
        row(
            1,
            _STANDARD,
            december,
            112,
            "seats",
            D("11.20"),
            "",
            D("1254.40"),
            none,
            "",
            D("1254.40"),
        ),
        row(
            2,
            _STANDARD,
            "6 seats added, 17 to 30 November",
            6,
            "seats",
            D("11.20"),
            "14/30 month",
            D("31.36"),
            none,
            "",
            D("31.36"),
        ),
        row(
            3,
            "Secure Mail Protection",
            december,
            143,
            "seats",
            D("2.90"),
            "",
            D("414.70"),
            D("-20.74"),
            "5%",
            D("393.96"),
        ),
        row(
            4,
            "Secure Mail Protection",
            "17 seats added, 12 to 30 November",
            17,
            "seats",
            D("2.90"),
            "19/30 month",
            D("31.22"),
            D("-1.56"),
            "5%",
            D("29.66"),
            open=True,
        ),
        row(
            5,
            "Cloud Backup 1 TB",
            december,
            8,
            "units",
            D("19.90"),
            "",
            D("159.20"),
            none,
            "",
            D("159.20"),
        ),
        row(
            6,
            "Cloud Backup 1 TB",
            "Use above the included 8 TB, November",
            214,
            "GB",
            D("0.045"),
            "",
            D("9.63"),
            none,
            "",
            D("9.63"),
        ),
        row(
            7,
            "Endpoint Defence",
            december,
            112,
            "devices",
            D("3.45"),
            "",
            D("386.40"),
            D("-38.64"),
            "10%",
            D("347.76"),
        ),
        row(
            8,
            "Voice Connect",
            "4 seats removed, 21 to 30 November",
            -4,
            "seats",
            D("7.50"),
            "10/30 month",
            D("-10.00"),
            none,
            "",
            D("-10.00"),
        ),
        row(
            9,
            "Handbook Safe Mail, printed",
            "Delivered 24 November",
            10,
            "pieces",
            D("14.90"),
            "",
            D("149.00"),
            none,
            "",
            D("149.00"),
            D("0.07"),
        ),
    ]


def invoice() -> Mapping[str, object]:
    """Give an invoice with the reasons of its fourth line open."""
    return {
        "crumbs": [Link("Account", "#"), Link("Invoices", "#")],
        "due": _eur("2796.44"),
        "columns": [
            Column("No.", 62, numeric=True),
            Column("Service and period"),
            Column("Quantity", 110, numeric=True),
            Column("Unit price", 108, numeric=True),
            Column("List", 112, numeric=True),
            Column("Discount", 108, numeric=True),
            Column("Net", 112, numeric=True),
            Column("VAT", 72, numeric=True),
            Column("Reason", 98, hidden_label=True),
        ],
        "lines": _line_rows(),
        "why_columns": [
            Column("Operator", 32, hidden_label=True),
            Column("Step", 164),
            Column("Where it comes from"),
            Column("Calculation", 214, numeric=True),
            Column("Euro", 76, numeric=True),
        ],
        "vat_columns": [
            Column("Rate"),
            Column("Lines", 90, numeric=True),
            Column("Net", 130, numeric=True),
            Column("VAT", 110, numeric=True),
            Column("Gross", 130, numeric=True),
        ],
    }
