"""SCIM 2.0: the tester of the protocol over real HTTP, and what it does not ask."""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.test import Client
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from entrepot.domain.identity.commands.groups import set_group_role
from entrepot.domain.identity.commands.tokens import add_token, revoke_token
from entrepot.domain.identity.models import DirectoryPerson, DirectoryToken
from entrepot.domain.parties.commands import PersonFacts, edit_person
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Account, Membership, User
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.clock import FixedClock
from tests.support.people import NOW, SETUP, cast

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
WHO = {"actor": SETUP, "now": NOW}


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT = tmp_path
    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "scim"}}
    cache.clear()
    monkeypatch.setattr("entrepot.api.scim.views.clock", FixedClock(NOW))
    monkeypatch.setattr("entrepot.api.scim.reading.clock", FixedClock(NOW))


def over_http(site):
    """Hand what the tester's client would give to an application to a server at another socket."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        headers = {
            key[5:].replace("_", "-"): value
            for key, value in environ.items()
            if key.startswith("HTTP_") and key != "HTTP_HOST"
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        answer = requests.request(
            environ["REQUEST_METHOD"],
            f"{site}{environ['PATH_INFO']}?{environ['QUERY_STRING']}",
            data=environ["wsgi.input"].read(),
            headers=headers,
            timeout=10,
        )
        start_response(f"{answer.status_code} {answer.reason}", list(answer.headers.items()))
        return [answer.content]

    return application


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_tester_of_the_protocol_finds_no_failure(live_server):
    people = cast()
    token = add_token(people.cleo.viewer(), name="Entra ID", days=30, **WHO)
    site = live_server.url
    client = WSGISCIMClient(
        over_http(site),
        base_url=f"{site}/scim/v2",
        headers={"Authorization": f"Bearer {token.text}"},
    )

    results = check_server(client)

    bad = [one for one in results if one.status in (Status.ERROR, Status.CRITICAL)]
    assert [(one.title, one.resource_type, one.reason) for one in bad] == []
    assert sum(one.status is Status.SUCCESS for one in results) > 60


class Directory:
    """A directory's own client, at an account."""

    def __init__(self, person, *, name="Entra ID", days=30):
        self.token = add_token(person.viewer(), name=name, days=days, **WHO)
        self.client = Client(SERVER_NAME="sven.localhost")

    def ask(self, method, path, body=None, *, token=None, raw=None, **headers):
        sent = raw if raw is not None else (json.dumps(body) if body is not None else "")
        kind = headers.pop("content_type", "application/scim+json")
        return self.client.generic(
            method,
            f"/scim/v2/{path}",
            sent,
            content_type=kind,
            HTTP_AUTHORIZATION=f"Bearer {token or self.token.text}",
            **headers,
        )

    def user(self, login="nora.new", **more):
        body = {"schemas": [USER], "userName": login, "displayName": login.title(), **more}
        answer = self.ask("POST", "Users", body)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def group(self, name, *members):
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": m} for m in members]}
        answer = self.ask("POST", "Groups", body)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def patch(self, path, *operations, **headers):
        return self.ask(
            "PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers
        )


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def directory(people):
    return Directory(people.cleo)


def test_a_directory_creates_changes_shuts_out_and_deletes_people_as_screens_do(people, directory):
    made = directory.user(
        emails=[{"value": "old@cleo.example"}, {"value": "nora@cleo.example", "primary": True}],
        phoneNumbers=[{"value": "+49 40 3003420"}],
        preferredLanguage="de-DE",
        externalId="e-1",
        title="not kept",
    )
    nora = User.objects.get(pk=made["id"])
    told = (nora.login, nora.email, nora.phone, nora.language, nora.kept_by, nora.is_active)
    assert told == ("nora.new", "nora@cleo.example", "+49403003420", "de", "Entra ID", True)
    # Without a portal Nora sets a password of her own, by a link that is on its way.
    assert (nora.signs_in_outside, nora.awaits_activation) == (False, True)
    assert Membership.objects.get(user=nora).role is RoleCode.USER
    entry = AuditEntry.objects.get(action="user_created", object_id=nora.pk)
    assert (entry.actor_name, entry.channel) == ("Entra ID", "scim")
    assert "title" not in made
    with pytest.raises(PartyRefused, match="kept by Entra ID"):
        edit_person(
            people.cleo.viewer(),
            account_id=people.cleo.account_id,
            user_id=nora.pk,
            version=nora.version,
            facts=PersonFacts(display_name="Else", email="", phone="", language="de"),
            **WHO,
        )

    path = f"Users/{nora.pk}"
    for op in (
        {"op": "Replace", "path": "active", "value": False},
        {"op": "replace", "value": {"active": False}},
    ):
        assert directory.patch(path, op).json()["active"] is False
    nora.refresh_from_db()
    assert nora.is_active is False
    renamed = directory.patch(
        path,
        {"op": "replace", "path": "userName", "value": "Nora.Newer"},
        {"op": "add", "path": 'emails[value eq "nora@cleo.example"].type', "value": "work"},
        {"op": "replace", "path": "active", "value": True},
    )
    assert renamed.json()["userName"] == "Nora.Newer"
    nora.refresh_from_db()
    assert (nora.login, nora.username, nora.is_active) == (
        "nora.newer",
        "sven.localhost/nora.newer",
        True,
    )

    assert directory.ask("DELETE", path).status_code == 204
    assert directory.ask("GET", path).status_code == 404
    nora.refresh_from_db()
    assert nora.deleted_at is not None
    assert not DirectoryPerson.objects.exists()


def test_nobody_is_taken_over_and_refusals_are_errors_of_the_protocol(people, directory):
    taken = directory.ask("POST", "Users", {"schemas": [USER], "userName": "Uma.User"})
    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")
    assert taken.headers["Content-Type"] == "application/scim+json"
    for body, kind in (
        ({"schemas": [USER]}, "invalidValue"),
        ({"schemas": [USER], "userName": "no blanks"}, "invalidValue"),
        (
            {"schemas": [USER], "userName": "nora.new", "emails": [{"value": "no address"}]},
            "invalidValue",
        ),
        ({"schemas": [USER], "userName": 7}, "invalidValue"),
        ({"schemas": [GROUP], "userName": "nora.new"}, None),
    ):
        answer = directory.ask("POST", "Users", body)
        assert answer.status_code == 400, answer.content
        assert kind is None or answer.json()["scimType"] == kind
    # The local administrator is not the directory's to read or change.
    uma = f"Users/{people.cleo.user_id}"
    for method in ("GET", "DELETE"):
        assert directory.ask(method, uma).status_code == 404
    assert (
        directory.patch(uma, {"op": "replace", "path": "active", "value": False}).status_code == 404
    )
    assert directory.ask("GET", "Users").json()["totalResults"] == 0
    Account.objects.filter(pk=people.cleo.account_id).update(admin_hold=True)
    held = directory.ask("POST", "Users", {"schemas": [USER], "userName": "nora.new"})
    assert (held.status_code, "on hold" in held.json()["detail"]) == (403, True)


def test_lists_are_filtered_and_paged(directory):
    for place in range(5):
        directory.user(
            f"person.{place}", externalId=f"e-{place}", emails=[{"value": f"p{place}@cleo.example"}]
        )

    def logins(query):
        answer = directory.ask("GET", f"Users?{query}")
        assert answer.status_code == 200, answer.content
        rows = answer.json()
        return [one["userName"] for one in rows.get("Resources", [])], rows["totalResults"]

    assert logins('filter=userName eq "PERSON.3"') == (["person.3"], 1)
    assert logins('filter=externalId eq "e-2"') == (["person.2"], 1)
    assert logins('filter=emails.value eq "p1@cleo.example"') == (["person.1"], 1)
    assert logins('filter=emails[value sw "p4"]') == (["person.4"], 1)
    assert logins('filter=userName sw "person" and not (userName ew "0")&count=2') == (
        ["person.1", "person.2"],
        4,
    )
    assert logins("startIndex=4&count=10") == (["person.3", "person.4"], 5)
    assert logins("count=0") == ([], 5)
    assert logins("startIndex=-7&count=100000")[1] == 5
    for bad in ("filter=userName xx 1", "filter=nobody eq 1", "filter=(", "count=many"):
        assert directory.ask("GET", f"Users?{bad}").status_code == 400


def test_a_stale_state_is_not_changed(directory):
    made = directory.user()
    path, old = f"Users/{made['id']}", made["meta"]["version"]
    assert directory.ask("GET", path, HTTP_IF_NONE_MATCH=old).status_code == 304
    name = {"op": "replace", "path": "displayName", "value": "Nora"}
    assert directory.patch(path, name, HTTP_IF_MATCH=old).status_code == 200
    for method, body in (("PUT", {"schemas": [USER], "userName": "nora.new"}), ("DELETE", None)):
        stale = directory.ask(method, path, body, HTTP_IF_MATCH=old)
        assert (stale.status_code, stale.json()["status"]) == (412, "412")
    assert directory.ask("GET", path).json()["displayName"] == "Nora"


def test_a_group_gives_its_role_to_who_comes_and_takes_it_from_who_leaves(people, directory):
    nora, otto = (directory.user(login)["id"] for login in ("nora.new", "otto.new"))
    group = directory.group("Helpdesk", nora)
    viewer = people.cleo.viewer()

    def roles():
        rows = Membership.objects.filter(user_id__in=[nora, otto]).order_by("user_id")
        return list(rows.values_list("role", flat=True))

    set_group_role(
        viewer, group_id=int(group["id"]), role=RoleCode.SUPPORT, own_role_id=None, **WHO
    )
    assert roles() == [RoleCode.SUPPORT, RoleCode.USER]
    path = f"Groups/{group['id']}"
    assert (
        directory.patch(
            path, {"op": "add", "path": "members", "value": [{"value": otto}]}
        ).status_code
        == 200
    )
    assert roles() == [RoleCode.SUPPORT, RoleCode.SUPPORT]
    gone = directory.patch(path, {"op": "remove", "path": f'members[value eq "{nora}"]'})
    assert [one["value"] for one in gone.json()["members"]] == [otto]
    assert roles() == [RoleCode.USER, RoleCode.SUPPORT]
    assert directory.ask("GET", f"Users/{otto}").json()["groups"][0]["display"] == "Helpdesk"
    twice = directory.ask("POST", "Groups", {"schemas": [GROUP], "displayName": "Helpdesk"})
    assert (twice.status_code, twice.json()["scimType"]) == (409, "uniqueness")
    unknown = directory.patch(
        path, {"op": "add", "path": "members", "value": [{"value": str(people.cleo.user_id)}]}
    )
    assert unknown.status_code == 400
    assert directory.ask("DELETE", path).status_code == 204
    assert roles() == [RoleCode.USER, RoleCode.USER]


def test_a_token_opens_its_own_account_until_it_ends(people, directory, monkeypatch):
    made, group = directory.user(), directory.group("Helpdesk")
    other = Directory(people.carl, name="Okta")
    for path in (f"Users/{made['id']}", f"Groups/{group['id']}"):
        never = path.split("/")[0] + "/987654321"
        for method, body in (
            ("GET", None),
            (
                "PUT",
                {
                    "schemas": [USER, GROUP][path[0] == "G" :][:1],
                    "userName": "a.b.c",
                    "displayName": "x",
                },
            ),
            ("DELETE", None),
        ):
            foreign, missing = (other.ask(method, one, body) for one in (path, never))
            assert foreign.status_code == missing.status_code == 404
            assert foreign.content == missing.content
        replace = {"op": "replace", "path": "displayName", "value": "x"}
        assert other.patch(path, replace).status_code == 404
    assert other.ask("GET", "Users").json()["totalResults"] == 0
    assert other.ask("GET", "Groups").json()["totalResults"] == 0
    taken = {"schemas": [GROUP], "displayName": "Mine", "members": [{"value": made["id"]}]}
    assert other.ask("POST", "Groups", taken).status_code == 400
    row = DirectoryToken.objects.get(pk=directory.token.id)
    assert row.used_at == NOW
    assert directory.token.text not in (row.digest, row.prefix)

    revoke_token(people.cleo.viewer(), token_id=directory.token.id, **WHO)
    ended = directory.ask("GET", "Users")
    assert (ended.status_code, ended.headers["WWW-Authenticate"]) == (401, "Bearer")
    for wrong in ("scim_nothing", "x" * 500, "ä"):
        assert other.ask("GET", "Users", token=wrong).status_code == 401
    assert Client().get("/scim/v2/Users").status_code == 401
    monkeypatch.setattr("entrepot.api.scim.reading.clock", FixedClock(NOW + timedelta(days=31)))
    assert other.ask("GET", "Users").status_code == 401


def test_odd_names_are_kept_as_they_are_and_what_is_unseen_is_not_stored(directory):
    kept = (
        "Größe 😀 👩\u200d👧 شركة לוי 漢字",
        "<script>alert(1)</script> {{7*7}} ' OR 1=1--",
        "=1+1",
    )
    for number, name in enumerate(kept):
        for kind, key, schema in (("Users", "userName", USER), ("Groups", "displayName", GROUP)):
            facts = {"schemas": [schema], key: f"odd.{number:04}", "displayName": name}
            made = directory.ask("POST", kind, facts)
            assert made.status_code == 201, made.content
            again = directory.ask("GET", f"{kind}/{made.json()['id']}").json()
            assert again["displayName"] == name
    # A person comes with what can be stored: the login name stands in. A group is nothing without its name.
    for number, name in enumerate(("Hanna\u202erobraH", "Han\u200bna", "a\r\nBcc: b", "x" * 999)):
        person = {"schemas": [USER], "userName": f"bad.{number:04}", "displayName": name}
        assert directory.ask("POST", "Users", person).status_code == 201
        assert User.objects.get(login=person["userName"]).display_name == person["userName"]
        group = {"schemas": [GROUP], "displayName": name}
        assert directory.ask("POST", "Groups", group).status_code == 400, name[:20]


def test_bodies_that_are_too_much_or_no_json_are_refused(directory, settings):
    fine = {"schemas": [USER], "userName": "nora.new"}
    for raw in (
        '{"userName": "a.b.c", "username": "d.e.f", "schemas": []}',
        '{"userName": "a.b.c", "active": NaN}',
        '{"userName": "a.b.c", "x": 1e999}',
        '{"userName": "a\\u0000b"}',
        '{"userName": "a\\ud800b"}',
        json.dumps(fine) + "x",
        "[" * 1_000 + "]" * 1_000,
        '{"a":' * 1_000 + "1" + "}" * 1_000,
        "[]",
        "\xff",
    ):
        answer = directory.ask("POST", "Users", raw=raw.encode("latin-1"))
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidSyntax"), raw[:40]
    large = json.dumps(fine | {"displayName": "x" * 1_048_576})
    assert directory.ask("POST", "Users", raw=large).status_code == 413
    assert directory.ask("POST", "Users", raw=b"").status_code == 415, "a body without a type"
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
    ):
        assert directory.ask("POST", "Users", fine, content_type=kind).status_code == 415
    for method, path in (
        ("TRACE", "Users"),
        ("PATCH", "Users"),
        ("POST", "Users/1"),
        ("DELETE", "Schemas"),
    ):
        assert directory.ask(method, path, fine).status_code == 405
    for path in (
        "Nothing",
        "Users/1/2",
        "Schemas/urn:none",
        "Users/abc",
        f"Users/{10**18}",
        "Bulk",
    ):
        assert directory.ask("GET", path).status_code == 404
    assert not DirectoryPerson.objects.exists()
    settings.ACCOUNT_RATE_LIMITS = {"scim": "2/m/key"}
    answers = [directory.ask("GET", "Users") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "60"
