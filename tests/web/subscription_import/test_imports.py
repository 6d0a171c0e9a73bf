"""Bring running subscriptions over in the browser: template, check with faults by row and column, import, once."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.domain.subscriptions.models import Subscription
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.tasks.models import Job
from tests.domain.resale.shop import Shop
from tests.flows.test_subscription_import import line, work
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
LIST = "/reseller/subscription-imports/"


def upload(client: Client, place: str, header: str, *rows: str):
    """Send a file as the form does; return the answer."""
    key = re.findall(r'name="key" value="([0-9a-f]{32})"', client.get(place).content.decode())[0]
    content = "\r\n".join([header, *rows]).encode()
    file = SimpleUploadedFile("book.csv", content, content_type="text/csv")
    return client.post(f"{place}upload/", {"key": key, "file": file})


def test_a_book_is_checked_corrected_and_imported_once(store: Shop, at: Browser):
    sven = at(store.people.sven)
    template = sven.get(f"{LIST}template/")
    assert "running-subscriptions.csv" in template["Content-Disposition"]
    header = template.content.decode().splitlines()[0]

    answer = upload(sven, LIST, header, line(store, "V-1"), line(store, "V-2", quantity="0"))
    place = answer.url
    assert "waiting for a worker" in words_of(sven.get(place))
    assert "not checked yet" in words_of(sven.post(f"{place}apply/", follow=True))
    work(int(place.rstrip("/").rsplit("/", 1)[1]))
    assert sven.get(place, headers={"HX-Request": "true"})["HX-Refresh"] == "true"

    page = words_of(sven.get(place))
    for text in (
        "Rows 2",
        "Wrong 1",
        "An order needs at least one unit.",
        "Cleo Clinics",
        "You bill from 15 Mar 2026 on",
    ):
        assert text in page
    # Nothing goes in while a row is wrong and nobody says that it may be left out.
    assert "1 rows cannot be imported" in words_of(sven.post(f"{place}apply/", follow=True))
    first = sven.post(f"{place}apply/", {"skip_bad": "1"})
    second = sven.post(f"{place}apply/", {"skip_bad": "1"})
    assert first.url == second.url
    assert Job.objects.filter(arguments__mode="apply").count() == 1
    work(int(first.url.rstrip("/").rsplit("/", 1)[1]))

    assert "1 subscription was imported." in words_of(sven.get(first.url))
    wide = Subscription.objects.get()
    assert (wide.vendor_reference, wide.status, wide.customer_name) == (
        "V-1",
        "active",
        "Cleo Clinics",
    )
    listed = words_of(sven.get("/reseller/subscriptions/?tab=all"))
    assert f"SUB-{wide.id}" in listed
    started = AuditEntry.objects.filter(object_kind="job").order_by("id")
    assert [entry.action for entry in started] == [
        "subscription_import_check_started",
        "subscription_import_apply_started",
    ]
    assert "book.csv" in words_of(sven.get(LIST))


def test_others_see_no_import_and_people_without_the_right_none(store: Shop, at: Browser):
    sven = at(store.people.sven)
    header = sven.get(f"{LIST}template/").content.decode().splitlines()[0]
    place = upload(sven, LIST, header, line(store, "V-1")).url
    work(int(place.rstrip("/").rsplit("/", 1)[1]))

    rex = at(store.people.rex)
    assert rex.get(place).status_code == 404
    assert rex.post(f"{place}apply/").status_code == 404
    assert "No file was checked yet" in words_of(rex.get(LIST))
    assert at(store.people.cleo).get(LIST).status_code == 404
    harbor = at(store.people.harbor, "de")
    shown = words_of(harbor.get(place.replace("/reseller/", "/provider/")))
    assert "Alles ist in Ordnung" in shown
    assert "Sie rechnen ab dem 15. März 2026 ab" in shown
    Membership.objects.filter(user_id=store.people.sven.user_id).update(role=RoleCode.READ_ONLY)
    assert sven.get(LIST).status_code == 403
    assert sven.post(f"{place}apply/").status_code == 403


def test_a_form_without_a_file_says_so(store: Shop, at: Browser):
    sven = at(store.people.sven)

    answer = sven.post(f"{LIST}upload/", {"key": "a" * 32})

    assert answer.status_code == 422
    assert "No file was chosen." in words_of(answer)
