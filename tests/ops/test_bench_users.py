"""The benchmark of many users in a small world: everybody gets the service over real HTTP, and it can object."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from entrepot.domain.provisioning.connectors.registry import Surroundings
from entrepot.domain.provisioning.connectors.secrets import ConnectorSecrets, Key, store
from entrepot.ops.bench import users_vendors
from entrepot.ops.bench.requests import Cost
from entrepot.ops.bench.users import UserFigures, bench_users, users_table
from entrepot.ops.bench.users_pages import PairFigures
from entrepot.ops.bench.users_vendors import Assigned, Latency, Provisioned, Vendors
from entrepot.ops.bench.users_world import Size, make_users_world
from entrepot.ops.prove.user_import import ImportProof, judge
from entrepot.ops.vendor_simulator.runner import SimulatorThread
from entrepot.ops.vendor_simulator.server import Settings

SECRET = "whsec_" + "A" * 32


def quiet(_text: str) -> None:
    return


@pytest.mark.django_db
def test_everybody_of_an_account_gets_a_service_and_pages_are_opened(tmp_path: Path):
    world = make_users_world(few=Size(3, 2), middle=Size(5, 2), many=Size(9, 4), say=quiet)
    for at_once in (1, users_vendors.PEOPLE_AT_ONCE):
        keys = ConnectorSecrets(keys=(Key(SECRET),))
        store(directory=tmp_path, name=f"bench-{at_once}", secrets=keys)
    with SimulatorThread(settings=Settings(secret=SECRET)) as simulator:
        vendors = Vendors(
            address=simulator.address,
            surroundings=Surroundings(tmp_path, frozenset({simulator.address})),
        )
        figures = bench_users(
            world,
            vendors,
            latency=Latency(0, 0),
            sample=2,
            only="one person",
            repeats=1,
            before_pages=lambda: None,
            say=quiet,
        )

    assert [(one.people, one.at_once, one.there) for one in figures.provisioned] == [
        (5, 1, 5),
        (9, 1, 9),
        (5, 100, 5),
        (9, 100, 9),
    ]
    # One call creates the service; then one for each person, or one for all of them.
    assert [one.calls for one in figures.provisioned] == [6, 10, 2, 2]
    assert (figures.sample.people, figures.sample.there, figures.sample.in_flight) == (2, 2, 1)
    assert sum(len(thing.people) for thing in simulator.vendor.live()) == 2 + 2 * (5 + 9)
    assert figures.untold.people == 9
    statements = [one.statements for one in figures.assigned[1:]]
    assert max(statements) - min(statements) <= 1
    assert [page.name.removesuffix(", search for one person") for page in figures.pages] == [
        "users",
        "service",
        "hand out",
        "seller: own users",
        "seller: users of a customer",
    ]
    assert figures.pages[0].many.rows == 1
    assert not [text for text in figures.broken if "queries" in text]
    assert "promised" not in users_table(figures)
    assert json.loads(json.dumps(figures.as_json()))["repeats"] == 1
    # The proof of the import asks the same tables: everybody below is an administrator's colleague.
    proof = ImportProof(rows=8)
    judge(proof, account_id=world.many.person.account_id, expected=8)
    assert (proof.findings, proof.created) == ([], 8)
    judge(proof, account_id=world.many.person.account_id, expected=9)
    assert len(proof.findings) == 1


def test_slow_vendors_growing_pages_and_lost_people_break_promises():
    cost = Cost("/a/", 9, 25, True, 20.0, 10.0, 30.0, 31.0)
    page = PairFigures("users", cost, replace(cost, server=44.0))
    press = Assigned(10_000, 1, 40, 6.0, 1.0)
    # 250 calls of 250 ms; 2,500 people in 20 s are 8 ms each, so 250 / 8 = 31.25 times as fast.
    sample = Provisioned(250, 1, 1, 75.0, 251, 250.0, 1.0, 250, press)
    middle = Provisioned(2_500, 1, 100, 20.0, 2_501, 260.0, 5.0, 2_500, press)
    many = Provisioned(10_000, 1, 100, 80.0, 10_001, 260.0, 20.0, 10_000, press)
    fine = UserFigures((page,), press, sample, (middle, many), Latency(), 5)
    assert fine.broken == ()
    assert (fine.speed(middle), fine.growth) == (31.25, {1: 1.0})
    assert "31.2" in users_table(fine)

    # 110 s for 10,000 are 11 ms each: 250 / 11 = 22.7 times as fast, and 11 / 8 = 1.375 times as long.
    slow = replace(many, seconds=110.0, there=9_998)
    grown = PairFigures("users", cost, replace(cost, server=45.3, queries=10))
    heavy = replace(press, web_cpu=9.5)
    assert replace(fine, pages=(grown,), untold=heavy, provisioned=(middle, slow)).broken == (
        "users: 9 and 10 queries",
        "users: 1.51 times the server time, promised are 1.5",
        "10,000 people, 1 at once: 2 did not get the service",
        "10,000 people, 1 at once: 22.7 times as fast, promised are 25",
        "1 at once: one person of many takes 1.38 times as long",
        "handing out to 10,000 people took 10.5 s of CPU",
    )
    fewer = PairFigures("subscriptions", replace(cost, queries=10), cost)
    assert replace(fine, pages=(fewer,)).broken == ()
