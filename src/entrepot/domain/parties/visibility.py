"""Whose prices, costs and margins a person sees along a chain of sellers (decision 11); pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from entrepot.domain.parties.roles import Capability


@dataclass(frozen=True, slots=True)
class TierSight:
    """What may be shown of one tier: its sale price, its seller's cost, and the difference."""

    tier: int
    price: bool = False
    cost: bool = False

    @property
    def margin(self) -> bool:
        """Tell whether the margin may be shown: it needs both amounts."""
        return self.price and self.cost


def price_tiers(
    *,
    account_id: int,
    capabilities: Collection[Capability],
    seller_ids: Sequence[int],
    buyer_id: int,
) -> tuple[TierSight, ...]:
    """Decide per tier of a chain what an account's person may see; one answer per tier, from tier 1 on.

    `seller_ids` are the sellers of tiers 1..n (1 to 4 of them), `buyer_id` the account that buys on
    tier n. The seller of tier k sees price, cost and margin of tier k. What it pays is the price of
    tier k-1, so that price is shown, but never that tier's cost. The last buyer sees the price of
    tier n. Prices of tiers below the own one need VIEW_DOWNSTREAM_PRICES; their costs are never
    shown. An account outside the chain sees nothing.

    Raises: ValueError for a chain without sellers, with more than four, or that names an account
    twice.
    """
    parties = [*seller_ids, buyer_id]
    if not 1 <= len(seller_ids) <= 4 or len(set(parties)) != len(parties):
        raise ValueError(f"a chain cannot consist of {parties}")
    tiers = range(1, len(seller_ids) + 1)
    if account_id not in parties or Capability.VIEW_PRICES not in capabilities:
        return tuple(TierSight(tier) for tier in tiers)
    own = parties.index(account_id) + 1
    below = Capability.VIEW_DOWNSTREAM_PRICES in capabilities
    return tuple(
        TierSight(tier, price=own - 1 <= tier <= own or (below and tier > own), cost=tier == own)
        for tier in tiers
    )
