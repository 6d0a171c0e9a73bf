"""The addresses of orders of one side: what an account sold, or what it bought."""

from collections.abc import Sequence
from typing import Any

from django.urls import URLPattern, path

from entrepot.domain.ordering.acts import Act
from entrepot.domain.parties.scopes import Side
from entrepot.web.screens.orders import acting, files, happenings, listing, page


def addresses(
    name: str, *, side: Side, columns: Sequence[str], acts: Sequence[Act]
) -> list[URLPattern]:
    """Return list, export, page and one page for each act: `order` makes `orders`, `order`, `order-cancel`, …."""
    given: dict[str, Any] = {"name": name, "side": side}
    return [
        path("", listing.order_list, {**given, "columns": columns}, name=f"{name}s"),
        path("export/", files.export, {**given, "columns": columns}, name=f"{name}s-export"),
        path("<int:number>/", page.order, given, name=name),
        path("<int:number>/note/", happenings.note, {"name": name}, name=f"{name}-note"),
        *[
            path(
                f"<int:number>/{act}/",
                acting.accept if act is Act.ACCEPT else acting.act_page,
                {"name": name, "act": act},
                name=f"{name}-{act}",
            )
            for act in acts
        ],
    ]
