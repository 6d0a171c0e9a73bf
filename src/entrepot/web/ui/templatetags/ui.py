"""Tags and filters that the components need: icons, badges, themes and geometry of bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from entrepot.web.ui import bars, preferences
from entrepot.web.ui.badges import Badge, badge_of
from entrepot.web.ui.parts import Part

register = template.Library()
_BADGE_ICON = 13
_TILE_ICON = 18


@lru_cache(maxsize=1024)
def _icon(name: str, size: int, label: str) -> SafeString:
    """Draw an icon once per process: parsing the drawing costs more than the rest of a row."""
    named = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    # The drawing is the library's own file and every attribute above passes its XML writer.
    return mark_safe(" ".join(lucide(name, size=size, **named).split()))  # noqa: S308


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """Draw a lucide icon; without a label it is decoration beside a word."""
    return _icon(str(name), int(size), str(label))


@register.filter
def badge(state: str) -> Badge:
    """Find tone, label and icon of a state. Raises: KeyError for a state without a badge."""
    return badge_of(state)


@lru_cache(maxsize=4096)
def _badge(tone: str, icon_name: str, label: str) -> SafeString:
    return format_html(
        '<span class="badge {}">{}{}</span>', tone, _icon(icon_name, _BADGE_ICON, ""), label
    )


@register.simple_tag
def row_badge(state: str, label: str = "") -> SafeString:
    """Draw what `<c-badge>` draws for a state, for rows of lists: a component in every row costs too much.

    `label` replaces the word. Raises: KeyError for a state without a badge.
    """
    return _state_badge(str(state), str(label), get_language() or "en")


@lru_cache(maxsize=1024)
def _state_badge(state: str, label: str, _language: str) -> SafeString:
    found = badge_of(state)
    return _badge(found.tone.value, found.icon, label or str(found.label))


@register.simple_tag
def row_mark(tone: str, icon_name: str, label: str) -> SafeString:
    """Draw what `<c-badge>` draws for a tone, an icon and a word, for rows of lists."""
    return _badge(str(tone), str(icon_name), str(label))


@register.simple_tag
def row_tile(icon_name: str) -> SafeString:
    """Draw what `<c-icon-tile>` draws, for rows of lists."""
    return format_html('<span class="icon-tile">{}</span>', _icon(str(icon_name), _TILE_ICON, ""))


@register.simple_tag(takes_context=True)
def html_attributes(context: template.Context) -> SafeString:
    """Write `lang` and the chosen theme and density of the reader for the `<html>` element."""
    request = context.get("request")
    cookies = request.COOKIES if isinstance(request, HttpRequest) else {}
    attributes = [("lang", get_language() or "en"), *preferences.chosen(cookies).items()]
    return format_html_join(" ", '{}="{}"', attributes)


@register.simple_tag(takes_context=True)
def chosen_theme(context: template.Context) -> str:
    """Name the reader's theme: `light`, `dark`, or empty for the one of the system."""
    request = context.get("request")
    cookies = request.COOKIES if isinstance(request, HttpRequest) else {}
    return preferences.chosen(cookies).get("data-theme", "")


@register.simple_tag(takes_context=True)
def chosen_density(context: template.Context) -> str:
    """Name the reader's density: `compact`, or empty for the normal one."""
    request = context.get("request")
    cookies = request.COOKIES if isinstance(request, HttpRequest) else {}
    return preferences.chosen(cookies).get("data-density", "")


@register.simple_tag
def split_bar(parts: Sequence[Part]) -> list[bars.Slice]:
    """Lay the parts of a whole side by side, in percent."""
    return bars.split(parts)


@register.simple_tag
def usage_bar(bought: Decimal | int, assigned: Decimal | int, used: Decimal | int) -> bars.Usage:
    """Lay used over assigned over bought, in percent of what was bought."""
    return bars.usage(bought=Decimal(bought), assigned=Decimal(assigned), used=Decimal(used))


@register.simple_tag
def difference_bar(value: Decimal | int, largest: Decimal | int) -> bars.Slice:
    """Draw a difference from the common axis in the middle, the largest one fills its half."""
    return bars.difference(Decimal(value), largest=Decimal(largest))


@register.simple_tag
def month_days(days: int, first: int, last: int) -> list[bool]:
    """Tell for each day of a month whether it was in use; `first` and `last` are inclusive."""
    return bars.month_days(days=int(days), first=int(first), last=int(last))


@register.filter
def widget_kind(field: BoundField) -> str:
    """Name the kind of a field's input: `checkbox`, `choice` (a group) or `input`."""
    kind = getattr(field.field.widget, "input_type", "")
    if kind == "checkbox" and not field.use_fieldset:
        return "checkbox"
    return "choice" if field.use_fieldset else "input"


@register.filter
def joined(values: Iterable[Any]) -> str:
    """Join the texts that are not empty with a space, for attributes that take ids."""
    return " ".join(str(value) for value in values if value)
