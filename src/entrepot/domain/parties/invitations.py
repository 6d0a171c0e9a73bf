"""Activation links as somebody who looks after people asks for them: by mail, or to hand over."""

from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.commands.user_edits import (
    account_of_people,
    member_of,
    record_act,
    require_in_person,
    require_mine,
    write_person,
)
from entrepot.domain.parties.commands.users import require_password_here
from entrepot.domain.parties.errors import PartyRefused
from entrepot.domain.parties.events import PeopleInvited
from entrepot.domain.parties.models import User
from entrepot.domain.parties.resets import Activation, issue_activation
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.audit.recorder import Actor
from entrepot.kernel.events import bus


def invite_person(
    viewer: Viewer, *, account_id: int, user_id: int, actor: Actor, now: datetime
) -> None:
    """Have an activation link mailed to a person without a password, once more; links before stay valid for their time.

    Raises: NoSuchObject; PartyRefused `activated_already`, `no_mail_address`, `person_disabled`, `not_while_acting`,
    `signs_in_outside`.
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        user = member.user
        require_in_person(viewer)
        require_mine(viewer, member)
        require_inactivated(user)
        if not user.email:
            raise PartyRefused(
                "no_mail_address",
                "{person} has no mail address.",
                next_step="Enter one, or make a link and hand it over yourself.",
                person=user.display_name,
            )
        if not user.awaits_activation:
            write_person(user, awaits_activation=True)
        record_act(member, "user_invited", actor=actor, now=now)
        bus.publish(PeopleInvited(account.pk, account.tenant_id, (user.pk,), now))


def hand_over_link(
    viewer: Viewer, *, account_id: int, user_id: int, actor: Actor, now: datetime
) -> Activation:
    """Make an activation link for the viewer to hand over, for one use within 48 hours.

    Raises: NoSuchObject; PartyRefused `activated_already`, `person_disabled`, `not_while_acting`, `person_shared`.
    """
    with transaction.atomic():
        account = account_of_people(viewer, account_id=account_id)
        member = member_of(viewer, account, user_id)
        require_in_person(viewer)
        require_mine(viewer, member)
        require_inactivated(member.user)
        return issue_activation(account_id=account_id, user_id=user_id, actor=actor, now=now)


def require_inactivated(user: User) -> None:
    """Refuse links of an activation for people who do not need one. Raises: PartyRefused."""
    require_password_here(user)
    if user.has_usable_password():
        raise PartyRefused(
            "activated_already",
            "{person} has a password already.",
            next_step="A new one is set by “Set or reset the password” on the sign-in page.",
            person=user.display_name,
        )
    if not user.is_active:
        raise PartyRefused(
            "person_disabled",
            "{person} is disabled.",
            next_step="Enable this person first.",
            person=user.display_name,
        )
