"""Customers and resellers: lists, pages and credit holds by hand."""

import re
from datetime import date

import pytest

from entrepot.domain.credit.models import CreditState, HoldEvent
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import account
from tests.web.home.world import (
    PROVIDER,
    RESELLER,
    RIVAL,
    a_customer,
    browser_of,
    run_sql,
    viewer_of,
)


def _get(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def _names(page):
    return re.findall(r'<th scope="row" class="at-name"><a href="[^"]*">([^<]*)</a>', page)


def test_a_reseller_lists_its_own_customers_and_those_of_sub_resellers_on_request(people):
    own = account(AccountKind.CUSTOMER, people.ria.account_id, "Own Office")
    client = browser_of(people.ria.viewer())

    plain = _get(client, "/reseller/customers/")
    below = _get(client, "/reseller/customers/?below=1")

    assert _names(plain) == ["Own Office"]
    assert _names(below) == ["Cleo Clinics", "Own Office"]
    assert "Customer of Sven Systems" in below
    assert f'href="/reseller/customers/{own}/"' in plain
    assert "Carl Carpentry" not in below


def test_the_provider_lists_all_customers_and_all_resellers(people):
    client = browser_of(people.harbor.viewer())

    assert _names(_get(client, "/provider/customers/")) == ["Carl Carpentry", "Cleo Clinics"]
    resellers = _get(client, "/provider/resellers/")
    assert _names(resellers) == ["Rex Networks", "Ria IT Services", "Sven Systems"]
    assert "Sub-reseller of Ria IT Services" in resellers


def test_both_holds_are_badges_beside_the_state(people):
    Account.objects.filter(pk=people.cleo.account_id).update(admin_hold=True, credit_hold=True)

    page = _get(browser_of(people.sven.viewer()), "/reseller/customers/")

    row = page.split('id="row-')[1].split("</tr>")[0]
    assert [word for word in ("Active", "Hold", "Credit hold") if f"{word}</span>" in row] == [
        "Active",
        "Hold",
        "Credit hold",
    ]


def test_pages_lead_forward_and_back_over_the_same_rows(people):
    for number in range(60):
        account(AccountKind.CUSTOMER, people.rex.account_id, f"Shop {number:03d}")
    client = browser_of(people.rex.viewer())

    def follow(page, rel):
        found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
        assert found, rel
        return _get(client, "/reseller/customers/" + found[1].replace("&amp;", "&"))

    first = _get(client, "/reseller/customers/")
    second = follow(first, "next")
    third = follow(second, "next")

    assert [len(_names(page)) for page in (first, second, third)] == [25, 25, 11]
    assert len({*_names(first), *_names(second), *_names(third)}) == 61
    assert 'rel="next"' not in third
    back = follow(third, "prev")
    assert _names(back) == _names(second)
    assert _names(follow(back, "prev")) == _names(first)


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=99999999999999999999", "trail=a.b..9", "q=%00%25_"]
)
def test_odd_addresses_show_a_list(people, query):
    _get(browser_of(people.ria.viewer()), f"/reseller/customers/?{query}")


def test_a_search_without_rows_offers_to_clear_it(people):
    page = _get(browser_of(people.sven.viewer()), "/reseller/customers/?q=zzz")

    assert "Nothing matches" in page
    assert "Clear filters" in page


@pytest.mark.parametrize("who", ["ria", "sven", "rex", "cleo", "carl"])
def test_foreign_accounts_are_pages_that_do_not_exist(people, who):
    sees = {
        "ria": {"ria", "sven", "cleo"},
        "sven": {"sven", "cleo"},
        "rex": {"rex", "carl"},
        "cleo": {"cleo"},
        "carl": {"carl"},
    }[who]
    viewer = people.all[who].viewer()
    client = browser_of(viewer)
    for other, person in people.all.items():
        answer = client.get(f"/{viewer.panel.value}/customers/{person.account_id}/")
        if viewer.panel.value == "customer":
            assert answer.status_code == 404
        else:
            assert answer.status_code == (200 if other in sees else 404), other


def test_the_page_of_a_reseller_shows_terms_balance_overdue_and_people(world):
    run_sql(
        "UPDATE billing_account SET credit_limit = 50000, statement_day = 5 WHERE buyer_id = %s",
        [RESELLER],
    )
    run_sql("UPDATE invoice SET due_on = '2026-03-10' WHERE buyer_id = %s", [RESELLER])
    CreditState.objects.update_or_create(
        billing_account_id=BillingAccount.objects.get(buyer_id=RESELLER).id,
        defaults={"tenant_id": 2, "buyer_id": RESELLER, "overdue_since": date(2026, 3, 11)},
    )
    viewer_of(RESELLER)

    page = _get(browser_of(viewer_of(PROVIDER)), f"/provider/resellers/{RESELLER}/")

    for words in (
        "Billed by Bench Provider",
        "on day 5 of the month",
        "30 days",
        "€50,000.00",
        "1 open invoice",
        "11 March 2026",
        "Pat Person",
        "Put on hold…",
        "Release until…",
        "There was never a hold.",
    ):
        assert words in page, words
    ((owed,),) = run_sql("SELECT open_amount FROM invoice WHERE buyer_id = %s", [RESELLER])
    assert f"€{owed:,.2f}" in page
    assert f'href="/provider/invoices/?party={RESELLER}"' in page


def test_the_provider_sees_no_terms_between_a_reseller_and_its_customer(world):
    number = a_customer(RESELLER)

    page = _get(browser_of(viewer_of(PROVIDER)), f"/provider/customers/{number}/")

    assert "Billed by" not in page
    assert "Reseller 00001" in page
    assert "Not on hold. The history is told to the seller." in page

    Account.objects.filter(pk=number).update(credit_hold=True)
    held = _get(browser_of(viewer_of(PROVIDER)), f"/provider/customers/{number}/")
    told = "On credit hold at Reseller 00001. Since when and why is told to that seller."
    assert told in held


def test_a_hold_of_the_run_without_history_is_not_denied(world):
    number = a_customer(RESELLER)
    terms = BillingAccount.objects.get(buyer_id=number)
    facts = {"tenant_id": terms.tenant_id, "buyer_id": number}
    CreditState.objects.filter(pk=terms.id).delete()
    client = browser_of(viewer_of(RESELLER))
    assert "There was never a hold." in _get(client, f"/reseller/customers/{number}/")

    CreditState.objects.create(
        billing_account_id=terms.id, is_held=True, held_on=date(2026, 3, 1), **facts
    )

    page = _get(client, f"/reseller/customers/{number}/")
    assert "On hold since 1 March 2026, put by the daily run; nobody acted by hand." in page
    assert "There was never a hold." not in page


def test_a_customer_sees_its_own_account_without_the_notes_of_its_seller(world):
    number = a_customer(RESELLER)
    terms = BillingAccount.objects.get(buyer_id=number)
    HoldEvent.objects.create(
        tenant_id=terms.tenant_id,
        billing_account_id=terms.id,
        buyer_id=number,
        on_day=date(2026, 3, 1),
        act="held",
        actor_name="Secret Sally",
        reason="never pays in time",
    )

    own = _get(browser_of(viewer_of(number)), "/customer/account/")
    seller = _get(browser_of(viewer_of(RESELLER)), f"/reseller/customers/{number}/")

    assert "Put on credit hold" in own
    assert "Secret Sally" not in own
    assert "never pays" not in own
    assert "never pays in time" in seller
    assert "Put on hold…" in seller


def test_what_the_daily_run_put_is_told_in_the_readers_language(world):
    number = a_customer(RESELLER)
    terms = BillingAccount.objects.get(buyer_id=number)
    HoldEvent.objects.create(
        tenant_id=terms.tenant_id,
        billing_account_id=terms.id,
        buyer_id=number,
        on_day=date(2026, 3, 1),
        act="held",
        actor_name="billing run",
        reason="overdue",
    )

    page = _get(browser_of(viewer_of(RESELLER), language="de"), f"/reseller/customers/{number}/")

    assert "Kreditsperre gesetzt (EUR): überfällig" in page
    assert "vom täglichen Lauf" in page
    assert "billing run" not in page


def test_a_hold_is_put_and_released_with_a_reason_that_is_kept(world):
    client = browser_of(viewer_of(PROVIDER))
    terms = BillingAccount.objects.get(buyer_id=RESELLER)
    address = f"/provider/credit/{terms.id}"

    assert "Reason" in _get(client, f"{address}/hold/")
    put = client.post(f"{address}/hold/", {"reason": "Bank returned the debit"})
    page = _get(client, f"/provider/resellers/{RESELLER}/")

    assert (put.status_code, put.url) == (302, f"/provider/resellers/{RESELLER}/")
    assert CreditState.objects.get(pk=terms.id).is_held
    assert Account.objects.get(pk=RESELLER).credit_hold
    assert "Bank returned the debit" in page
    assert "The account is on credit hold." in page
    assert "Put on hold…" not in page
    entry = AuditEntry.objects.get(action="credit_held")
    assert (entry.reason, entry.actor_name, entry.channel) == (
        "Bank returned the debit",
        "Pat Person",
        "screen",
    )

    again = client.post(f"{address}/hold/", {"reason": "Once more"})
    assert again.status_code == 409
    assert "is already on credit hold" in again.content.decode()
    assert HoldEvent.objects.count() == 1

    released = client.post(f"{address}/release/", {"reason": "Paid by phone"})
    assert released.status_code == 302
    assert not CreditState.objects.get(pk=terms.id).is_held
    assert not Account.objects.get(pk=RESELLER).credit_hold
    assert [row.act for row in HoldEvent.objects.order_by("id")] == ["held", "released"]


def test_a_release_until_a_day_protects_to_the_end_of_that_day(world):
    client = browser_of(viewer_of(PROVIDER))
    terms = BillingAccount.objects.get(buyer_id=RESELLER)
    address = f"/provider/credit/{terms.id}/protect/"

    past = client.post(address, {"reason": "x", "until": "2026-03-15"})
    none = client.post(address, {"reason": "", "until": ""})
    done = client.post(address, {"reason": "Agreed with Ria", "until": "2026-04-30"})

    # 15 March is billed, so 16 March is the first day that a release can protect.
    assert past.status_code == 422
    assert "is over" in past.content.decode()
    assert none.status_code == 422
    assert done.status_code == 302
    assert CreditState.objects.get(pk=terms.id).release_until == date(2026, 4, 30)
    page = _get(client, f"/provider/resellers/{RESELLER}/")
    assert "30 April 2026" in page
    assert "Agreed with Ria" in page


def test_only_the_seller_with_the_right_changes_a_hold(world):
    terms = BillingAccount.objects.get(buyer_id=RESELLER)
    foreign = BillingAccount.objects.filter(seller_id=RESELLER)[0]
    reader = browser_of(viewer_of(PROVIDER, role=RoleCode.READ_ONLY))
    provider, reseller = browser_of(viewer_of(PROVIDER)), browser_of(viewer_of(RIVAL))

    assert reader.post(f"/provider/credit/{terms.id}/hold/", {"reason": "x"}).status_code == 403
    assert provider.post(f"/provider/credit/{foreign.id}/hold/", {"reason": "x"}).status_code == 404
    assert provider.post("/provider/credit/987654321/hold/", {"reason": "x"}).status_code == 404
    assert reseller.post(f"/provider/credit/{terms.id}/hold/", {"reason": "x"}).status_code == 404
    assert "Put on hold" not in _get(reader, f"/provider/resellers/{RESELLER}/")
    assert not HoldEvent.objects.exists()


def test_a_hold_says_in_german_what_follows(world):
    run_sql(
        "UPDATE billing_account SET suspend_on_hold = TRUE, bill_on_hold = FALSE WHERE buyer_id = 2"
    )
    client = browser_of(viewer_of(PROVIDER), language="de")
    terms = BillingAccount.objects.get(buyer_id=RESELLER)

    page = _get(client, f"/provider/credit/{terms.id}/hold/")
    missing = client.post(f"/provider/credit/{terms.id}/hold/", {"reason": ""}).content.decode()

    assert "Kreditsperre setzen" in page
    assert "Seine Abonnements werden ausgesetzt." in page
    assert "werden sie nicht abgerechnet" in page
    assert "Es wurde nichts geändert." in missing
    assert "Grund" in missing
    assert "Kunden" in _get(client, "/provider/customers/")


@pytest.mark.parametrize("more", [0, 40])
def test_lists_and_pages_take_the_same_queries_for_few_and_many(
    people, more, django_assert_num_queries
):
    for number in range(more):
        account(AccountKind.CUSTOMER, people.sven.account_id, f"Shop {number:03d}")
    client = browser_of(people.sven.viewer())
    client.get("/reseller/customers/")

    # Session, user, realm, viewer with the accounts of the frame, rows, and their count; four for the second wall.
    with django_assert_num_queries(10):
        client.get("/reseller/customers/")
    # The frame and the wall (9), account, sellers above, subscriptions, terms, balances, states, holds, people.
    # Before the first billed day nothing can be overdue, and nothing is asked.
    with django_assert_num_queries(19):
        client.get(f"/reseller/customers/{people.cleo.account_id}/")
