"""Find the newest orders of a name that very many orders have, whether or not some of them are new.

The name is resolved to customers first; the newest orders of each are at the end of an index of its own. Reading the
list from its newest order instead would pass over everything that others ordered since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from entrepot.domain.parties import access
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.scopes import Scope
from entrepot.domain.parties.viewer import Viewer

CUSTOMERS_MAX = 2_000
"""A name that more customers begin with is so frequent that the list itself is read."""


@dataclass(frozen=True, slots=True)
class Frequent:
    """Whose orders a frequent text finds, and the orders that it finds by their number."""

    customers: Sequence[int]
    by_number: Sequence[int]


_NEWEST = """
SELECT newest.id
FROM unnest(%(customers)s::bigint[]) AS customer (id)
CROSS JOIN LATERAL (
    SELECT o.id
    FROM sales_order AS o
    WHERE
        o.customer_id = customer.id
        AND o.code = ANY(%(codes)s)
        AND (%(kind)s::order_kind IS NULL OR o.kind = %(kind)s::order_kind)
        AND (%(is_own)s::boolean IS NULL OR o.is_own = %(is_own)s)
        AND (%(before)s::bigint IS NULL OR o.id < %(before)s)
        AND (%(after)s::bigint IS NULL OR o.id > %(after)s)
        AND {scope}
    ORDER BY o.id {order}
    LIMIT %(size)s
) AS newest
ORDER BY newest.id {order}
LIMIT %(size)s"""


def customers_named(viewer: Viewer, text: str) -> list[int] | None:
    """Give the accounts that the viewer sees whose names begin with a text; None for more than 2,000."""
    rows = access.visible(viewer, Account).filter(
        name_key__startswith=sort_key(text), name__istartswith=text
    )
    found = list(rows.order_by("name_key", "id").values_list("id", flat=True)[: CUSTOMERS_MAX + 1])
    return None if len(found) > CUSTOMERS_MAX else found


def newest_of(
    viewer: Viewer,
    *,
    customers: Sequence[int],
    codes: Sequence[str],
    kind: str | None,
    is_own: bool | None,
    scope: Scope | None,
    before: int | None,
    after: int | None,
    size: int,
) -> list[int]:
    """Give the ids of the next `size` orders of some customers that the viewer sees, the newest first.

    With `after` they are the oldest behind it, the oldest first. One statement.
    """
    seen = access.where(viewer, "sales_order", alias="o", scope=scope)
    values: dict[str, Any] = {
        **seen.params,
        "customers": list(customers),
        "codes": list(codes),
        "kind": kind,
        "is_own": is_own,
        "before": before,
        "after": None if before is not None else after,
        "size": size,
    }
    is_back = before is None and after is not None
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(scope=seen.text, order="ASC" if is_back else "DESC"), values)
        return [number for (number,) in cursor.fetchall()]
