"""The list of credit: who is overdue, held or released, in which order, for whom, and in which words."""

import re
from datetime import date, timedelta

import pytest

from entrepot.domain.billing.models import Invoice
from entrepot.domain.credit.models import CreditState
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account
from entrepot.domain.resale.models import BillingAccount, HoldMode
from tests.web.home.world import (
    PROVIDER,
    RESELLER,
    RIVAL,
    browser_of,
    run_sql,
    viewer_of,
)

LIST = "/provider/credit/"


def _page(client, query="", status=200):
    answer = client.get(LIST + query)
    assert answer.status_code == status, answer.content.decode()[:1500]
    return answer.content.decode()


def _rows(page):
    """Return the words of each row, tags left out."""
    found = re.findall(r'<tr id="row-\d+">(.*?)</tr>', page, re.DOTALL)
    return [
        " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", row, flags=re.DOTALL).split())
        for row in found
    ]


def _state(buyer, **facts):
    account = BillingAccount.objects.get(seller_id=PROVIDER, buyer_id=buyer)
    CreditState.objects.update_or_create(
        billing_account_id=account.id,
        defaults={"tenant_id": account.tenant_id, "buyer_id": buyer, **facts},
    )
    return account


@pytest.fixture
def owing(world):
    """The reseller owes 120.00 since 6 March and is held since 10 March; its rival is protected until 31 March."""
    run_sql(
        "UPDATE invoice SET open_amount = 120, due_on = '2026-03-05' WHERE buyer_id = %s "
        "AND id = (SELECT min(id) FROM invoice WHERE buyer_id = %s)",
        [RESELLER, RESELLER],
    )
    _state(RESELLER, overdue_since=date(2026, 3, 6), is_held=True, held_on=date(2026, 3, 10))
    _state(RIVAL, release_until=date(2026, 3, 31))
    BillingAccount.objects.filter(seller_id=PROVIDER, buyer_id=RESELLER).update(
        due_days=20, grace_days=4, credit_limit=5000
    )
    BillingAccount.objects.filter(seller_id=PROVIDER, buyer_id=RIVAL).update(
        due_days=30, hold_mode=HoldMode.MANUAL
    )
    return browser_of(viewer_of(PROVIDER, role=RoleCode.BILLING))


def test_the_list_says_who_how_much_since_when_and_on_which_terms(owing):
    assert Invoice.objects.filter(buyer_id=RESELLER, open_amount=120).count() == 1
    first, second = _rows(_page(owing))

    # Overdue since 6 March, and today is 16 March.
    assert "Credit hold since 10 Mar 2026 €120.00" in first
    assert "6 Mar 2026 10 days ago 20 days to pay, limit €5,000.00 held after 4 days" in first
    assert first.endswith("Invoices Release…")
    assert "Released until 31 Mar 2026 – of" in second
    assert "30 days to pay holds by hand" in second
    assert second.endswith("Invoices Put on hold…")


def test_rows_lead_to_the_account_its_invoices_and_the_next_step(owing):
    account = BillingAccount.objects.get(seller_id=PROVIDER, buyer_id=RESELLER)

    page = _page(owing)

    assert f'href="/provider/resellers/{RESELLER}/"' in page
    assert f'href="/provider/invoices/?party={RESELLER}"' in page
    assert f'href="/provider/credit/{account.id}/release/"' in page
    assert owing.get(f"/provider/credit/{account.id}/release/").status_code == 200


def test_tabs_count_and_narrow_and_the_search_finds_beginnings_of_names(owing):
    page = _page(owing)
    counts = re.findall(r'<span class="count">(\d+)</span>', page.split('aria-label="Views"')[1])

    # All, on hold, overdue, released.
    assert counts[:4] == ["2", "1", "1", "1"]
    assert len(_rows(_page(owing, "?tab=held"))) == 1
    assert len(_rows(_page(owing, "?tab=overdue"))) == 1
    assert "Released" in _rows(_page(owing, "?tab=released"))[0]
    name = re.findall(r'at-name"><a href="[^"]*">([^<]*)', page)[0]
    assert _rows(_page(owing, f"?q={name.upper()}"))[0].startswith(name)
    assert "Nothing matches" in _page(owing, "?q=zzz")


def test_a_release_that_is_over_is_not_listed(owing):
    # The day to be billed next is 16 March.
    for last, rows in ((date(2026, 3, 16), 2), (date(2026, 3, 15), 1)):
        _state(RIVAL, release_until=last)
        assert len(_rows(_page(owing))) == rows


def test_pages_lead_forward_and_back_with_the_longest_overdue_first(world):
    sample = BillingAccount.objects.get(seller_id=PROVIDER, buyer_id=RESELLER)
    from tests.support.people import account

    for number in range(30):
        buyer = account(AccountKind.CUSTOMER, PROVIDER, f"Late {number:02d}")
        BillingAccount.objects.create(
            tenant_id=buyer,
            seller_id=PROVIDER,
            buyer_id=buyer,
            currency="EUR",
            exponent=2,
            opened_on=sample.opened_on,
        )
        _state(buyer, overdue_since=date(2026, 3, 1) - timedelta(days=number // 2))
    client = browser_of(viewer_of(PROVIDER))

    first = _page(client)
    names = re.findall(r'at-name"><a href="[^"]*">([^<]*)', first)
    # Two a day: the last two since 14 days before 1 March come first.
    assert names[:4] == ["Late 28", "Late 29", "Late 26", "Late 27"]
    assert len(names) == 25
    more = re.search(r'rel="next" href="([^"]+)"', first)
    second = _page(client, more[1].replace("&amp;", "&"))
    rest = re.findall(r'at-name"><a href="[^"]*">([^<]*)', second)
    assert sorted(names + rest) == [f"Late {n:02d}" for n in range(30)]
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert (
        re.findall(
            r'at-name"><a href="[^"]*">([^<]*)', _page(client, back[1].replace("&amp;", "&"))
        )
        == names
    )


def test_only_roles_that_see_credit_open_the_list(world):
    for role, status in ((RoleCode.READ_ONLY, 200), (RoleCode.SUPPORT, 403)):
        assert browser_of(viewer_of(PROVIDER, role=role)).get(LIST).status_code == status
    assert browser_of(viewer_of(RESELLER)).get(LIST).status_code in (403, 404)
    assert browser_of(viewer_of(RESELLER)).get("/reseller/credit/").status_code == 200


def test_a_reseller_follows_up_its_own_customers_only(owing):
    below, other = BillingAccount.objects.filter(seller_id=RESELLER).order_by("id")[:2]
    CreditState.objects.update_or_create(
        billing_account_id=below.id,
        defaults={
            "tenant_id": below.tenant_id,
            "buyer_id": below.buyer_id,
            "overdue_since": date(2026, 3, 6),
        },
    )
    client = browser_of(viewer_of(RESELLER, role=RoleCode.BILLING))
    page = client.get("/reseller/credit/").content.decode()
    (row,) = _rows(page)
    assert row.startswith(Account.objects.get(pk=below.buyer_id).name)
    assert f'href="/reseller/credit/{below.id}/hold/"' in page

    assert "1 customer overdue or on hold" in client.get("/reseller/").content.decode()

    done = client.post(f"/reseller/credit/{other.id}/hold/", {"reason": "agreed"})
    assert done.status_code == 302
    assert "2 customers overdue or on hold" in client.get("/reseller/").content.decode()
    assert CreditState.objects.get(pk=other.id).is_held
    # What the provider sells to the reseller is the provider's.
    upward = BillingAccount.objects.get(seller_id=PROVIDER, buyer_id=RESELLER)
    assert client.get(f"/reseller/credit/{upward.id}/release/").status_code == 404
    assert browser_of(viewer_of(RIVAL)).get(f"/reseller/credit/{below.id}/hold/").status_code == 404


def test_a_reader_is_offered_no_step(owing):
    page = _page(browser_of(viewer_of(PROVIDER, role=RoleCode.READ_ONLY)))

    assert len(_rows(page)) == 2
    assert "Release…" not in page
    assert "Put on hold…" not in page


def test_what_lower_tiers_owe_is_not_listed(world):
    below = BillingAccount.objects.filter(seller_id=RESELLER).order_by("id")[0]
    CreditState.objects.update_or_create(
        billing_account_id=below.id,
        defaults={
            "tenant_id": below.tenant_id,
            "buyer_id": below.buyer_id,
            "is_held": True,
            "overdue_since": date(2026, 3, 1),
        },
    )

    page = _page(browser_of(viewer_of(PROVIDER)))

    assert _rows(page) == []
    assert "Nobody owes too late" in page


def test_the_number_of_queries_does_not_follow_the_rows(owing, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        _page(owing)


def test_the_list_is_german_too(owing):
    page = _page(browser_of(viewer_of(PROVIDER), language="de"))

    assert "Kreditsperre seit 10. März 2026" in " ".join(_rows(page)[0].split())
    assert "20 Tage Zahlungsziel, Rahmen 5.000,00" in page
    assert "am längsten" in page


def test_the_home_page_leads_to_the_list_for_those_who_may_open_it(world):
    link = f'href="{LIST}"'

    # In the menu, in the palette and above the held accounts.
    assert browser_of(viewer_of(PROVIDER)).get("/provider/").content.decode().count(link) == 3
    support = browser_of(viewer_of(PROVIDER, role=RoleCode.SUPPORT))
    assert link not in support.get("/provider/").content.decode()
