"""How far an order is, as steps: ordered, approved, paid, made, ready."""

from django.utils.translation import gettext

from entrepot.domain.ordering.lifecycle import Code
from entrepot.domain.ordering.queries import OrderRow
from entrepot.web.ui.parts import Step

_AT = {
    Code.OPENED: (1, "waiting"),
    Code.WAITING_FOR_APPROVAL: (1, "waiting"),
    Code.WAITING_FOR_PAYMENT: (1, "waiting"),
    Code.PAYMENT_DONE: (2, "running"),
    Code.PROVISIONING: (2, "running"),
    Code.PROVISIONING_FAILED: (2, "failed"),
    Code.COMPLETED: (4, "done"),
}


def track(row: OrderRow) -> list[Step]:
    """Draw how far the order is; nothing for a cancelled one."""
    if row.code is Code.CANCELLED:
        return []
    labels = [
        gettext("Ordered"),
        gettext("Payment"),
        gettext("At the vendor"),
        gettext("Ready to use"),
    ]
    if row.term is not None:
        labels[2:] = [gettext("Term ordered")]
    if row.ending is not None:
        labels[1:] = [gettext("Cancellation noted")]
    if row.code is Code.WAITING_FOR_APPROVAL:
        labels.insert(1, gettext("Approval"))
    place, state = _AT[row.code]
    return [
        Step(label, "done" if n < place else state if n == place else "todo")  # type: ignore[arg-type]
        for n, label in enumerate(labels)
    ]
