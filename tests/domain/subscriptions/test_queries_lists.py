"""Lists of subscriptions: what each view holds, who sees what, search, filters, paging and counts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.roles import Capability
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import (
    COUNT_MAX,
    ORDERS,
    Book,
    Filters,
    Hold,
    ListInput,
    Order,
    Place,
    Tab,
    Wanted,
    count_rows,
    every_row,
    list_page,
    lists,
    read_place,
    tab_counts,
)
from tests.support.people import account
from tests.web.subscriptions.stock import TODAY, Stock, stock


@pytest.fixture
def store(db) -> Stock:
    return stock()


def wanted(tab: Tab = Tab.ALL, **facts) -> Wanted:
    book = facts.pop("book", Book.CUSTOMERS)
    filters = {k: facts.pop(k) for k in list(facts) if k in Filters.__dataclass_fields__}
    return Wanted(book=book, tab=tab, today=TODAY, filters=Filters(**filters), **facts)


def ids(viewer, listed: Wanted, *, limit: int = 100) -> list[int]:
    return [row.id for row in list_page(viewer, wanted=listed, limit=limit).rows]


# TODAY is 2 March 2026: 29, 30 and 31 days later are 31 March, 1 April and 2 April.
EDGES = {"29": date(2026, 3, 31), "30": date(2026, 4, 1), "31": date(2026, 4, 2)}


@pytest.mark.parametrize(("tab", "renews"), [(Tab.EXPIRING, False), (Tab.RENEWING, True)])
def test_a_term_that_ends_on_the_last_day_of_the_span_is_listed_and_the_next_day_is_not(
    store, tab, renews
):
    sven = store.people.sven.viewer()
    rows = {
        (name, flag): store.add(term_end=day, auto_renew=flag)
        for name, day in EDGES.items()
        for flag in (True, False)
    }

    assert ids(sven, wanted(tab)) == [rows["29", renews], rows["30", renews]]
    assert ids(sven, wanted(tab, within_days=60)) == [
        rows["29", renews],
        rows["30", renews],
        rows["31", renews],
    ]


def test_spans_of_60_and_90_days_end_on_their_last_day(store):
    sven = store.people.sven.viewer()
    # 2 March + 60 = 1 May, + 90 = 31 May.
    days = [date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 31), date(2026, 6, 1)]
    rows = [store.add(term_end=day) for day in days]

    assert ids(sven, wanted(Tab.RENEWING, within_days=60)) == rows[:1]
    assert ids(sven, wanted(Tab.RENEWING, within_days=90)) == rows[:3]


def test_active_leaves_out_trials_and_whatever_has_ended(store):
    sven = store.people.sven.viewer()
    rows = {
        status: store.add(
            status=status, trial_end=date(2026, 3, 9) if status is Status.TRIAL else None
        )
        for status in Status
    }

    assert ids(sven, wanted(Tab.ACTIVE)) == [rows[Status.ACTIVE]]
    assert ids(sven, wanted(Tab.TRIAL)) == [rows[Status.TRIAL]]
    assert sorted(ids(sven, wanted(Tab.ALL))) == sorted(rows.values())


def test_a_graced_or_cancelled_subscription_neither_expires_nor_renews(store):
    sven = store.people.sven.viewer()
    for status in (Status.GRACED, Status.CANCELLED, Status.TRIAL, Status.EXPIRED):
        store.add(status=status, term_end=date(2026, 3, 10), auto_renew=False)

    assert ids(sven, wanted(Tab.EXPIRING, within_days=90)) == []


def test_own_subscriptions_stand_only_in_the_own_book(store):
    people = store.people
    cleos = store.add()
    svens = store.add(people.sven.account_id)
    rias = store.add(people.ria.account_id)
    carls = store.add(people.carl.account_id)

    def both(person):
        viewer = person.viewer()
        return ids(viewer, wanted()), ids(viewer, wanted(book=Book.OWN))

    assert both(people.harbor) == ([carls, cleos, rias, svens], [])
    assert both(people.ria) == ([svens], [rias])
    assert both(people.sven) == ([cleos], [svens])
    assert both(people.cleo) == ([], [cleos])
    assert both(people.rex) == ([carls], [])
    assert both(people.carl) == ([], [carls])
    with_lower = wanted(include_sub_resellers=True)
    assert ids(people.ria.viewer(), with_lower) == [cleos, svens]


def test_the_provider_narrows_its_list_to_the_sales_of_some_resellers(store):
    people = store.people
    cleos, carls = store.add(), store.add(people.carl.account_id)
    harbor = people.harbor.viewer()
    sven, rex = people.sven.account_id, people.rex.account_id

    assert ids(harbor, wanted(seller_ids=(sven,))) == [cleos]
    assert ids(harbor, wanted(seller_ids=(sven, rex))) == [carls, cleos]
    assert ids(harbor, wanted(seller_ids=())) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cleo", ["a", "b"]),
        ("CLINICS", ["a", "b"]),
        ("premium", ["b"]),
        ("mail cleo", ["a"]),
        ("mpn-77", ["b"]),
        ("po 9", ["a"]),
        ("100%", []),
        ("_", []),
        ("zeppelin", []),
    ],
)
def test_search_finds_every_word_in_customer_plan_and_references(store, text, found):
    sven = store.people.sven.viewer()
    rows = {
        "a": store.add(purchase_order="PO 9"),
        "b": store.add(plan_name="Archive Premium", vendor_reference="MPN-77"),
    }

    assert ids(sven, wanted(search=text)) == [rows[name] for name in found]


def test_a_number_finds_that_subscription_alone(store):
    sven = store.people.sven.viewer()
    first = store.add()
    store.add(vendor_reference=f"SUB-{first}")

    assert ids(sven, wanted(search=f"sub-{first}")) == [first]
    assert ids(sven, wanted(search=str(first))) == [first]


def test_the_number_of_a_foreign_subscription_is_searched_like_any_word(store):
    foreign = store.add(store.people.carl.account_id)
    mine = store.add(vendor_reference=f"SUB-{foreign}")

    assert ids(store.people.sven.viewer(), wanted(search=f"SUB-{foreign}")) == [mine]


def test_filters_narrow_by_state_plan_vendor_price_and_renewal(store):
    sven = store.people.sven.viewer()
    cheap = store.add(money=("11/10", "12/11", "40/12"))
    dear = store.add(plan_name="Archive", auto_renew=False, money=("50/40", "60/50", "40.01/60"))
    held = store.add(admin_hold=True)

    assert ids(sven, wanted(status=Status.ACTIVE)) == [cheap, dear, held]
    assert ids(sven, wanted(status=Hold.ON_HOLD)) == [held]
    assert ids(sven, wanted(plan="arch")) == [dear]
    assert ids(sven, wanted(auto_renew=False)) == [dear]
    assert ids(sven, wanted(price_over=Decimal(40))) == [dear]
    assert len(ids(sven, wanted(vendor_id=1_000_000))) == 0
    vendor = lists.rows_of("SELECT id FROM vendor", {})[0][0]
    assert ids(sven, wanted(vendor_id=vendor)) == [cheap, dear, held]
    # Ria's price of the dear one is 60.00.
    ria = store.people.ria.viewer()
    over = wanted(price_over=Decimal(59), include_sub_resellers=True)
    assert ids(ria, over) == [dear]


def test_each_seller_sees_price_and_cost_of_its_own_sale_and_the_buyer_the_price(store):
    people = store.people
    store.add(money=("55/50", "60/55", "75/60"))

    def cash(person, **facts):
        (row,) = list_page(person.viewer(), wanted=wanted(**facts), limit=5).rows
        return row.cash.price, row.cash.cost, row.cash.margin_share

    assert cash(people.harbor) == (Decimal(55), Decimal(50), Decimal(5) / 55)
    assert cash(people.ria, include_sub_resellers=True) == (
        Decimal(60),
        Decimal(55),
        Decimal(5) / 60,
    )
    assert cash(people.sven) == (Decimal(75), Decimal(60), Decimal("0.2"))
    assert cash(people.cleo, book=Book.OWN) == (Decimal(75), None, None)


def test_without_the_privilege_there_are_no_amounts_and_no_filter_by_price(store):
    store.add(money=("55/50", "60/55", "75/60"))
    viewer = store.people.sven.viewer()
    blind = replace(viewer, capabilities=viewer.capabilities - {Capability.VIEW_PRICES})

    page = list_page(blind, wanted=wanted(), limit=5)

    assert page.rows[0].cash is None
    assert page.sums == ()
    with pytest.raises(ListInput):
        list_page(blind, wanted=wanted(price_over=Decimal(1)), limit=5)


def test_the_sum_is_that_of_everything_that_matches_not_of_the_page(store):
    for price in ("75/60", "25/20", "10/8"):
        store.add(money=("1/1", "1/1", price))

    page = list_page(store.people.sven.viewer(), wanted=wanted(), limit=1)

    # 75 + 25 + 10 = 110 and 60 + 20 + 8 = 88
    (total,) = page.sums
    assert (total.currency, total.price, total.cost) == ("EUR", Decimal(110), Decimal(88))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("filtered", [False, True])
@pytest.mark.parametrize(
    ("tab", "order"), [(t, o) for t, orders in ORDERS[Book.CUSTOMERS].items() for o in orders]
)
def test_pages_forward_and_back_show_every_row_once(store, tab, order, filtered, descending):
    people = store.people
    other = account(AccountKind.CUSTOMER, people.sven.account_id, "arno Anders")
    for number in range(7):
        store.add(
            other if number % 2 else None,
            term_end=date(2026, 3, 10 + number // 3),
            auto_renew=tab is not Tab.EXPIRING,
            status="trial" if tab is Tab.TRIAL else "active",
            trial_end=date(2026, 3, 5 + number // 2),
        )
    sven = people.sven.viewer()
    listed = wanted(tab, order=order, descending=descending, search="mail" if filtered else "")
    whole = list_page(sven, wanted=listed, limit=100)

    forward, place, firsts = [], None, []
    while True:
        page = list_page(sven, wanted=listed, limit=3, place=place)
        forward += [row.id for row in page.rows]
        firsts.append(page.first_number)
        if page.after is None:
            break
        place = read_place(page.after.text(), before=False)
    last = list_page(sven, wanted=listed, limit=3, last=True)
    backward = [row.id for row in last.rows]
    page = last
    while page.before is not None:
        page = list_page(sven, wanted=listed, limit=3, place=page.before)
        backward = [row.id for row in page.rows] + backward

    assert forward == backward == [row.id for row in whole.rows]
    assert len(set(forward)) == 7
    assert firsts == [1, 4, 7]
    assert (last.first_number, last.after) == (5, None)
    assert (whole.before, whole.after) == (None, None)
    if order is Order.CUSTOMER:
        names = [row.customer_name.lower() for row in whole.rows]
        assert names == sorted(names, reverse=descending)
    if order is Order.ENDS and tab is not Tab.TRIAL:
        ends = [row.term_end for row in whole.rows]
        assert ends == sorted(ends, reverse=descending)


def test_pages_over_several_sellers_show_every_row_once(store):
    people = store.people
    for number in range(4):
        store.add(term_end=date(2026, 3, 10 + number))
        store.add(people.sven.account_id, term_end=date(2026, 3, 10 + number))
    ria = people.ria.viewer()
    listed = wanted(Tab.RENEWING, include_sub_resellers=True)

    seen, place = [], None
    while place is not None or not seen:
        page = list_page(ria, wanted=listed, limit=3, place=place)
        seen += page.rows
        place = page.after

    assert len({row.id for row in seen}) == len(seen) == 8
    assert [row.term_end for row in seen] == sorted(row.term_end for row in seen)


def test_counts_of_the_tabs_are_the_lengths_of_their_lists(store):
    people = store.people
    store.add()
    store.add(people.sven.account_id, term_end=date(2026, 3, 20))
    store.add(term_end=date(2026, 3, 20), auto_renew=False)
    store.add(status="trial", trial_end=date(2026, 3, 20))
    store.add(status="cancelled")
    store.add(people.carl.account_id)

    for person in people.all.values():
        for facts in ({}, {"book": Book.OWN}, {"include_sub_resellers": True}):
            viewer = person.viewer()
            counts = tab_counts(viewer, wanted=wanted(**facts))
            assert {tab: count.rows for tab, count in counts.items()} == {
                tab: len(ids(viewer, wanted(tab, **facts))) for tab in Tab
            }
    assert [c.rows for c in tab_counts(people.harbor.viewer(), wanted=wanted()).values()] == [
        4, 1, 1, 1, 6,
    ]  # fmt: skip


def test_counts_stop_at_their_bound_and_say_so(store, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_MAX", 2)
    for _ in range(3):
        store.add(money=("1/1", "1/1", "1/1"))
    sven = store.people.sven.viewer()

    counts = tab_counts(sven, wanted=wanted())
    page = list_page(sven, wanted=wanted(search="mail"), limit=2)

    assert COUNT_MAX == 10_000
    assert (counts[Tab.ALL].rows, counts[Tab.ALL].more) == (2, True)
    assert (counts[Tab.TRIAL].rows, counts[Tab.TRIAL].more) == (0, False)
    assert (page.total.more, page.first_number, page.sums) == (True, None, ())
    assert page.after is not None


def test_all_rows_come_in_the_order_of_the_list_or_those_that_are_named(store, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_SIZE_MAX", 2)
    rows = [store.add() for _ in range(5)]
    foreign = store.add(store.people.carl.account_id)
    sven = store.people.sven.viewer()

    assert [row.id for row in every_row(sven, wanted=wanted())] == rows
    down = wanted(descending=True, search="mail")
    assert [row.id for row in every_row(sven, wanted=down)] == rows[::-1]
    named = every_row(sven, wanted=wanted(), ids=[rows[3], rows[1], foreign])
    assert [row.id for row in named] == [rows[1], rows[3]]
    assert count_rows(sven, wanted=wanted(), limit=3) == 4


@pytest.mark.parametrize(
    "listed",
    [
        wanted(Tab.EXPIRING, order=Order.CUSTOMER),
        wanted(Tab.ACTIVE, order=Order.ENDS),
        wanted(Tab.EXPIRING, within_days=31),
        wanted(search="x" * 101),
    ],
)
def test_what_no_index_carries_is_refused(store, listed):
    with pytest.raises(ListInput):
        list_page(store.people.sven.viewer(), wanted=listed, limit=5)


@pytest.mark.parametrize("text", ["", "12", "~x", "x~y", "-1~a", "1~\x00", f"{2**63}~a", "²~a"])
def test_a_malformed_place_is_refused(text):
    with pytest.raises(ListInput, match="no place"):
        read_place(text, before=False)


def test_a_place_of_another_order_is_refused(store):
    sven = store.people.sven.viewer()
    with pytest.raises(ListInput, match="no place"):
        list_page(sven, wanted=wanted(Tab.RENEWING), limit=5, place=Place("cleo", 5))
