"""The list of subscriptions as people get it: views, drawer, filters in the address, export, language."""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import User
from entrepot.web.screens.subscriptions.files import safe_text
from tests.support.people import account, user

LISTS = {
    "harbor": "/provider/subscriptions/",
    "ria": "/reseller/subscriptions/",
    "sven": "/reseller/subscriptions/",
    "cleo": "/customer/subscriptions/",
    "rex": "/reseller/subscriptions/",
    "carl": "/customer/subscriptions/",
}


def rows_in(html: str) -> list[int]:
    return [int(n) for n in re.findall(r'<tr id="row-(\d+)"', html)]


def get(client, path, **values):
    answer = client.get(f"{path}?{urlencode(values, doseq=True)}")
    assert answer.status_code == 200, answer.getvalue().decode()
    return answer.getvalue().decode()


def test_everybody_sees_their_own_list_and_nothing_else(store, at):
    people = store.people
    mine = store.add()
    other = store.add(people.carl.account_id)
    owned = store.add(people.sven.account_id)

    shown = {
        name: sorted(rows_in(get(at(person), LISTS[name]))) for name, person in people.all.items()
    }

    assert shown == {
        "harbor": sorted([mine, other, owned]),
        "ria": [owned],
        "sven": [mine],
        "cleo": [mine],
        "rex": [other],
        "carl": [other],
    }
    sven = at(people.sven)
    assert rows_in(get(sven, "/reseller/account/subscriptions/")) == [owned]
    assert sorted(rows_in(get(at(people.ria), LISTS["ria"], sub=1))) == sorted([mine, owned])


def test_the_state_of_the_list_is_in_the_address_and_chips_take_it_back(store, at):
    kept = store.add(plan_name="Archive", term_end=date(2026, 3, 20), money=("1/1", "1/1", "50/40"))
    store.add(term_end=date(2026, 3, 20), money=("1/1", "1/1", "30/20"))
    sven = at(store.people.sven)
    asked = {"tab": "renewing", "days": "60", "q": "cleo", "price": "40", "plan": "arch"}

    html = get(sven, LISTS["sven"], **asked)

    assert rows_in(html) == [kept]
    assert "together €50.00 a month, margin 20.0%" in html
    removing = re.findall(r'<li class="chip">([^<]+)<a href="([^"]+)"', html)
    assert [label for label, _ in removing] == ["“cleo”", "Plan: arch", "Price over 40"]
    without_price = removing[2][1].replace("&amp;", "&")
    assert without_price == "?tab=renewing&days=60&q=cleo&plan=arch"


def test_what_cannot_be_read_counts_as_not_asked(store, at):
    number = store.add()
    strange = {
        "tab": "x", "days": "31", "status": "gone", "vendor": "²", "price": "NaN", "renews": "maybe",
        "sort": "-price", "open": "x",
    }  # fmt: skip

    assert rows_in(get(at(store.people.sven), LISTS["sven"], **strange)) == [number]


def test_a_malformed_place_is_a_bad_request_in_words(store, at):
    answer = at(store.people.sven).get(LISTS["sven"], {"after": "zz"})

    assert answer.status_code == 400
    assert "This address names no place in the list." in answer.content.decode()


def test_pages_lead_forward_and_back_to_the_same_rows(store, at):
    rows = [store.add() for _ in range(28)]
    sven = at(store.people.sven)

    first = get(sven, LISTS["sven"])
    after = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = sven.get(LISTS["sven"] + after).content.decode()
    before = re.search(r'rel="prev" href="([^"]+)"', second)[1].replace("&amp;", "&")

    assert rows_in(first) == rows[:25]
    assert rows_in(second) == rows[25:]
    assert "26 to 28 of 28" in second
    assert rows_in(sven.get(LISTS["sven"] + before).content.decode()) == rows[:25]
    assert rows_in(get(sven, LISTS["sven"], last=1)) == rows[3:]


def test_the_drawer_knows_its_neighbours_and_marks_its_row(store, at):
    rows = [store.add(money=("55/50", "60/55", "75/60")) for _ in range(3)]
    html = get(at(store.people.sven), LISTS["sven"], open=rows[1])

    assert f'<tr id="row-{rows[1]}" aria-current="true">' in html
    drawer = html[html.index('<aside class="drawer"') :]
    assert f"SUB-{rows[1]}" in drawer
    assert "€75.00" in drawer
    assert f'href="?open={rows[0]}"' in drawer
    assert f'href="?open={rows[2]}"' in drawer
    assert f'href="/reseller/subscriptions/{rows[1]}/"' in drawer


@pytest.mark.parametrize("who", ["harbor", "ria", "sven", "cleo", "rex"])
def test_a_foreign_drawer_is_answered_as_an_unknown_one(store, at, who):
    foreign = store.add() if who == "rex" else store.add(store.people.carl.account_id)
    client = at(store.people.all[who])
    if who == "harbor":
        assert client.get(LISTS[who], {"open": foreign}).status_code == 200
        foreign = 999_998

    first = client.get(LISTS[who], {"open": foreign})
    second = client.get(LISTS[who], {"open": 999_999})

    assert (first.status_code, second.status_code) == (404, 404)


def _asked(client, path) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("who", ["harbor", "sven", "cleo"])
@pytest.mark.parametrize("query", ["", "?q=mail", "?tab=all"])
def test_a_list_asks_the_database_as_often_for_50_rows_as_for_5(store, at, who, query):
    client = at(store.people.all[who])
    sign = "&" if query else "?"
    path = f"{LISTS[who]}{query}{sign}rows=50"
    for _ in range(5):
        store.add(money=("55/50", "60/55", "75/60"))
    few = _asked(client, path)
    for _ in range(45):
        store.add(money=("55/50", "60/55", "75/60"))

    assert _asked(client, path) == few
    assert len(rows_in(client.get(path).content.decode())) == 50


# Amounts that occur nowhere else: tier 1 sells at 551.11 and pays 501.01, and so on.
MARKED = ("551.11/501.01", "662.22/552.12", "773.33/663.23")
MAY_SEE = {
    "harbor": {"551.11", "501.01"},
    "ria": {"662.22", "552.12"},
    "sven": {"773.33", "663.23"},
    "cleo": {"773.33"},
}
ALL_MARKS = {figure for pair in MARKED for figure in pair.split("/")}


@pytest.mark.parametrize("who", sorted(MAY_SEE))
def test_nobody_gets_another_sellers_cost_or_price_in_list_drawer_page_or_file(store, at, who):
    number = store.add(money=MARKED)
    store.bill(number)
    store.item(number)
    client, base = at(store.people.all[who]), LISTS[who]
    pages = [
        get(client, base, sub=1),
        get(client, base, sub=1, open=number),
        get(client, f"{base}{number}/"),
        get(client, f"{base}export/", sub=1),
    ]

    seen = {mark for html in pages for mark in ALL_MARKS if mark in html}

    assert seen == MAY_SEE[who]


def test_support_sees_subscriptions_without_amounts(store, at):
    number = store.add(money=MARKED)
    sven = store.people.sven
    user(sven.account_id, "sven.support", "Sofie Support", role=RoleCode.SUPPORT)
    client = at(type(sven)(sven.account_id, 0, "sven.support", sven.host, ""))

    for html in (
        get(client, LISTS["sven"], open=number, price="1"),
        get(client, f"{LISTS['sven']}{number}/"),
        get(client, f"{LISTS['sven']}export/"),
    ):
        assert f"SUB-{number}" in html
        assert not [mark for mark in ALL_MARKS if mark in html]


def test_the_export_holds_exactly_the_filtered_rows_raw(store, at):
    first = store.add(money=("1/1", "1/1", "1234.5/1000"), term_end=date(2026, 3, 20))
    store.add(plan_name="Archive")
    second = store.add(quantity=Decimal(7), term_end=date(2026, 3, 21))
    sven = at(store.people.sven)
    asked = {"tab": "renewing", "q": "mail"}

    table = list(csv.DictReader(io.StringIO(get(sven, f"{LISTS['sven']}export/", **asked))))

    listed = rows_in(get(sven, LISTS["sven"], **asked))
    assert [row["number"] for row in table] == [f"SUB-{n}" for n in listed]
    assert listed == [first, second]
    assert table[0]["price_per_month"] == "1234.5"
    assert table[0]["margin_per_month"] == "234.5"
    assert table[0]["term_end"] == "2026-03-20"
    assert table[1]["quantity"] == "7"
    assert table[1]["currency"] == ""


def test_the_selection_alone_is_exported_and_foreign_numbers_are_left_out(store, at):
    rows = [store.add() for _ in range(3)]
    foreign = store.add(store.people.carl.account_id)
    answer = get(at(store.people.sven), f"{LISTS['sven']}export/", ids=[rows[2], rows[0], foreign])

    assert [line["number"] for line in csv.DictReader(io.StringIO(answer))] == [
        f"SUB-{rows[0]}",
        f"SUB-{rows[2]}",
    ]


def test_a_name_that_looks_like_a_formula_stays_text_in_both_files(store, at):
    evil = account(AccountKind.CUSTOMER, store.people.sven.account_id, "=HYPERLINK(1)")
    store.add(evil, money=("1/1", "1/1", "10.5/9"))
    sven = at(store.people.sven)

    (line,) = csv.DictReader(io.StringIO(get(sven, f"{LISTS['sven']}export/")))
    file = sven.get(f"{LISTS['sven']}export/", {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(file.content)).active
    values = dict(zip([c.value for c in sheet[1]], sheet[2], strict=True))

    assert line["customer"] == "'=HYPERLINK(1)"
    assert (values["customer"].data_type, values["customer"].value) == ("s", "=HYPERLINK(1)")
    assert values["price_per_month"].value == 10.5
    assert 'filename="subscriptions-2026-03-02.xlsx"' in file["Content-Disposition"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert safe_text(text) == f"'{text}"
    assert safe_text("Alder & Finch") == "Alder & Finch"


def test_a_sheet_that_would_be_too_long_is_refused_in_words(store, at, monkeypatch):
    monkeypatch.setattr("entrepot.web.screens.subscriptions.files.SHEET_ROWS_MAX", 1)
    store.add()
    store.add()

    answer = at(store.people.sven).get(f"{LISTS['sven']}export/", {"format": "xlsx"})

    assert answer.status_code == 400
    assert "Filter the list, or take it as CSV." in answer.content.decode()


def test_an_unknown_format_does_not_exist(store, at):
    answer = at(store.people.sven).get(f"{LISTS['sven']}export/", {"format": "pdf"})

    assert answer.status_code == 404


def test_the_list_speaks_german(store, at):
    store.add(term_end=date(2026, 3, 20), money=("1/1", "1/1", "1234.5/1000"))
    User.objects.filter(pk=store.people.sven.user_id).update(language="de")

    html = get(at(store.people.sven), LISTS["sven"], tab="renewing")

    for text in ("Abonnements", "Verlängert sich", "30 Tage", "Jährlich, monatlich abgerechnet",
                 "1 bis 1 von 1", "zusammen 1.234,50\u00a0€ im Monat, Marge 19,0\u00a0%"):  # fmt: skip
        assert text in html
    assert "Vertrag" not in html


def test_an_empty_view_and_an_empty_search_say_what_to_do(store, at):
    sven = at(store.people.sven)

    assert "No subscriptions here" in get(sven, LISTS["sven"], tab="trial")
    searched = get(sven, LISTS["sven"], q="zeppelin")
    assert "No subscription matches" in searched
    assert "Clear filters" in searched
