"""What people see of approvals: the one that an order waits for, those that wait for them, and the workflows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from entrepot.domain.ordering.kinds import ApprovalState, AtTimeout, Audience
from entrepot.domain.ordering.models import ApprovalWorkflow, OrderApproval
from entrepot.domain.parties import access
from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.members import granted_to
from entrepot.domain.parties.models import Membership, User
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer

WORKFLOWS_MAX = 200
PEOPLE_MAX = 200
WAITING_MAX = 100


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """The approval of an order; `step` counts from 1, `approvers` may decide it, `is_mine`: the viewer is one.

    `is_buyers`: the buyer's people are asked about what was ordered on their behalf, before any step of the seller.
    """

    workflow_name: str
    step: int
    steps: int
    approvers: tuple[str, ...]
    is_mine: bool
    due_at: datetime
    at_timeout: AtTimeout
    is_buyers: bool = False


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """One workflow of the viewer's account; `steps` are user ids, `names` those of all of them by id."""

    id: int
    name: str
    audience: Audience
    above_amount: Decimal | None
    currency: str
    steps: tuple[tuple[int, ...], ...]
    names: Mapping[int, str]
    timeout_hours: int
    at_timeout: AtTimeout
    is_active: bool
    version: int


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody of an account who may manage its orders."""

    id: int
    name: str
    role: RoleCode


def approval_of(viewer: Viewer, *, order_id: int) -> ApprovalFacts | None:
    """Give the approval that an order waits for, None if it waits for none.

    For people of its seller, and for those of its buyer while they are asked.
    """
    own = Q(seller_id=viewer.account_id) | Q(buyer_id=viewer.account_id, step=0)
    rows = access.visible(viewer, OrderApproval).filter(own)
    row = rows.filter(pk=order_id, state=ApprovalState.WAITING).first()
    if row is None:
        return None
    asks_buyer = row.waits_for_buyer
    wanted = [] if asks_buyer else row.steps[row.step]
    names = _names(wanted)
    own_steps = 1 if row.buyer_id is not None else 0
    return ApprovalFacts(
        workflow_name=row.workflow_name,
        step=row.step + 1 - own_steps,
        steps=len(row.steps) - own_steps,
        approvers=tuple(names[number] for number in wanted if number in names),
        is_mine=_is_mine(viewer, row),
        due_at=row.due_at,
        at_timeout=AtTimeout.REJECT if asks_buyer else row.at_timeout,
        is_buyers=asks_buyer,
    )


def deciders(approval: OrderApproval) -> frozenset[int]:
    """Tell who may decide now: whom the step names, or the buyer's people who may manage orders at this time."""
    if approval.buyer_id is None or not approval.waits_for_buyer:
        return frozenset(approval.steps[approval.step])
    rows = Membership.objects.filter(account_id=approval.buyer_id, user__is_active=True)
    found = rows.select_related("account", "own_role").order_by("user_id")
    return frozenset(
        row.user_id
        for row in found.exclude(role=RoleCode.USER)[:PEOPLE_MAX]
        if Capability.MANAGE_ORDERS in granted_to(row, kind=row.account.kind)
    )


def _is_mine(viewer: Viewer, row: OrderApproval) -> bool:
    if viewer.acting is not None:
        return False
    if row.waits_for_buyer:
        return row.buyer_id == viewer.account_id and viewer.can(Capability.MANAGE_ORDERS)
    return row.seller_id == viewer.account_id and viewer.user_id in row.steps[row.step]


def was_rejected(*, order_id: int) -> bool:
    """Tell whether the seller's people, or their time-out, said no to an order."""
    return OrderApproval.objects.filter(pk=order_id, state=ApprovalState.REJECTED).exists()


def waiting_for(viewer: Viewer, *, order_ids: Sequence[int] | None = None) -> frozenset[int]:
    """Tell which orders wait for the viewer's own decision: of some, or of all, the oldest 100. One statement."""
    own = Q(seller_id=viewer.account_id) | Q(buyer_id=viewer.account_id)
    rows = OrderApproval.objects.filter(own, state=ApprovalState.WAITING)
    if order_ids is not None:
        rows = rows.filter(pk__in=list(order_ids))
    found = rows.order_by("order_id")[:WAITING_MAX]
    return frozenset(row.order_id for row in found if _is_mine(viewer, row))


def workflows(viewer: Viewer) -> tuple[WorkflowRow, ...]:
    """List the workflows of the viewer's account by name, at most 200; two statements."""
    rows = list(
        access.visible(viewer, ApprovalWorkflow).order_by("-is_active", "name", "id")[
            :WORKFLOWS_MAX
        ]
    )
    names = _names([number for row in rows for step in row.steps for number in step])
    return tuple(_row(row, names) for row in rows)


def workflow(viewer: Viewer, *, workflow_id: int) -> WorkflowRow:
    """Give one workflow of the viewer's account. Raises: NoSuchObject."""
    row = access.visible(viewer, ApprovalWorkflow).filter(pk=workflow_id).first()
    if row is None:
        raise NoSuchObject(object="workflow")
    return _row(row, _names([number for step in row.steps for number in step]))


def possible_approvers(viewer: Viewer) -> tuple[Approver, ...]:
    """List the people of the viewer's account who may manage orders, by name, at most 200."""
    rows = Membership.objects.filter(account_id=viewer.account_id, user__is_active=True)
    found = rows.select_related("user", "own_role").order_by("user__display_name", "user_id")[
        :PEOPLE_MAX
    ]
    return tuple(
        Approver(row.user_id, row.user.display_name, row.role)
        for row in found
        if Capability.MANAGE_ORDERS in granted_to(row, kind=viewer.account_kind)
    )


def _row(row: ApprovalWorkflow, names: Mapping[int, str]) -> WorkflowRow:
    return WorkflowRow(
        id=row.id,
        name=row.name,
        audience=row.audience,
        above_amount=row.above_amount,
        currency=row.currency,
        steps=tuple(tuple(step) for step in row.steps),
        names=names,
        timeout_hours=row.timeout_hours,
        at_timeout=row.at_timeout,
        is_active=row.is_active,
        version=row.version,
    )


def _names(user_ids: Sequence[int]) -> dict[int, str]:
    rows = User.objects.filter(pk__in=set(user_ids))
    return dict(rows.values_list("id", "display_name"))
