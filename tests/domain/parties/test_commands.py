"""Opening accounts, brands and users; roles and passwords."""

from dataclasses import asdict

import pytest
from django.contrib.auth.hashers import check_password
from hypothesis import given
from hypothesis import strategies as st

from entrepot.domain.parties import queries
from entrepot.domain.parties.commands import (
    Address,
    Password,
    add_membership,
    create_user,
    disable_user,
    edit_account,
    edit_profile,
    set_brand,
    set_password,
    set_role,
)
from entrepot.domain.parties.errors import (
    NoMembership,
    NoSuchObject,
    PartyConflict,
    PartyInput,
    PartyRefused,
)
from entrepot.domain.parties.hashing import Argon2Hasher, normalised
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, User
from entrepot.domain.parties.names import clean_login, clean_name, sort_key
from entrepot.domain.parties.realms import realm_of_host
from entrepot.domain.parties.viewer import build_viewer
from entrepot.infra.audit.models import AuditEntry
from entrepot.kernel.errors import DomainError
from tests.support.people import NOW, PASSWORD, SETUP, account, brand, user

WHO = {"actor": SETUP, "now": NOW}


def test_path_tenant_and_depth_follow_the_tree(people):
    rows = {row.id: row for row in Account.objects.all()}
    harbor, ria, sven, cleo = (
        rows[p.account_id] for p in (people.harbor, people.ria, people.sven, people.cleo)
    )

    assert harbor.path == f"{harbor.id}."
    assert cleo.path == f"{harbor.id}.{ria.id}.{sven.id}.{cleo.id}."
    assert [row.depth for row in (harbor, ria, sven, cleo)] == [1, 2, 3, 4]
    assert [row.tenant_id for row in (harbor, ria, sven, cleo)] == [
        harbor.id,
        ria.id,
        ria.id,
        ria.id,
    ]


def test_a_direct_customer_of_the_provider_is_its_own_tenant(people):
    direct = account(AccountKind.CUSTOMER, people.harbor.account_id, "Direct")

    assert Account.objects.get(pk=direct).tenant_id == direct


def test_the_tree_ends_at_five_levels(people):
    level4 = account(AccountKind.RESELLER, people.sven.account_id, "Level four")
    account(AccountKind.CUSTOMER, level4, "Level five")

    with pytest.raises(PartyRefused) as refused:
        account(AccountKind.RESELLER, level4, "A seller without room for buyers")

    assert refused.value.code == "tree_too_deep"


def test_customers_have_nobody_below(people):
    with pytest.raises(PartyInput) as refused:
        account(AccountKind.CUSTOMER, people.cleo.account_id, "Below Cleo")

    assert refused.value.code == "parent_cannot_sell"


def test_there_is_one_provider(people):
    from entrepot.domain.parties.commands import open_provider

    with pytest.raises(PartyConflict) as refused:
        open_provider(
            name="Second",
            country="DE",
            currency="EUR",
            opened_on=NOW.date(),
            timezone="Europe/Berlin",
            **WHO,
        )

    assert refused.value.code == "provider_exists"


def test_every_command_leaves_one_audit_entry_with_what_changed(people):
    before = AuditEntry.objects.count()
    facts = queries.account_page(people.sven.viewer(), account_id=people.cleo.account_id)

    edit_account(
        account_id=people.cleo.account_id,
        version=facts.version,
        name="Cleo Clinics Nord",
        country="DE",
        language="en",
        external_id="",
        address=Address(street="Kai 1", postal_code="20457", city="Hamburg"),
        **WHO,
    )

    entry = AuditEntry.objects.order_by("-id")[0]
    assert AuditEntry.objects.count() == before + 1
    assert (entry.action, entry.object_id) == ("account_edited", people.cleo.account_id)
    assert entry.before == {"name": "Cleo Clinics", "name_key": "cleo clinics"}
    assert entry.after == {"name": "Cleo Clinics Nord", "name_key": "cleo clinics nord"}


def test_a_second_tab_cannot_overwrite_the_first(people):
    facts = {
        "account_id": people.cleo.account_id,
        "country": "DE",
        "language": "en",
        "external_id": "",
        "address": Address(),
    }
    assert edit_account(version=1, name="First tab", **facts, **WHO) == 2

    with pytest.raises(PartyConflict) as refused:
        edit_account(version=1, name="Second tab", **facts, **WHO)

    assert refused.value.code == "changed_meanwhile"
    assert Account.objects.get(pk=people.cleo.account_id).name == "First tab"


def test_saving_without_a_change_writes_nothing(people):
    cleo = Account.objects.get(pk=people.cleo.account_id)
    address = Address(**{key: getattr(cleo, key) for key in asdict(Address())})
    before = AuditEntry.objects.count()

    version = edit_account(
        account_id=cleo.id,
        version=cleo.version,
        name=cleo.name,
        country=cleo.country,
        language=cleo.language,
        external_id="",
        address=address,
        **WHO,
    )

    assert version == cleo.version
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_missing"),
        ("   ", "name_missing"),
        ("x" * 251, "name_too_long"),
        ("A" * 1_000_000, "name_too_long"),
        ("Evil\u202egnp.exe", "name_has_controls"),
        ("Nul\0", "name_has_controls"),
        ("Two\nlines", "name_has_controls"),
        ("Bcc:\r\nx@y.example", "name_has_controls"),
        ("Zero\u200bwidth", "name_has_controls"),
        ("Lone \ud800", "name_has_controls"),
    ],
)
def test_names_that_would_break_other_pages_are_refused(text, code):
    with pytest.raises(PartyInput) as refused:
        clean_name(text, field="name")

    assert refused.value.code == code
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "text",
    ["Ärzte & Söhne GmbH", "株式会社", "شركة", "🦊 Fox", "<script>alert(1)</script>", "' OR 1=1--"],
)
def test_names_of_all_scripts_are_kept_as_they_are(text):
    assert clean_name(text, field="name") == text


def test_names_sort_without_accents_and_case():
    keys = [sort_key(name) for name in ["Zoë", "ångström", "  Anna  B ", "straße"]]

    assert keys == ["zoe", "angstrom", "anna b", "strasse"]


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_a_refusal(text):
    try:
        cleaned = clean_name(text, field="name")
    except PartyInput:
        return
    assert clean_name(cleaned, field="name") == cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize("login", ["", "abcd", "-abcde", "a b c d", "ab/cde", "x" * 257, "ümlaut"])
def test_unusable_logins_are_refused(login):
    with pytest.raises(PartyInput) as refused:
        clean_login(login)

    assert refused.value.code == "login_malformed"


def test_logins_are_unique_per_realm_and_not_beyond(people):
    with pytest.raises(PartyConflict) as refused:
        user(people.cleo.account_id, "UMA.user", "Another Uma")
    assert refused.value.code == "login_taken"

    user(people.carl.account_id, "uma.user", "Uma of the other branch")
    assert User.objects.filter(login="uma.user").count() == 2


def test_people_sign_in_where_their_seller_has_a_brand(people):
    rows = dict(User.objects.values_list("login", "realm"))

    assert rows == {p.login: p.host for p in people.all.values()}


def test_customers_of_a_seller_without_brand_sign_in_at_the_next_one_above(people):
    plain = account(AccountKind.RESELLER, people.ria.account_id, "No brand")
    customer = account(AccountKind.CUSTOMER, plain, "Their customer")

    created = user(customer, "their.user", "Their User")

    assert User.objects.get(pk=created).realm == "ria.localhost"


@pytest.mark.parametrize(
    ("host", "realm"),
    [
        ("sven.localhost", "sven.localhost"),
        ("SVEN.localhost:8000", "sven.localhost"),
        ("sven.localhost.", "sven.localhost"),
        ("localhost:8000", "harbor.localhost"),
        ("evil.example", "harbor.localhost"),
        ("127.0.0.1:8000", "harbor.localhost"),
        ("[::1]", "harbor.localhost"),
        ("[::1]:8000", "harbor.localhost"),
    ],
)
def test_an_unknown_host_is_the_providers_realm(people, host, realm):
    found = realm_of_host(host)

    assert found is not None
    assert found.host == realm


def test_brands_do_not_share_addresses_or_prefixes(people):
    with pytest.raises(PartyConflict) as host:
        brand(people.rex.account_id, "ria", "NEW")
    with pytest.raises(PartyConflict) as prefix:
        brand(people.rex.account_id, "new", "RIA")

    assert (host.value.code, prefix.value.code) == ("host_taken", "prefix_taken")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("host", "http://x"),
        ("host", "a/b"),
        ("host", "-a.example"),
        ("host", "a..b"),
        ("accent", "red"),
        ("accent", "#fff;}"),
        ("document_prefix", "ria"),
        ("document_prefix", "A-1"),
    ],
)
def test_brand_values_are_values_and_no_markup(people, field, text):
    facts = {"host": "new.example", "accent": "#123456", "document_prefix": "NEW", field: text}

    with pytest.raises(PartyInput) as refused:
        set_brand(account_id=people.rex.account_id, display_name="Rex", **facts, **WHO)

    assert refused.value.field == field


def test_the_last_administrator_stays(people):
    with pytest.raises(PartyRefused):
        set_role(
            user_id=people.ria.user_id,
            account_id=people.ria.account_id,
            role=RoleCode.SUPPORT,
            **WHO,
        )
    with pytest.raises(PartyRefused):
        disable_user(user_id=people.ria.user_id, **WHO)

    second = user(people.ria.account_id, "second.admin", "Second")
    disable_user(user_id=people.ria.user_id, **WHO)

    assert build_viewer(user_id=second, account_id=None, now=NOW).can
    with pytest.raises(NoMembership):
        people.ria.viewer()


def test_a_changed_role_holds_at_once(people):
    helper = user(people.ria.account_id, "helper.ria", "Helper")

    set_role(user_id=helper, account_id=people.ria.account_id, role=RoleCode.READ_ONLY, **WHO)

    viewer = build_viewer(user_id=helper, account_id=None, now=NOW)
    assert all(capability.is_reading for capability in viewer.capabilities)


def test_people_join_other_accounts_of_their_address_only(people):
    second = account(AccountKind.CUSTOMER, people.sven.account_id, "Alpha Apotheke")
    add_membership(user_id=people.cleo.user_id, account_id=second, role=RoleCode.BILLING, **WHO)

    rows = queries.memberships_of(user_id=people.cleo.user_id, limit=10)
    assert [row.account_name for row in rows] == ["Alpha Apotheke", "Cleo Clinics"]
    with pytest.raises(PartyRefused) as twice:
        add_membership(user_id=people.cleo.user_id, account_id=second, role=RoleCode.BILLING, **WHO)
    with pytest.raises(PartyRefused) as elsewhere:
        add_membership(
            user_id=people.cleo.user_id,
            account_id=people.carl.account_id,
            role=RoleCode.BILLING,
            **WHO,
        )
    assert (twice.value.code, elsewhere.value.code) == ("already_member", "other_realm")


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "fourteen chars",
        "passwordpassword\0",
        "uma.user@mail.example",
    ],
)
def test_weak_passwords_are_refused_and_not_stored(people, text):
    before = User.objects.get(pk=people.cleo.user_id).password

    with pytest.raises(PartyInput) as refused:
        set_password(user_id=people.cleo.user_id, password=Password(text), **WHO)

    assert refused.value.code == "password_weak"
    assert User.objects.get(pk=people.cleo.user_id).password == before


def test_a_password_of_128_characters_works_and_one_more_does_not(people):
    longest = "seven slow ferries " * 7
    set_password(user_id=people.cleo.user_id, password=Password(longest[:128]), **WHO)
    assert User.objects.get(pk=people.cleo.user_id).check_password(longest[:128])

    with pytest.raises(PartyInput) as refused:
        set_password(user_id=people.cleo.user_id, password=Password(longest[:129]), **WHO)

    assert refused.value.code == "password_too_long"


def test_too_long_passwords_are_not_hashed(monkeypatch):
    hashed = []
    monkeypatch.setattr(
        "django.contrib.auth.hashers.Argon2PasswordHasher.verify",
        lambda self, password, encoded: hashed.append(password),
    )
    monkeypatch.setattr(
        "django.contrib.auth.hashers.Argon2PasswordHasher.encode",
        lambda self, password, salt: hashed.append(password),
    )

    assert Argon2Hasher().verify("x" * 10_000, "argon2$anything") is False
    with pytest.raises(PartyInput):
        Argon2Hasher().encode("x" * 10_000, "salt-salt-salt-salt")
    # One ligature that NFKC writes as 18 letters: 8 of them are 144 letters.
    with pytest.raises(PartyInput):
        normalised("\ufdfa" * 8)
    assert hashed == []


def test_a_password_works_in_composed_and_decomposed_form(people):
    composed, decomposed = (
        "Käseglocke läutet spät 🧀",
        "Ka\u0308seglocke la\u0308utet spa\u0308t 🧀",
    )
    assert composed != decomposed

    set_password(user_id=people.cleo.user_id, password=Password(decomposed), **WHO)

    stored = User.objects.get(pk=people.cleo.user_id).password
    assert check_password(composed, stored)
    assert check_password(decomposed, stored)
    assert stored.startswith("argon2$argon2id$v=19$")


def test_passwords_show_up_nowhere(people):
    assert PASSWORD not in repr(Password(PASSWORD))
    for entry in AuditEntry.objects.all():
        assert PASSWORD not in f"{entry.before}{entry.after}{entry.reason}"


def test_a_profile_keeps_what_people_say_about_themselves(people):
    edit_profile(
        user_id=people.cleo.user_id,
        display_name="Uma U.",
        email="uma@new.example",
        language="de",
        timezone="Europe/Vienna",
        **WHO,
    )

    found = queries.profile(user_id=people.cleo.user_id)
    assert (found.display_name, found.language, found.timezone) == ("Uma U.", "de", "Europe/Vienna")
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.tenant_id) == ("profile_edited", people.ria.account_id)


@pytest.mark.parametrize("number", [0, 987_654_321])
def test_commands_on_missing_objects_are_refusals(people, number):
    calls = [
        lambda: set_password(user_id=number, password=Password(PASSWORD), **WHO),
        lambda: disable_user(user_id=number, **WHO),
        lambda: set_role(user_id=number, account_id=number, role=RoleCode.SUPPORT, **WHO),
        lambda: create_user(
            account_id=number, login="abcde", display_name="A", role=RoleCode.SUPPORT, **WHO
        ),
        lambda: set_brand(
            account_id=number, host="a.example", display_name="A", document_prefix="A", **WHO
        ),
    ]
    for call in calls:
        with pytest.raises(NoSuchObject) as refused:
            call()
        assert isinstance(refused.value, DomainError)
