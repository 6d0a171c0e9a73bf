"""Notes about a subscription are read by the people of the account that wrote them, and by nobody else."""

from datetime import date

import pytest

from entrepot.domain.subscriptions.models import SubscriptionNote
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW
from tests.support.runs import run_within

KEY = "a" * 32


@pytest.fixture
def sub(store) -> int:
    number = store.shop.subscribe("5")
    run_within(day=date(2026, 3, 1), now=NOW)
    return number


def test_a_note_is_kept_once_and_read_by_the_own_people_only(store, at, sub):
    sven, place = at(store.people.sven), f"/reseller/subscriptions/{sub}/"
    assert "Keep the note" in sven.get(place).content.decode()

    typed = {"text": "Calls back in <June>\nask for Uma", "key": KEY}
    kept = sven.post(f"{place}note/", typed, follow=True)
    sven.post(f"{place}note/", typed)

    assert "Calls back in &lt;June&gt;<br>ask for Uma" in kept.content.decode()
    note = SubscriptionNote.objects.get()
    assert (note.subscription_id, note.owner_id) == (sub, store.people.sven.account_id)
    entry = AuditEntry.objects.get(action="subscription_note_added")
    assert (entry.object_label, entry.actor_name) == (f"SUB-{sub}", store.people.sven.name)
    for person, panel in ((store.people.cleo, "customer"), (store.people.ria, "reseller")):
        page = at(person).get(f"/{panel}/subscriptions/{sub}/").content.decode()
        assert "Calls back" not in page

    assert at(store.people.rex).post(f"{place}note/", typed).status_code == 404
    assert sven.get(f"{place}note/").status_code == 302
    for text in ("", " \n ", "x" * 4001, "bell \a"):
        refused = sven.post(f"{place}note/", {"text": text, "key": "b" * 32})
        assert refused.status_code == 422, text
    assert SubscriptionNote.objects.count() == 1
