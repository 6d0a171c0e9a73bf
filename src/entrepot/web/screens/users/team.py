"""Whose people a page is about, with the addresses of these pages and what the viewer may do on them."""

from dataclasses import dataclass

from django.utils.translation import gettext

from entrepot.domain.parties.queries import AccountFacts, account_page
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.web.screens.customers.listing import list_of
from entrepot.web.screens.home import links
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class Team:
    """An account with its people. People of accounts further down are looked at only: they are the seller's there."""

    viewer: Viewer
    facts: AccountFacts

    @property
    def account_id(self) -> int:
        """Return the account's number."""
        return self.facts.row.id

    @property
    def is_own(self) -> bool:
        """Tell whether these are the viewer's own people."""
        return self.account_id == self.viewer.account_id

    def may(self, capability: Capability) -> bool:
        """Tell whether the viewer may do something with these people."""
        is_near = self.viewer.account_id in (self.account_id, self.facts.row.parent_id)
        return is_near and self.viewer.can(capability)

    def url(self, what: str, *args: int, **query: str) -> str:
        """Return an address: "users" or "user-edit", of the own people or of the account's."""
        if self.is_own:
            return links.address(self.viewer, what, *args, **query)
        return links.address(self.viewer, f"account-{what}", self.account_id, *args, **query)

    def crumbs(self, *more: Link) -> list[Link]:
        """Lead to the list; for other accounts over their page."""
        listed = Link(gettext("Users"), self.url("users"))
        if self.is_own:
            return [listed, *more]
        row = self.facts.row
        page = Link(row.name, links.account_url(self.viewer, row.id, row.kind))
        return [list_of(self.viewer, row.kind), page, listed, *more]


def team_of(viewer: Viewer, account: int | None) -> Team:
    """Return the people of an account, of the own one for None. Raises: NoSuchObject."""
    number = viewer.account_id if account is None else account
    return Team(viewer, account_page(viewer, account_id=number))
