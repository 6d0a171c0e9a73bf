"""Users in the browser: create, find, edit, give roles, disable, delete; by whom and at whom."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entrepot.domain.parties.commands import NewPerson, add_people
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.flows.user_import import check_file
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.outbox.models import OutboxEvent
from entrepot.web.screens.users import acts, bulk_role, files
from tests.support.people import NOW, PASSWORD, SETUP, Cast, user
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
PLACE = "/customer/users/"
NEW = {"display_name": "Anna Berg", "login": "anna.berg", "email": "anna@mail.example", "phone": ""}


def add(people: Cast, number: int, mark: str = "many") -> list[int]:
    """Add people to Cleo."""
    many = [
        NewPerson(login=f"{mark}.{place:04}", display_name=f"{mark} {place:04}")
        for place in range(number)
    ]
    return add_people(
        account_id=people.cleo.account_id, people=many, invites=False, actor=SETUP, now=NOW
    )


def test_an_administrator_creates_users_who_get_their_link_by_mail(people, at):
    uma = at(people.cleo)
    page = words_of(uma.get(f"{PLACE}new/"))
    for word in ("Login name", "E-mail for notices", "Telephone", "User Administrator"[:4]):
        assert word in page

    wrong = uma.post(f"{PLACE}new/", {**NEW, "login": "x", "role": "user", "invites": "1"})
    assert wrong.status_code == 422
    assert "This is not a usable login name." in words_of(wrong)
    assert 'value="Anna Berg"' in wrong.content.decode()
    unmailed = uma.post(f"{PLACE}new/", {**NEW, "email": "", "role": "user", "invites": "1"})
    assert "The activation link is mailed to this address." in words_of(unmailed)
    taken = uma.post(f"{PLACE}new/", {**NEW, "login": "uma.user", "role": "user", "invites": "1"})
    assert taken.status_code == 409
    assert "Somebody already signs in as uma.user." in words_of(taken)
    assert not User.objects.filter(login="anna.berg").exists()

    form = {**NEW, "role": "user", "invites": "1", "key": "k" * 32, "is_staff": "1", "realm": "x"}
    first = uma.post(f"{PLACE}new/", form)
    second = uma.post(f"{PLACE}new/", form)

    anna = User.objects.get(login="anna.berg")
    assert (first.status_code, first.url) == (302, f"{PLACE}{anna.id}/")
    assert (second.status_code, second.url) == (302, PLACE)
    assert (anna.realm, anna.awaits_activation) == ("sven.localhost", True)
    asked = OutboxEvent.objects.filter(kind="activation_asked")
    assert [one.payload["people"] for one in asked] == [[anna.id]]
    shown = words_of(uma.get(first.url))
    for text in ("Not activated", "anna@mail.example", "Nobody has signed in yet", "Created"):
        assert text in shown
    again = uma.post(f"{PLACE}{anna.id}/invite/")
    assert again.url == first.url
    assert OutboxEvent.objects.filter(kind="activation_asked").count() == 2


def test_several_users_are_created_together_and_their_links_handed_over(people, at):
    uma = at(people.cleo)
    more = uma.post(f"{PLACE}new/", {**NEW, "rows": "1", "more": "1"})
    assert 'name="5-login"' in more.content.decode()
    assert 'value="Anna Berg"' in more.content.decode()
    form = {**NEW, "role": "user", "rows": "3", "key": "m" * 32}
    form |= {"1-display_name": "Olaf Borg", "1-login": "anna.berg", "1-role": "administrator"}
    both = uma.post(f"{PLACE}new/", form)
    assert both.status_code == 409
    assert User.objects.filter(login="anna.berg").count() == 0

    done = uma.post(f"{PLACE}new/", {**form, "1-login": "olaf.borg", "1-phone": "040 3003420"})

    links = re.findall(
        r'value="http://sven\.localhost[^"]*(/password/reset/[^"]+)"', done.content.decode()
    )
    assert len(links) == 2
    assert "Olaf Borg" in words_of(done)
    olaf = User.objects.get(login="olaf.borg")
    assert (olaf.phone, olaf.awaits_activation) == ("+49403003420", False)
    assert Membership.objects.get(user=olaf).role is RoleCode.ADMINISTRATOR
    stranger = Client(SERVER_NAME="sven.localhost")
    given = {"password": PASSWORD, "again": PASSWORD}
    assert stranger.post(links[1], given).status_code == 302
    assert stranger.post(links[1], given).status_code == 410
    # The first user is ready, and has no second link once a password is set.
    ready = words_of(uma.get(f"{PLACE}{olaf.id}/"))
    assert "Ready" in ready
    assert "Show a link to hand over" not in ready
    refused = uma.post(f"{PLACE}{olaf.id}/link/", follow=True)
    assert "has a password already" in words_of(refused)


def test_the_list_is_paged_searched_and_narrowed_in_constant_queries(people, at):
    uma = at(people.cleo)
    add(people, 30)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert uma.get(address).status_code == 200
        return len(seen)

    uma.get(PLACE)
    few = queries(PLACE)
    add(people, 2_000, "more")
    assert queries(PLACE) == few
    first = uma.get(PLACE).content.decode()
    assert "2,031 users" in first
    following = re.findall(r'href="(\?[^"]*after=[^"]*)"', first)[-1].replace("&amp;", "&")
    second = words_of(uma.get(PLACE + following))
    assert "many 0025" in second
    assert "many 0024" not in second
    assert "many 0007" in words_of(uma.get(f"{PLACE}?q=many+0007"))
    admins = words_of(uma.get(f"{PLACE}?role=administrator"))
    assert "Uma User" in admins
    assert "many" not in admins
    assert "Nothing matches" in words_of(uma.get(f"{PLACE}?state=disabled"))
    for odd in ("?q=%25&state=odd&role=own-99", "?after=999999", "?after=x&trail=a.b", "?q=%00"):
        assert uma.get(PLACE + odd).status_code == 200


def test_edits_roles_and_disabling_say_what_they_did_and_refuse_in_words(people, at):
    uma = at(people.cleo)
    anna = user(people.cleo.account_id, "anna.berg", "Anna Berg", role=RoleCode.USER)
    place = f"{PLACE}{anna}/"
    facts = {"display_name": "Anna Zorn", "email": "z@mail.example", "phone": "", "language": "de"}

    assert uma.post(f"{place}edit/", {**facts, "version": "1"}).url == place
    stale = uma.post(f"{place}edit/", {**facts, "email": "other@mail.example", "version": "1"})
    assert stale.status_code == 409
    assert "other@mail.example" in stale.content.decode()
    assert "changed by somebody else" in words_of(stale)
    bad = uma.post(f"{place}edit/", {**facts, "phone": "abc", "version": "2"})
    assert (bad.status_code, "not a telephone number" in words_of(bad)) == (422, True)

    assert uma.post(f"{place}role/", {"role": "support"}).url == place
    assert uma.post(f"{place}role/", {"role": "owner"}).status_code == 422
    own = f"{PLACE}{people.cleo.user_id}/"
    last = uma.post(f"{own}role/", {"role": "user"})
    assert (last.status_code, "without an administrator" in words_of(last)) == (409, True)
    assert "Disable…" not in words_of(uma.get(own))
    assert "You cannot shut yourself out." in words_of(uma.post(f"{own}disable/"))

    browser = at(replace(people.cleo, user_id=anna, login="anna.berg"))
    assert browser.get("/profile/").status_code == 200
    assert "Signed out everywhere at once" in words_of(uma.get(f"{place}disable/"))
    assert uma.post(f"{place}disable/").url == place
    assert browser.get("/profile/").status_code == 302
    assert uma.post(f"{place}enable/").url == place
    shown = words_of(uma.get(place))
    for text in ("Anna Zorn", "New role: Support", "Disabled", "Enabled", "Signed in", "127.0.0.1"):
        assert text in shown
    assert uma.post(f"{place}delete/").url == PLACE
    assert uma.get(place).status_code == 404
    assert AuditEntry.objects.filter(object_id=anna, object_kind="user").count() >= 6
    german = at(people.cleo, "de")
    assert "Neuer Benutzer" in words_of(german.get(PLACE))


def test_ticked_users_are_reviewed_and_done_one_by_one(people, at):
    uma = at(people.cleo)
    ids = add(people, 3)
    ticked = [*map(str, ids), str(people.cleo.user_id), str(people.carl.user_id), "x"]

    review = words_of(uma.get(f"{PLACE}act/", {"act": "disable", "ids": ticked}))
    assert "Disable 4 users" in review
    assert User.objects.filter(pk__in=ids, is_active=True).count() == 3
    done = words_of(uma.post(f"{PLACE}act/", {"act": "disable", "ids": ticked}))

    assert "3 done · 1 refused" in done
    assert "You cannot shut yourself out." in done
    assert User.objects.filter(pk__in=ids, is_active=False).count() == 3
    assert User.objects.get(pk=people.carl.user_id).is_active
    many = [str(n) for n in range(1, 202)]
    assert uma.get(f"{PLACE}act/", {"act": "disable", "ids": many}).status_code == 422
    assert "Nobody is chosen" in words_of(uma.get(f"{PLACE}act/", {"act": "delete"}))
    assert uma.get(f"{PLACE}act/", {"act": "promote", "ids": ticked}).status_code == 404


def test_many_users_are_settled_one_by_one_so_that_nobody_waits_for_the_last(
    people, at, monkeypatch
):
    # Every command locks the account's row, and behind the second wall a request is one transaction.
    uma, ids, done = at(people.cleo), add(people, 3), []
    for module, states in ((acts, {"user__is_active": False}), (bulk_role, {"role": "billing"})):
        count = Membership.objects.filter(user_id__in=ids, **states).count
        monkeypatch.setattr(module, "settle", lambda count=count: done.append(count()))

    uma.post(f"{PLACE}act/", {"act": "disable", "ids": ids})
    uma.post(f"{PLACE}role/", {"ids": ids, "role": "billing"})

    assert done == [1, 2, 3, 1, 2, 3]


def test_a_role_is_given_to_ticked_users_and_never_more_than_one_has(people, at):
    uma, several = at(people.cleo), add(people, 3)
    own = people.cleo.user_id
    page = uma.get(PLACE).content.decode()
    assert f'formaction="{PLACE}role/"' in page
    ids = "&".join(f"ids={one}" for one in [*several, own, people.carl.user_id])
    review = words_of(uma.get(f"{PLACE}role/?{ids}"))
    assert "Give the role to 4 users" in review
    assert "The new role holds from the next click on" in review
    assert "Carl" not in review
    unchosen = uma.post(f"{PLACE}role/", {"ids": several, "role": "provider_god"})
    assert unchosen.status_code == 422
    assert "Choose a role from the list." in words_of(unchosen)

    done = words_of(uma.post(f"{PLACE}role/", {"ids": [*several, own], "role": "billing"}))

    # Uma is the last administrator: her own row is refused, the others are done.
    assert "3 done · 1 refused" in done
    assert "would be left without an administrator" in done
    roles = dict(Membership.objects.filter(user_id__in=[*several, own]).values_list("user", "role"))
    assert roles == {**dict.fromkeys(several, RoleCode.BILLING), own: RoleCode.ADMINISTRATOR}
    assert AuditEntry.objects.filter(action="role_set").count() == 3
    again = words_of(uma.post(f"{PLACE}role/", {"ids": several, "role": "billing"}))
    assert "3 done · 0 refused" in again
    assert AuditEntry.objects.filter(action="role_set").count() == 3
    many = uma.get(f"{PLACE}role/?" + "&".join(f"ids={n}" for n in range(1, 202)))
    assert many.status_code == 422
    assert "201 users are too many at once. Choose 200 at most." in words_of(many)
    # Nobody gives a role without the right, nor one that may do more than they may.
    helper = user(people.cleo.account_id, "help.desk", "Hella Help", role=RoleCode.SUPPORT)
    hella = at(replace(people.cleo, user_id=helper, login="help.desk"))
    assert hella.post(f"{PLACE}role/", {"ids": several, "role": "user"}).status_code == 403
    assert f"{PLACE}role/" not in hella.get(PLACE).content.decode()


def test_the_list_is_taken_as_a_file_that_the_import_knows_already(people, at, tmp_path):
    uma, several = at(people.cleo), add(people, 230)
    ugly = "=HYPERLINK(1)"
    User.objects.filter(pk=several[0]).update(display_name=ugly, phone="+49403003420")
    asked = uma.get(f"{PLACE}export/?q=many&role=user&rows=5")
    assert asked["Content-Disposition"] == 'attachment; filename="users-2026-03-02.csv"'

    lines = b"".join(asked.streaming_content).decode().splitlines()

    # All 230 of them on one page of 5; Uma is no match.
    assert (lines[0], len(lines)) == ("login,display_name,email,phone,role,language", 231)
    assert "many.0000,'=HYPERLINK(1),,'+49403003420,user,en" in lines
    path = tmp_path / "users.csv"
    path.write_text("\n".join(lines))
    owner = Account.objects.get(pk=people.cleo.account_id)
    found = check_file(people.cleo.viewer(), owner, path=path, tell=lambda _done, _all: None)
    assert (found.rows, found.known, found.ready, found.faults) == (230, 230, (), ())
    # A file of other people is empty, and one that is too long is refused with what to do.
    sven = at(people.sven)
    below = sven.get(f"/reseller/accounts/{people.cleo.account_id}/users/export/")
    assert b"".join(below.streaming_content).count(b"\n") == 232
    assert at(people.rex).get(below.request["PATH_INFO"]).status_code == 404
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "ROWS_MAX", 230)
        assert uma.get(f"{PLACE}export/?q=many").status_code == 200
        refused = uma.get(f"{PLACE}export/")
    assert refused.status_code == 400
    assert "A file holds at most 230 users" in words_of(refused)


def test_people_keep_their_own_telephone_number(people, at):
    uma = at(people.cleo)
    form = {"display_name": "Uma User", "language": "en", "timezone": "Europe/Berlin"}
    facts = User.objects.get(pk=people.cleo.user_id)
    wrong = uma.post("/profile/", {**form, "email": facts.email, "phone": "12"})
    assert wrong.status_code == 422
    assert "is not a telephone number of its country" in words_of(wrong)

    uma.post("/profile/", {**form, "email": facts.email, "phone": "040 300 3420"})

    facts.refresh_from_db()
    assert facts.phone == "+49403003420"
    assert 'value="+49 40 3003420"' in uma.get("/profile/").content.decode()


def test_sellers_look_after_their_direct_customers_and_look_at_those_below(people, at):
    cleo, sven, carl = people.cleo.account_id, at(people.sven), people.carl.account_id
    below = f"/reseller/accounts/{cleo}/users/"
    assert "All users" in words_of(sven.get(f"/reseller/customers/{cleo}/"))
    assert "Uma User" in words_of(sven.get(below))
    made = sven.post(f"{below}new/", {**NEW, "role": "user", "invites": "1"})
    anna = User.objects.get(login="anna.berg")
    assert made.url == f"{below}{anna.id}/"
    assert "Sven Subreseller" in words_of(sven.get(made.url))
    for stranger, place in (
        (at(people.rex), f"/reseller/accounts/{cleo}/users/"),
        (sven, f"/reseller/accounts/{carl}/users/"),
        (at(people.carl), PLACE),
    ):
        for address in ("", f"{anna.id}/", f"{anna.id}/edit/", f"{anna.id}/delete/"):
            expected = 200 if (place, address) == (PLACE, "") else 404
            assert stranger.get(place + address).status_code == expected
    ria = at(people.ria)
    assert "Anna Berg" in words_of(ria.get(below))
    assert "New user" not in words_of(ria.get(below))
    assert ria.post(f"{below}{anna.id}/disable/").status_code in (404, 409)
    assert User.objects.get(pk=anna.id).is_active
    assert "Hanna Harbor" in words_of(at(people.harbor).get("/provider/users/"))
    Membership.objects.filter(user_id=people.cleo.user_id).update(role=RoleCode.READ_ONLY)
    reader = at(people.cleo)
    assert "New user" not in words_of(reader.get(PLACE))
    for address in ("new/", f"{anna.id}/edit/", f"{anna.id}/role/", f"{anna.id}/delete/"):
        assert reader.get(PLACE + address).status_code == 403
    Membership.objects.filter(user_id=people.cleo.user_id).update(role=RoleCode.USER)
    assert reader.get(PLACE).status_code == 403
