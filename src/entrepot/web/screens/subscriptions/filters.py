"""The filters of a list: the chips of those in use, and the fields of the form that adds one."""

from typing import Any

from django.utils.translation import gettext, pgettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions.lifecycle import Status
from entrepot.domain.subscriptions.queries import Book, Hold, Tab, vendor_names
from entrepot.web.screens.subscriptions import words
from entrepot.web.screens.subscriptions.asked import Asked
from entrepot.web.ui.badges import badge_of
from entrepot.web.ui.parts import Chip

VENDORS_SHOWN_MAX = 200
FORM_FIELDS = ("status", "plan", "vendor", "price", "renews", "reseller", "sub")


def chips(viewer: Viewer, asked: Asked) -> list[Chip]:
    """Give one chip per filter in use; each leads to the list without it."""
    f, values = asked.wanted.filters, asked.values
    found = []
    if f.search:
        found.append(Chip(f"“{f.search}”", asked.query(q=None)))
    if f.status is not None:
        found.append(Chip(str(badge_of(f.status.value).label), asked.query(status=None)))
    if f.plan:
        found.append(Chip(gettext("Plan: %(plan)s") % {"plan": f.plan}, asked.query(plan=None)))
    if f.vendor_id is not None:
        names = dict(vendor_names(limit=VENDORS_SHOWN_MAX))
        label = names.get(f.vendor_id, gettext("Unknown vendor"))
        found.append(Chip(label, asked.query(vendor=None)))
    if f.price_over is not None:
        shown = words.quantity(f.price_over)
        found.append(
            Chip(gettext("Price over %(price)s") % {"price": shown}, asked.query(price=None))
        )
    if f.auto_renew is not None:
        label = gettext("Renews by itself") if f.auto_renew else gettext("Does not renew by itself")
        found.append(Chip(label, asked.query(renews=None)))
    if f.seller_ids is not None:
        label = gettext("Reseller: %(name)s") % {"name": values["reseller"]}
        found.append(Chip(label, asked.query(reseller=None)))
    if asked.wanted.include_sub_resellers and viewer.panel is Panel.RESELLER:
        found.append(Chip(gettext("With sub-resellers"), asked.query(sub=None)))
    return found


def filter_fields(viewer: Viewer, asked: Asked) -> dict[str, Any]:
    """Give what the filter form needs: its choices, its values, and what it carries along."""
    states = [*Status, Hold.ON_HOLD] if asked.wanted.tab is Tab.ALL else [Hold.ON_HOLD]
    everything = ("", pgettext("filter", "All"))
    is_customers = asked.wanted.book is Book.CUSTOMERS
    return {
        "form": {key: asked.values.get(key, "") for key in FORM_FIELDS},
        "form_keep": asked.kept(*FORM_FIELDS),
        "states": [everything, *((s.value, badge_of(s.value).label) for s in states)],
        "vendors": [
            everything,
            *((str(k), name) for k, name in vendor_names(limit=VENDORS_SHOWN_MAX)),
        ],
        "renewals": [everything, ("yes", gettext("Yes")), ("no", gettext("No"))],
        "offers_price": viewer.can(Capability.VIEW_PRICES),
        "offers_reseller": is_customers and viewer.panel is Panel.PROVIDER,
        "offers_sub": is_customers and viewer.panel is Panel.RESELLER,
        "offers_renewal": not asked.wanted.tab.looks_ahead,
    }
