"""People of an account: states, edits, leaving, roles, and what is kept of signing in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entrepot.domain.parties import leaving
from entrepot.domain.parties.commands import (
    NewPerson,
    Password,
    PersonFacts,
    add_people,
    delete_person,
    disable_person,
    edit_person,
    enable_person,
    give_role,
    require_may_give,
)
from entrepot.domain.parties.errors import NoSuchObject, PartyConflict, PartyInput, PartyRefused
from entrepot.domain.parties.events import PeopleInvited
from entrepot.domain.parties.invitations import invite_person
from entrepot.domain.parties.kinds import AccountKind, RoleCode, SignInOutcome, UserState
from entrepot.domain.parties.models import Membership, OpenSession, OwnRole, SignIn, User
from entrepot.domain.parties.people import (
    RoleChoice,
    Wanted,
    acts_of_person,
    count_people,
    list_people,
    person_page,
    roles_to_give,
)
from entrepot.domain.parties.resets import issue_activation, use_ticket
from entrepot.domain.parties.sessions import SessionStore, end_session, mark_of, sessions_of
from entrepot.domain.parties.sign_ins import KEPT, note_sign_in, sign_ins_of
from entrepot.domain.parties.user_states import LOCK_ATTEMPTS, LOCK_WINDOW
from entrepot.domain.parties.viewer import Acting
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.events import bus
from tests.support.people import NOW, SETUP, Cast, user

WHO = {"actor": SETUP, "now": NOW}
MANY = [
    NewPerson(login="anna.berg", display_name="Ánna Berg", email="anna@mail.example"),
    NewPerson(login="b_olaf-7", display_name="Olaf Borg", phone="040 3003420"),
    NewPerson(
        login="cora@clinic", display_name="Cora Zorn", role=RoleCode.SUPPORT, email="c@x.example"
    ),
]


@pytest.fixture
def invited(monkeypatch: pytest.MonkeyPatch) -> list[PeopleInvited]:
    """What is published about invitations in this test."""
    heard: list[PeopleInvited] = []
    publish = type(bus).publish

    def listen(self: object, event: object) -> None:
        if isinstance(event, PeopleInvited):
            heard.append(event)
        else:
            publish(self, event)

    monkeypatch.setattr(type(bus), "publish", listen)
    return heard


def rows(people: Cast, **wanted: object):
    """List Cleo's people as Uma sees them."""
    return list_people(
        people.cleo.viewer(),
        account_id=people.cleo.account_id,
        limit=200,
        now=NOW,
        wanted=Wanted(**wanted),
    ).rows


def test_people_come_together_are_listed_by_name_and_found_by_what_one_knows(people, invited):
    account = people.cleo.account_id
    ids = add_people(account_id=account, people=MANY, invites=True, **WHO)

    assert [(one.account_id, one.user_ids) for one in invited] == [(account, (ids[0], ids[2]))]
    names = ["Ánna Berg", "Cora Zorn", "Olaf Borg", "Uma User"]
    assert [one.name for one in rows(people)] == names
    olaf = rows(people, text="olaf")[0]
    assert (olaf.phone, olaf.email, olaf.role) == ("+49403003420", "", RoleChoice(RoleCode.USER))
    for text, found in {
        "anna b": "Ánna Berg",
        "ZORN": "Cora Zorn",
        "cora@": "Cora Zorn",
        "C@X": "Cora Zorn",
        f"USR-{ids[1]}": "Olaf Borg",
    }.items():
        assert [one.name for one in rows(people, text=text)] == [found]
    for text in ("%", "_", "\0", "x" * 10_000, "rna"):
        assert [one.name for one in rows(people, text=text)] == (names if text == "\0" else [])
    assert [one.name for one in rows(people, role=RoleChoice(RoleCode.SUPPORT))] == ["Cora Zorn"]
    page = list_people(people.cleo.viewer(), account_id=account, limit=3, now=NOW)
    rest = list_people(people.cleo.viewer(), account_id=account, limit=3, now=NOW, after=page.after)
    assert [one.name for one in page.rows + rest.rows] == names
    assert rest.after is None
    assert count_people(people.cleo.viewer(), account_id=account) == 4
    assert list_people(people.carl.viewer(), account_id=account, limit=9, now=NOW).rows == ()
    assert AuditEntry.objects.filter(action="user_created", object_id__in=ids).count() == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"login": "uma.user"}, "login_taken"),
        ({"login": "anna.berg"}, "login_taken"),
        ({"login": "four"[:4]}, "login_malformed"),
        ({"login": "-dashes"}, "login_malformed"),
        ({"login": "with blank"}, "login_malformed"),
        ({"login": "ümlaut"}, "login_malformed"),
        ({"display_name": " "}, "name_missing"),
        ({"display_name": "nul\0nul"}, "name_has_controls"),
        ({"display_name": "right\u202eleft"}, "name_has_controls"),
        ({"email": "nobody"}, "email_malformed"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email_malformed"),
        ({"phone": "12"}, "phone_unknown"),
        ({"phone": "call me"}, "phone_malformed"),
    ],
)
def test_one_wrong_person_keeps_all_out(people, change, code):
    wrong = replace(MANY[2], **change)

    with pytest.raises((PartyInput, PartyConflict)) as refusal:
        add_people(account_id=people.cleo.account_id, people=[MANY[0], wrong], invites=False, **WHO)

    assert refusal.value.code == code
    if code != "login_taken":
        assert refusal.value.field == next(iter(change))
    assert [one.name for one in rows(people)] == ["Uma User"]


def test_ten_thousand_people_take_as_many_statements_as_ten(people):
    def statements(number: int, mark: str) -> int:
        many = [
            NewPerson(login=f"{mark}.{place:05}", display_name=f"{mark} {place:05}")
            for place in range(number)
        ]
        with CaptureQueriesContext(connection) as seen:
            add_people(account_id=people.cleo.account_id, people=many, invites=False, **WHO)
        return len(seen)

    few = statements(10, "few.of")
    # 2,000 rows go together: 10,000 people are 5 inserts of people, memberships and audit entries each.
    assert statements(10_000, "many.of") <= few + 3 * 4
    with CaptureQueriesContext(connection) as seen:
        page = list_people(
            people.cleo.viewer(), account_id=people.cleo.account_id, limit=25, now=NOW
        )
    assert len(page.rows) == 25
    assert (
        len([one for one in seen if "party_user" in one["sql"] and "LIMIT 26" in one["sql"]]) == 1
    )
    assert count_people(people.cleo.viewer(), account_id=people.cleo.account_id) == 10_001


def test_the_state_follows_from_activation_wrong_passwords_and_being_disabled(people):
    account, uma = people.cleo.account_id, people.cleo.viewer()
    anna, olaf, _ = add_people(account_id=account, people=MANY, invites=True, **WHO)
    other = user(account, "other.admin", "Other Admin")
    name = User.objects.get(pk=other).username

    def attempt(network: str, minutes: int, outcome: SignInOutcome = SignInOutcome.WRONG) -> None:
        at = NOW - timedelta(minutes=minutes)
        note_sign_in(username=name, network=network, browser="B/1", outcome=outcome, now=at)

    def states() -> dict[str, UserState]:
        return {one.name: one.state for one in rows(people)}

    # Four and four from two networks lock nobody out, nor do five that are too old.
    for place in range(4):
        attempt("192.0.2.1", place)
        attempt("192.0.2.2", place)
        attempt("192.0.2.3", 15 + place)
    attempt("192.0.2.3", 15)
    assert states() == {
        "Ánna Berg": UserState.NOT_ACTIVATED,
        "Cora Zorn": UserState.NOT_ACTIVATED,
        "Olaf Borg": UserState.NOT_ACTIVATED,
        "Other Admin": UserState.READY,
        "Uma User": UserState.READY,
    }
    attempt("192.0.2.1", 0)
    assert states()["Other Admin"] is UserState.LOCKED
    assert [one.name for one in rows(people, state=UserState.LOCKED)] == ["Other Admin"]
    attempt("192.0.2.1", 0, SignInOutcome.DONE)
    assert states()["Other Admin"] is UserState.READY

    # Second factors count apart from passwords, and a right password forgives none of them.
    for place in range(4):
        attempt("192.0.2.4", 5 + place, SignInOutcome.FACTOR_WRONG)
        attempt("192.0.2.4", 10 + place)
    assert states()["Other Admin"] is UserState.READY
    attempt("192.0.2.4", 4, SignInOutcome.FACTOR_WRONG)
    attempt("192.0.2.4", 3, SignInOutcome.DONE)
    assert [one.name for one in rows(people, state=UserState.LOCKED)] == ["Other Admin"]
    attempt("192.0.2.4", 0, SignInOutcome.FACTOR_PASSED)
    assert states()["Other Admin"] is UserState.READY

    made = issue_activation(account_id=account, user_id=anna, **WHO)
    use_ticket(
        user_key=made.user_key,
        token=made.token,
        password=Password("nine green boats at noon"),
        now=NOW,
    )
    disable_person(uma, account_id=account, user_id=olaf, **WHO)
    disable_person(uma, account_id=account, user_id=olaf, **WHO)
    assert states()["Ánna Berg"] is UserState.READY
    assert states()["Olaf Borg"] is UserState.DISABLED
    assert [one.name for one in rows(people, state=UserState.NOT_ACTIVATED)] == ["Cora Zorn"]
    enable_person(uma, account_id=account, user_id=olaf, **WHO)
    assert states()["Olaf Borg"] is UserState.NOT_ACTIVATED
    acts = AuditEntry.objects.filter(object_kind="user", object_id=olaf).order_by("id")
    assert [act.action for act in acts] == ["user_created", "user_disabled", "user_enabled"]
    # The same window and number as the limits that do the locking.
    for limit in ("login_failed", "second_factor"):
        assert settings.ACCOUNT_RATE_LIMITS[limit].startswith(
            f"{LOCK_ATTEMPTS}/{int(LOCK_WINDOW.total_seconds() // 60)}m/key"
        )


def test_an_edit_is_checked_versioned_and_audited(people):
    account, uma = people.cleo.account_id, people.cleo.viewer()
    anna = add_people(account_id=account, people=MANY[:1], invites=False, **WHO)[0]
    facts = PersonFacts(
        display_name="Anna Zimmer", email="new@mail.example", phone="+43 1 5124700", language="de"
    )

    edit_person(uma, account_id=account, user_id=anna, version=1, facts=facts, **WHO)
    edit_person(uma, account_id=account, user_id=anna, version=1, facts=facts, **WHO)

    found = person_page(uma, account_id=account, user_id=anna, now=NOW)
    assert (found.row.name, found.row.phone, found.version) == ("Anna Zimmer", "+4315124700", 2)
    assert [one.name for one in rows(people)] == ["Anna Zimmer", "Uma User"]
    newest, first = acts_of_person(uma, user_id=anna, limit=10)
    assert (newest.action, set(newest.fields)) == (
        "user_edited",
        {"display_name", "email", "phone", "language"},
    )
    assert first.action == "user_created"
    with pytest.raises(PartyConflict, match="changed by somebody else"):
        edit_person(
            uma,
            account_id=account,
            user_id=anna,
            version=1,
            facts=replace(facts, phone=""),
            **WHO,
        )
    for stranger in (people.carl, people.rex, people.ria, people.harbor):
        with pytest.raises(NoSuchObject):
            edit_person(
                stranger.viewer(),
                account_id=account,
                user_id=anna,
                version=2,
                facts=facts,
                **WHO,
            )
    acting = replace(
        people.sven.viewer(), acting=Acting(1, people.sven.account_id, "Sven", "help", NOW)
    )
    with pytest.raises(PartyRefused) as refusal:
        edit_person(
            acting,
            account_id=account,
            user_id=anna,
            version=2,
            facts=replace(facts, email="mine@sven.example"),
            **WHO,
        )
    assert refusal.value.code == "not_while_acting"


def test_who_leaves_frees_the_login_and_takes_everything_personal_along(people, monkeypatch):
    account, uma = people.cleo.account_id, people.cleo.viewer()
    anna = add_people(account_id=account, people=MANY[:1], invites=False, **WHO)[0]
    name = User.objects.get(pk=anna).username
    note_sign_in(
        username=name, network="192.0.2.1", browser="B", outcome=SignInOutcome.DONE, now=NOW
    )
    session = SessionStore()
    session["_auth_user_id"] = str(anna)
    session.save()
    asked: list[object] = []

    class Keeper:
        def release(self, *, account_id: int, user_ids: list[int], actor: Actor, now: object):
            asked.append((account_id, list(user_ids)))
            if len(asked) == 1:
                raise PartyRefused("person_shared", "no", next_step="wait")

    monkeypatch.setattr(leaving, "_keepers", [Keeper()])
    with pytest.raises(PartyRefused):
        delete_person(uma, account_id=account, user_id=anna, **WHO)
    assert Membership.objects.filter(user_id=anna).exists()
    delete_person(uma, account_id=account, user_id=anna, **WHO)

    assert asked == [(account, [anna])] * 2
    gone = User.objects.get(pk=anna)
    assert (gone.display_name, gone.email, gone.phone, gone.is_active, gone.deleted_at) == (
        f"USR-{anna}",
        "",
        "",
        False,
        NOW,
    )
    assert not SignIn.objects.filter(user_id=anna).exists()
    assert not OpenSession.objects.filter(user_id=anna).exists()
    entry = AuditEntry.objects.get(action="user_deleted")
    assert (entry.object_label, entry.before["login"]) == ("Ánna Berg", "anna.berg")
    again = add_people(account_id=account, people=MANY[:1], invites=False, **WHO)[0]
    assert again != anna
    with pytest.raises(NoSuchObject):
        person_page(uma, account_id=account, user_id=anna, now=NOW)


def test_nobody_shuts_out_the_last_administrator_or_themselves(people):
    account, uma = people.cleo.account_id, people.cleo.viewer()
    sven = people.sven.viewer()
    for act in (disable_person, delete_person):
        with pytest.raises(PartyRefused) as own:
            act(uma, account_id=account, user_id=people.cleo.user_id, **WHO)
        with pytest.raises(PartyRefused) as last:
            act(sven, account_id=account, user_id=people.cleo.user_id, **WHO)
        assert (own.value.code, last.value.code) == ("own_person", "last_administrator")
    with pytest.raises(PartyRefused) as demoted:
        give_role(
            uma,
            account_id=account,
            user_id=people.cleo.user_id,
            role=RoleCode.USER,
            own_role_id=None,
            **WHO,
        )
    assert demoted.value.code == "last_administrator"
    second = user(account, "second.admin", "Second")
    disable_person(sven, account_id=account, user_id=people.cleo.user_id, **WHO)
    assert person_page(sven, account_id=account, user_id=second, now=NOW).row.name == "Second"
    uma_now = person_page(sven, account_id=account, user_id=people.cleo.user_id, now=NOW)
    assert uma_now.row.state is UserState.DISABLED


def test_a_role_is_given_by_those_who_have_as_much_themselves(people):
    account, uma = people.cleo.account_id, people.cleo.viewer()
    olaf = add_people(account_id=account, people=MANY[1:2], invites=False, **WHO)[0]
    own = OwnRole.objects.create(account_id=account, name="Buyers", levels={"orders": 2})
    foreign = OwnRole.objects.create(
        account_id=people.carl.account_id, name="Strange", levels={"orders": 1}
    )
    helper = replace(
        uma, user_id=olaf, role=RoleCode.SUPPORT, capabilities=frozenset(list(uma.capabilities)[:2])
    )

    def give(viewer, role: RoleCode, own_role_id: int | None = None) -> None:
        give_role(
            viewer, account_id=account, user_id=olaf, role=role, own_role_id=own_role_id, **WHO
        )

    give(uma, RoleCode.OWN, own.pk)
    give(uma, RoleCode.OWN, own.pk)
    assert [one.name for one in rows(people, role=RoleChoice(RoleCode.OWN, own.pk))] == [
        "Olaf Borg"
    ]
    assert AuditEntry.objects.filter(action="role_set").count() == 1
    for role, own_role_id in ((RoleCode.OWN, foreign.pk), (RoleCode.OWN, None)):
        with pytest.raises(PartyInput) as refusal:
            give(uma, role, own_role_id)
        assert refusal.value.code == "role_unknown"
    with pytest.raises(PartyRefused) as beyond:
        give(helper, RoleCode.ADMINISTRATOR)
    assert beyond.value.code == "role_beyond_own"
    with pytest.raises(PartyInput):
        require_may_give(
            people.ria.viewer(),
            kind=AccountKind.RESELLER,
            account_id=people.ria.account_id,
            role=RoleCode.USER,
            own_role_id=None,
        )
    assert RoleChoice(RoleCode.OWN, own.pk, "Buyers") in roles_to_give(
        uma, account_id=account, kind=AccountKind.CUSTOMER
    )
    # A support person of the seller has no say over people who administer.
    with pytest.raises(PartyRefused):
        disable_person(
            replace(people.sven.viewer(), capabilities=frozenset()),
            account_id=account,
            user_id=people.cleo.user_id,
            **WHO,
        )


def test_an_invitation_goes_to_people_without_a_password_who_have_an_address(people, invited):
    account, uma = people.cleo.account_id, people.cleo.viewer()
    anna, olaf, _ = add_people(account_id=account, people=MANY, invites=False, **WHO)
    assert invited == []

    invite_person(uma, account_id=account, user_id=anna, **WHO)

    assert [one.user_ids for one in invited] == [(anna,)]
    assert rows(people, state=UserState.NOT_ACTIVATED)[0].name == "Ánna Berg"
    disable_person(uma, account_id=account, user_id=anna, **WHO)
    for who, code in (
        (olaf, "no_mail_address"),
        (people.cleo.user_id, "activated_already"),
        (anna, "person_disabled"),
    ):
        with pytest.raises(PartyRefused) as refusal:
            invite_person(uma, account_id=account, user_id=who, **WHO)
        assert refusal.value.code == code


def test_the_history_of_signing_in_is_bounded_and_read_by_those_who_see_the_person(people):
    uma = people.cleo.user_id
    name = User.objects.get(pk=uma).username
    facts = {"network": "192.0.2.1", "browser": "B\0" + "x" * 999}
    note_sign_in(username=name, outcome=SignInOutcome.DONE, now=NOW, **facts)
    for place in range(KEPT + 3):
        at = NOW + timedelta(seconds=place)
        note_sign_in(username=name, outcome=SignInOutcome.WRONG, now=at, **facts)
    note_sign_in(username="sven.localhost/nobody", outcome=SignInOutcome.WRONG, now=NOW, **facts)

    # Strangers who try again and again do not push out the person's own sign-in.
    assert SignIn.objects.filter(user_id=uma, outcome="wrong").count() == KEPT
    assert SignIn.objects.filter(user_id=uma, outcome="done").count() == 1
    assert SignIn.objects.count() == KEPT + 1
    shown = sign_ins_of(people.sven.viewer(), user_id=uma, limit=2)
    assert [one.at for one in shown] == [NOW + timedelta(seconds=KEPT + place) for place in (2, 1)]
    assert len(shown[0].browser) == 200
    assert sign_ins_of(people.carl.viewer(), user_id=uma, limit=9) == ()


def test_a_session_is_named_by_a_print_and_ended_by_its_person_only(people):
    uma, carl = people.cleo.user_id, people.carl.user_id
    first, second = SessionStore(), SessionStore()
    for session, at in ((first, 100), (second, 200)):
        session["_auth_user_id"] = str(uma)
        session["seen"] = session["began"] = at
        session["network"] = "192.0.2.1"
        session.save()

    found = sessions_of(user_id=uma, current_key=first.session_key, now=NOW)

    assert [(one.mark, one.is_current) for one in found] == [
        (mark_of(first.session_key), True),
        (mark_of(second.session_key), False),
    ]
    assert first.session_key not in repr(found)
    assert not end_session(user_id=carl, mark=found[1].mark)
    assert end_session(user_id=uma, mark=found[1].mark)
    assert not end_session(user_id=uma, mark=found[1].mark)
    assert len(sessions_of(user_id=uma, current_key="", now=NOW)) == 1
