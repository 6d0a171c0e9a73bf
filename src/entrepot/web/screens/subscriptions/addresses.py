"""The addresses of subscriptions of one book: those of customers, or the own ones."""

from collections.abc import Sequence
from typing import Any

from django.urls import URLPattern, path

from entrepot.domain.subscriptions.queries import Book
from entrepot.web.screens.subscriptions import files, listing, page, usage


def addresses(name: str, *, book: Book, columns: Sequence[str]) -> list[URLPattern]:
    """Return list, export, page and usage lines: `subscription` makes `subscriptions`, `subscription`, …."""
    given: dict[str, Any] = {"name": name, "book": book}
    return [
        path("", listing.subscription_list, {**given, "keys": columns}, name=f"{name}s"),
        path("export/", files.export, {**given, "keys": columns}, name=f"{name}s-export"),
        path("<int:number>/", page.subscription_page, given, name=name),
        path("<int:number>/usage/", usage.usage_page, {"name": name}, name=f"{name}-usage"),
    ]
