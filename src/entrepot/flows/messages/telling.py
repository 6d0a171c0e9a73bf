"""From facts to messages: one function per kind of fact, in the transaction that notes the fact as handled."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from entrepot.domain.documents.types import Language
from entrepot.domain.notifications.commands import Draft, Told, write
from entrepot.domain.notifications.kinds import WITH_LINK, MessageKind
from entrepot.domain.notifications.senders import Sender, sender_to
from entrepot.domain.notifications.wording import LINK
from entrepot.domain.parties.kinds import AccountKind, RoleCode
from entrepot.domain.parties.models import Account, ActingSession, Hub, Membership, User
from entrepot.domain.parties.resets import ACTIVATION_HOURS
from entrepot.flows.addresses import page_address, panel_address
from entrepot.flows.messages import addressees, values
from entrepot.flows.messages.values import Values
from entrepot.infra.audit.models import AuditEntry
from entrepot.infra.outbox.outgoing import Outgoing

_PERSONAL = frozenset(
    {
        MessageKind.PASSWORD_CHANGED,
        MessageKind.FACTORS_CHANGED,
        MessageKind.FACTORS_RESET,
        MessageKind.ROLE_CHANGED,
        MessageKind.ACTED_ON_BEHALF,
        MessageKind.ACCOUNT_EDITED,
    }
)
"""Kinds that are sent in a demo too, as those with a link are: somebody does these things there now."""


def deliver(
    fact: Outgoing,
    *,
    kind: MessageKind,
    sender: Sender,
    to: list[Told],
    said: Values,
    source: str = "",
    valid_until: datetime | None = None,
) -> None:
    """Write the messages of a fact. While the calendar stands still the past is made up: nobody is mailed about it."""
    is_demo = Hub.objects.filter(standing_day__isnull=False).exists()
    draft = Draft(
        kind=kind,
        sender=sender,
        panel=panel_address(sender.host),
        event=f"{fact.kind} {fact.id}",
        source=source or f"{fact.id} {kind.value}",
        values=said,
        valid_until=valid_until,
    )
    is_sent = not is_demo or kind in WITH_LINK | _PERSONAL
    write(draft, to=to, is_sent=is_sent, now=fact.told_at)


def _hold(fact: Outgoing) -> None:
    sender = sender_to(account_id=fact.object_id)
    held = fact.kind == "account_held"
    kind = MessageKind.ACCOUNT_HELD if held else MessageKind.ACCOUNT_RELEASED
    deliver(fact, kind=kind, sender=sender, to=addressees.company(sender), said={})


def _password_changed(fact: Outgoing) -> None:
    user, sender = _person(fact.object_id)
    if user is None or sender is None:
        return
    said = values.in_both(
        lambda language: {"login": user.login, "day": values.day(fact.on_day, language)}
    )
    deliver(
        fact,
        kind=MessageKind.PASSWORD_CHANGED,
        sender=sender,
        to=addressees.person(user),
        said=said,
    )


def _factors(fact: Outgoing) -> None:
    """Tell a person of a second factor that came or went, or that somebody has reset all of them."""
    user, sender = _person(fact.object_id)
    entry = AuditEntry.objects.filter(pk=fact.payload["entry"]).first()
    if user is None or sender is None or entry is None:
        return
    kind = MessageKind(fact.kind)
    factor = str(entry.after.get("kind") or entry.before.get("kind") or "")

    def said(language: Language) -> dict[str, str]:
        facts = {"login": user.login, "day": values.day(fact.on_day, language)}
        if kind is MessageKind.FACTORS_RESET:
            return {**facts, "by": str(fact.payload["by"])}
        return {**facts, "change": values.factor_change(entry.action, factor, language=language)}

    to = addressees.person(user)
    deliver(fact, kind=kind, sender=sender, to=to, said=values.in_both(said))


def _role_changed(fact: Outgoing) -> None:
    entry = AuditEntry.objects.filter(pk=fact.payload["entry"]).first()
    account_id = int(entry.after.get("account") or 0) if entry is not None else 0
    row = (
        Membership.objects.select_related("user", "own_role")
        .filter(user_id=fact.object_id, account_id=account_id, user__is_active=True)
        .first()
    )
    if row is None:
        return
    own_name = row.own_role.name if row.own_role else ""
    said = values.in_both(
        lambda language: {
            "login": row.user.login,
            "role": values.role(RoleCode(row.role), own_name=own_name, language=language),
            "by": str(fact.payload["by"]),
        }
    )
    deliver(
        fact,
        kind=MessageKind.ROLE_CHANGED,
        sender=sender_to(account_id=row.account_id),
        to=addressees.person(row.user),
        said=said,
    )


def _reset_asked(fact: Outgoing) -> None:
    """Write to the person of a login, if there is one who is active and has a mail address."""
    name = f"{fact.payload['realm']}/{fact.payload['login']}"
    user = User.objects.filter(username=name, is_active=True).exclude(email="").first()
    if user is None:
        return
    _user, sender = _person(user.id)
    if sender is None:
        return
    if user.signs_in_outside:
        said = {"login": user.login, "keeper": user.kept_by}
        deliver(
            fact,
            kind=MessageKind.SIGNS_IN_OUTSIDE,
            sender=sender,
            to=addressees.person(user),
            said={language.value: said for language in Language},
        )
        return
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    asked_at = datetime.fromisoformat(fact.payload["at"])
    deliver(
        fact,
        kind=MessageKind.PASSWORD_RESET,
        sender=sender,
        to=addressees.person(user),
        said=_link(user, minutes=str(minutes)),
        valid_until=asked_at + timedelta(minutes=minutes),
    )


def _activation_asked(fact: Outgoing) -> None:
    """Write to all people of a fact who still have no password; the others need no link."""
    sender = sender_to(account_id=fact.object_id)
    for user in _members(fact.object_id, fact.payload["people"]):
        if not user.has_usable_password() and not user.signs_in_outside:
            deliver(
                fact,
                kind=MessageKind.ACTIVATION,
                sender=sender,
                to=addressees.person(user),
                said=_link(user, hours=str(ACTIVATION_HOURS)),
            )


def _services(fact: Outgoing) -> None:
    entry = AuditEntry.objects.get(pk=fact.payload["entry"])
    sender = sender_to(account_id=fact.object_id)
    is_assigned = fact.kind == "service_assigned"
    told = addressees.people(_members(fact.object_id, entry.after["people"]))
    if told:
        said = {"services": str(entry.after["service"])}
        deliver(
            fact,
            kind=MessageKind.SERVICE_ASSIGNED if is_assigned else MessageKind.SERVICE_REMOVED,
            sender=sender,
            to=told,
            said={language.value: said for language in Language},
        )


def _acted(fact: Outgoing) -> None:
    """Tell an account who acts for it: the person and the account that the session names."""
    entry = AuditEntry.objects.get(pk=fact.payload["entry"])
    session = (
        ActingSession.objects.select_related("user", "home")
        .filter(account_id=fact.object_id, user_id=entry.actor_id or 0, began_at=entry.at)
        .get()
    )
    sender = sender_to(account_id=fact.object_id)
    told = {
        "by": session.user.display_name,
        "seller": session.home.name,
        "reason": session.reason,
    }
    said = values.in_both(lambda language: {**told, "day": values.day(fact.on_day, language)})
    deliver(
        fact,
        kind=MessageKind.ACTED_ON_BEHALF,
        sender=sender,
        to=addressees.company(sender),
        said=said,
    )


def _account_edited(fact: Outgoing) -> None:
    """Tell the seller of an account that people of the account changed its data: once per form that was sent."""
    entry = AuditEntry.objects.get(pk=fact.payload["entry"])
    account = Account.objects.select_related("parent").get(pk=fact.object_id)
    is_own = Membership.objects.filter(user_id=entry.actor_id or 0, account=account).exists()
    if account.parent is None or not is_own:
        return
    sender = sender_to(account_id=account.parent.id)
    address = page_address(
        sender.host, kind=sender.account_kind, page=account.kind.value, number=account.id
    )
    told = {"account": account.name, "by": entry.actor_name, "account_link": address}
    said = values.in_both(lambda language: {**told, "day": values.day(fact.on_day, language)})
    deliver(
        fact,
        kind=MessageKind.ACCOUNT_EDITED,
        sender=sender,
        to=addressees.company(sender),
        said=said,
        source=f"account_edited {account.id} {entry.request_id or entry.id}",
    )


def welcome(fact: Outgoing, *, sender: Sender) -> None:
    """Welcome the administrators of a customer, once for ever; who has a password already gets no link for one."""
    if sender.account_kind is not AccountKind.CUSTOMER:
        return
    for user in addressees.administrators(account_id=sender.account_id):
        needs_link = not user.has_usable_password() and not user.signs_in_outside
        hours = str(ACTIVATION_HOURS) if needs_link else ""
        deliver(
            fact,
            kind=MessageKind.WELCOME,
            sender=sender,
            to=addressees.person(user),
            said=_link(user, hours=hours),
            source=f"welcome {sender.account_id}",
        )


def _link(user: User, **more: str) -> Values:
    """Give the values of a message with a link for one use; without hours or minutes it has none."""
    link = LINK if any(more.values()) else ""
    return values.in_both(lambda _language: {"login": user.login, "link": link, **more})


def _person(user_id: int) -> tuple[User | None, Sender | None]:
    """Find an active person and who writes to them: in the name of the account that they joined first."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    rows = Membership.objects.filter(user_id=user_id).order_by("id")
    account_id = rows.values_list("account_id", flat=True).first()
    return user, None if account_id is None else sender_to(account_id=account_id)


def _members(account_id: int, user_ids: Sequence[int]) -> list[User]:
    """Find the active people of an account among some, with a mail address."""
    rows = (
        Membership.objects.select_related("user")
        .filter(account_id=account_id, user_id__in=list(user_ids), user__is_active=True)
        .exclude(user__email="")
    )
    return [row.user for row in rows.order_by("user_id")]


OF_PEOPLE: Mapping[str, Callable[[Outgoing], None]] = {
    "account_held": _hold,
    "account_released": _hold,
    "password_changed": _password_changed,
    "factors_changed": _factors,
    "factors_reset": _factors,
    "role_changed": _role_changed,
    "password_reset_asked": _reset_asked,
    "activation_asked": _activation_asked,
    "service_assigned": _services,
    "service_removed": _services,
    "acted_on_behalf": _acted,
    "account_edited": _account_edited,
}
"""Facts about accounts and people, with what tells them; those about sales are in `telling_sales.py`."""
