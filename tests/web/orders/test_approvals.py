"""Approvals on screens: setting a workflow up, deciding on the page of an order, and notes beside it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.urls import reverse

from entrepot.domain.notifications.models import Message
from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.models import ApprovalWorkflow, Order, OrderApproval, OrderNote
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.resale.models import BillingAccount
from entrepot.flows.order_approvals import do_time_out
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.queue import RunningJob
from tests.support.mailbox import tell
from tests.support.people import SETUP, Person, user
from tests.web.orders.conftest import place

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
VALUES = {
    "name": "Large orders",
    "audience": "customers",
    "above_amount": "",
    "currency": "EUR",
    "timeout_hours": "24",
    "at_timeout": "reject",
    "is_active": "on",
    "version": "0",
}


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def _workflow(client, person: Person, **other: object):
    url = reverse("reseller:approval-new")
    return client.post(url, {**VALUES, "step_1": [str(person.user_id)], **other})


def test_a_seller_sets_a_workflow_up_and_decides_about_an_order(store, at):
    sven, cleo = store.shop.people.sven, store.shop.people.cleo
    BillingAccount.objects.update(credit_limit=None)
    seller = at(sven)
    assert "No order waits for an approval" in text(seller.get(reverse("reseller:approvals")))
    assert _workflow(seller, sven).status_code == 302
    page = text(seller.get(reverse("reseller:approvals")))
    for said in ("Large orders", "Sven Subreseller", "24 hours, then rejected"):
        assert said in page

    number = store.order()
    order_url = reverse("reseller:order", args=[number])
    listed = text(seller.get(reverse("reseller:orders")))
    assert listed.count("waits for your approval") == 1
    home = text(seller.get(reverse("reseller:home")))
    assert "1 order waits for your approval" in home
    assert f"{reverse('reseller:orders')}?status=WA" in home
    shown = text(seller.get(order_url))
    assert "The order waits for your approval. Large orders, step 1 of 1." in shown
    assert "Without a decision until 11 Mar 2026, 13:00 it is rejected." in shown

    # The buyer is told that it is submitted, and nothing of who decides.
    bought = text(at(cleo).get(reverse("customer:order", args=[number])))
    assert "The order waits for the approval of its seller." in bought
    assert "Sven" not in bought.split("</header>")[-1].replace("Sven Systems", "")
    assert "Approve…" not in bought

    url = reverse("reseller:order-approve", args=[number])
    form = text(seller.get(url))
    assert "or to the vendor if the credit limit allows" in form
    version = seller.get(url).context["form"].initial["version"]
    assert seller.post(url, {"version": version, "comment": "fine"}).status_code == 302
    assert Order.objects.get(pk=number).code == Code.PROVISIONING
    after = text(seller.get(order_url))
    assert "Approved: fine" in after
    assert "by Sven Subreseller" in after

    # Who sends it once more is told that it is over.
    again = seller.post(url, {"version": version, "comment": "fine"})
    assert again.status_code == 409
    assert "order has moved on" in text(again)


def test_a_buyer_decides_itself_about_a_large_order_that_was_placed_on_its_behalf(store, at):
    sven, cleo = store.shop.people.sven, store.shop.people.cleo
    account = store.shop.account_of(cleo.account_id)
    BillingAccount.objects.filter(pk=account.pk).update(credit_limit=None)
    seller, uma = at(sven), at(cleo)
    _ask_above(seller, account.pk, "74.99")
    assert "€74.99" in text(seller.get(reverse("reseller:customer", args=[cleo.account_id])))
    begin = reverse("reseller:account-act", args=[cleo.account_id])
    assert seller.post(begin, {"reason": "Asked by phone"}).status_code == 302
    acting = replace(SETUP, user_id=sven.user_id, name="Sven Subreseller (Sven Systems)")
    acting = replace(acting, on_behalf_of_id=cleo.account_id)

    # 5 x 15.00 = 75.00 is above 74.99; what Cleo's own people or programs order is not asked about.
    own = place(store.shop, "own")
    number = place(store.shop, "behalf", actor=acting)
    approve = reverse("customer:order-approve", args=[number])
    page = reverse("customer:order", args=[number])
    assert Order.objects.get(pk=own).code == Code.PROVISIONING
    assert Order.objects.get(pk=number).code == Code.WAITING_FOR_APPROVAL
    # Who ordered sees that it waits, and decides nothing: neither in the other panel nor in the own one.
    theirs = text(seller.get(page))
    assert "waits for the approval there" in theirs
    assert approve not in theirs
    assert seller.get(approve).status_code == 403

    tell(now=NOW)
    told = Message.objects.get(kind="order_asked")
    assert (told.account_id, told.address) == (cleo.account_id, "uma.user@mail.example")
    for said in ("Sven Subreseller (Sven Systems)", "€75.00", page):
        assert said in told.text
    assert "1 order waits for your approval" in text(uma.get(reverse("customer:home")))
    assert text(uma.get(reverse("customer:orders"))).count("waits for your approval") == 1
    shown = text(uma.get(page))
    assert "It was ordered on your behalf and waits for your approval." in shown
    assert "by Sven Subreseller (Sven Systems)" in shown
    user(cleo.account_id, "rita.reads", "Rita Reads", role=RoleCode.READ_ONLY)
    assert at(replace(cleo, login="rita.reads")).get(approve).status_code == 403
    version = uma.get(approve).context["form"].initial["version"]
    assert uma.post(approve, {"version": version, "comment": "as agreed"}).status_code == 302
    assert Order.objects.get(pk=number).code == Code.PROVISIONING
    assert "Approved: as agreed" in text(uma.get(page))
    moves = AuditEntry.objects.filter(object_kind="order", object_id=number).order_by("id")
    placed, decided = (
        moves.filter(on_behalf_of_id=cleo.account_id),
        moves.filter(reason="as agreed"),
    )
    assert {one.actor_id for one in placed} == {sven.user_id}
    assert {one.actor_id for one in decided} == {cleo.user_id}
    _rejected_or_too_late(store, uma, acting)


def _ask_above(seller, number: int, amount: str) -> None:
    """Store the amount with the terms; one below zero is refused."""
    terms = reverse("reseller:credit-terms", args=[number])
    facts = seller.get(terms).context["form"].initial
    form = {name: value for name, value in facts.items() if value is not None}
    form = {name: value for name, value in form.items() if value is not False}
    assert seller.post(terms, {**form, "ask_above": "-1"}).status_code == 422
    assert seller.post(terms, {**form, "ask_above": amount}).status_code == 302


def _rejected_or_too_late(store, uma, acting) -> None:
    """A refusal cancels the order; without a decision in seven days it is rejected, whoever else might say yes."""
    second, third = (place(store.shop, key, actor=acting) for key in ("second", "third"))
    reject = reverse("customer:order-reject", args=[second])
    version = uma.get(reject).context["form"].initial["version"]
    uma.post(reject, {"version": version, "comment": "too many"})
    assert Order.objects.get(pk=second).code == Code.CANCELLED
    due = OrderApproval.objects.get(pk=third).due_at
    assert due == NOW + timedelta(days=7)
    job = RunningJob(1, 1, None, None, due, stop_asked=lambda: False)
    assert do_time_out(job, order_id=third) == {"done": "reject"}


def test_the_page_of_a_workflow_says_who_set_it_up_to_who_reads_the_trail(store, at):
    people = store.shop.people
    for panel, person, reads in (
        ("provider", people.harbor, True),
        ("reseller", people.sven, False),
    ):
        client = at(person)
        values = {**VALUES, "step_1": [str(person.user_id)]}
        assert client.post(reverse(f"{panel}:approval-new"), values).status_code == 302
        number = ApprovalWorkflow.objects.get(seller_id=person.account_id).pk
        page = text(client.get(reverse(f"{panel}:approval", args=[number])))
        assert ("Timeline" in page) is reads
        assert (person.name in page.partition("Timeline")[2]) is reads


def test_a_rejection_needs_its_reason_and_the_buyer_reads_it(store, at):
    sven, cleo = store.shop.people.sven, store.shop.people.cleo
    seller = at(sven)
    _workflow(seller, sven)
    number = store.order()
    url = reverse("reseller:order-reject", args=[number])
    version = seller.get(url).context["form"].initial["version"]
    assert seller.post(url, {"version": version, "comment": " "}).status_code == 422
    assert Order.objects.get(pk=number).code == Code.WAITING_FOR_APPROVAL
    seller.post(url, {"version": version, "comment": "too many seats"})
    assert Order.objects.get(pk=number).code == Code.CANCELLED
    bought = text(at(cleo).get(reverse("customer:order", args=[number])))
    assert "Not approved: too many seats" in bought
    assert "by your supplier" in bought


def test_only_those_whom_a_step_names_decide(store, at):
    people = store.shop.people
    second = user(people.sven.account_id, "sven.two", "Sam Second", role=RoleCode.SUPPORT)
    seller = at(people.sven)
    _workflow(seller, people.sven, step_1=[str(second)])
    number = store.order()
    shown = text(seller.get(reverse("reseller:order", args=[number])))
    assert "The order waits for the approval of Sam Second." in shown
    assert "Approve…" not in shown
    url = reverse("reseller:order-approve", args=[number])
    assert seller.post(url, {"version": "1", "comment": ""}).status_code in (409, 422)
    provider = at(people.harbor)
    assert provider.get(reverse("provider:order-approve", args=[number])).status_code == 403
    # Support may decide, administrators alone set workflows up; others do not find them.
    support = at(Person(people.sven.account_id, second, "sven.two", "harbor.localhost", "Sam"))
    assert "waits for your approval" in text(support.get(reverse("reseller:orders")))
    assert support.get(reverse("reseller:approval-new")).status_code == 403
    workflow = ApprovalWorkflow.objects.get().pk
    assert at(people.rex).get(reverse("reseller:approval", args=[workflow])).status_code == 404
    assert OrderApproval.objects.get(pk=number).state == "waiting"


def test_a_workflow_with_faults_keeps_what_was_typed(store, at):
    sven = store.shop.people.sven
    seller = at(sven)
    for other, said in (
        ({"step_1": []}, "each with somebody who approves"),
        ({"timeout_hours": "1000"}, "less than or equal to 999"),
        ({"timeout_hours": "0"}, "greater than or equal to 1"),
        ({"above_amount": "-1"}, "The amount is 0 to"),
        ({"above_amount": "many"}, "many"),
        ({"name": " "}, "This field is required"),
        ({"step_1": [str(store.shop.people.rex.user_id)]}, "is not one of the available choices"),
    ):
        answer = _workflow(seller, sven, **other)
        assert answer.status_code == 422, other
        assert said in text(answer), other
        assert 'value="Large orders"' in text(answer) or "name" in other
    assert not ApprovalWorkflow.objects.exists()

    _workflow(seller, sven, above_amount="1250.5")
    url = reverse("reseller:approval", args=[ApprovalWorkflow.objects.get().pk])
    assert 'value="1250.5"' in text(seller.get(url))
    changed = {**VALUES, "step_1": [str(sven.user_id)], "version": "1", "is_active": ""}
    assert seller.post(url, changed).status_code == 302
    stale = seller.post(url, {**changed, "name": "Other"})
    assert stale.status_code == 409
    assert "was changed by somebody else meanwhile" in text(stale)
    assert ApprovalWorkflow.objects.get().name == "Large orders"


def test_notes_are_for_the_own_people_and_kept_once(store, at):
    people = store.shop.people
    seller = at(people.sven)
    page = reverse("reseller:order", args=[store.completed])
    key = seller.get(page).context["note_form"].initial["key"]
    url = reverse("reseller:order-note", args=[store.completed])
    for _ in range(2):
        answer = seller.post(url, {"text": "Called <b>Uma</b> about it", "key": key})
        assert answer.status_code == 302
    assert OrderNote.objects.count() == 1
    assert "Note: Called &lt;b&gt;Uma&lt;/b&gt; about it" in text(seller.get(page))
    assert AuditEntry.objects.filter(action="order_note_added").count() == 1
    for panel, person in (("customer", people.cleo), ("provider", people.harbor)):
        seen = text(at(person).get(reverse(f"{panel}:order", args=[store.completed])))
        assert "Called" not in seen
    bad = seller.post(url, {"text": "x" * 4001, "key": key})
    assert bad.status_code == 422
    assert "x" * 4001 in text(bad)
    longest = "One line\r\n" + "x" * 3990
    assert seller.post(url, {"text": longest, "key": "1" * 32}).status_code == 302
    assert OrderNote.objects.get(request_key="1" * 32).text == longest.replace("\r", "")
    stranger = at(people.rex).post(url, {"text": "mine", "key": "0" * 32})
    assert stranger.status_code == 404


def test_approvals_are_said_in_german_too(store, at):
    seller = at(store.shop.people.sven, "de")
    _workflow(seller, store.shop.people.sven)
    number = store.order()
    shown = text(seller.get(reverse("reseller:order", args=[number])))
    assert "Die Bestellung wartet auf Ihre Freigabe." in shown
    assert "Freigeben…" in shown
    listed = text(seller.get(reverse("reseller:approvals")))
    assert "24 Stunden, dann abgelehnt" in listed
