"""What the frame around every page needs; the panel builds it once per request.

All texts arrive translated, all URLs are relative to this site. Nothing here queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the sidebar; `count` is shown when it is not None, `icon` is a lucide name."""

    url: str
    label: str
    icon: str
    count: int | None = None
    current: bool = False
    key: str = ""
    """One letter: `g` and this letter go there."""


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries under one label; the first group has none."""

    items: Sequence[MenuItem]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A named address: an entry of the account switcher, of the user menu or of a breadcrumb."""

    label: str
    url: str = ""
    icon: str = ""
    note: str = ""
    current: bool = False
    account: str = ""
    """Of the account switcher: what a POST to `url` sends as `account`; empty for a plain address."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the site: `code` as Django spells it, `label` in itself ("Deutsch")."""

    code: str
    label: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """The seller's look: `logo_url` of a 32 px square, else the icon; `css_url` of `brand_css`."""

    name: str = "Entrepot"
    logo_url: str = ""
    icon: str = "package"
    css_url: str = ""


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """A person acting for another account: "You act as `user` for `account`", with a way out.

    `exit_url` takes a POST. `minutes_left` is rounded up by the caller.
    """

    user: str
    account: str
    exit_url: str
    minutes_left: int | None = None


@dataclass(frozen=True, slots=True)
class TopAction:
    """The primary action that every page of the panel keeps in the top bar."""

    label: str
    url: str
    icon: str = "plus"


@dataclass(frozen=True, slots=True)
class TopFact:
    """One figure beside it that limits it, such as the credit left; `value` is formatted."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Demo:
    """The ribbon of a demo or sandbox; `until` is shown when set (aware)."""

    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page: sidebar, top bar, bars above. Pass it to templates as `shell`."""

    panel: str
    """`provider`, `reseller` or `customer`."""
    account_name: str
    role_label: str
    """Below the account: "Reseller", or the customer's name under the seller's brand."""
    groups: Sequence[MenuGroup]
    user_name: str
    user_initials: str
    home_url: str = "/"
    brand: Brand = Brand()
    switcher: Sequence[Link] = ()
    search_url: str = ""
    """Empty hides the search. The form sends GET `q`."""
    search_query: str = ""
    search_hint: str = ""
    languages: Sequence[Language] = ()
    language_url: str = ""
    """Takes POST `language` and `next`, as Django's `set_language` does."""
    languages_on_top: bool = False
    user_links: Sequence[Link] = ()
    sign_out_url: str = ""
    """Takes a POST."""
    preference_url: str = ""
    """Takes POST `theme` or `density` and `next`: mount `views.set_preference`."""
    notifications_url: str = ""
    notifications_count: int = 0
    on_behalf: OnBehalf | None = None
    demo: Demo | None = None
    top_action: TopAction | None = None
    top_fact: TopFact | None = None
    help_url: str = ""
    version: str = ""
    shortcuts: bool = True
    """False switches the single-key shortcuts off, as WCAG 2.1.4 asks."""
