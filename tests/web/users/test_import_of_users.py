"""The import of users in the browser: template, check, faults, creation, once."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from tests.flows.test_user_import import work
from tests.support.people import user
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db
LIST = "/customer/users/import/"


def upload(client, place: str, content: bytes):
    """Send a file as the form does; return the answer."""
    key = re.findall(r'name="key" value="([0-9a-f]{32})"', client.get(place).content.decode())[0]
    file = SimpleUploadedFile("users.csv", content, content_type="text/csv")
    return client.post(f"{place}upload/", {"key": key, "file": file})


def number_of(place: str) -> int:
    return int(place.rstrip("/").rsplit("/", 1)[1])


def test_users_are_uploaded_checked_and_created_once(people, at):
    uma = at(people.cleo)
    template = uma.get(f"{LIST}template/").content
    assert "No file was checked yet" in words_of(uma.get(LIST))
    place = upload(uma, LIST, template + b"x,Wrong,,,,,,\r\n").url
    assert "waiting for a worker" in words_of(uma.get(place))
    work(number_of(place))
    assert uma.get(place, headers={"HX-Request": "true"})["HX-Refresh"] == "true"

    page = words_of(uma.get(place))
    for text in (
        "Rows 3",
        "New 2",
        "Wrong 1",
        "This is not a usable login name.",
        "Create 2 users",
    ):
        assert text in page
    assert "1 rows cannot be imported" in words_of(uma.post(f"{place}apply/", follow=True))
    form = {"skip_bad": "1", "invites": "1"}
    first, second = (uma.post(f"{place}apply/", form) for _ in range(2))
    assert first.url == second.url
    work(number_of(first.url))

    assert "2 users were created." in words_of(uma.get(first.url))
    assert "3 users" in words_of(uma.get("/customer/users/"))
    again = upload(uma, LIST, template).url
    work(number_of(again))
    assert "Everybody in this file is there already." in words_of(uma.get(again))
    german = at(people.cleo, "de")
    assert "Import von Benutzern" in words_of(german.get(LIST))


def test_too_large_files_strangers_and_people_without_the_right_are_refused(people, at):
    uma = at(people.cleo)
    # 11 MiB: refused before anything is kept or parsed.
    big = upload(uma, LIST, b"x" * (11 * 1024 * 1024))
    assert (big.status_code, "larger than 10 MiB" in words_of(big)) == (422, True)
    assert uma.post(f"{LIST}upload/", {"key": "a" * 32}).status_code == 422
    place = upload(uma, LIST, b"login,display_name\nanna.berg,Anna\n").url
    sven = at(people.sven)
    below = f"/reseller/accounts/{people.cleo.account_id}/users/import/"
    assert sven.get(below).status_code == 200
    assert sven.get(f"{below}{number_of(place)}/").status_code == 404
    assert at(people.ria).get(below).status_code == 404
    assert at(people.carl).get(place).status_code == 404
    user(people.cleo.account_id, "second.admin", "Second")
    Membership.objects.filter(user_id=people.cleo.user_id).update(role=RoleCode.SUPPORT)
    assert uma.get(LIST).status_code == 403
    assert uma.post(f"{place}apply/").status_code == 403
