"""The simulated vendor itself: its faults, its memory, its command line."""

from argparse import ArgumentTypeError
from collections import Counter

import pytest

from entrepot.ops.management.commands.vendor_simulator import share
from entrepot.ops.vendor_simulator.faults import Fault, Faults
from entrepot.ops.vendor_simulator.vendor import Task, Vendor, load


def task(key: str, action: str = "create", **changes) -> Task:
    facts = {"product": {"sku": "A"}, "quantity": "5", "parameters": {}} | changes
    return Task(key=key, action=action, instance="inst-1", **facts)


def test_faults_come_in_the_order_that_was_asked_for_and_then_by_their_shares():
    faults = Faults(shares={Fault.SLOW: 0.25, Fault.FAIL: 0.25}, seed=5)
    faults.expect([Fault.HTML, Fault.NONE])

    assert [faults.draw(), faults.draw()] == [Fault.HTML, Fault.NONE]
    drawn = Counter(faults.draw() for _ in range(2000))
    assert set(drawn) == {Fault.SLOW, Fault.FAIL, Fault.NONE}
    assert 400 < drawn[Fault.SLOW] < 600


def test_the_same_seed_gives_the_same_faults():
    first, second = (Faults(shares={Fault.SLOW: 0.5}, seed=9) for _ in range(2))

    assert [first.draw() for _ in range(50)] == [second.draw() for _ in range(50)]


@pytest.mark.parametrize("shares", [{Fault.SLOW: 0.6, Fault.FAIL: 0.6}, {Fault.SLOW: -0.1}])
def test_shares_outside_their_bounds_are_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        Faults(shares=shares)


def test_a_double_effect_and_a_double_service_are_told():
    vendor = Vendor()
    vendor.finish(task("op-1"))
    assert vendor.doubles() == []

    vendor.finish(task("op-1"))

    assert vendor.doubles() == ["op-1", "inst-1"]


def test_what_the_vendor_needs_and_does_not_get_fails():
    vendor = Vendor()
    wrong = task("op-1", product={"sku": "A", "needs": "domain"})

    vendor.finish(wrong)

    assert (wrong.status, wrong.text) == ("failed", "The parameter domain is missing.")
    assert vendor.live() == []


def test_the_state_survives_in_a_file(tmp_path):
    vendor = Vendor()
    done = task("op-1")
    vendor.tasks["op-1"] = done
    vendor.finish(done)

    vendor.save(tmp_path / "vendor.json")
    again = load(tmp_path / "vendor.json")

    assert again == vendor
    assert again.find("inst-1").vendor_id == "V-000001"
    assert load(tmp_path / "nothing.json") == Vendor()


def test_a_share_is_read_from_the_command_line():
    assert share("timeout_after=0.05") == (Fault.TIMEOUT_AFTER, 0.05)
    for text in ("timeout_after", "unheard=0.1", "slow=2", "slow=x", "slow=nan"):
        with pytest.raises(ArgumentTypeError):
            share(text)
