"""Which rows a list has: a table or calendar to read, and a WHERE clause on it as `s`.

The tabs of decision 25: *Active* excludes trials; *Expiring* does not renew by itself and its term ends
within N days; *To be renewed* does. A term whose end has passed but whose run is still to come counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from entrepot.domain.parties import access
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.scopes import Scope, Side, subscription_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.queries.choices import (
    Book,
    Hold,
    Order,
    Tab,
    Wanted,
    unknown_choice,
)
from entrepot.kernel.ids import IdError, IdKind, parse_id

_INDEXED_LETTERS = 3
HELD = "(s.admin_hold OR s.credit_hold) AND s.status IN ('trial', 'active', 'graced')"
_TABS: Mapping[Tab, str] = {
    Tab.ACTIVE: "s.status = 'active'",
    Tab.EXPIRING: "s.auto_renew = FALSE AND s.ends_on <= {until}",
    Tab.RENEWING: "s.auto_renew = TRUE AND s.ends_on <= {until}",
    Tab.TRIAL: "s.status = 'trial'",
    Tab.ALL: "",
}
_CALENDAR = """(
    SELECT
        calendar.subscription_id AS id, calendar.seller_id, calendar.customer_id, calendar.auto_renew, calendar.ends_on,
        wide.tenant_id, wide.customer_path, wide.customer_name, wide.plan_id, wide.plan_name, wide.status,
        wide.admin_hold, wide.credit_hold, wide.trial_end, wide.search_text
    FROM term_calendar AS calendar
    LEFT JOIN subscription AS wide ON wide.id = calendar.subscription_id
)"""
"""Running terms under the names of `subscription`; counting without filters leaves the join out."""


def table(tab: Tab) -> str:
    """Give what a view reads: those that look ahead the term calendar, the others the subscriptions."""
    return _CALENDAR if tab.looks_ahead else "subscription"


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a list: what is read, and `text` and `params` of the condition without its sellers.

    `seller_ids` None means that sellers do not matter; with one or more of them the rows are those
    that they sell. Each seller's rows lie in the order of an index.
    """

    table: str
    text: str
    params: Mapping[str, object]
    seller_ids: tuple[int, ...] | None

    @property
    def condition(self) -> str:
        """Give the whole WHERE clause; with several sellers in no order."""
        if self.seller_ids is None:
            return self.text
        if len(self.seller_ids) == 1:
            return f"s.seller_id = %(seller)s AND {self.text}"
        return f"s.seller_id = ANY(%(sellers)s) AND {self.text}"

    @property
    def values(self) -> dict[str, object]:
        """Give the parameters of `condition`."""
        sellers = self.seller_ids or ()
        return {**self.params, "sellers": list(sellers), "seller": sellers[0] if sellers else None}


def source(viewer: Viewer, wanted: Wanted) -> Source:
    """Build the condition of a view with its filters."""
    seller_ids = sellers(viewer, wanted)
    scope = access.where(
        viewer, "subscription", alias="s", scope=_scope(viewer, wanted, seller_ids)
    )
    parts = [scope.text]
    params = {**scope.params, "money_of": viewer.account_id}
    if tab := tab_text(wanted.tab, within="until"):
        parts.append(tab)
        params["until"] = wanted.today + timedelta(days=wanted.within_days)
    more, values = _filters(viewer, wanted)
    return Source(
        table=table(wanted.tab),
        text=" AND ".join(part for part in [*parts, *more] if part != "TRUE") or "TRUE",
        params=params | values,
        seller_ids=seller_ids,
    )


def _scope(viewer: Viewer, wanted: Wanted, seller_ids: Sequence[int] | None) -> Scope | None:
    """Narrow the rule to one side where a list has one: the rule of the subtree keeps counts off their index.

    None is the rule itself: for the provider, and for a reseller who looks at sales of its sub-resellers.
    """
    if wanted.book is Book.OWN:
        return subscription_scope(viewer, side=Side.BOUGHT)
    if seller_ids == (viewer.account_id,):
        return subscription_scope(viewer, side=Side.SOLD)
    return None


def tab_text(tab: Tab, *, within: str) -> str:
    """Give the condition of a tab; `within` names the parameter of its last day. Empty for all rows."""
    return _TABS[tab].format(until=f"%({within})s")


def sellers(viewer: Viewer, wanted: Wanted) -> tuple[int, ...] | None:
    """Find whose sales a list has: the own account's, with sub-resellers on request; the provider's: all."""
    if wanted.book is Book.OWN:
        return None
    if viewer.account_kind is AccountKind.PROVIDER:
        return wanted.filters.seller_ids
    if not wanted.include_sub_resellers:
        return (viewer.account_id,)
    below = access.visible(viewer, Account).filter(kind=AccountKind.RESELLER)
    return tuple(below.order_by("id").values_list("id", flat=True))


def sort_key(wanted: Wanted) -> tuple[str, str]:
    """Give the expression that an index carries before the id, and its type; empty for the id alone."""
    if wanted.sorted_by is Order.CUSTOMER:
        return "lower(s.customer_name)", "text"
    if wanted.sorted_by is Order.ENDS:
        return ("s.trial_end" if wanted.tab is Tab.TRIAL else "s.ends_on"), "date"
    return "", ""


def _filters(viewer: Viewer, wanted: Wanted) -> tuple[list[str], dict[str, object]]:
    given = wanted.filters
    parts, params = _search(viewer, wanted)
    if isinstance(given.status, Hold):
        parts.append(HELD)
    elif given.status is not None:
        parts.append("s.status = %(status)s")
        params["status"] = given.status.value
    if given.plan:
        parts.append("lower(s.plan_name) LIKE %(plan)s")
        params["plan"] = _inside(given.plan.lower())
    if given.vendor_id is not None:
        parts.append(
            "s.plan_id IN (SELECT plan.id FROM plan INNER JOIN service ON service.id = plan.service_id "
            "WHERE service.vendor_id = %(vendor)s)"
        )
        params["vendor"] = given.vendor_id
    if given.auto_renew is not None:
        parts.append("s.auto_renew = %(renews)s")
        params["renews"] = given.auto_renew
    if given.price_over is not None:
        if not viewer.can(Capability.VIEW_PRICES):
            raise unknown_choice(str(given.price_over), field="price")
        parts.append(_price_over(wanted))
        params["price_over"] = given.price_over
    return parts, params


def _price_over(wanted: Wanted) -> str:
    return (
        "EXISTS (SELECT FROM subscription_money AS cash WHERE cash.subscription_id = s.id "
        f"AND cash.seller_id = {money_seller(wanted.book)} AND cash.monthly_price > %(price_over)s)"
    )


def money_seller(book: Book) -> str:
    """Give whose tier a list shows: the viewer's own, or the sale that the viewer buys from."""
    return "%(money_of)s" if book is Book.CUSTOMERS else "s.seller_id"


def _search(viewer: Viewer, wanted: Wanted) -> tuple[list[str], dict[str, object]]:
    """Match a subscription's number if there is one, else every word."""
    text = wanted.filters.search
    if not text.strip():
        return [], {}
    number = _number(text)
    if number is not None and access.visible(viewer, Subscription).filter(pk=number).exists():
        return ["s.id = %(number)s"], {"number": number}
    words = text.casefold().replace("\x00", "").split()
    # One buyer's rows are few: they are read and looked through, which no index of words may prevent.
    looked_up = None if wanted.book is Book.OWN else _rarest(words)
    parts: list[str] = []
    params: dict[str, object] = {}
    for place, word in enumerate(words):
        name = f"word_{place}"
        is_looked_up = place == looked_up
        parts.append(
            f"s.search_text LIKE %({name})s"
            if is_looked_up
            else f"strpos(s.search_text, %({name})s) > 0"
        )
        params[name] = _inside(word) if is_looked_up else word
    return parts, params


def _rarest(words: Sequence[str]) -> int | None:
    """Guess which word the fewest rows have: with a digit, else a long one; the index knows none below three letters.

    Only this word is looked up in the index; frequent words beside it would make the index read their long lists.
    """
    if not words:
        return None
    return max(
        range(len(words)),
        key=lambda place: (
            len(words[place]) >= _INDEXED_LETTERS,
            any(letter.isdigit() for letter in words[place]),
            len(words[place]),
        ),
    )


def _number(text: str) -> int | None:
    try:
        return parse_id(text, expected=IdKind.SUBSCRIPTION).number
    except IdError:
        return None


def _inside(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%".replace("\x00", "")
