"""The rate step: charge the due subscriptions of one range of ids and move them past their event.

Order and transaction of the statements stand here; each statement lives with the package whose table it writes. What a
statement refuses (a null price, a number out of range) rolls the range back to a savepoint, the culprits are put aside
and the rest is done again.
"""

import json

from django.db import DatabaseError, DataError, IntegrityError, transaction

from entrepot.flows.daily_billing.session import RunSession
from entrepot.infra.db.locks import Space, share

_FILLED = (
    "due",
    "due_change",
    "due_item",
    "price_wanted",
    "quote",
    "sale",
    "promoted",
    "agreed_new",
)
_TIERS_MAX = 4
_OPEN_IN_RANGE = """
SELECT {what} FROM sub_billing AS sub
WHERE sub.due_on <= %(day)s AND sub.subscription_id BETWEEN %(low)s AND %(high)s
AND NOT EXISTS (SELECT FROM put_aside AS aside WHERE aside.subscription_id = sub.subscription_id)
"""
_ITEM_RANGE = "SELECT coalesce(min(item_id), 0), coalesce(max(item_id), 0) FROM due_item"


class ChangedMeanwhile(DatabaseError):
    """Somebody changed a subscription between reading and writing it; the chunk is repeated."""


class _Culprits(Exception):
    def __init__(self, rows: list[tuple[object, ...]]) -> None:
        super().__init__(rows)
        self.rows = rows


def rate_range(session: RunSession) -> int:
    """Rate every due subscription of the session's range, in rounds by day; return how many were due.

    Faulty ones go to `put_aside` and into quarantine. Raises: ChangedMeanwhile.
    """
    low, high = session.values["id_from"], session.values["id_to"]
    due = still_due = _count_due(session, low=low, high=high)
    while still_due:
        _rate_round(session, low=low, high=high)
        still_due = _count_due(session, low=low, high=high)
    if session.value("SELECT EXISTS (SELECT FROM put_aside)"):
        session.run("billing", "quarantine")
    return due


def _count_due(session: RunSession, *, low: int, high: int) -> int:
    sql = _OPEN_IN_RANGE.format(what="count(*)")
    return int(session.value(sql, day=session.values["run_day"], low=low, high=high))


def _rate_round(session: RunSession, *, low: int, high: int) -> None:
    """Rate one event of each due subscription between two ids; put aside what cannot be rated."""
    session.values.update(id_from=low, id_to=high)
    while True:
        session.empty(*_FILLED)
        counts = dict(session.counts)
        try:
            with transaction.atomic():
                _one_event_each(session)
                return
        except _Culprits as found:
            _put_aside(session, found.rows)
        except (IntegrityError, DataError) as refused:
            culprits = _find_unpriced(session)
            if culprits:
                _put_aside(session, culprits)
            else:
                session.counts = counts
                _halve(session, low=low, high=high, refused=refused)
                return
        session.counts = counts


def _one_event_each(session: RunSession) -> None:
    due = _pick(session)
    if not due:
        return
    if session.run("billing", "find_unsold"):
        raise _Culprits(_fresh_culprits(session))
    _charge(session)
    _move_on(session, due=due)


def _pick(session: RunSession) -> int:
    due = session.run("subscriptions", "pick_due")
    if not due:
        return 0
    session.analyze("due")
    session.run("subscriptions", "pick_changes")
    session.run("subscriptions", "pick_items")
    session.analyze("due_change", "due_item")
    session.values.update(zip(("item_from", "item_to"), session.row(_ITEM_RANGE), strict=True))
    if session.run("resale", "want_prices"):
        session.analyze("price_wanted")
        for tier in range(1, 1 + session.value("SELECT coalesce(max(tiers), 0) FROM price_wanted")):
            session.run("resale", "quote_tier", tier=tier)
            session.analyze("quote")
    session.run("billing", "pick_sales")
    session.analyze("sale")
    return due


def _charge(session: RunSession) -> None:
    if session.value("SELECT EXISTS (SELECT FROM price_wanted)"):
        if session.value("SELECT EXISTS (SELECT FROM promotion)"):
            session.run("subscriptions", "pick_promotions")
        session.run("resale", "agree_prices")
        if session.value("SELECT EXISTS (SELECT FROM agreed_price WHERE level > 0)"):
            session.run("resale", "drop_levels")
        session.run("resale", "add_agreed_prices")
    if session.value("SELECT EXISTS (SELECT FROM due_change WHERE is_charged)"):
        session.run("billing", "charge_changes")
    session.run("billing", "charge_period")
    if session.value("SELECT EXISTS (SELECT FROM due_item WHERE is_measured)"):
        session.run("billing", "charge_overuse")
    if session.value("SELECT EXISTS (SELECT FROM due WHERE bills_usage)"):
        if session.schema is None:
            # What an import rates meanwhile would be marked as billed without being charged.
            share(session.cursor, space=Space.USAGE_IMPORT)
        session.run("billing", "charge_usage")
        session.run("usage", "mark_billed")
    if session.value("SELECT EXISTS (SELECT FROM due WHERE cancels)"):
        session.run("billing", "charge_refunds")
        if session.value("SELECT EXISTS (SELECT FROM due WHERE cancels AND cancel_full)"):
            session.run("billing", "charge_fee_refunds")


def _move_on(session: RunSession, *, due: int) -> None:
    if session.value("SELECT EXISTS (SELECT FROM due WHERE cancels OR lapses)"):
        session.run("subscriptions", "close_spans")
        session.run("subscriptions", "withdraw_changes")
    session.run("subscriptions", "open_spans")
    if session.value("SELECT EXISTS (SELECT FROM due_change)"):
        session.run("subscriptions", "apply_changes")
        session.run("subscriptions", "set_quantities")
    if session.value(
        "SELECT EXISTS (SELECT FROM due WHERE cancels OR lapses OR ends_grace OR starts_term) "
        "OR EXISTS (SELECT FROM due_change)"
    ):
        session.run("subscriptions", "add_terms")
        session.run("subscriptions", "add_events")
        session.run("subscriptions", "update_wide")
        session.run("subscriptions", "move_calendar")
        session.run("subscriptions", "refresh_money")
    if session.value("SELECT EXISTS (SELECT FROM quarantine WHERE resolved_on IS NULL)"):
        session.run("billing", "resolve_quarantine")
    if session.run("subscriptions", "advance") != due:
        raise ChangedMeanwhile("a subscription was changed while it was being billed")


def _put_aside(session: RunSession, rows: list[tuple[object, ...]]) -> None:
    session.cursor.executemany(
        "INSERT INTO put_aside (subscription_id, tenant_id, due_on, reason, detail) "
        "VALUES (%s, %s, %s, %s, %s::jsonb)",
        rows,
    )


def _fresh_culprits(session: RunSession) -> list[tuple[object, ...]]:
    """Read who was put aside in this round; those of earlier rounds are not due any more."""
    session.cursor.execute(
        "SELECT aside.subscription_id, aside.tenant_id, aside.due_on, aside.reason, aside.detail::text "
        "FROM put_aside AS aside INNER JOIN due ON due.subscription_id = aside.subscription_id"
    )
    return list(session.cursor.fetchall())


def _find_unpriced(session: RunSession) -> list[tuple[object, ...]]:
    """Look for due subscriptions without an agreed price, after the table refused a charge."""
    session.empty(*_FILLED)
    found: list[tuple[object, ...]] = []
    try:
        with transaction.atomic():
            _pick(session)
            if session.run("billing", "find_unpriced"):
                found = _fresh_culprits(session)
            transaction.set_rollback(True)
    except DataError:
        return []
    return found


def _halve(session: RunSession, *, low: int, high: int, refused: Exception) -> None:
    """Split a refused range until the one subscription is found that the database will not take."""
    session.cursor.execute(
        _OPEN_IN_RANGE.format(what="sub.subscription_id, sub.tenant_id, sub.due_on")
        + " ORDER BY 1",
        {"day": session.values["run_day"], "low": low, "high": high},
    )
    rows = session.cursor.fetchall()
    if len(rows) == 1:
        why = json.dumps({"error": str(refused).split("\n", maxsplit=1)[0]})
        _put_aside(session, [(*rows[0], "bad_data", why)])
        return
    middle = rows[len(rows) // 2][0]
    _rate_round(session, low=low, high=middle - 1)
    _rate_round(session, low=middle, high=high)
