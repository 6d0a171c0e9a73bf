"""The addresses of subscriptions of one book: those of customers, or the own ones."""

from collections.abc import Sequence
from typing import Any

from django.urls import URLPattern, path

from entrepot.domain.subscriptions.queries import Book
from entrepot.web.screens.subscriptions import files, listing, notes, page, usage
from entrepot.web.screens.subscriptions.actions import (
    aligning,
    decisions,
    endings,
    removal,
    switching,
    terms,
    together,
)
from entrepot.web.screens.subscriptions.actions.quantity import change_quantity


def addresses(name: str, *, book: Book, columns: Sequence[str]) -> list[URLPattern]:
    """Return list, export, page, usage lines and actions: `subscription` makes `subscriptions`, `subscription`, ….

    Only what others bought can be put on hold or removed for good.
    """
    given: dict[str, Any] = {"name": name, "book": book}
    found = [
        path("", listing.subscription_list, {**given, "keys": columns}, name=f"{name}s"),
        path("export/", files.export, {**given, "keys": columns}, name=f"{name}s-export"),
        path("together/", together.together, given, name=f"{name}s-together"),
        path("<int:number>/", page.subscription_page, given, name=name),
        path("<int:number>/usage/", usage.usage_page, {"name": name}, name=f"{name}-usage"),
        path("<int:number>/quantity/", change_quantity, given, name=f"{name}-quantity"),
        path("<int:number>/renewal/", decisions.renewal, given, name=f"{name}-renewal"),
        path("<int:number>/plan/", switching.change_plan, given, name=f"{name}-plan"),
        path("<int:number>/renew/", terms.renew, given, name=f"{name}-renew"),
        path(
            "<int:number>/renew/withdraw/",
            terms.withdraw_renewal,
            given,
            name=f"{name}-renew-withdraw",
        ),
        path("<int:number>/restart/", terms.restart, given, name=f"{name}-restart"),
        path("<int:number>/align/", aligning.align, given, name=f"{name}-align"),
        path("<int:number>/note/", notes.note, given, name=f"{name}-note"),
        path("<int:number>/cancel/", endings.cancel, given, name=f"{name}-cancel"),
        path("<int:number>/go-on/", endings.go_on, given, name=f"{name}-go-on"),
        path(
            "<int:number>/changes/<int:change>/withdraw/",
            decisions.withdraw_change,
            given,
            name=f"{name}-change-withdraw",
        ),
    ]
    if book is Book.CUSTOMERS:
        found += [
            path("<int:number>/hold/", decisions.hold, given, name=f"{name}-hold"),
            path("<int:number>/release/", decisions.release, given, name=f"{name}-release"),
            path("<int:number>/destroy/", removal.destroy, given, name=f"{name}-destroy"),
        ]
    return found
