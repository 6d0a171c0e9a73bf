"""The pages of people: the operator looks at every kind of them."""

from entrepot.domain.parties.models import Membership

Page = tuple[tuple[object, ...], str]
OWN_PAGES = ("own-security", "own-app", "own-codes", "own-passkey-new", "confirm")


def user_pages(account_id: int) -> list[Page]:
    """Return the pages about an account's own people: the name of each address with its values, and a query."""
    user = a_user(account_id)
    return [
        (("users",), ""),
        (("user", user), ""),
        (("user-new",), ""),
        (("factor-demands",), ""),
        (("user-imports",), ""),
        (("users-act",), f"?act=disable&ids={user}"),
        (("users-role",), f"?ids={user}"),
        *[((f"user-{act}", user), "") for act in ("edit", "role", "delete")],
    ]


def a_user(account_id: int) -> int:
    """Return the first person of an account."""
    return Membership.objects.filter(account_id=account_id).order_by("id")[0].user_id
