"""From a person to rows: the only way.

`scopes` says which rows of a kind a viewer sees, `places` in which columns a table keeps what is
asked. Here the two become a queryset (`visible`) or a condition for written SQL (`where`). A
foreign row and a missing one are the same refusal: `NoSuchObject`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.places import PLACES, Facet, Place
from entrepot.domain.parties.scopes import RULES, Condition, Scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.parties.visibility import TierSight, price_tiers
from entrepot.kernel.ids import NUMBER_MAX, IdKind

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A condition for a WHERE clause and its named parameters (`scope_...`)."""

    text: str
    params: Mapping[str, object]


def visible(viewer: Viewer, model: type[M], *, scope: Scope | None = None) -> QuerySet[M]:
    """Return the rows of a model that a viewer sees.

    `scope` replaces the rule of the kind by a narrower one, such as `document_scope(viewer,
    side=Side.BOUGHT)`. Raises: LookupError for a model without a place in `PLACES`; ValueError for
    a scope of another kind.
    """
    place = _place(model._meta.db_table)  # noqa: SLF001
    return model._default_manager.filter(_q(viewer, place, _scope(viewer, place, scope)))  # noqa: SLF001


def one(viewer: Viewer, model: type[M], *, pk: int, kind: IdKind) -> M:
    """Return one visible row by its id.

    Raises: NoSuchObject if it is foreign or does not exist, without telling which.
    """
    found = visible(viewer, model).filter(pk=pk).first() if 0 < pk <= NUMBER_MAX else None
    if found is None:
        raise NoSuchObject(object=f"{kind.value}-{pk}")
    return found


def where(viewer: Viewer, table: str, *, alias: str = "", scope: Scope | None = None) -> Fragment:
    """Return the condition of `visible` for a statement that a query puts together.

    `alias` is the table's name in the statement (default: the table's own). The text holds only
    names from `PLACES`; values are parameters. Raises: LookupError, ValueError as `visible`.
    """
    place = _place(table)
    rule = _scope(viewer, place, scope)
    params: dict[str, object] = {
        "scope_tenant": rule.tenant_id,
        "scope_account": viewer.account_id,
        "scope_path": f"{viewer.account_path}%",
    }
    text = _sql(place, rule, alias or table)
    return Fragment(text, {name: v for name, v in params.items() if f"%({name})s" in text})


def sight(viewer: Viewer, *, seller_ids: Sequence[int], buyer_id: int) -> tuple[TierSight, ...]:
    """Return what the viewer may see of each tier of a chain (see `visibility.price_tiers`)."""
    return price_tiers(
        account_id=viewer.account_id,
        capabilities=viewer.capabilities,
        seller_ids=seller_ids,
        buyer_id=buyer_id,
    )


def _place(table: str) -> Place:
    if table not in PLACES:
        raise LookupError(f"no rule says who sees rows of {table}; add it to parties/places.py")
    return PLACES[table]


def _scope(viewer: Viewer, place: Place, given: Scope | None) -> Scope:
    if given is not None and given.kind is not place.kind:
        raise ValueError(f"a scope of {given.kind} cannot select rows of {place.kind}")
    return RULES[place.kind](viewer) if given is None else given


def _q(viewer: Viewer, place: Place, scope: Scope) -> Q:
    if scope.everything:
        return Q()
    if place.via is not None:
        deciding = visible(viewer, _models()[place.via.table], scope=scope)
        return Q((f"{place.via.column}__in", deciding.values(place.via.select)))
    alternatives = Q(pk__in=[])
    for condition in scope.any_of:
        alternatives |= _facet_q(place, condition)
    if scope.tenant_id is not None and Facet.TENANT in place.columns:
        return Q((place.columns[Facet.TENANT], scope.tenant_id)) & alternatives
    return alternatives


def _facet_q(place: Place, condition: Condition) -> Q:
    column = place.columns[condition.facet]
    if not condition.path_prefix:
        return Q((column, condition.account_id))
    if condition.facet is Facet.PATH:
        return Q((f"{column}__startswith", condition.path_prefix))
    below = Account.objects.filter(path__startswith=condition.path_prefix)
    return Q((f"{column}__in", below.values("id")))


def _sql(place: Place, scope: Scope, alias: str) -> str:
    if scope.everything:
        return "TRUE"
    if place.via is not None:
        via, table = place.via, place.via.table
        inner = _sql(_place(table), scope, table)
        return f"{alias}.{via.column} IN (SELECT {table}.{via.select} FROM {table} WHERE {inner})"
    if not scope.any_of:
        return "FALSE"
    text = " OR ".join(_facet_sql(place, condition, alias) for condition in scope.any_of)
    if scope.tenant_id is not None and Facet.TENANT in place.columns:
        return f"({alias}.{place.columns[Facet.TENANT]} = %(scope_tenant)s AND ({text}))"
    return f"({text})"


def _facet_sql(place: Place, condition: Condition, alias: str) -> str:
    column = f"{alias}.{place.columns[condition.facet]}"
    if not condition.path_prefix:
        return f"{column} = %(scope_account)s"
    if condition.facet is Facet.PATH:
        return f"{column} LIKE %(scope_path)s"
    return (
        f"{column} IN (SELECT below.id FROM account AS below WHERE below.path LIKE %(scope_path)s)"
    )


@cache
def _models() -> Mapping[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}  # noqa: SLF001
