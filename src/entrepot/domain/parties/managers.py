"""How users are found and made by the identity library."""

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from entrepot.domain.parties.models import User


class UserManager(BaseUserManager["User"]):
    """Find users by "realm/login"."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of a "realm/login" name; raises User.DoesNotExist."""
        return self.get(username=username)

    def create_user(
        self, *, realm: str, login: str, password: str | None, **facts: object
    ) -> "User":
        """Store a user; without a password the account waits for activation."""
        user = self.model(username=f"{realm}/{login}", realm=realm, login=login, **facts)
        user.set_password(password)
        user.save()
        return user
