"""The page benchmark in a small world: what it opens, what it counts, and that it objects."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import get_resolver, reverse

from entrepot.domain.parties.viewer import Panel
from entrepot.ops.bench import pages
from entrepot.ops.bench.page_list import every_list
from entrepot.ops.bench.pages import (
    DAY,
    ListFigures,
    ResourceFigures,
    bench_pages,
    broken_by_lists,
    broken_by_resources,
)
from entrepot.ops.bench.pages_report import table
from entrepot.ops.bench.pages_world import counted, make_pages_world
from entrepot.ops.bench.people import known_people
from entrepot.ops.bench.requests import Cost
from entrepot.web.screens.subscriptions import rows as subscription_rows

NOW = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
NO_LISTS = {"home", "account", "own-account-edit", "brand", "notices", "message-words"}
NO_LISTS |= {"portals", "directory", "notifications", "notifications-change", "roles", "users-role"}
NO_LISTS |= {"factor-demands"}
FORMS = (
    *("cart", "checkout", "upload", "-bill", "rehearse", "retry", "export", "-set", "setup"),
    *("-new", "-add", "-apply", "-review", "-withdraw", "-file", "-choose", "-template"),
    *("-together", "-act", "-seen", "-policy", "-remove"),
)
COST = Cost("/a/", 9, 5, True, 20.0, 10.0, 30.0, 31.0)


@pytest.fixture
def world(db):
    make_pages_world(subscriptions=2_000, lines=6_000, day=DAY)


def measure(only: str) -> pages.PageFigures:
    return bench_pages(repeats=1, only=only, say=lambda _text: None)


def test_a_small_world_has_what_was_asked_for_and_first_and_last_pages(world):
    figures = measure("subscriptions, active")

    assert counted() == {"subscriptions": 2_000, "lines": 6_000}
    assert [one.name for one in figures.lists] == [
        "provider: subscriptions, active",
        "large: subscriptions, active",
        "large: own subscriptions, active",
        "small: subscriptions, active",
        "small: own subscriptions, active",
        "customer: subscriptions, active",
    ]
    provider = figures.lists[0]
    assert [cost.rows for cost in provider.costs] == [5, 50, 5, 50]
    assert [cost.has_next for cost in provider.costs] == [True, True, False, False]
    assert len({cost.queries for cost in provider.costs}) == 1
    assert not [text for text in figures.broken if "queries" in text]
    (ending,) = measure("provider: subscriptions, expiring").lists
    assert ending.first_short.rows == 5
    assert json.loads(json.dumps(figures.as_json()))["lines"] == 6_000
    assert "provider: subscriptions, active" in table(figures)


def test_subscriptions_with_few_and_many_resources_cost_as_many_queries(world):
    (provider, *_) = measure("subscription page").resources

    assert provider.few.queries == provider.many.queries
    # A page shows 25 of them at most.
    assert (provider.few.rows, provider.many.rows) == (10, 25)


def test_a_query_for_every_row_is_named(world, monkeypatch):
    build = subscription_rows.row

    def asking(*given, **named):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return build(*given, **named)

    monkeypatch.setattr(subscription_rows, "row", asking)

    broken = measure("provider: subscriptions, active").broken

    assert any("first page" in text and "queries for 5 rows" in text for text in broken)
    assert any("last page" in text and "queries for 5 rows" in text for text in broken)


def test_every_list_of_the_panels_is_opened(world):
    opened = {page.path for page in every_list(known_people(), now=NOW)}

    for panel in Panel:
        resolver = get_resolver().namespace_dict[panel.value][1]
        for name in {key for key in resolver.reverse_dict if isinstance(key, str)}:
            possibilities = resolver.reverse_dict.getlist(name)
            takes_values = any(params for found in possibilities for _text, params in found[0])
            if takes_values or name in NO_LISTS or any(word in name for word in FORMS):
                continue
            assert reverse(f"{panel.value}:{name}") in opened, name


def test_more_queries_for_more_rows_and_slow_pages_break_promises():
    quick = ListFigures(
        "quick", COST, COST, replace(COST, address="/b/"), replace(COST, address="/b/")
    )
    asking = replace(quick, name="asking", last_long=replace(COST, address="/c/", queries=54))
    slow = replace(quick, name="slow", first_long=replace(COST, server=50.0))

    assert list(broken_by_lists([quick])) == []
    assert list(broken_by_lists([asking, slow])) == [
        "asking, last page: 9 queries for 5 rows, 54 for 50",
        "slow: 50.0 ms of server time at /a/, promised are less than 50",
    ]


def test_a_page_that_grows_with_resources_breaks_a_promise():
    flat = ResourceFigures("flat", COST, replace(COST, server=45.0))
    steep = ResourceFigures("steep", COST, replace(COST, server=45.3))

    # 45 / 30 = 1.5, 45.3 / 30 = 1.51
    assert list(broken_by_resources([flat, steep])) == [
        "steep: 1.51 times as long with 1,000 resources as with 10, promised are 1.5 at most"
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--subscriptions", "100"], "lists need 2,000 at least"),
        (["--subscriptions", "2000", "--lines", "30001"], "has 1 to 30,000"),
        (["--repeats", "0"], "has to be opened once"),
    ],
)
def test_what_makes_no_world_is_refused(words, text):
    with pytest.raises(CommandError, match=text):
        call_command("bench", "pages", *words)
