"""The search finds what one may see, by number, name and reference, and nothing else."""

import re

import pytest

from entrepot.domain.billing.models import Invoice
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account
from entrepot.domain.subscriptions.models import Subscription
from entrepot.flows.search import GROUP_MAX, TEXT_MAX, Group, clean, search
from tests.support.people import account
from tests.web.home.world import (
    PROVIDER,
    RESELLER,
    RIVAL,
    a_customer,
    billed_world,
    browser_of,
    run_sql,
    viewer_of,
)


def _ids(viewer, text, group):
    found = search(viewer, text=text, limit=20)
    return [hit.id for hit in found.groups[group].rows] if group in found.groups else []


def test_every_kind_is_found_by_its_public_id(world):
    viewer = viewer_of(RESELLER)
    one = Subscription.objects.filter(seller_id=RESELLER).order_by("id")[0]
    invoice = Invoice.objects.filter(seller_id=RESELLER).order_by("id")[0]

    assert _ids(viewer, f"ACC-{one.customer_id}", Group.ACCOUNTS) == [one.customer_id]
    assert _ids(viewer, f"sub {one.id}", Group.SUBSCRIPTIONS) == [one.id]
    assert _ids(viewer, str(one.id), Group.SUBSCRIPTIONS)[0] == one.id
    assert _ids(viewer, f"INV-{invoice.id}", Group.DOCUMENTS) == [invoice.id]
    assert _ids(viewer, "PLN-7", Group.PLANS) == [7]
    assert _ids(viewer, f"USR-{viewer.user_id}", Group.USERS) == [viewer.user_id]


def test_documents_are_found_by_number_its_beginning_and_its_digits(world):
    viewer = viewer_of(RESELLER)
    invoice = Invoice.objects.filter(seller_id=RESELLER).order_by("id")[0]

    assert _ids(viewer, invoice.number_text.lower(), Group.DOCUMENTS) == [invoice.id]
    assert invoice.id in _ids(viewer, invoice.number_text[:-1], Group.DOCUMENTS)
    assert invoice.id in _ids(viewer, str(invoice.number), Group.DOCUMENTS)
    assert invoice.id in _ids(viewer, f"{invoice.number:06d}", Group.DOCUMENTS)


def test_both_sides_of_a_resellers_documents_are_found(world):
    viewer = viewer_of(RESELLER)
    bought = Invoice.objects.get(buyer_id=RESELLER)
    sold = Invoice.objects.filter(seller_id=RESELLER, number=bought.number).first()

    found = _ids(viewer, str(bought.number), Group.DOCUMENTS)

    assert bought.id in found
    assert sold is not None
    assert sold.id in found


def test_companies_are_found_by_the_beginning_of_any_word_without_accents(people):
    number = account(AccountKind.CUSTOMER, people.sven.account_id, "Möwenblick Pflege gGmbH")
    viewer = people.sven.viewer()

    for text in ("möwen", "MOWEN", "pfle", "mow pfl", "ggmbh mowen"):
        assert _ids(viewer, text, Group.ACCOUNTS) == [number], text
    assert _ids(viewer, "wenblick", Group.ACCOUNTS) == []


def test_an_external_id_and_a_vendor_reference_are_found_whole(world):
    one = Subscription.objects.filter(seller_id=RESELLER).order_by("id")[0]
    Subscription.objects.filter(pk=one.pk).update(
        vendor_reference="VR-77/x", search_text=f"{one.search_text} vr-77/x"
    )
    Account.objects.filter(pk=one.customer_id).update(external_id="Debitor 4711")
    viewer = viewer_of(RESELLER)

    assert _ids(viewer, "VR-77/x", Group.SUBSCRIPTIONS) == [one.id]
    assert _ids(viewer, "Debitor 4711", Group.ACCOUNTS) == [one.customer_id]


@pytest.mark.parametrize("text", ["%", "_", "100%", "a_b", "\\", "'", "%%%", "_ _"])
def test_wildcards_are_letters(people, text):
    for person in people.all.values():
        found = search(person.viewer(), text=text, limit=20)
        assert all(not hits.rows for hits in found.groups.values()), text


def test_a_percent_sign_in_a_name_is_found_by_it(people):
    number = account(AccountKind.CUSTOMER, people.sven.account_id, "100% Kaffee_Haus")

    assert _ids(people.sven.viewer(), "100%", Group.ACCOUNTS) == [number]
    assert _ids(people.sven.viewer(), "kaffee_h", Group.ACCOUNTS) == [number]


def test_foreign_objects_are_found_as_little_as_missing_ones(world):
    foreign = Subscription.objects.filter(seller_id=RIVAL).order_by("id")[0]
    invoice = Invoice.objects.filter(seller_id=RIVAL).order_by("id")[0]
    rival = viewer_of(RIVAL)
    asked = [
        f"SUB-{foreign.id}",
        f"ACC-{foreign.customer_id}",
        f"INV-{invoice.id}",
        invoice.number_text,
        foreign.customer_name,
        f"USR-{rival.user_id}",
        f"person.{RIVAL}",
    ]

    for viewer in (viewer_of(RESELLER), viewer_of(a_customer(RESELLER))):
        for text in asked:
            found = search(viewer, text=text, limit=20)
            assert found.groups == {}, (viewer.account_name, text)
    everything = [search(viewer_of(PROVIDER), text=text, limit=20).is_empty for text in asked]
    # The provider sees all of them but the documents between the reseller and its customers.
    assert everything == [False, False, True, True, False, False, False]


def test_a_role_finds_only_what_it_may_open(world):
    support = viewer_of(RESELLER, role=RoleCode.SUPPORT)
    billing = viewer_of(RESELLER, role=RoleCode.BILLING)
    invoice = Invoice.objects.filter(seller_id=RESELLER).order_by("id")[0]

    assert _ids(support, invoice.number_text, Group.DOCUMENTS) == []
    assert _ids(billing, invoice.number_text, Group.DOCUMENTS) == [invoice.id]
    assert _ids(billing, "Pat", Group.USERS) == []
    assert support.user_id in _ids(support, "Pat", Group.USERS)


def test_plans_that_a_seller_hides_are_not_found_by_its_customers(world):
    customer, provider = viewer_of(a_customer(RESELLER)), viewer_of(PROVIDER)
    assert 7 in _ids(customer, "Plan 007", Group.PLANS)

    run_sql(
        "INSERT INTO plan_own (tenant_id, account_id, plan_id, is_published) "
        "VALUES ((SELECT tenant_id FROM account WHERE id = 2), 2, 7, FALSE)"
    )

    assert 7 not in _ids(customer, "Plan 007", Group.PLANS)
    assert 7 in _ids(provider, "Plan 007", Group.PLANS)


@pytest.mark.parametrize("size", [60, 300])
def test_a_search_is_as_many_queries_whatever_it_finds(db, size, django_assert_num_queries):
    billed_world(subscriptions=size)
    viewer = viewer_of(RESELLER)

    with django_assert_num_queries(9):
        search(viewer, text="plan", limit=5)
    with django_assert_num_queries(0):
        search(viewer, text=" \t\n", limit=5)


def test_what_is_looked_for_is_short_and_printable():
    assert clean("  a\x00b \n c\u202e ") == "a b c"
    assert len(clean("x" * 10_000)) == TEXT_MAX
    assert clean("a " * 5_000) == "a a a a a a"


def test_ten_kilobytes_are_answered_as_any_other_text(world):
    client = browser_of(viewer_of(RESELLER))

    answer = client.get("/reseller/search/", {"q": "9" * 10_000})

    assert answer.status_code == 200
    assert "Nothing found" in answer.content.decode()


def test_results_are_bounded_and_say_that_there_are_more(world):
    found = search(viewer_of(PROVIDER), text="customer", limit=10_000)

    assert len(found.groups[Group.ACCOUNTS].rows) == GROUP_MAX
    assert found.groups[Group.ACCOUNTS].more


def test_the_page_links_every_result_and_suggestions_are_a_part_of_it(world):
    one = Subscription.objects.filter(seller_id=RESELLER).order_by("id")[0]
    client = browser_of(viewer_of(RESELLER))

    page = client.get("/reseller/search/", {"q": one.customer_name}).content.decode()
    few = client.get(
        "/reseller/search/",
        {"q": "customer"},
        headers={"HX-Request": "true", "HX-Target": "suggestions"},
    ).content.decode()

    assert f'href="/reseller/customers/{one.customer_id}/"' in page
    assert f'href="/reseller/subscriptions/{one.id}/"' in page
    assert "<html" not in few
    assert few.count("/reseller/customers/") == 5
    assert client.get("/reseller/search/").status_code == 200


def test_the_search_is_german_too(world):
    client = browser_of(viewer_of(RESELLER), language="de")

    assert "Nichts gefunden" in client.get("/reseller/search/?q=zzz").content.decode()
    assert "Unternehmen" in client.get("/reseller/search/?q=customer").content.decode()


def test_indexes_carry_the_search(world):
    def plan(sql, *values):
        run_sql("SET LOCAL enable_seqscan = off")
        return "\n".join(row[0] for row in run_sql(f"EXPLAIN {sql}", list(values)))

    # In a table this small the planner prefers to read all of another index.
    run_sql("DROP INDEX account_kind_name, account_by_name, account_subtree")
    run_sql("DROP INDEX account_name, account_tenant_name, account_child_name")

    assert "account_search_ix" in plan("SELECT id FROM account WHERE name_key LIKE %s", "% cust%")
    assert "invoice_number_search_ix" in plan(
        "SELECT id FROM invoice WHERE number_text LIKE %s", "S2-%"
    )
    assert "user_search_ix" in plan(
        "SELECT id FROM party_user WHERE upper(display_name) LIKE %s", "PAT%"
    )
    assert "user_email_ix" in plan(
        "SELECT id FROM party_user WHERE upper(email) LIKE %s AND email <> ''", "PAT%"
    )


def test_only_the_search_page_fills_the_search_box_with_its_own_words(people):
    client = browser_of(people.harbor.viewer())

    def box(path):
        page = client.get(path, {"q": "Office"}).content.decode()
        field = re.search(r'<input type="search" name="q" value="([^"]*)" id="global-search"', page)
        return field and field[1]

    assert box("/provider/search/") == "Office"
    assert box("/provider/customers/") == ""
