"""Who sees which amounts along a chain: all chains of 1 to 4 tiers, all positions, written out."""

import pytest

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.visibility import price_tiers

OWN = {Capability.VIEW_PRICES}
DEEP = {Capability.VIEW_PRICES, Capability.VIEW_DOWNSTREAM_PRICES}

# Accounts of a chain of n tiers: 1 is the provider, n + 1 the customer. Per tier one mark:
# P = sale price, cost and margin; p = sale price only; - = nothing.
EXPECTED = {
    1: {1: "P", 2: "p"},
    2: {1: "P-", 2: "pP", 3: "-p"},
    3: {1: "P--", 2: "pP-", 3: "-pP", 4: "--p"},
    4: {1: "P---", 2: "pP--", 3: "-pP-", 4: "--pP", 5: "---p"},
}
EXPECTED_DEEP = {
    1: {1: "P", 2: "p"},
    2: {1: "Pp", 2: "pP", 3: "-p"},
    3: {1: "Ppp", 2: "pPp", 3: "-pP", 4: "--p"},
    4: {1: "Pppp", 2: "pPpp", 3: "-pPp", 4: "--pP", 5: "---p"},
}


def seen(*, tiers: int, account: int, capabilities: set[Capability]) -> str:
    sights = price_tiers(
        account_id=account,
        capabilities=capabilities,
        seller_ids=list(range(1, tiers + 1)),
        buyer_id=tiers + 1,
    )
    assert [sight.tier for sight in sights] == list(range(1, tiers + 1))
    assert all(sight.margin == sight.cost for sight in sights)
    return "".join("P" if s.cost and s.price else "p" if s.price else "-" for s in sights)


@pytest.mark.parametrize("tiers", [1, 2, 3, 4])
def test_everybody_sees_the_own_tier_and_the_price_they_pay(tiers):
    found = {a: seen(tiers=tiers, account=a, capabilities=OWN) for a in range(1, tiers + 2)}

    assert found == EXPECTED[tiers]


@pytest.mark.parametrize("tiers", [1, 2, 3, 4])
def test_the_privilege_adds_lower_resale_prices_but_no_costs(tiers):
    found = {a: seen(tiers=tiers, account=a, capabilities=DEEP) for a in range(1, tiers + 2)}

    assert found == EXPECTED_DEEP[tiers]


@pytest.mark.parametrize("tiers", [1, 2, 3, 4])
def test_without_the_right_to_prices_nobody_sees_any(tiers):
    found = {a: seen(tiers=tiers, account=a, capabilities=set()) for a in range(1, tiers + 2)}

    assert set(found.values()) == {"-" * tiers}


@pytest.mark.parametrize("tiers", [1, 2, 3, 4])
def test_a_stranger_sees_nothing_even_with_the_privilege(tiers):
    assert seen(tiers=tiers, account=99, capabilities=DEEP) == "-" * tiers


@pytest.mark.parametrize("sellers", [[], [1, 2, 3, 4, 5], [1, 1], [1, 9]])
def test_an_impossible_chain_is_a_bug(sellers):
    with pytest.raises(ValueError, match="a chain cannot consist of"):
        price_tiers(account_id=1, capabilities=OWN, seller_ids=sellers, buyer_id=9)
