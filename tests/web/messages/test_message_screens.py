"""Messages on screens: the log, one message in its frame, sending again, own words, additional recipients."""

import re

from django.core import mail
from django.urls import reverse

from entrepot.domain.notifications.kinds import MessageKind, MessageState
from entrepot.domain.notifications.models import Message, MessageRecipient, MessageTemplate
from entrepot.domain.parties.kinds import RoleCode
from entrepot.infra.audit.models import AuditEntry
from tests.support.mailbox import send, tell
from tests.support.people import Person, user
from tests.web.messages.conftest import NOW, order

UGLY = "<script>alert(1)</script> {{7*7}} ' OR 1=1--"


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def _numbers(answer) -> list[int]:
    return [int(one) for one in re.findall(r"/messages/(\d+)/\"", answer.content.decode())]


def test_sellers_list_what_their_customers_were_told_and_customers_what_they_were(world, at):
    people = world.shop.people
    welcome = Message.objects.get(kind=MessageKind.WELCOME)
    done = Message.objects.get(kind=MessageKind.ORDER_COMPLETED)
    link = Message.objects.get(kind=MessageKind.ACTIVATION)
    url = reverse("reseller:messages")
    sven, ria = at(people.sven), at(people.ria)
    page = sven.get(url)
    assert _numbers(page) == sorted([welcome.id, done.id], reverse=True)
    assert "uma.user@mail.example" in text(page)
    for wanted, found in {
        "uma.u": [welcome.id, done.id],
        "cleo": [welcome.id, done.id],
        f"MSG-{done.id}": [done.id],
        f"MSG-{link.id}": [],
        "%": [],
        "a_u": [],
        "x" * 10_000: [],
        "\0": [welcome.id, done.id],
    }.items():
        assert sorted(_numbers(sven.get(url, {"q": wanted}))) == sorted(found), wanted
    assert _numbers(sven.get(url, {"kind": "welcome"})) == [welcome.id]
    assert _numbers(sven.get(url, {"state": "failed"})) == []
    assert "No message matches" in text(sven.get(url, {"state": "failed"}))
    assert len(_numbers(sven.get(url, {"kind": "x", "state": "y", "after": "z"}))) == 2
    first = sven.get(url, {"rows": "5", "before": str(done.id + 1)})
    assert first.status_code == 200

    # Ria sells to Sven, not to Cleo; she sees neither his log nor that of another branch.
    assert _numbers(ria.get(url)) == []
    for number in (welcome.id, link.id, 987_654):
        assert ria.get(reverse("reseller:message", args=[number])).status_code == 404
        assert ria.get(reverse("reseller:message-body", args=[number])).status_code == 404
        again = reverse("reseller:message-again", args=[number])
        assert ria.post(again, {"key": "k"}).status_code == 404
    own = at(people.cleo).get(reverse("customer:messages"))
    assert sorted(_numbers(own)) == [welcome.id, done.id]
    assert at(people.cleo).get(reverse("customer:message", args=[link.id])).status_code == 404
    assert at(people.sven).get(reverse("reseller:own-messages")).status_code == 200


def test_a_message_is_shown_in_a_frame_that_can_do_nothing_and_without_its_link(world, at):
    link = Message.objects.get(kind=MessageKind.ACTIVATION)
    assert "/password/" in mail.outbox[-1].body + mail.outbox[0].body + mail.outbox[1].body
    rex = at(world.shop.people.rex)
    page = rex.get(reverse("reseller:message", args=[link.id]))
    body_url = reverse("reseller:message-body", args=[link.id])
    assert f'<iframe class="mail" src="{body_url}" sandbox ' in text(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    body = rex.get(body_url)
    policy = body["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    nonce = re.search(r'<style nonce="([^"]+)">', body.content.decode())
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in policy
    for answer in (page, body):
        assert "/password/reset/" not in answer.content.decode()
        assert "[link for one use, not kept]" in answer.content.decode()


def test_a_message_is_sent_again_once_with_a_new_link_and_written_down(world, at):
    link = Message.objects.get(kind=MessageKind.ACTIVATION)
    rex, url = at(world.shop.people.rex), reverse("reseller:message-again", args=[link.id])
    mail.outbox.clear()
    for _ in range(2):
        answer = rex.post(url, {"key": "double click"})
    fresh = Message.objects.get(again_of_id=link.id)
    assert answer.url == reverse("reseller:message", args=[fresh.id])
    assert (fresh.state, fresh.address) == (MessageState.WAITING, link.address)
    refused = rex.post(reverse("reseller:message-again", args=[fresh.id]), {"key": "other"})
    assert refused.status_code == 409
    assert f"MSG-{fresh.id} is on its way already." in text(refused)
    send(now=NOW)
    assert [message.to for message in mail.outbox] == [[link.address]]
    assert "/password/" in mail.outbox[0].body
    entry = AuditEntry.objects.get(action="message_sent_again")
    assert entry.after == {"message": fresh.id, "address": link.address}
    assert rex.post(url, {}).status_code == 400
    reader = user(world.shop.people.rex.account_id, "rita.reads", "Rita", role=RoleCode.READ_ONLY)
    reads = Person(world.shop.people.rex.account_id, reader, "rita.reads", "harbor.localhost", "")
    assert at(reads).get(reverse("reseller:messages")).status_code == 200
    assert at(reads).post(url, {"key": "k"}).status_code == 403


def test_sellers_choose_their_own_words_look_at_them_and_go_back(world, at):
    people = world.shop.people
    place = ["order_completed", "en"]
    page, keep = (reverse(f"reseller:message-words-{one}", args=place) for one in ("of", "keep"))
    sven, ria = at(people.sven), at(people.ria)
    assert "default" in text(sven.get(page))
    given = {
        "subject": "Ready: {{orders}}",
        "body": f"{UGLY.replace('{{7*7}}', '')}\n\n{{{{plans}}}}",
    }
    shown = text(sven.post(keep, {**given, "version": "0", "preview": "1"}))
    assert "Ready: SO-1024" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    assert MessageTemplate.objects.count() == 0
    for body, said in {
        "Hello {{password}}": "There is no {{password}} in this kind of message.",
        "Hello {{7*7}}": "Double braces hold one name",
        "{% load x %}{{ orders }} {{": "Double braces hold one name",
        "": "This field is required.",
        "x" * 5_001: "5000",
    }.items():
        refused = sven.post(keep, {**given, "body": body, "version": "0"})
        assert refused.status_code == 422
        assert said in refused.content.decode().replace("&#x27;", "'"), said
    head = sven.post(keep, {**given, "subject": "A\r\nBcc: all@evil.example", "version": "0"})
    assert head.status_code == 422
    link = reverse("reseller:message-words-keep", args=["welcome", "en"])
    without = sven.post(link, {"subject": "Hi", "body": "Come in", "version": "0"})
    assert "Without {{link}} nobody can follow this message." in text(without)
    strange = reverse("reseller:message-words-of", args=["order_completed", "fr"])
    assert sven.get(strange).status_code == 404

    # Ria's words count for the customers of Sven below her until he has his own.
    assert ria.post(keep, {**given, "version": "0"}).status_code == 302
    assert "Ria IT Services" in text(sven.get(page))
    _order_again(world, "two")
    assert mail.outbox[-1].subject == "Ready: SO000002"
    assert (
        sven.post(keep, {**given, "subject": "Yours: {{orders}}", "version": "0"}).status_code
        == 302
    )
    stale = sven.post(keep, {**given, "version": "0"})
    assert stale.status_code == 409
    assert "Somebody has changed these words meanwhile." in text(stale)
    _order_again(world, "three")
    assert mail.outbox[-1].subject == "Yours: SO000003"
    assert "&lt;script&gt;" in mail.outbox[-1].alternatives[0][0]
    version = str(MessageTemplate.objects.get(seller_id=people.sven.account_id).version)
    reset = reverse("reseller:message-words-reset", args=place)
    assert sven.post(reset, {"version": "x"}).status_code == 409
    assert sven.post(reset, {"version": version}).status_code == 302
    assert "Ria IT Services" in text(sven.get(page))
    actions = AuditEntry.objects.filter(object_kind="message_template").order_by("id")
    assert [one.action for one in actions] == ["template_set", "template_set", "template_reset"]
    assert (
        len(re.findall("<tr>", sven.get(reverse("reseller:message-words")).content.decode())) > 40
    )


def _order_again(world, key: str) -> None:
    order(world.shop, key)
    tell(now=NOW)
    send(now=NOW)


def test_customers_and_their_seller_name_additional_recipients(world, at):
    people = world.shop.people
    cleo, sven, ria = at(people.cleo), at(people.sven), at(people.ria)
    page = reverse("customer:notifications")
    change = reverse("customer:notifications-change")
    assert "Nobody else is told" in text(cleo.get(page))
    good = {"address": "Books@cleo.example", "topics": ["invoices", "payments"]}
    assert cleo.post(change, good).status_code == 302
    assert "books@cleo.example" in text(cleo.get(page))
    assert "Invoices, Payments" in text(cleo.get(page))
    for wrong, said in (
        ({**good, "address": "nobody"}, "This is not a mail address."),
        ({**good, "address": "a@b.example\r\nBcc: x@y.example"}, "This is not a mail address."),
        ({**good, "topics": []}, "Nothing is chosen of which this address is told."),
        ({**good, "topics": ["secrets"]}, "secrets"),
        ({"address": ""}, "This field is required."),
    ):
        refused = cleo.post(change, wrong)
        assert refused.status_code == 422
        assert said in text(refused), said

    theirs = reverse("reseller:account-notifications", args=[people.cleo.account_id])
    assert "books@cleo.example" in text(sven.get(theirs))
    assert (
        theirs
        in sven.get(reverse("reseller:customer", args=[people.cleo.account_id])).content.decode()
    )
    row = MessageRecipient.objects.get()
    their_change = reverse("reseller:account-notifications-change", args=[people.cleo.account_id])
    assert ria.post(their_change, {"recipient": str(row.id)}).status_code == 404
    stranger = reverse("reseller:account-notifications", args=[people.carl.account_id])
    assert sven.get(stranger).status_code == 404
    assert sven.post(their_change, {"recipient": str(row.id)}).status_code == 302
    assert sven.post(their_change, {"recipient": str(row.id)}).status_code == 302
    assert MessageRecipient.objects.count() == 0
    for number in range(20):
        cleo.post(change, {"address": f"n{number}@cleo.example", "topics": ["renewals"]})
    full = cleo.post(change, good)
    assert full.status_code == 409
    assert "has 20 additional recipients already." in text(full)
    actions = AuditEntry.objects.filter(action__startswith="recipient").order_by("id")
    assert [one.action for one in actions][:2] == ["recipient_set", "recipient_removed"]


def test_the_pages_speak_german(world, at):
    people = world.shop.people
    sven = at(people.sven, "de")
    done = Message.objects.get(kind=MessageKind.ORDER_COMPLETED)
    assert "Nachrichten" in text(sven.get(reverse("reseller:messages")))
    assert "Bestellungen haben einen anderen Status, Mitteilung" in text(
        sven.get(reverse("reseller:message", args=[done.id]))
    )
    assert "Erneut senden" in text(sven.get(reverse("reseller:message", args=[done.id])))
    place = ["order_completed", "de"]
    shown = text(sven.get(reverse("reseller:message-words-of", args=place)))
    assert "Ihre Bestellung SO-1024 ist abgeschlossen" in shown
    theirs = reverse("reseller:account-notifications", args=[people.cleo.account_id])
    assert "Zusätzliche Empfänger" in text(sven.get(theirs))
