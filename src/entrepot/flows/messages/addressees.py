"""Who of an account is told, at which address, and by which name."""

from collections.abc import Sequence

from entrepot.domain.notifications.commands import Told
from entrepot.domain.notifications.senders import Sender
from entrepot.domain.parties.kinds import ContactKind, RoleCode
from entrepot.domain.parties.models import AccountContact, Membership, User

_ADMINISTRATORS_MAX = 20


def company(sender: Sender, *, contact: ContactKind = ContactKind.ADMIN) -> list[Told]:
    """Return whom an account named for something: that contact, the one for administration, else its own address.

    An account without any address is told by way of its administrators.
    """
    rows = AccountContact.objects.filter(account_id=sender.account_id).exclude(email="")
    named = {row.kind: row for row in rows}
    row = named.get(contact) or named.get(ContactKind.ADMIN)
    if row is not None:
        return [Told(row.email, sender.language, row.name)]
    if sender.email:
        return [Told(sender.email, sender.language, sender.account_name)]
    return [_told(user) for user in administrators(account_id=sender.account_id)]


def administrators(*, account_id: int) -> list[User]:
    """Return the administrators of an account with a mail address, the first 20."""
    rows = (
        Membership.objects.select_related("user")
        .filter(account_id=account_id, role=RoleCode.ADMINISTRATOR, user__is_active=True)
        .exclude(user__email="")
    )
    return [row.user for row in rows.order_by("user_id")[:_ADMINISTRATORS_MAX]]


def person(user: User) -> list[Told]:
    """Return a person as the one who is told; without a mail address the log says that nobody was."""
    return [_told(user)]


def people(users: Sequence[User]) -> list[Told]:
    """Return people as those who are told, each with the own login name."""
    return [_told(user) for user in users]


def _told(user: User) -> Told:
    return Told(user.email, user.language, user.display_name, user.id, own={"login": user.login})
