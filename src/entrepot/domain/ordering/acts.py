"""What a person may do with an order: by right, and as it stands; pure."""

from enum import StrEnum

from entrepot.domain.ordering.lifecycle import Trigger
from entrepot.domain.ordering.queries import OrderRow
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer


class Act(StrEnum):
    """One thing that people do with an order."""

    APPROVE = "approve"
    REJECT = "reject"
    ACCEPT = "accept"
    RESUBMIT = "resubmit"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"


def by_right(viewer: Viewer, row: OrderRow) -> frozenset[Act]:
    """Tell what a person may ever do with an order.

    The provider's staff, the seller and the buyer act; sellers between them read. Payment is accepted by those who
    get the money, or by the provider. What a vendor made of it is repaired by sellers, and settled by hand by the
    provider alone. Approving is for the seller's people, and for the buyer's in person; `legal` says for whom of them.
    """
    is_provider = viewer.panel is Panel.PROVIDER
    is_seller = row.seller_id == viewer.account_id
    is_buyer = row.customer_id == viewer.account_id
    acts: set[Act] = set()
    if viewer.can(Capability.ACCEPT_PAYMENTS) and (is_provider or is_seller):
        acts.add(Act.ACCEPT)
    if viewer.can(Capability.MANAGE_ORDERS):
        if is_seller or (is_buyer and viewer.acting is None):
            acts |= {Act.APPROVE, Act.REJECT}
        if is_provider or is_seller or is_buyer:
            acts.add(Act.CANCEL)
        if is_provider or (viewer.panel is Panel.RESELLER and Act.CANCEL in acts):
            acts.add(Act.RESUBMIT)
        if is_provider:
            acts |= {Act.COMPLETE, Act.FAIL}
    return frozenset(acts)


def legal(
    row: OrderRow, *, is_parked: bool, may_be_settled_by_hand: bool, is_approver: bool = False
) -> frozenset[Act]:
    """Tell what may be done with an order as it and its operation at the vendor stand.

    `is_approver`: it waits for the decision of the one who asks.
    """
    acts: set[Act] = set()
    if Trigger.APPROVE in row.possible and is_approver:
        acts |= {Act.APPROVE, Act.REJECT}
    if Trigger.ACCEPT in row.possible:
        acts.add(Act.ACCEPT)
    if Trigger.CANCEL in row.possible:
        acts.add(Act.CANCEL)
    if Trigger.RESUBMIT in row.possible and is_parked:
        acts.add(Act.RESUBMIT)
    if Trigger.COMPLETE in row.possible and may_be_settled_by_hand:
        acts |= {Act.COMPLETE, Act.FAIL}
    return frozenset(acts)
