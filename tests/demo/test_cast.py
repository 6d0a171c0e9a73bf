"""Names, addresses and the script are plausible, unique and the same on every machine; no database."""

import re
from collections import Counter
from datetime import date

from entrepot.demo.acts import Cancellation, Hold, Order, Release, Renewal, SeatChange
from entrepot.demo.cast import customers, people
from entrepot.demo.logins import new_password
from entrepot.demo.offers import OFFERS
from entrepot.demo.places import phone_of, street_of, tax_number_of
from entrepot.demo.script import newcomers, script
from entrepot.demo.sellers import SELLERS
from entrepot.demo.stage import FIRST_DAY, LAST_DAY, SMALL_LAST_DAY

# Letters of German, French, Dutch, Turkish and English names, and what stands between words.
NAME_SHAPE = re.compile(r"[A-Za-zÄÖÜäöüßÉéèêôçı0-9][A-Za-zÄÖÜäöüßÉéèêôçı0-9 &.,()-]{3,48}")
ENGLISH_WORDS = re.compile(
    r"\b(the|and|with|your|for|month|discount|ended|ordered|used)\b", re.IGNORECASE
)


def _orders(*, small: bool) -> list[Order]:
    return [act for acts in script(small=small).values() for act in acts if isinstance(act, Order)]


def test_there_are_120_customers_with_names_of_their_own():
    names = [one.name for one in customers(small=False)] + [one.name for one in SELLERS]

    assert len(customers(small=False)) == 120
    assert len(set(names)) == len(names)
    assert [name for name in names if not NAME_SHAPE.fullmatch(name)] == []
    assert not any("ipsum" in name.lower() or "test" in name.lower() for name in names)


def test_customers_are_spread_over_countries_cities_and_sizes():
    found = customers(small=False)

    assert {one.country for one in found} == {"DE", "AT", "FR", "NL", "CH", "US", "CA"}
    assert len({one.city for one in found}) > 60
    assert min(one.seats for one in found) >= 1
    assert max(one.seats for one in found) <= 250


def test_addresses_and_numbers_are_in_the_form_of_their_country():
    for one in customers(small=False):
        assert phone_of(name=one.name, country=one.country).startswith("+")
        assert any(c.isdigit() for c in street_of(customer=one))
        number = tax_number_of(name=one.name, country=one.country)
        assert bool(number) == (one.country not in {"US", "CA"})
    assert re.fullmatch(r"DE\d{9}", tax_number_of(name="Kranich IT GmbH", country="DE"))
    domains = [one.domain for one in customers(small=False)]
    assert len(set(domains)) == len(domains)
    assert all(domain.endswith(".example") for domain in domains)


def test_people_are_known_by_one_name_each_and_work_for_accounts_that_exist():
    known = {one.key for one in SELLERS} | {one.name for one in customers(small=False)}
    names = {(person.login, person.name) for person in people(small=False)}

    assert {person.account for person in people(small=False)} <= known
    assert len({login for login, _name in names}) == len(names)
    logins = Counter(person.login for person in people(small=False))
    assert [login for login, count in logins.items() if count > 1] == ["ruth.kessler"]


def test_the_full_script_has_about_900_subscriptions_on_the_price_list():
    orders = _orders(small=False)
    listed = [order for order in orders if order.reference.startswith("NCE-")]
    used = [order for order in orders if order.reference.startswith("HBR-")]

    assert 850 <= len(listed) <= 950
    assert len(used) == 13
    assert len({order.reference for order in orders}) == len(orders)
    assert all(1 <= order.quantity <= 250 for order in orders)
    assert len({order.buyer for order in orders}) == 120 + len(SELLERS) - 1


def test_acts_refer_to_what_was_ordered_before_and_never_leave_the_story():
    for small, last in ((False, LAST_DAY), (True, SMALL_LAST_DAY)):
        ordered: set[str] = set()
        for day, acts in sorted(script(small=small).items()):
            assert FIRST_DAY <= day <= last
            for act in acts:
                if isinstance(act, Order):
                    ordered.add(act.reference)
                elif isinstance(act, SeatChange | Cancellation | Renewal | Hold | Release):
                    assert act.reference in ordered


def test_newcomers_are_opened_before_they_order():
    opened = newcomers(small=False)
    first: dict[str, date] = {}
    for day, acts in sorted(script(small=False).items()):
        for act in acts:
            if isinstance(act, Order):
                first.setdefault(act.buyer, day)

    assert len(opened) == 16
    assert all(first[name] >= day for name, day in opened.items())


def test_german_sellers_write_german_texts():
    german = {one.key for one in SELLERS if one.language == "de"}
    theirs = {one.name for one in customers(small=False) if one.seller in german}
    buyers = {order.reference: order.buyer for order in _orders(small=False)}
    texts = [order.discount_label for order in _orders(small=False) if order.buyer in theirs]
    for acts in script(small=False).values():
        texts += [
            act.reason
            for act in acts
            if isinstance(act, Cancellation | Hold | Release) and buyers[act.reference] in theirs
        ]

    assert len(set(texts)) > 6
    assert [text for text in texts if ENGLISH_WORDS.search(text)] == []
    assert [one.name for one in OFFERS if ENGLISH_WORDS.search(one.text["de"])] == []
    assert not any("Vertrag" in text for text in texts)


def test_passwords_are_long_and_never_the_same():
    made = {new_password() for _ in range(200)}

    assert len(made) == 200
    assert min(len(password) for password in made) >= 15
