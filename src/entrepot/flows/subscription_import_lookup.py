"""What the rows of an import name: customers, plans and periods, read for all rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entrepot.domain.catalog.models import Plan, PlanPeriod
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.flows.subscription_import_file import ImportFault, Typed
from entrepot.kernel.ids import IdError, IdKind, parse_id


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of a file name: customers and plans by what was typed, open periods by plan."""

    customers: Mapping[str, tuple[int, ...]]
    names: Mapping[int, str]
    plans: Mapping[str, tuple[Plan, ...]]
    periods: Mapping[int, tuple[PlanPeriod, ...]]


@dataclass(frozen=True, slots=True)
class Meant:
    """A row with the customer, plan and period that it means."""

    row: Typed
    customer_id: int
    plan: Plan
    period: PlanPeriod


def look_up(viewer: Viewer, rows: Sequence[Typed]) -> Known:
    """Read everything that the rows name with a bounded number of statements."""
    buyers = visible(viewer, Account).exclude(kind="provider")
    if viewer.panel is not Panel.PROVIDER:
        buyers = buyers.filter(parent_id=viewer.account_id)
    customers: dict[str, set[int]] = {}
    names: dict[int, str] = {}
    wanted = {row.customer for row in rows}
    numbers = {text: number for text in wanted if (number := _number(text, IdKind.ACCOUNT))}
    found = [
        *buyers.filter(pk__in=numbers.values()).values_list("id", "external_id", "name"),
        *buyers.filter(external_id__in=wanted).values_list("id", "external_id", "name"),
    ]
    for account_id, external_id, name in found:
        names[account_id] = name
        for text in wanted:
            if text == external_id or numbers.get(text) == account_id:
                customers.setdefault(text, set()).add(account_id)
    plans = _plans({row.plan for row in rows})
    ids = {plan.id for group in plans.values() for plan in group}
    periods: dict[int, list[PlanPeriod]] = {}
    for period in PlanPeriod.objects.filter(plan_id__in=ids, is_active=True).order_by("id"):
        periods.setdefault(period.plan_id, []).append(period)
    return Known(
        customers={text: tuple(sorted(group)) for text, group in customers.items()},
        names=names,
        plans=plans,
        periods={plan: tuple(group) for plan, group in periods.items()},
    )


def _plans(texts: set[str]) -> Mapping[str, tuple[Plan, ...]]:
    """Find plans by number, by product and SKU, or by name."""
    numbers = {text: number for text in texts if (number := _number(text, IdKind.PLAN))}
    codes = {text: tuple(text.split("/", 1)) for text in texts if "/" in text}
    rows = Plan.objects.select_related("service")
    found = [
        *rows.filter(pk__in=numbers.values()),
        *rows.filter(product_code__in={code[0] for code in codes.values()}),
        *rows.filter(name__in=texts),
    ]
    plans: dict[str, dict[int, Plan]] = {}
    for plan in found:
        for text in texts:
            is_code = codes.get(text) == (plan.product_code, plan.sku_code)
            if is_code or plan.name == text or numbers.get(text) == plan.id:
                plans.setdefault(text, {})[plan.id] = plan
    return {text: tuple(group.values()) for text, group in plans.items()}


def _number(text: str, kind: IdKind) -> int | None:
    try:
        return parse_id(text, expected=kind).number
    except IdError:
        return None


def meaning(row: Typed, known: Known) -> Meant:
    """Return what a row means. Raises: ImportFault with its column."""
    customer_id = _customer(row, known)
    plan = _plan(row, known)
    return Meant(row, customer_id, plan, _period(row, plan, known))


def _customer(row: Typed, known: Known) -> int:
    found = known.customers.get(row.customer, ())
    if not found:
        raise ImportFault(
            "import_customer_unknown",
            "You have no customer “{text}”.",
            field="customer",
            text=row.customer,
            next_step="Give the ID, such as ACC-1042, or the external ID.",
        )
    if len(found) > 1:
        raise ImportFault(
            "import_customer_ambiguous",
            "Several customers have the external ID “{text}”.",
            field="customer",
            text=row.customer,
            next_step="Give the ID, such as ACC-1042.",
        )
    return found[0]


def _plan(row: Typed, known: Known) -> Plan:
    found = known.plans.get(row.plan, ())
    if not found:
        raise ImportFault(
            "import_plan_unknown",
            "There is no plan “{text}”.",
            field="plan",
            text=row.plan,
            next_step="Give its ID, such as PLN-17, or product and SKU with a slash between them.",
        )
    if len(found) > 1:
        raise ImportFault(
            "import_plan_ambiguous",
            "Several plans are called “{text}”.",
            field="plan",
            text=row.plan,
            next_step="Give the ID, such as PLN-17.",
        )
    if found[0].is_usage:
        raise ImportFault(
            "import_plan_is_usage",
            "“{text}” is billed by use.",
            field="plan",
            text=row.plan,
            next_step="Order it, and link its sub-account.",
        )
    return found[0]


def _period(row: Typed, plan: Plan, known: Known) -> PlanPeriod:
    fitting = [
        period
        for period in known.periods.get(plan.id, ())
        if row.term_months in (None, period.term_months)
        and row.billing_months in (None, period.billing_months)
    ]
    if not fitting:
        raise ImportFault(
            "import_period_unknown",
            "The plan “{text}” has no such period.",
            field="term_months",
            text=row.plan,
            next_step="Give months of term and billing that the plan has.",
        )
    if len(fitting) > 1:
        raise ImportFault(
            "import_period_ambiguous",
            "The plan “{text}” has several periods.",
            field="term_months",
            text=row.plan,
            next_step="Give the months of term and billing.",
        )
    return fitting[0]
