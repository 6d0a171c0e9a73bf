"""A plan as lists and pages show it."""

from dataclasses import dataclass

from django.utils.translation import gettext

from entrepot.domain.resale.plan_shelf import ShelfRow
from entrepot.web.screens.subscriptions.words import segment


@dataclass(frozen=True, slots=True)
class Shown:
    """One plan; `state` is a word with its tone and icon."""

    id: int
    name: str
    code: str
    service: str
    vendor: str
    icon: str
    category: str
    state: str
    tone: str
    state_icon: str
    has_own: bool


def shown(row: ShelfRow) -> Shown:
    """Say a plan's state in words."""
    state, tone, icon = gettext("Published"), "ok", "circle-check"
    if row.is_waiting:
        state, tone, icon = gettext("Waits for your review"), "warn", "clock"
    elif not row.is_published:
        state, tone, icon = gettext("Not published"), "neutral", "eye-off"
    elif not row.is_displayed:
        state, tone, icon = gettext("Hidden from customers"), "info", "eye-off"
    return Shown(
        id=row.id,
        name=row.name,
        code=f"{row.product_code}:{row.sku_code}"
        + (f", {segment(row.segment)}" if row.segment else ""),
        service=row.service,
        vendor=row.vendor,
        icon=row.icon,
        category=row.category,
        state=state,
        tone=tone,
        state_icon=icon,
        has_own=row.has_own,
    )
