"""Import of running subscriptions: a book that was billed elsewhere is taken over without provisioning or charging.

The billing period that runs counts as billed elsewhere; from its end on we bill. Vendors are asked for nothing, but
their services are noted, so that later changes reach them. An id at a vendor is imported once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from django.db import connection, transaction

from entrepot.domain.catalog.models import Plan
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.provisioning.commands.operations import RunningService, take_over_services
from entrepot.domain.provisioning.models import Connector, ServiceInstance
from entrepot.domain.subscriptions.commands.locked import require_may_order
from entrepot.domain.subscriptions.commands.quantities import checked
from entrepot.domain.subscriptions.commands.take_over import (
    Running,
    first_day_of_ours,
    require_running,
    require_sold,
    take_over_subscriptions,
)
from entrepot.domain.subscriptions.models import Subscription
from entrepot.domain.subscriptions.sale import Sale, read_sale
from entrepot.flows.csv_file import Cells, CsvFault
from entrepot.flows.file_jobs import Fault
from entrepot.flows.subscription_import_file import ImportFault, Typed, read_rows, typed
from entrepot.flows.subscription_import_lookup import Known, Meant, look_up, meaning
from entrepot.infra.audit.recorder import Actor
from entrepot.infra.db.locks import Space, lock_all
from entrepot.kernel.errors import BadInput, DomainError
from entrepot.kernel.ids import IdKind, format_id

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """One row that can be imported. `first_day` is the first one that we bill."""

    line: int
    customer_id: int
    plan: Plan
    row: Running
    quantity: Decimal
    first_day: date


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file would bring: its rows in the order of the file."""

    rows: int
    ready: tuple[Ready, ...]
    faults: tuple[Fault, ...]
    names: Mapping[int, str]


def check_file(viewer: Viewer, *, path: Path, business_day: date, tell: Tell) -> Checked:
    """Check every row of a file; changes nothing. `tell` hears how many rows of how many are done.

    Raises: CsvFault about the whole file.
    """
    cells = read_rows(path)
    rows, faults = _typed(cells)
    known = look_up(viewer, rows)
    meant, more = _sorted_out(rows, known, business_day=business_day)
    faults += more
    ready, more = _sold(meant, tell=tell, of=len(cells))
    faults += more
    fresh, more = _not_twice(ready)
    return Checked(
        rows=len(cells),
        ready=tuple(sorted(fresh, key=lambda one: one.line)),
        faults=tuple(sorted([*faults, *more], key=lambda one: one.line)),
        names=known.names,
    )


def apply_rows(
    ready: Sequence[Ready], *, business_day: date, actor: Actor, now: datetime
) -> list[int]:
    """Import checked rows, all or none; return the subscriptions.

    Raises: ImportFault `import_vendor_id_known` when somebody imported one of them meanwhile; SubscriptionInput,
    OrderRefused when something has changed since the check.
    """
    added: list[int] = []
    connectors = _connectors()
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.SUBSCRIPTION_IMPORT, ids=[0])
        for fault in _not_twice(ready)[1]:
            raise fault.reason
        by_customer = sorted(ready, key=lambda one: (one.customer_id, one.line))
        for customer_id, group in groupby(by_customer, key=lambda one: one.customer_id):
            rows = list(group)
            sale = read_sale(
                customer_id=customer_id,
                plan_period_ids={one.row.plan_period_id for one in rows},
                keep_buyer=True,
            )
            wides = take_over_subscriptions(
                sale=sale,
                rows=[one.row for one in rows],
                business_day=business_day,
                actor=actor,
                now=now,
            )
            take_over_services(
                services=_services(zip(wides, rows, strict=True), connectors), now=now
            )
            added += [wide.id for wide in wides]
    return added


def _typed(cells: Sequence[Cells]) -> tuple[list[Typed], list[Fault]]:
    rows: list[Typed] = []
    faults: list[Fault] = []
    for one in cells:
        try:
            rows.append(typed(one))
        except (CsvFault, ImportFault) as fault:
            faults.append(Fault(one.line, fault.field or "", fault))
    return rows, faults


def _sorted_out(
    rows: Sequence[Typed], known: Known, *, business_day: date
) -> tuple[list[tuple[Meant, date]], list[Fault]]:
    """Find customer, plan and period of each row, and the first day that we bill."""
    meant: list[tuple[Meant, date]] = []
    faults: list[Fault] = []
    for row in rows:
        try:
            one = meaning(row, known)
            require_running(_running(one, {}), business_day=business_day)
        except BadInput as fault:
            faults.append(Fault(row.line, fault.field or "", fault))
            continue
        first = first_day_of_ours(
            started_on=row.start,
            ends_on=row.expiry,
            billing_months=one.period.billing_months,
            business_day=business_day,
        )
        meant.append((one, first))
    return meant, faults


def _running(one: Meant, quantities: Mapping[int, Decimal]) -> Running:
    return Running(
        plan_period_id=one.period.id,
        quantities=quantities,
        started_on=one.row.start,
        ends_on=one.row.expiry,
        auto_renew=one.row.auto_renewal,
        vendor_reference=one.row.vendor_id,
    )


def _sold(
    meant: Sequence[tuple[Meant, date]], *, tell: Tell, of: int
) -> tuple[list[Ready], list[Fault]]:
    """Ask for each customer whether it may buy, and for each row whether it is sold and how many units."""
    ready: list[Ready] = []
    faults: list[Fault] = []
    by_customer = sorted(meant, key=lambda one: (one[0].customer_id, one[0].row.line))
    for customer_id, group in groupby(by_customer, key=lambda one: one[0].customer_id):
        rows = list(group)
        sale = read_sale(
            customer_id=customer_id, plan_period_ids={one.period.id for one, _first in rows}
        )
        held = _refusal(sale)
        for one, first in rows:
            try:
                if held is not None:
                    raise held
                ready.append(_ready(one, first, sale))
            except DomainError as fault:
                faults.append(Fault(one.row.line, _column(fault), fault))
        tell(len(ready) + len(faults), of)
    return ready, faults


def _refusal(sale: Sale) -> DomainError | None:
    try:
        require_may_order(customer_path=sale.path)
    except DomainError as fault:
        return fault
    return None


def _ready(one: Meant, first: date, sale: Sale) -> Ready:
    require_sold(sale, one.period.id)
    period = sale.periods[one.period.id]
    bought = next((row for row in period.resources if not row.is_measured), None)
    quantities = {} if bought is None else {bought.id: one.row.quantity}
    checked(period, quantities)
    return Ready(
        line=one.row.line,
        customer_id=one.customer_id,
        plan=one.plan,
        row=_running(one, quantities),
        quantity=one.row.quantity,
        first_day=first,
    )


def _column(fault: DomainError) -> str:
    """Name the column that a rule of subscriptions blames."""
    if isinstance(fault, BadInput) and fault.field:
        return {"quantities": "quantity"}.get(fault.field, fault.field)
    codes = {"plan_not_sold": "plan", "chain_of_another_customer": "customer"}
    return codes.get(fault.code, "customer")


def _not_twice(ready: Sequence[Ready]) -> tuple[list[Ready], list[Fault]]:
    """Leave out ids at a vendor that are known already, and all but the first in the file."""
    references = {one.row.vendor_reference for one in ready}
    known = {
        *Subscription.objects.filter(vendor_reference__in=references).values_list(
            "plan__service__vendor_id", "vendor_reference"
        )
    }
    keys = set(ServiceInstance.objects.filter(key__in=references).values_list("key", flat=True))
    fresh: list[Ready] = []
    faults: list[Fault] = []
    lines: dict[tuple[int, str], int] = {}
    for one in sorted(ready, key=lambda row: row.line):
        name = (one.plan.service.vendor_id, one.row.vendor_reference)
        if name in known or one.row.vendor_reference in keys:
            faults.append(Fault(one.line, "vendor_id", _known_id(one)))
        elif name in lines:
            faults.append(Fault(one.line, "vendor_id", _twice(one, lines[name])))
        else:
            lines[name] = one.line
            fresh.append(one)
    return fresh, faults


def _known_id(one: Ready) -> ImportFault:
    return ImportFault(
        "import_vendor_id_known",
        "There is a subscription with the vendor's ID “{text}” already.",
        field="vendor_id",
        text=one.row.vendor_reference,
        next_step="Leave the row out.",
    )


def _twice(one: Ready, line: int) -> ImportFault:
    return ImportFault(
        "import_vendor_id_twice",
        "Line {line} has the vendor's ID “{text}” already.",
        field="vendor_id",
        text=one.row.vendor_reference,
        line=line,
        next_step="Each service has an ID of its own.",
    )


def _connectors() -> Mapping[int, int]:
    """Give the connector of each vendor as orders choose it: one that works before one that rests."""
    rows = Connector.objects.filter(vendor_id__isnull=False).order_by("is_active", "-id")
    return {vendor: number for vendor, number in rows.values_list("vendor_id", "id") if vendor}


def _services(
    pairs: Iterable[tuple[Subscription, Ready]], connectors: Mapping[int, int]
) -> list[RunningService]:
    """Give the services that connectors look after from now on; vendors without one keep none."""
    return [
        RunningService(
            tenant_id=wide.tenant_id,
            connector_id=connectors[one.plan.service.vendor_id],
            subscription_id=wide.id,
            vendor_id=one.row.vendor_reference,
            product={"service_id": one.plan.product_code, "plan_id": one.plan.sku_code},
            quantity=one.quantity,
        )
        for wide, one in pairs
        if one.plan.service.vendor_id in connectors
    ]


def customer_number(account_id: int) -> str:
    """Return what people call a customer."""
    return format_id(kind=IdKind.ACCOUNT, number=account_id)
