"""The price manager on screen: typing prices and margins, the review, levels, files, and who may do what."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.domain.catalog.kinds import PriceKind
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.models import MarginRule, SellerPrice
from entrepot.flows.bill import bill
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.domain.resale.shop import START, Shop, add_period, add_price, shop
from tests.support.people import NOW
from tests.web.home.world import browser_of, viewer_of

LIST, REVIEW, APPLY = "/reseller/prices/", "/reseller/prices/review/", "/reseller/prices/apply/"
AT = "DE.EUR.EUR"
LATER = "2027-03-01"
TODAY = "2026-03-02"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(transactional_db, settings, tmp_path, monkeypatch) -> Shop:
    settings.DATA = tmp_path
    monkeypatch.setattr(ViewerMiddleware, "clock", FixedClock(NOW))
    return shop()


def client_of(person):
    return browser_of(person.viewer())


def text_of(answer) -> str:
    body = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", body)


def fields_of(answer) -> dict[str, str]:
    """Return the fields of the list's form as a browser would send them."""
    found = re.findall(
        r'name="((?:held|price|margin)-[^"]+)" value="([^"]*)"', answer.content.decode()
    )
    return {"at": AT, "valid_from": LATER, **dict(found)}


def billed(store: Shop) -> None:
    """Have Cleo's five seats billed on the first day; the term ends on 1 March 2027."""
    store.subscribe("5")
    bill(now=NOW, today=START, actor_name="test", until=START)


def own(person) -> list[tuple[Decimal, date, date | None]]:
    rows = SellerPrice.objects.filter(seller_id=person.account_id).order_by("valid_from", "id")
    return [(row.unit_price, row.valid_from, row.valid_to) for row in rows]


def test_a_typed_margin_becomes_a_price_whose_effect_on_renewals_is_shown_before_it_is_set(store):
    billed(store)
    sven = store.people.sven
    client = client_of(sven)
    page = client.get(LIST)
    assert "Mail Basic" in text_of(page)
    assert "Default: 0% of the retail price" in text_of(page)
    key = f"{store.period}.{store.seat}.recurring"
    assert fields_of(page)[f"held-{key}"] == "15.00|20.00"
    assert 'data-cost="12' in page.content.decode()

    # 12.00 / (1 - 0.25) = 16.00; five seats 5 x 15.00 = 75.00 and 5 x 16.00 = 80.00
    seen = client.post(REVIEW, {**fields_of(page), f"margin-{key}": "25"})
    text = text_of(seen)
    assert seen.status_code == 200
    assert "1 of 1 coming renewal on these plans changes." in text
    for part in ("€15.00 €16.00", "20.0% 25.0%", "€75.00", "€80.00", "+€5.00"):
        assert part in text
    assert own(sven) == []

    form = {"at": AT, "valid_from": LATER, "change": f"{key}=16.00"}
    assert client.post(APPLY, form).status_code == 302
    assert client.post(APPLY, form).status_code == 302
    assert own(sven) == [(Decimal(16), date(2027, 3, 1), None)]
    assert AuditEntry.objects.filter(action="seller_price_set").count() == 1

    after = client.get(LIST)
    assert "€16.00 from 1 Mar 2027" in text_of(after)
    withdraw = {"at": AT, "change": f"{key}={LATER}"}
    assert client.post(f"{LIST}withdraw/", withdraw).status_code == 302
    again = client.post(f"{LIST}withdraw/", withdraw)
    assert (again.status_code, own(sven)) == (409, [])
    assert "Nothing is scheduled for 2027-03-01 any more." in text_of(again)


def test_what_cannot_be_read_is_said_in_its_row_and_the_typing_is_kept(store):
    client = client_of(store.people.sven)
    fields = fields_of(client.get(LIST))
    key = f"{store.period}.{store.seat}.recurring"
    for change, said in (
        ({f"price-{key}": "1e5"}, "is not a number"),
        ({f"margin-{key}": "100"}, "No price leaves this margin."),
        ({f"price-{key}": "-1"}, "A price cannot be below zero."),
        ({f"price-{key}": "16", "valid_from": "2026-02-30"}, "Give the day"),
        ({f"price-{key}": "16", "valid_from": "2020-01-01"}, "is billed already"),
        ({}, "Nothing was changed."),
    ):
        answer = client.post(REVIEW, fields | change)
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert all(
            f'value="{v}"' in answer.content.decode() for n, v in change.items() if n[0] in "pm"
        )
    assert own(store.people.sven) == []


def test_a_price_below_cost_needs_a_tick_and_an_empty_price_goes_back_to_the_margins(store):
    sven = store.people.sven
    client = client_of(sven)
    key = f"{store.period}.{store.seat}.recurring"
    fields = fields_of(client.get(LIST)) | {f"price-{key}": "11"}
    assert "1 price is below its cost, and that is meant." in text_of(client.post(REVIEW, fields))

    form = {"at": AT, "valid_from": TODAY, "change": f"{key}=11"}
    refused = client.post(APPLY, form)
    assert refused.status_code == 409
    assert "below what the unit costs" in text_of(refused)
    assert client.post(APPLY, {**form, "below_cost": "1"}).status_code == 302
    assert own(sven)[0][0] == Decimal(11)

    page = client.get(LIST)
    assert "Own price" in text_of(page)
    seen = client.post(
        REVIEW,
        fields_of(page) | {f"price-{key}": "", f"margin-{key}": "", "valid_from": TODAY},
    )
    assert "€11.00 €15.00" in text_of(seen)
    assert client.post(APPLY, form | {"change": f"{key}="}).status_code == 302
    assert own(sven) == []


def test_a_margin_of_a_level_is_reviewed_set_scheduled_and_withdrawn(store):
    billed(store)
    sven = store.people.sven
    client = client_of(sven)
    url = f"{LIST}margins/set/"
    form = {"level": "default", "basis": "cost", "percent": "50", "digits": "", "valid_from": LATER}

    # 12.00 x 1.5 = 18.00 a seat, 90.00 for five
    seen = text_of(client.post(url, form))
    for part in ("+50% of the cost", "1 of 1 coming renewal", "€75.00", "€90.00", "33.3%"):
        assert part in seen
    assert MarginRule.objects.filter(seller_id=sven.account_id).count() == 1
    assert client.post(url, {**form, "step": "confirmed"}).status_code == 302
    page = client.get(f"{LIST}margins/")
    assert "Scheduled from 1 Mar 2027" in text_of(page)
    assert (
        client.post(f"{LIST}margins/withdraw/", {"change": f"default={LATER}"}).status_code == 302
    )
    assert MarginRule.objects.get(seller_id=sven.account_id).valid_to is None
    assert client.post(f"{LIST}margins/withdraw/", {"change": "default=x"}).status_code == 422

    plan = client.get(f"{url}?plan={store.plan}")
    assert "Plan: Mail Basic" in text_of(plan)
    assert client.get(f"{url}?plan=999999").status_code == 404
    odd = client.post(url, {**form, "percent": "150", "step": "confirmed"})
    assert odd.status_code == 409
    assert "more than doubles the price" in text_of(odd)
    assert "Give a percentage." in text_of(client.post(url, {**form, "percent": ""}))


def test_a_file_is_previewed_with_its_wrong_rows_and_applied_once(store):
    add_price(add_period(store.plan, store.seat, term_months=1), store.seat, kind=PriceKind.SETUP)
    sven = store.people.sven
    client = client_of(sven)
    text = client.get(f"{LIST}file/download/?at={AT}").content.decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 4
    key = f"{store.period}.{store.seat}.recurring"
    assert next(line for line in lines if line.startswith(key)).endswith(
        "recurring,EUR,12,15,default"
    )

    changed = text.replace("EUR,12,15,default", "EUR,12,16,default", 1)
    wrong = f"{changed}9.9.recurring,,,,,,,,,EUR,,5,\r\n{key},,,,,,,,,USD,,5,\r\nshort\r\n"
    page = client.get(f"{LIST}file/").content.decode()
    token = re.search(r'name="key" value="([0-9a-f]{32})"', page)[1]
    sent = {"at": AT, "valid_from": TODAY, "key": token}
    answer = client.post(
        f"{LIST}file/upload/", sent | {"file": SimpleUploadedFile("mine.csv", wrong.encode())}
    )
    assert answer.status_code == 302
    preview = client.get(answer["Location"])
    shown = text_of(preview)
    for part in (
        "Changed prices 1",
        "Unchanged rows 2",
        "Wrong rows 3",
        "You sell nothing with this id.",
    ):
        assert part in shown
    assert "The price is not in EUR." in shown
    rejected = client.get(f"{LIST}file/{token}/wrong/?at={AT}&valid_from={TODAY}").content.decode()
    assert rejected.count("\r\n") == 4

    for _ in range(2):
        assert client.post(f"{LIST}file/{token}/apply/", sent).status_code == 302
        assert [price for price, _from, _to in own(sven)] == [Decimal(16)]
    assert AuditEntry.objects.get(action="seller_price_set").after["source"] == "mine.csv"
    again = client.get(answer["Location"])
    assert "This file would change nothing" in text_of(again)

    token = "a" * 32
    bad = {"at": AT, "valid_from": TODAY, "key": token}
    refused = client.post(
        f"{LIST}file/upload/", bad | {"file": SimpleUploadedFile("mine.csv", b"a;b\n1;2\n")}
    )
    assert refused.status_code == 422
    assert "does not have each of these columns once" in text_of(refused)


def test_sellers_see_their_own_tier_only_and_readers_change_nothing(store):
    people = store.people
    # vendor 10.00, Harbor 11.00, Ria 12.00, Sven 15.00
    sight = {"harbor": ("10.00", "11.00"), "ria": ("11.00", "12.00"), "sven": ("12.00", "15.00")}
    for name, (cost, price) in sight.items():
        panel = "provider" if name == "harbor" else "reseller"
        body = client_of(getattr(people, name)).get(f"/{panel}/prices/").content.decode()
        assert f"€{cost}" in body
        assert f'value="{price}"' in body
        others = {amount for pair in sight.values() for amount in pair} - {cost, price}
        assert not any(f'value="{amount}"' in body or f"€{amount}" in body for amount in others)
    assert "You buy and sell nothing yet" in text_of(client_of(people.rex).get(LIST))

    reader = browser_of(viewer_of(people.sven.account_id, role=RoleCode.READ_ONLY, now=NOW))
    page = reader.get(LIST)
    assert "<input form" not in page.content.decode()
    key = f"{store.period}.{store.seat}.recurring"
    assert (
        reader.post(APPLY, {"at": AT, "valid_from": LATER, "change": f"{key}=1"}).status_code == 403
    )
    assert client_of(people.cleo).get(LIST).status_code == 404
    assert own(people.sven) == []


def test_a_german_page_fills_the_day_and_reads_margins_with_a_point(store):
    client = browser_of(store.people.sven.viewer(), language="de")
    page = client.get(f"{LIST}margins/set/").content.decode()
    assert f'type="date" name="valid_from" value="{TODAY}"' in page
    form = {"level": "default", "basis": "cost", "percent": "12.5", "valid_from": TODAY}
    assert "+12,5\xa0% auf die Kosten" in client.post(f"{LIST}margins/set/", form).content.decode()
    assert 'value="15,00"' in client.get(LIST).content.decode()


def test_prices_and_margins_are_typed_with_a_decimal_comma_in_german(store):
    sven = store.people.sven
    client = browser_of(sven.viewer(), language="de")
    key = f"{store.period}.{store.seat}.recurring"
    fields = fields_of(client.get(LIST))
    assert fields[f"held-{key}"] == "15,00|20,00"

    # One thousand or a price in thousandths: nobody can know.
    ambiguous = client.post(REVIEW, {**fields, f"price-{key}": "1.234"})
    assert ambiguous.status_code == 422
    assert "lässt sich auf zwei Arten lesen" in text_of(ambiguous)
    assert "Schreiben Sie 1234 oder alle Nachkommastellen: 1234,00." in text_of(ambiguous)
    assert fields_of(ambiguous)[f"price-{key}"] == "1.234"
    assert client.post(REVIEW, {**fields, f"price-{key}": "12,5,0"}).status_code == 422

    # 12.00 / (1 - 0.125) = 13.714..., 13.71 at the decimals of the euro.
    by_margin = client.post(REVIEW, {**fields, f"margin-{key}": "12,5"})
    assert "13,71" in text_of(by_margin)
    by_price = client.post(REVIEW, {**fields, f"price-{key}": "1.234,56"})
    assert by_price.status_code == 200
    given = re.findall(r'name="change" value="([^"]*)"', by_price.content.decode())
    client.post(APPLY, {"at": AT, "valid_from": LATER, "change": given})
    assert [price for price, _from, _to in own(sven)] == [Decimal("1234.56")]

    # A margin of a level, in its own form.
    level = {"level": "default", "basis": "cost", "percent": "1.234", "valid_from": LATER}
    refused = client.post("/reseller/prices/margins/set/", {**level, "digits": ""})
    assert "lässt sich auf zwei Arten lesen" in text_of(refused)
    shown = client.post("/reseller/prices/margins/set/", {**level, "percent": "12,5", "digits": ""})
    assert "12,5" in text_of(shown)
    assert "Arten lesen" not in text_of(shown)
