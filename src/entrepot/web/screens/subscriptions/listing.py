"""The lists of subscriptions with their drawer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.queries import Book, Count, Tab
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import links, page, rows, words
from entrepot.web.screens.subscriptions.actions.together import bulk_offers
from entrepot.web.screens.subscriptions.asked import Asked, read
from entrepot.web.screens.subscriptions.filters import chips, filter_fields
from entrepot.web.ui import formats, parts
from entrepot.web.ui.page_size import page_size
from entrepot.web.ui.shell import Link

PAGE_SIZE = 25


@screen(Capability.VIEW_SUBSCRIPTIONS)
def subscription_list(
    request: SignedInRequest, *, name: str, book: Book, keys: Sequence[str]
) -> HttpResponse:
    """Show a view of subscriptions, with the one that `open` names in the drawer."""
    viewer = request.viewer
    asked = read(viewer, request.GET, book=book)
    size = page_size(request.GET, usual=PAGE_SIZE)
    counts = queries.tab_counts(viewer, wanted=asked.wanted)
    found = queries.list_page(
        viewer,
        wanted=asked.wanted,
        limit=size,
        place=asked.place,
        last=asked.last,
        counts=counts,
    )
    shown = [rows.row(asked, one) for one in found.rows]
    currency = rows.one_currency(shown)
    keys = rows.shown_keys(viewer, keys)
    context: dict[str, Any] = {
        "title": gettext("Subscriptions"),
        "crumbs": _crumbs(viewer, book),
        "tabs": _tabs(asked, counts),
        "spans": _spans(asked),
        "chips": chips(viewer, asked),
        "columns": rows.columns(asked, keys, currency=currency),
        "shows": dict.fromkeys(keys, True),
        "currency": currency,
        "rows": shown,
        "swapped": ",".join(f"#row-{row.id}" for row in shown),
        "asked": asked,
        "keep": asked.kept("q"),
        "clear_url": asked.only_view(sub=None, reseller=None),
        "all_url": asked.only_view(tab=Tab.ALL.value),
        "pager": _pager(asked, found),
        "first_url": asked.query(last=None) if found.before else "",
        "last_url": asked.query(last=1) if found.after else "",
        "export_url": links.export_url(viewer, name),
        "together_url": links.together_url(viewer, name),
        "bulk_offers": bulk_offers(viewer, book),
        "export_query": asked.query(open=None, after=None, before=None, last=None)[1:],
        "hint": _hint(book),
        "sum_text": gettext("%s a month"),
        **filter_fields(viewer, asked),
        **_drawer(viewer, asked, shown, name=name),
    }
    return render(request, "screens/subscriptions/list.html", context)


def _crumbs(viewer: Viewer, book: Book) -> list[Link]:
    if viewer.panel is Panel.CUSTOMER:
        return []
    return [Link(gettext("Account") if book is Book.OWN else gettext("Customers"), "")]


def tab_label(tab: Tab) -> str:
    """Name a view."""
    return {
        Tab.ACTIVE: gettext("Active"),
        Tab.EXPIRING: gettext("Expiring"),
        Tab.RENEWING: gettext("To be renewed"),
        Tab.TRIAL: gettext("Trial"),
        Tab.ALL: gettext("All"),
    }[tab]


def _tabs(asked: Asked, counts: Mapping[Tab, Count]) -> list[parts.Tab]:
    return [
        parts.Tab(
            tab_label(tab),
            asked.only_view(tab=None if tab is Tab.ACTIVE else tab.value),
            _count(counts[tab]),
            current=tab is asked.wanted.tab,
        )
        for tab in Tab
    ]


def _count(count: Count) -> str:
    shown = words.quantity(count.rows)
    return f"{shown}+" if count.more else shown


def _spans(asked: Asked) -> list[parts.Choice]:
    """Offer 30, 60 or 90 days where they matter."""
    if not asked.wanted.tab.looks_ahead:
        return []
    first = queries.WITHIN_DAYS[0]
    return [
        parts.Choice(
            gettext("%(n)s days") % {"n": days} if days == first else str(days),
            asked.query(days=None if days == first else days),
            current=days == asked.wanted.within_days,
        )
        for days in queries.WITHIN_DAYS
    ]


def _hint(book: Book) -> str:
    if book is Book.OWN:
        return gettext("Plan or number")
    return gettext("Customer, plan or ID")


def _pager(asked: Asked, found: queries.ListPage) -> parts.Pager:
    return parts.Pager(
        previous_url=asked.query(before=found.before.text()) if found.before else "",
        next_url=asked.query(after=found.after.text()) if found.after else "",
        summary=_summary(found),
    )


def _summary(found: queries.ListPage) -> str:
    """Say where the page lies and what everything that matches adds up to."""
    if found.total.more:
        return gettext("More than %(n)s: search or filter to see position and sum") % {
            "n": words.quantity(found.total.rows)
        }
    if found.first_number is None:
        return ""
    place = gettext("%(first)s to %(last)s of %(total)s") % {
        "first": words.quantity(found.first_number),
        "last": words.quantity(found.first_number + len(found.rows) - 1),
        "total": words.quantity(found.total.rows),
    }
    return " · ".join([place, *(_sum(one) for one in found.sums)])


def _sum(one: queries.Cash) -> str:
    price = words.money(one.price, one.currency)
    if one.margin_share is None:
        return gettext("together %(price)s a month") % {"price": price}
    margin = formats.percent(one.margin_share, language=words.language(), decimals=1)
    return gettext("together %(price)s a month, margin %(margin)s") % {
        "price": price,
        "margin": margin,
    }


def _drawer(
    viewer: Viewer, asked: Asked, shown: Sequence[rows.Row], *, name: str
) -> dict[str, Any]:
    if asked.open_id is None:
        return {"drawer": None}
    place = next((n for n, row in enumerate(shown) if row.is_open), None)
    before = shown[place - 1].id if place else None
    after = shown[place + 1].id if place is not None and place + 1 < len(shown) else None
    return {
        "drawer": page.drawer(viewer, subscription_id=asked.open_id, name=name),
        "drawer_urls": {
            "close": asked.query(open=None),
            "previous": asked.query(open=before) if before else "",
            "next": asked.query(open=after) if after else "",
        },
    }
