"""Stored documents read back: every kind of charge, printed and explained, in a few queries."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.billing.lifecycle import ChargeKind, DocumentKind
from entrepot.domain.billing.models import Invoice
from entrepot.domain.billing.queries.invoices import invoice_facts
from entrepot.domain.documents.check import check_document
from entrepot.domain.documents.queries import (
    annexes_of,
    document_of,
    explanation_of,
    lines_of,
    tax_rows_of,
)
from entrepot.domain.documents.types import BillingUnit, Language
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import PRIVILEGES
from entrepot.domain.parties.viewer import Panel, Viewer
from tests.reference.engine import bill_with_engine
from tests.reference.simple import CUSTOMER, PROVIDER, RESELLER, SUB, days_from, simple_world
from tests.reference.world import Cancel, ImportUsage, Metered, OrderChange, World

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
EN, DE = Language.EN, Language.DE


def viewer(account_id: int) -> Viewer:
    """Return an administrator at work for an account of the world."""
    account = Account.objects.get(pk=account_id)
    return Viewer(
        user_id=1,
        user_name="Test",
        account_id=account.id,
        account_name=account.name,
        account_kind=account.kind,
        account_path=account.path,
        tenant_id=account.tenant_id,
        provider_id=PROVIDER,
        role=RoleCode.ADMINISTRATOR,
        capabilities=PRIVILEGES[AccountKind(account.kind), RoleCode.ADMINISTRATOR],
        language="en",
        timezone="Europe/Berlin",
        today=MAR,
        panel=Panel(account.kind.value),
    )


def world(*days: date, reseller: bool = False, **facts) -> World:
    """Return a world that is billed on some days only; the first is the start."""
    count, missed = days_from(days[0], *days)
    made = simple_world(start=days[0], days=1, reseller=reseller, **facts)
    return replace(made, days=count, missed=missed)


def newest(buyer: int = CUSTOMER) -> int:
    return (
        Invoice.objects.filter(buyer_id=buyer)
        .order_by("-issued_on")
        .values_list("id", flat=True)[0]
    )


def answer(line_no: int = 1, *, who: int = CUSTOMER, invoice: int | None = None, language=EN):
    asking = viewer(who)
    facts = invoice_facts(asking, invoice_id=invoice or newest())
    return explanation_of(asking, facts, line_no=line_no, language=language)


def words(found) -> str:
    return "".join(piece.text for piece in found.explanation.paragraph)


def shown(found) -> list[tuple[str, str]]:
    return [(step.operator, step.shown) for step in found.explanation.steps]


def document(who: int = CUSTOMER, *, language: Language | None = None, invoice: int | None = None):
    made = document_of(viewer(who), invoice_id=invoice or newest(), language=language)
    check_document(made)
    return made


def test_a_new_month_and_its_setup_are_two_lines_that_tie():
    bill_with_engine(
        world(JAN, prices={"recurring": "31", "setup": "10"}, tax_ppm=190_000, quantity="2")
    )

    made = document()

    # 10 x 1 and 31 x 2: net 72.00, 19 % are 13.68.
    assert [(x.no, x.kind, x.net) for x in made.lines] == [
        (1, ChargeKind.SETUP, D("10")),
        (2, ChargeKind.RECURRING, D("62")),
    ]
    assert [x.billing_unit for x in made.lines] == [BillingUnit.ONCE, BillingUnit.MONTH]
    assert (made.totals.net, made.totals.tax, made.totals.gross) == (D(72), D("13.68"), D("85.68"))
    assert [(r.label, r.lines, r.gross) for r in made.tax_rows] == [("Tax 1", 2, D("85.68"))]
    assert (made.period_start, made.period_end) == (JAN, FEB)
    assert made.seller.name == "Harbor"
    assert made.buyer.account_id == f"ACC-{CUSTOMER}"
    assert made.annexes == ()
    assert answer(1).explanation.replayed
    assert shown(answer(2)) == [
        ("", "31.00"), ("×", "62.00"), ("=", "62.00"), ("=", "62.00"), ("+", "11.78"), ("=", "73.78"),
    ]  # fmt: skip


def test_added_seats_are_explained_with_days_who_ordered_and_where_they_go():
    change = OrderChange(date(2026, 1, 20), 7, SUB, 1, date(2026, 1, 22), D(5))
    made = world(JAN, FEB, prices={"recurring": "31"}, quantity="2", tax_ppm=190_000)
    bill_with_engine(replace(made, actions=(change,)))

    # The change of 22 January is billed with the month of February: line 1 is the month, line 2 the change.
    lines = document().lines
    found = answer(2)

    assert [(x.no, x.kind, x.net) for x in lines] == [
        (1, ChargeKind.RECURRING, D("155")),
        (2, ChargeKind.CHANGE, D("30")),  # 3 x 31 x 10 / 31
    ]
    assert lines[1].description == "Plan 1: 3 Resource 1 added"
    assert words(found).startswith("On 22\u00a0January\u00a02026 you added 3 Resource 1 of Plan 1.")
    assert "10 of 31 days" in words(found)
    assert found.explanation.follow_up == "From 1\u00a0February\u00a02026 they are part of line 1."
    assert found.ordered_by == "test"
    strip = found.explanation.strip
    assert (strip.start, strip.days, strip.used_from, strip.used) == (JAN, 31, 21, 10)
    assert found.explanation.replayed
    assert found.explanation.steps[1].source[0].text == "2 to 5"


def test_removed_seats_are_told_as_removed():
    change = OrderChange(date(2026, 1, 20), 7, SUB, 1, date(2026, 1, 22), D(1))
    made = world(JAN, FEB, prices={"recurring": "31"}, quantity="4")
    bill_with_engine(replace(made, actions=(change,)))

    found = answer(2)

    assert document().lines[1].description == "Plan 1: 3 Resource 1 removed"
    assert words(found).startswith("On 22\u00a0January\u00a02026 you gave back 3 Resource 1")
    assert found.explanation.title == "Why \u2212€30.00?"  # -3 x 31 x 10 / 31
    assert found.explanation.follow_up == ""
    assert found.explanation.replayed


def test_a_cancellation_makes_a_credit_note_that_names_the_line_it_takes_back():
    cancel = Cancel(date(2026, 1, 20), SUB, date(2026, 1, 22), True)
    day = date(2026, 1, 22)
    made = world(JAN, day, prices={"recurring": "31"}, discount_ppm=100_000, tax_ppm=190_000)
    bill_with_engine(replace(made, actions=(cancel,)))
    first = Invoice.objects.order_by("id")[0]

    made = document()
    found = answer(1)

    # 31 x 10 / 31 = 10.00 back, less 10 % = 9.00, and 19 % of it.
    assert made.kind is DocumentKind.CREDIT_NOTE
    assert made.due_on is None
    assert made.totals.gross == D("-10.71")
    assert made.lines[0].kind is ChargeKind.REFUND
    assert f"those of line 1 of {first.number_text}" in words(found)
    assert [p.link.id for s in found.explanation.steps for p in s.source if p.link][
        -1
    ] == f"{first.id}/1"
    assert found.explanation.strip.used == 10
    assert found.explanation.replayed


def test_use_above_the_included_amount_is_explained():
    made = world(
        JAN,
        FEB,
        prices={"recurring": "10", "overuse": "0.045"},
        quantity="8",
        measured=True,
        included="1",
    )
    bill_with_engine(replace(made, metered=(Metered(1, date(2026, 1, 9), D(222)),)))

    line = document().lines[-1]
    found = answer(line.no)

    # 222 - 8 x 1 = 214; 214 x 0.045 = 9.63.
    assert (line.kind, line.quantity, line.net) == (ChargeKind.OVERUSE, D(214), D("9.63"))
    assert line.billing_unit is BillingUnit.USE
    assert "you used 214 Resource 1 of Plan 1 above the included amount" in words(found)
    assert found.explanation.replayed


def _usage(day: date, key: int, before: str, after: str) -> ImportUsage:
    return ImportUsage(day, key, SUB, 1, "memory", JAN, FEB, D("743.5"), ((D(before), D(after)),))


def test_pay_as_you_go_is_explained_by_the_running_amounts_and_without_anybodys_cost():
    second = date(2026, 2, 3)
    made = world(JAN, date(2026, 2, 2), second, prices={"usage": "1"}, is_usage=True)
    acts = (_usage(date(2026, 2, 2), 1, "0", "12.344"), _usage(second, 2, "12.344", "20.019"))
    bill_with_engine(replace(made, actions=acts))

    line = document().lines[0]
    found = answer(1)

    # round(20.019) - round(12.344) = 20.02 - 12.34 = 7.68, while round(7.675) alone might be 7.68 or 7.67.
    assert (line.kind, line.quantity, line.unit_price, line.net) == (
        ChargeKind.USAGE, D(1), D("7.68"), D("7.68"),
    )  # fmt: skip
    assert "743.5" in line.description
    assert "At your prices that comes to €20.02. €12.34 of it had been charged before" in words(
        found
    )
    assert "cost" not in words(found)
    assert shown(found)[:3] == [("", "20.02"), ("\u2212", "12.34"), ("=", "7.68")]
    assert found.explanation.replayed
    told = answer(1, who=PROVIDER)
    assert "At the prices of Cleo that comes to €20.02." in words(told)
    assert told.explanation.steps[0].label == "Use at the prices of Cleo"


@pytest.mark.parametrize(
    ("currency", "price", "net", "tax"),
    [
        ("JPY", "1234", "1234", "234"),
        ("KWD", "1.2345", "1.235", "0.235"),
        ("EUR", "0.05", "0.05", "0.01"),
    ],
)
def test_every_currency_is_replayed_at_its_own_decimals(currency, price, net, tax):
    # 1234 x 19 % = 234.46; 1.235 x 19 % = 0.23465; 0.05 x 19 % = 0.0095.
    bill_with_engine(world(JAN, prices={"recurring": price}, currency=currency, tax_ppm=190_000))

    made, found = document(), answer(1)

    assert (made.totals.net, made.totals.tax) == (D(net), D(tax))
    assert found.explanation.replayed


@pytest.mark.parametrize("rounding", ["line", "group"])
def test_tax_is_explained_for_both_ways_of_rounding(rounding):
    made = world(JAN, prices={"recurring": "0.13", "setup": "0.13"}, tax_ppm=190_000)
    accounts = tuple(replace(row, tax_rounding=rounding) for row in made.billing_accounts)
    bill_with_engine(replace(made, billing_accounts=accounts))

    document_, answers = document(), [answer(1), answer(2)]

    # 0.13 x 19 % = 0.0247: per line 0.02 twice; together 0.0494, so the second line shows 0.03.
    assert [x.tax for x in document_.lines] == (
        [D("0.02"), D("0.02")] if rounding == "line" else [D("0.02"), D("0.03")]
    )
    assert all(x.explanation.replayed for x in answers)
    told = "rounded for all lines" in "".join(
        p.text for p in answers[1].explanation.steps[-2].source
    )
    assert told == (rounding == "group")


def test_only_the_seller_is_told_how_the_price_was_made():
    bill_with_engine(world(JAN, prices={"recurring": "30"}, reseller=True))
    wholesale = newest(RESELLER)

    def source(who: int, invoice: int) -> str:
        steps = answer(1, who=who, invoice=invoice).explanation.steps
        return "".join(piece.text for piece in steps[0].source)

    assert "\u221225% on the recommended retail price" in source(PROVIDER, wholesale)
    assert "retail" not in source(RESELLER, wholesale)
    assert "your own price" in source(RESELLER, newest())
    assert "own price" not in source(CUSTOMER, newest())
    assert "you have" in words(answer(1))
    assert " Cleo has " in words(answer(1, who=RESELLER, invoice=newest()))


def test_a_reseller_sees_an_annex_per_end_customer_and_the_customer_none_of_the_wholesale():
    bill_with_engine(world(JAN, prices={"recurring": "30"}, reseller=True, tax_ppm=190_000))
    wholesale = newest(RESELLER)

    made = document(RESELLER, invoice=wholesale)
    page = annexes_of(invoice_facts(viewer(RESELLER), invoice_id=wholesale), limit=10)

    # The provider sells at three quarters of 30: 22.50, 19 % are 4.275, so 4.28.
    assert [(x.customer_name, x.line_numbers, x.gross) for x in made.annexes] == [
        ("Cleo", (1,), D("26.78"))
    ]
    assert page.annexes == made.annexes
    assert page.customers == 1
    with pytest.raises(NoSuchObject):
        document_of(viewer(CUSTOMER), invoice_id=wholesale)


def test_a_missing_line_is_refused():
    bill_with_engine(world(JAN, prices={"recurring": "30"}))

    for line_no in (0, 2, -1, 2**70):
        with pytest.raises(NoSuchObject):
            answer(line_no)


def test_a_document_of_a_day_whose_run_is_not_done_is_not_there_yet():
    bill_with_engine(world(JAN, prices={"recurring": "30"}))
    number = newest()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_run SET step = 'settle'")

    with pytest.raises(NoSuchObject):
        invoice_facts(viewer(CUSTOMER), invoice_id=number)


def test_german_lines_and_explanations_are_german():
    bill_with_engine(world(JAN, prices={"recurring": "30", "setup": "5"}))

    made = document(language=DE)

    assert made.lines[0].description == "Plan 1: Einrichtung, 1 Resource 1"
    assert made.seller.address_lines[-1] == "Deutschland"
    assert words(answer(2, language=DE)).startswith(
        "Im Zeitraum 1.\u00a0Januar bis 31.\u00a0Januar\u00a02026 haben Sie"
    )


def _counted(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    return len(queries)


def test_the_number_of_queries_does_not_depend_on_the_number_of_lines():
    small = world(JAN, prices={"recurring": "30"})
    bill_with_engine(small)
    few = _counted(document)
    subs = [
        replace(small.subs[0], key=n, items=(replace(small.subs[0].items[0], key=n),))
        for n in range(1, 301)
    ]
    bill_with_engine(replace(small, subs=tuple(subs)))
    facts = invoice_facts(viewer(CUSTOMER), invoice_id=newest())

    many = _counted(document)

    assert facts.lines == 300
    assert many == few
    # `newest` and `viewer` are the test's own two.
    assert many == 2 + 7
    assert [x.line.no for x in lines_of(facts, language=EN, after=100)] == list(range(101, 301))
    assert _counted(lambda: lines_of(facts, language=EN)) == 1
    assert _counted(lambda: tax_rows_of(facts, language=EN)) == 2
