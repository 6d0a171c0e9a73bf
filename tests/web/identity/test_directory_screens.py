"""Screens of directories: tokens that are shown once, and the roles that groups give."""

import re

import pytest
from django.test import Client

from entrepot.domain.identity.models import DirectoryToken
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.kernel.clock import FixedClock
from entrepot.web.middleware import ViewerMiddleware
from tests.support.clients import signed_in
from tests.support.people import NOW, cast

pytestmark = pytest.mark.django_db
HOME = "/customer/sign-in/directory/"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def test_a_token_is_made_shown_once_used_by_a_directory_and_revoked(monkeypatch):
    clock = FixedClock(NOW)
    monkeypatch.setattr(ViewerMiddleware, "clock", clock)
    monkeypatch.setattr("entrepot.api.scim.views.clock", clock)
    monkeypatch.setattr("entrepot.api.scim.reading.clock", clock)
    people = cast()
    client = signed_in(people.cleo)
    empty = client.get(HOME).content.decode()
    assert "No token yet" in empty
    assert "http://sven.localhost/scim/v2" in empty
    assert client.get(f"{HOME}tokens/new/").status_code == 200
    unnamed = client.post(f"{HOME}tokens/new/", {"name": " ", "days": "30"})
    assert (unnamed.status_code, "The name is empty" in unnamed.content.decode()) == (422, True)

    shown = client.post(f"{HOME}tokens/new/", {"name": "Entra ID", "days": "30"}).content.decode()
    text = re.search(r"scim_[\w-]{43}", shown)[0]
    assert text not in client.get(HOME).content.decode()

    def ask(path, body):
        return Client(SERVER_NAME="sven.localhost").post(
            f"/scim/v2/{path}", body, "application/scim+json", HTTP_AUTHORIZATION=f"Bearer {text}"
        )

    nora = ask("Users", {"schemas": [USER], "userName": "nora.new"}).json()
    made = ask(
        "Groups",
        {"schemas": [GROUP], "displayName": "Helpdesk", "members": [{"value": nora["id"]}]},
    )
    group = f"{HOME}groups/{made.json()['id']}/"
    assert "1 person" in client.get(group).content.decode()
    assert client.post(group, {"role": "nobody"}).status_code == 422
    assert client.post(group, {"role": "support"}).status_code == 302
    assert Membership.objects.get(user_id=nora["id"]).role is RoleCode.SUPPORT
    page = client.get(HOME).content.decode()
    assert "Helpdesk" in page
    assert "Support" in page
    assert client.post(group, {"role": ""}).status_code == 302
    assert Membership.objects.get(user_id=nora["id"]).role is RoleCode.USER
    of_nora = client.get(f"/customer/users/{nora['id']}/").content.decode()
    assert "are kept by Entra ID" in of_nora

    token = DirectoryToken.objects.get()
    assert client.post(f"{HOME}tokens/{token.pk}/revoke/").status_code == 302
    assert ask("Users", {"schemas": [USER], "userName": "otto.new"}).status_code == 401
    # Those above see neither the tokens nor the groups of an account.
    above = signed_in(people.sven)
    assert "Entra ID" not in above.get("/reseller/sign-in/directory/").content.decode()
    assert above.post(f"/reseller/sign-in/directory/tokens/{token.pk}/revoke/").status_code == 404
