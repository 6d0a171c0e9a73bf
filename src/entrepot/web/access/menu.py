"""Menus as data: the panels declare entries by the name of their address."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.urls import get_resolver, reverse
from django.utils.functional import Promise

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.web.ui.shell import MenuGroup, MenuItem

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu. `key` is the letter after `g`; `capability` None shows it to everybody."""

    url_name: str
    label: Text
    icon: str
    key: str = ""
    capability: Capability | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under a label; the first group of a menu has none."""

    entries: Sequence[Entry]
    label: Text = ""


def menu_of(panel: Panel) -> Sequence[Group]:
    """Return the menu that a panel declares."""
    groups: Sequence[Group] = import_module(f"entrepot.web.panels.{panel.value}.menu").MENU
    return groups


def shown(viewer: Viewer, *, path: str) -> tuple[MenuGroup, ...]:
    """Return the viewer's menu for a page: entries that exist and that the role may open, empty groups left out.

    The entry with the longest address that the page's path begins with is the current one.
    """
    kept = [
        (str(group.label), [entry for entry in group.entries if _is_open(viewer, entry)])
        for group in menu_of(viewer.panel)
    ]
    addresses = {e.url_name: reverse(e.url_name) for _, entries in kept for e in entries}
    home = f"/{viewer.panel.value}/"
    current = max(
        (a for a in addresses.values() if path == a or (a != home and path.startswith(a))),
        key=len,
        default="",
    )
    return tuple(
        MenuGroup(tuple(_item(e, addresses[e.url_name], current) for e in entries), label)
        for label, entries in kept
        if entries
    )


def home_address(viewer: Viewer) -> str:
    """Return the first page of the viewer's panel that the role may open; the profile if there is none."""
    for group in menu_of(viewer.panel):
        for entry in group.entries:
            if _is_open(viewer, entry):
                return reverse(entry.url_name)
    return reverse("profile")


@cache
def has_address(url_name: str) -> bool:
    """Tell whether a name such as `provider:invoices` is mounted, without parameters."""
    namespace, _, name = url_name.rpartition(":")
    resolver = get_resolver()
    if namespace:
        if namespace not in resolver.namespace_dict:
            return False
        resolver = resolver.namespace_dict[namespace][1]
    return any(
        not params for options in resolver.reverse_dict.getlist(name) for _, params in options[0]
    )


def _is_open(viewer: Viewer, entry: Entry) -> bool:
    allowed = entry.capability is None or viewer.can(entry.capability)
    return allowed and has_address(entry.url_name)


def _item(entry: Entry, address: str, current: str) -> MenuItem:
    return MenuItem(
        url=address,
        label=str(entry.label),
        icon=entry.icon,
        key=entry.key,
        current=address == current,
    )
