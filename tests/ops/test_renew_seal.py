"""Secrets in the database are sealed anew with a new key."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from entrepot.domain.identity.models import Portal
from entrepot.domain.identity.secrets import opened, sealed
from entrepot.domain.parties.commands import AppSecret, add_app, recovery_codes
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.factors import pass_by_code
from entrepot.domain.parties.kinds import FactorKind, RoleCode
from tests.support.codes import code_at
from tests.support.people import NOW, SETUP, cast

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_a_new_key_seals_everything_and_the_old_one_still_opens_backups(db, settings, tmp_path):
    settings.DATA = tmp_path
    cleo = cast().cleo
    add_app(
        user_id=cleo.user_id,
        secret=AppSecret(SECRET),
        code=code_at(SECRET, NOW),
        actor=SETUP,
        now=NOW,
    )
    place = {"account_id": cleo.account_id, "slug": "clinics"}
    portal = Portal.objects.create(
        **place,
        realm="sven.localhost",
        name="Clinics",
        issuer="https://login.clinics.example",
        client_id="entrepot",
        sealed_secret=sealed("hush", **place),
        scopes="openid",
        login_claim="email",
        role=RoleCode.READ_ONLY,
    )
    before = {row.type: row.data for row in Authenticator.objects.all()}
    codes, keys = recovery_codes(user_id=cleo.user_id), (tmp_path / "sealing-keys").read_text()

    out = StringIO()
    call_command("renew_seal", stdout=out)

    assert "2 secrets of second factors, 1 of portals" in out.getvalue()
    after = {row.type: row.data for row in Authenticator.objects.all()}
    assert after["totp"]["secret"][:8] != before["totp"]["secret"][:8]
    assert after["recovery_codes"]["seed"][:8] == after["totp"]["secret"][:8]
    assert recovery_codes(user_id=cleo.user_id) == codes
    text = Portal.objects.get(pk=portal.pk).sealed_secret
    assert (text[:8], opened(text, **place)) == (after["totp"]["secret"][:8], "hush")
    # The earlier key stays behind the new one.
    assert (tmp_path / "sealing-keys").read_text().endswith(keys)
    assert opened(portal.sealed_secret, **place) == "hush"
    # Without the keys nothing is guessed: the person is told who can help.
    (tmp_path / "sealing-keys").unlink()
    with pytest.raises(PartyRefused) as refusal:
        pass_by_code(user_id=cleo.user_id, code="123456", now=NOW)
    assert refusal.value.code == "factor_unreadable"
    assert FactorKind.APP.value in after
