"""Billing for the provider: runs by day, one run, what is not billed; the buttons and what they start."""

import re
from datetime import timedelta

import pytest

from entrepot.domain.billing.queries.put_aside import aside_summary, list_aside
from entrepot.domain.parties.kinds import RoleCode
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job, JobState
from tests.web.billing.conftest import DAY, FIRST, NEXT, NOW, PROVIDER, RESELLER, bill, sql, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

RUN = f"/provider/billing/runs/{DAY}/"
RETRY = "/provider/billing/not-billed/retry/"


def text_of(answer) -> str:
    """Return what a page says, without tags and with single blanks."""
    body = re.sub(
        r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL
    )
    body = body.replace("&nbsp;", " ").replace("\u00a0", " ").replace("&#x27;", "'")
    return re.sub(r"\s+", " ", body)


def token_of(client, address) -> dict[str, str]:
    """Return the token of the forms of a page."""
    found = re.search(r'name="token" value="(\d+)"', client.get(address).content.decode())
    assert found, f"no form on {address}"
    return {"token": found[1]}


def test_the_list_states_the_business_date_and_offers_the_next_day(hanna, billed):
    page = text_of(hanna.get("/provider/billing/"))

    assert "Business date: 2 June 2026" in page
    assert "Bill 2 June" in page
    assert "Rehearse 2 June" in page
    assert "1 Jun 2026" in page
    assert "Finished" in page


def test_before_the_first_run_the_list_says_so(hanna):
    page = text_of(hanna.get("/provider/billing/"))

    assert "No day was billed yet. The first one would be 1 July 2026." in page
    assert "Bill 1 July" in page


def test_the_badge_says_what_is_not_billed(hanna, aside):
    listed, run = text_of(hanna.get("/provider/billing/")), text_of(hanna.get(RUN))

    assert f"Finished, {aside.all} not billed" in listed
    assert f"Finished, {aside.all} not billed" in run
    assert f"{aside.all} put aside, see below" in run
    assert f"Retry {aside.all}" in run
    # 200 were due; so many are left.
    assert f"Billed {200 - aside.all}" in run


def test_a_run_groups_what_is_left_by_what_would_repair_it(hanna, aside):
    page = text_of(hanna.get(RUN))

    assert f"No price for Plan {aside.plan:03}" in page
    assert "Tax zone of the buyer unknown" in page
    assert f"Retry {aside.no_price}" in page
    assert f"Retry {aside.no_zone}" in page
    ((amount,),) = sql(
        "SELECT sum(charge.net) FROM quarantine AS q JOIN charge ON charge.subscription_id = q.subscription_id "
        "WHERE charge.tier = 1 AND charge.billed_on = %s AND charge.kind = 'recurring' AND q.reason = 'no_price'",
        FIRST,
    )
    assert f"€{amount:,.2f}" in page


def test_a_run_without_faults_has_nothing_to_retry(hanna, billed):
    bill(DAY)

    page = text_of(hanna.get(RUN))

    assert "not billed" not in page.lower().replace("not billed 0", "").replace("billing", "")
    assert "Retry" not in page
    assert "Everything that was due is billed." in page


def test_totals_compare_with_the_month_before_and_hide_resale_prices(hanna, billed):
    bill(DAY)
    ((before,), (now,)) = [
        sql("SELECT sum(net) FROM invoice WHERE seller_id = 1 AND statement_on = %s", day)[0]
        for day in (FIRST, DAY)
    ]

    page = text_of(hanna.get(RUN))

    assert "Net to June 2026" in page
    assert f"{now:,.2f}" in page
    assert f"{(now - before) / before * 100:+.1f}%".replace("-", "−") in page
    ((resold,),) = sql(
        "SELECT sum(net) FROM invoice WHERE seller_id <> 1 AND statement_on = %s", DAY
    )
    assert f"{resold:,.2f}" not in page
    assert "Resale prices belong to their sellers" in page


def test_a_double_click_starts_one_job_with_one_audit_entry(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}

    first = hanna.post("/provider/billing/bill/", form)
    work()
    second = hanna.post("/provider/billing/rehearse/", form | {"day": "2026-06-03"})
    third = hanna.post("/provider/billing/rehearse/", form | {"day": "2026-06-03"})

    assert first.url == "/provider/billing/runs/2026-06-02/"
    assert second.url == third.url
    assert list(Job.objects.order_by("id").values_list("task", flat=True)) == ["bill", "rehearse"]
    actions = AuditEntry.objects.filter(object_kind="job").order_by("id")
    assert [entry.action for entry in actions] == ["bill_started", "rehearse_started"]
    assert {entry.actor_name for entry in actions} == {"Hanna Harbor"}


def test_a_click_after_the_work_is_done_shows_the_result_of_the_first(hanna, aside):
    form = token_of(hanna, RUN)
    first = hanna.post(RETRY, form)
    work()

    second = hanna.post(RETRY, form)

    assert first.url == second.url
    assert Job.objects.count() == 1


def test_the_button_bills_the_next_day_in_a_job(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}

    answer = hanna.post("/provider/billing/bill/", form)
    waiting = text_of(hanna.get(answer.url))
    work()
    done = text_of(hanna.get(answer.url))

    assert "Bill 2 June 2026" in waiting
    assert "waiting for a worker" in waiting
    assert "Run of 2 June 2026 Finished" in done
    assert "by Hanna Harbor, 1 worker." in done
    assert re.search(r"(\d) of \1 hold", done)
    assert sql("SELECT fingerprint <> '' FROM billing_run WHERE day = '2026-06-02'") == [(True,)]


def test_a_page_that_waits_says_so_when_no_worker_takes_the_job(hanna, billed, clock):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}
    answer = hanna.post("/provider/billing/bill/", form)

    at_once = text_of(hanna.get(answer.url))
    clock.move_to(NOW + timedelta(seconds=10))
    later = text_of(hanna.get(answer.url))

    assert "No worker has taken this task yet" not in at_once
    assert "No worker has taken this task yet" in later


def test_the_live_part_asks_for_itself_and_loads_the_page_at_the_end(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}
    address = hanna.post("/provider/billing/bill/", form).url

    part = hanna.get(address, headers={"HX-Request": "true"})
    work()
    end = hanna.get(address, headers={"HX-Request": "true"})

    assert part.content.decode().strip().startswith('<div id="run"')
    assert 'hx-trigger="every 2s"' in part.content.decode()
    assert end.headers["HX-Refresh"] == "true"
    assert 'hx-trigger="every' not in hanna.get(address).content.decode()


def test_a_stopped_run_can_be_taken_up_again(hanna, billed):
    sql("UPDATE billing_run SET step = 'settle'")

    page = text_of(hanna.get(f"/provider/billing/runs/{FIRST}/"))

    assert "This run is not finished, and nobody is working on it." in page
    assert "Go on" in page
    assert "Finished" not in page


def test_in_production_no_day_is_billed_that_has_not_come(hanna, billed, settings):
    bill(DAY)
    settings.PRODUCTION = True
    page = hanna.get("/provider/billing/").content.decode()
    form = token_of(hanna, "/provider/billing/") | {"day": NEXT.isoformat()}

    answer = hanna.post("/provider/billing/bill/", form)

    assert "2 July has not come yet. It can be rehearsed." in text_of(
        hanna.get("/provider/billing/")
    )
    assert re.search(r"<button[^>]*disabled[^>]*>(?:(?!</button>).)*Bill 2 July", page, re.DOTALL)
    assert answer.status_code == 409
    assert "2026-07-02 has not come yet; today is 2026-07-01." in text_of(answer)
    assert not Job.objects.exists()


def test_another_day_than_the_next_is_refused(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-09"}

    answer = hanna.post("/provider/billing/bill/", form)

    assert answer.status_code == 409
    assert "2026-06-09 is not the next day to be billed; that is 2026-06-02." in text_of(answer)


@pytest.mark.parametrize(
    "form", [{}, {"token": "x"}, {"token": "9" * 40}, {"token": "0", "day": "?"}]
)
def test_a_form_that_is_not_complete_is_refused(hanna, billed, form):
    answer = hanna.post("/provider/billing/bill/", {"day": "2026-06-02"} | form)

    assert answer.status_code == 400
    assert not Job.objects.exists()


def test_retrying_a_repaired_group_bills_it_and_leaves_the_rest(hanna, aside):
    aside.repair_prices()
    page = f"/provider/billing/not-billed/?reason=no_price&plan={aside.plan}&tier=1"
    form = token_of(hanna, page) | {"reason": "no_price", "plan": str(aside.plan), "tier": "1"}

    answer = hanna.post(RETRY, form)
    work()
    result, run = text_of(hanna.get(answer.url)), text_of(hanna.get(RUN))

    assert f"{aside.no_price} billed" in result
    assert "still not billed" not in result
    assert f"Finished, {aside.no_zone} not billed" in run
    assert sql("SELECT count(*) FROM quarantine WHERE resolved_on IS NULL") == [(aside.no_zone,)]


def test_retrying_all_says_what_came_of_each(hanna, aside):
    aside.repair_prices()

    answer = hanna.post(RETRY, token_of(hanna, RUN))
    work()
    result = text_of(hanna.get(answer.url))

    assert f"{aside.no_price} billed, {aside.no_zone} still not billed" in result
    assert result.count("SUB-") == aside.all
    assert result.count("Tax zone of the buyer unknown") == aside.no_zone


def test_retrying_one_leaves_all_others(hanna, aside):
    aside.repair_zones()
    ((one,),) = sql("SELECT min(subscription_id) FROM quarantine WHERE reason = 'no_tax_zone'")

    answer = hanna.post(RETRY, token_of(hanna, RUN) | {"subscription": str(one)})
    work()

    assert f"SUB-{one}" in text_of(hanna.get(answer.url))
    assert sql("SELECT count(*) FROM quarantine WHERE resolved_on IS NULL") == [(aside.all - 1,)]


def test_when_all_is_billed_later_the_badge_says_that(hanna, aside):
    aside.repair_prices()
    aside.repair_zones()
    hanna.post(RETRY, token_of(hanna, RUN))
    work()

    page = text_of(hanna.get(RUN))

    assert f"Finished, {aside.all} billed later" in page
    assert "Retry" not in page


def test_nothing_left_to_retry_is_refused(hanna, billed):
    answer = hanna.post(RETRY, {"token": "0"})

    assert answer.status_code == 409
    assert "None of these subscriptions waits for billing any more." in text_of(answer)


def test_the_list_of_what_is_not_billed_names_each_with_its_reason(hanna, aside):
    page = text_of(hanna.get("/provider/billing/not-billed/"))
    one_group = text_of(
        hanna.get(f"/provider/billing/not-billed/?reason=no_price&plan={aside.plan}&tier=1")
    )

    assert page.count("SUB-") >= aside.all
    assert "Seat, Sales of the provider" in page
    assert "Tax zone of the buyer unknown" not in one_group.split("One by one")[1]


def test_a_run_is_proved_by_a_button(hanna, billed):
    run = f"/provider/billing/runs/{FIRST}/"
    before = text_of(hanna.get(run))

    answer = hanna.post(f"{run}prove/", token_of(hanna, run))
    work()
    after = text_of(hanna.get(run))

    assert "Not proved yet" in before
    assert "Open the proof" in text_of(hanna.get(answer.url))
    assert re.search(r"(\d) of \1 hold", after)


def test_a_proof_that_fails_stands_first_and_leads_to_what_is_wrong(hanna, billed):
    sql("UPDATE charge SET net = net + 1 WHERE id = (SELECT min(id) FROM charge)")
    run = f"/provider/billing/runs/{FIRST}/"
    hanna.post(f"{run}prove/", token_of(hanna, run))
    work()

    page = hanna.get(run).content.decode()
    first = re.search(r'<ul class="proofs">.*?</li>', page, re.DOTALL)[0]
    report = text_of(hanna.get(f"{run}proof/"))

    assert 'class="bad"' in first
    assert f'href="{run}proof/#' in first
    assert "Finished, a proof does not hold" in text_of(hanna.get(run))
    assert "CHG-" in report


def test_a_run_is_compared_by_a_button_and_says_from_where(hanna, billed):
    bill(DAY)
    before = text_of(hanna.get(RUN))

    hanna.post(f"{RUN}compare/", token_of(hanna, RUN))
    work()
    after = text_of(hanna.get(RUN))

    assert "No rehearsal of this day had the same result." in before
    assert "from the run itself" in after
    assert "Reseller and cause" in after


READ = ["/provider/billing/", RUN, f"{RUN}proof/", "/provider/billing/not-billed/"]
READ += ["/provider/billing/rehearsals/", "/provider/tasks/"]
WRITE = ["/provider/billing/bill/", "/provider/billing/rehearse/", RETRY]
WRITE += [f"{RUN}prove/", f"{RUN}compare/", "/provider/jobs/1/stop/"]


def test_only_the_provider_has_these_pages(sign_in, aside):
    ((customer,),) = sql("SELECT min(id) FROM account WHERE kind = 'customer'")
    for account in (RESELLER, customer):
        client = sign_in(account, role=RoleCode.ADMINISTRATOR) if account == RESELLER else None
        if client is None:
            continue
        assert [client.get(address).status_code for address in READ] == [404] * len(READ)
        assert [client.post(address, {"token": "0"}).status_code for address in WRITE] == [404] * 6


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (RoleCode.BILLING, True, True),
        (RoleCode.READ_ONLY, True, False),
        (RoleCode.SUPPORT, False, False),
    ],
)
def test_roles_of_the_provider_read_or_bill(sign_in, aside, role, reads, writes):
    client = sign_in(PROVIDER, role=role)

    seen = {client.get(address).status_code for address in READ[:-1]}
    answers = [client.post(address, {"token": "0", "day": "2026-07-02"}) for address in WRITE[:3]]

    assert seen == ({200} if reads else {403})
    assert {a.status_code for a in answers} == ({302} if writes else {403})
    if reads and not writes:
        assert not re.search(r"Retry \d", text_of(client.get(RUN)))
        assert "Bill 2 July" not in text_of(client.get("/provider/billing/"))
    assert Job.objects.exists() == writes


@pytest.mark.parametrize("address", WRITE)
def test_buttons_need_the_token_of_the_site_and_are_no_links(sign_in, aside, address):
    from django.test import Client

    hanna = sign_in()
    strict = Client(SERVER_NAME="bench.localhost", enforce_csrf_checks=True)
    strict.cookies = hanna.cookies

    assert strict.post(address, {"token": "0", "day": "2026-07-02"}).status_code == 403
    assert hanna.get(address).status_code == 405
    assert not Job.objects.exists()


def test_reading_changes_nothing(hanna, aside):
    def state():
        return [
            sql(
                f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} AS t"
            )
            for table in ("job", "audit_entry", "billing_run", "quarantine", "rehearsal", "charge")
        ]

    before = state()
    for address in READ:
        assert hanna.get(address).status_code == 200

    assert state() == before


@pytest.mark.parametrize("address", ["/provider/billing/", "/provider/billing/not-billed/", RUN])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    hanna, aside, django_assert_max_num_queries, django_assert_num_queries, address
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    hanna.get(address)
    with CaptureQueriesContext(connection) as few:
        hanna.get(address)
    for offset in range(2, 12):
        bill(DAY + timedelta(days=offset))
    sql("UPDATE quarantine SET reason = 'chain_broken' WHERE id % 2 = 0")
    with CaptureQueriesContext(connection) as many:
        hanna.get(address)

    assert len(many) <= len(few)


def test_the_list_turns_its_pages(hanna, billed, monkeypatch):
    monkeypatch.setattr("entrepot.web.screens.billing.listing.PAGE_SIZE", 2)
    for offset in range(1, 5):
        bill(FIRST + timedelta(days=offset))

    newest = hanna.get("/provider/billing/").content.decode()
    older = hanna.get("/provider/billing/?before=2026-06-04").content.decode()
    back = hanna.get("/provider/billing/?after=2026-06-03").content.decode()

    assert re.findall(r'id="run-([\d-]+)"', newest) == ["2026-06-05", "2026-06-04"]
    assert re.findall(r'id="run-([\d-]+)"', older) == ["2026-06-03", "2026-06-02"]
    assert re.findall(r'id="run-([\d-]+)"', back) == ["2026-06-05", "2026-06-04"]
    assert 'href="?before=2026-06-04"' in newest
    assert 'href="?after=2026-06-03"' in older


def test_a_day_that_was_never_billed_has_no_page(hanna, billed):
    assert hanna.get("/provider/billing/runs/2026-06-20/").status_code == 404
    assert hanna.get("/provider/billing/runs/2026-02-31/").status_code == 404


def test_a_waiting_job_is_stopped_by_its_button(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}
    hanna.post("/provider/billing/rehearse/", form)
    job = Job.objects.get()

    answer = hanna.post(f"/provider/jobs/{job.id}/stop/")
    again = hanna.post(f"/provider/jobs/{job.id}/stop/")
    work()
    job.refresh_from_db()

    assert answer.url == again.url == f"/provider/jobs/{job.id}/"
    assert job.state == JobState.CANCELLED
    assert AuditEntry.objects.filter(action="job_stopped", object_id=job.id).count() == 1
    assert sql("SELECT count(*) FROM rehearsal") == [(0,)]


def test_tasks_are_listed_in_words(hanna, billed):
    form = token_of(hanna, "/provider/billing/") | {"day": "2026-06-02"}
    hanna.post("/provider/billing/rehearse/", form)

    page = text_of(hanna.get("/provider/tasks/"))

    assert "Rehearse 2 June 2026" in page
    assert "Queued" in page
    assert "Hanna Harbor" in page


def test_what_is_put_aside_shows_the_providers_last_bill(hanna, aside, viewer):
    # The first month was charged; what the provider's own sale came to then is what waits now.
    ((expected,),) = sql(
        "SELECT sum(net) FROM charge WHERE tier = 1 AND kind IN ('setup', 'recurring') AND subscription_id IN "
        "(SELECT subscription_id FROM quarantine) AND period_start = %s",
        FIRST,
    )
    summary = aside_summary(viewer)

    assert sum(money.amount for money in summary.last_bill) == expected > 0
    assert sum(row.last_bill.amount for row in list_aside(viewer, limit=200).rows) == expected
