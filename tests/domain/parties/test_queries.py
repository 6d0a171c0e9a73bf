"""Lists and pages of accounts."""

import pytest

from entrepot.domain.parties import queries
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import AccountKind
from tests.support.people import account

CUSTOMER = AccountKind.CUSTOMER


def test_pages_follow_each_other_without_gaps_or_repeats(people, django_assert_num_queries):
    for number in range(7):
        account(CUSTOMER, people.sven.account_id, f"Twin {number % 3}")
    viewer = people.sven.viewer()
    seen, after = [], None
    while True:
        with django_assert_num_queries(1):
            page = queries.list_accounts(viewer, kind=CUSTOMER, limit=3, after=after)
        seen += [(row.name, row.id) for row in page.rows]
        after = page.after
        if after is None:
            break

    assert seen == sorted(set(seen))
    assert len(seen) == 8  # seven twins and Cleo


@pytest.mark.parametrize(
    ("who", "kind", "deep", "names"),
    [
        ("harbor", AccountKind.RESELLER, False, ["Rex Networks", "Ria IT Services"]),
        ("harbor", CUSTOMER, True, ["Carl Carpentry", "Cleo Clinics"]),
        ("ria", AccountKind.RESELLER, False, ["Sven Systems"]),
        ("ria", CUSTOMER, False, []),
        ("ria", CUSTOMER, True, ["Cleo Clinics"]),
        ("sven", CUSTOMER, False, ["Cleo Clinics"]),
        ("cleo", CUSTOMER, True, []),
        ("rex", CUSTOMER, True, ["Carl Carpentry"]),
    ],
)
def test_lists_hold_what_is_below_the_viewer(people, who, kind, deep, names):
    page = queries.list_accounts(
        people.all[who].viewer(), kind=kind, limit=50, include_sub_resellers=deep
    )

    assert [row.name for row in page.rows] == names


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("cleo", True),
        ("  CLÉO  ", True),
        ("clinics", False),
        ("%", False),
        ("_leo", False),
        ("' OR 1=1--", False),
        ("x" * 10_000, False),
        ("\0", True),
        ("9" * 40, False),
    ],
)
def test_search_is_literal_and_bounded(people, search, found):
    page = queries.list_accounts(people.sven.viewer(), kind=CUSTOMER, limit=50, search=search)

    assert [row.name for row in page.rows] == (["Cleo Clinics"] if found else [])


def test_search_finds_ids_and_external_ids(people):
    known = account(CUSTOMER, people.sven.account_id, "Known outside", external_id="ERP/77")
    viewer = people.sven.viewer()

    for text in (f"ACC-{known}", str(known), "ERP/77"):
        page = queries.list_accounts(viewer, kind=CUSTOMER, limit=50, search=text)
        assert [row.id for row in page.rows] == [known]


def test_a_page_never_holds_more_than_200_rows(people):
    page = queries.list_accounts(people.sven.viewer(), kind=CUSTOMER, limit=10**6)

    assert len(page.rows) == 1


def test_an_account_page_names_only_sellers_that_the_viewer_may_know(people):
    page = queries.account_page(people.ria.viewer(), account_id=people.cleo.account_id)

    assert page.row.name == "Cleo Clinics"
    assert [name for _, name in page.upstream] == ["Ria IT Services", "Sven Systems"]
    with pytest.raises(NoSuchObject):
        queries.account_page(people.rex.viewer(), account_id=people.cleo.account_id)


def test_people_of_a_foreign_account_are_not_listed(people):
    rows = queries.list_users(people.sven.viewer(), account_id=people.cleo.account_id, limit=50)

    assert [row.login for row in rows] == ["uma.user"]
    with pytest.raises(NoSuchObject):
        queries.list_users(people.rex.viewer(), account_id=people.cleo.account_id, limit=50)
    with pytest.raises(NoSuchObject):
        queries.list_users(people.cleo.viewer(), account_id=people.sven.account_id, limit=50)


def test_names_of_foreign_accounts_are_not_given(people):
    ids = [person.account_id for person in people.all.values()]

    found = queries.account_names(people.sven.viewer(), ids=ids)

    assert set(found.values()) == {"Sven Systems", "Cleo Clinics"}
