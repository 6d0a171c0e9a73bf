"""Documents of the cast for the tests: the reference invoice and ways to vary it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind
from entrepot.domain.documents.types import (
    Annex,
    BillingUnit,
    Document,
    Language,
    Line,
    Party,
    TaxRow,
    Totals,
)

SELLER = Party(
    name="Ria IT GmbH",
    address_lines=("Am Sandtorkai 50", "20457 Hamburg", "Germany"),
    tax_id="DE 318 204 577",
    email="billing@ria.example",
)
BUYER = Party(
    name="Cleo Freight GmbH",
    address_lines=("Speicherstr. 14", "20457 Hamburg", "Germany"),
    tax_id="DE 291 334 102",
    account_id="C-10442",
)
NOV, DEC, JAN = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)


def line(no: int, description: str, amounts: str, **fields: object) -> Line:
    """Make a line; `amounts` is "list discount net tax", written out by the caller."""
    list_amount, discount, net, tax = (Decimal(x) for x in amounts.split())
    values: dict[str, object] = {
        "customer_id": "C-10442",
        "customer_name": "Cleo Freight GmbH",
        "reference": "SUB-204311",
        "kind": ChargeKind.RECURRING,
        "quantity": Decimal(1),
        "unit_label": "seats",
        "unit_price": list_amount,
        "num": 1,
        "den": 1,
        "billing_unit": BillingUnit.MONTH,
        "tax_label": "Standard",
        "tax_ppm": 190_000,
        "period_start": DEC,
        "period_end": JAN,
    }
    return Line(
        no=no,
        description=description,
        list_amount=list_amount,
        discount=discount,
        net=net,
        tax=tax,
        **(values | fields),  # type: ignore[arg-type]
    )


def reference_lines() -> tuple[Line, ...]:
    """Give the nine lines of the reference screen, with their printed amounts."""
    change, refund = ChargeKind.CHANGE, ChargeKind.REFUND
    d = Decimal
    return (
        line(1, "Workspace Business Standard", "1254.40 0 1254.40 238.34",
             quantity=d(112), unit_price=d("11.20"), reference="SUB-204311"),
        line(2, "Workspace Business Standard: 6 seats added", "31.36 0 31.36 5.96",
             kind=change, quantity=d(6), unit_price=d("11.20"), num=14, den=30,
             reference="SUB-204311", period_start=date(2026, 11, 17), period_end=DEC),
        line(3, "Secure Mail Protection", "414.70 20.74 393.96 74.85", quantity=d(143),
             unit_price=d("2.90"), discount_ppm=50_000, reference="SUB-204312"),
        line(4, "Secure Mail Protection: 17 seats added", "31.22 1.56 29.66 5.64", kind=change,
             quantity=d(17), unit_price=d("2.90"), num=19, den=30, discount_ppm=50_000,
             reference="SUB-204312", period_start=date(2026, 11, 12), period_end=DEC),
        line(5, "Cloud Backup 1 TB", "159.20 0 159.20 30.25", quantity=d(8),
             unit_price=d("19.90"), unit_label="units", reference="SUB-204313"),
        line(6, "Cloud Backup 1 TB: use above the included 8 TB", "9.63 0 9.63 1.83",
             kind=ChargeKind.OVERUSE, quantity=d(214), unit_price=d("0.045"), unit_label="GB",
             billing_unit=BillingUnit.USE, reference="SUB-204313", period_start=NOV,
             period_end=DEC),
        line(7, "Endpoint Defence", "386.40 38.64 347.76 66.07", quantity=d(112),
             unit_price=d("3.45"), unit_label="devices", discount_ppm=100_000,
             reference="SUB-204314"),
        line(8, "Voice Connect: 4 seats removed", "-10.00 0 -10.00 -1.90", kind=refund,
             quantity=d(-4), unit_price=d("7.50"), num=10, den=30, reference="SUB-204315",
             period_start=date(2026, 11, 21), period_end=DEC),
        line(9, "Handbook Safe Mail, printed", "149.00 0 149.00 10.43", kind=ChargeKind.SETUP,
             quantity=d(10), unit_price=d("14.90"), unit_label="pieces",
             billing_unit=BillingUnit.ONCE, reference="ORD-88412", tax_label="Reduced",
             tax_ppm=70_000, period_start=None, period_end=None),
    )  # fmt: skip


def document(lines: Sequence[Line], **fields: object) -> Document:
    """Wrap lines in a document whose sums are added up from them."""
    keys = dict.fromkeys((x.tax_label, x.tax_ppm) for x in lines)
    parts = {key: [x for x in lines if (x.tax_label, x.tax_ppm) == key] for key in keys}
    values: dict[str, object] = {
        "number": "KR-2026-004187",
        "kind": DocumentKind.INVOICE,
        "language": Language.EN,
        "currency": "EUR",
        "exponent": 2,
        "issued_on": DEC,
        "due_on": date(2026, 12, 15),
        "seller": SELLER,
        "buyer": BUYER,
        "tax_rows": tuple(
            TaxRow(label=label, tax_ppm=ppm, lines=len(xs), net=_sum(xs, "net"),
                   tax=_sum(xs, "tax"), gross=_sum(xs, "net") + _sum(xs, "tax"))
            for (label, ppm), xs in parts.items()
        ),
        "totals": Totals(
            list_amount=_sum(lines, "list_amount"), discount=_sum(lines, "discount"),
            net=_sum(lines, "net"), tax=_sum(lines, "tax"),
            gross=_sum(lines, "net") + _sum(lines, "tax"),
        ),
    }  # fmt: skip
    return Document(lines=tuple(lines), **(values | fields))  # type: ignore[arg-type]


def reference_document(**fields: object) -> Document:
    """Give the invoice of the reference screen: 2,364.97 + 433.37 tax... see `reference_lines`."""
    return document(reference_lines(), **({"period_start": NOV, "period_end": JAN} | fields))


def with_annexes(whole: Document) -> Document:
    """Add one annex per end customer, in the order of the lines."""
    ids = dict.fromkeys(x.customer_id for x in whole.lines)
    parts = [[x for x in whole.lines if x.customer_id == one] for one in ids]
    annexes = tuple(
        Annex(customer_id=xs[0].customer_id, customer_name=xs[0].customer_name,
              line_numbers=tuple(x.no for x in xs), net=_sum(xs, "net"), tax=_sum(xs, "tax"),
              gross=_sum(xs, "net") + _sum(xs, "tax"))
        for xs in parts
    )  # fmt: skip
    return replace(whole, annexes=annexes)


def many_lines(count: int, *, per_customer: int = 8) -> tuple[Line, ...]:
    """Give `count` lines, `per_customer` for each end customer; every fifth is a reduction."""
    return tuple(
        line(
            i + 1,
            f"Microsoft 365 E{i % 5}" + (": 2 seats removed" if i % 5 == 0 else ""),
            "-20.00 -1.00 -19.00 -3.61" if i % 5 == 0 else "120.00 6.00 114.00 21.66",
            kind=ChargeKind.REFUND if i % 5 == 0 else ChargeKind.RECURRING,
            quantity=Decimal(-2 if i % 5 == 0 else 12),
            unit_price=Decimal(10),
            discount_ppm=50_000,
            customer_id=f"C-{20_000 + i // per_customer}",
            customer_name=f"Customer number {i // per_customer} GmbH",
            reference=f"SUB-{300_000 + i}",
        )
        for i in range(count)
    )


def _sum(lines: Sequence[Line], name: str) -> Decimal:
    return sum((getattr(x, name) for x in lines), start=Decimal(0))
