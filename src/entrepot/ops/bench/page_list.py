"""Every list of the three panels as the page benchmark opens it, with the way to its last page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

from entrepot.domain.billing.models import BillingRun, Quarantine, Rehearsal
from entrepot.domain.billing.queries.invoices import InvoiceFilter, InvoiceTab, list_invoices
from entrepot.domain.catalog.models import Plan, PriceListImport
from entrepot.domain.notifications.models import Message
from entrepot.domain.ordering.models import Order
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.kinds import AccountKind
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.scopes import Side, document_scope
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.queries import Tab
from entrepot.domain.usage.models import UsageImport
from entrepot.flows.home.credit import CreditTab, credit_list
from entrepot.infra.tasks.models import Job
from entrepot.ops.bench.people import People, Person

Query = Mapping[str, str]
Last = Callable[[int], Query]
"""What leads to the last page of so many rows; an empty query when everything fits on one page."""


_OF_SELLERS = (
    "account-phones",
    "approvals",
    "margins",
    "plans",
    "price-manager",
    "promotions",
    "subscription-imports",
    "user-imports",
    "users",
)
_OF_THE_OPERATOR = (
    "categories",
    "connectors",
    "follow-ups",
    "provisioning",
    "resources",
    "services",
    "task-facts",
    "task-kinds",
)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One list of one person; `last` None for a list that has one page only."""

    person: Person
    name: str
    path: str
    query: Query = field(default_factory=dict)
    last: Last | None = None

    def address(self, *, rows: int, last: bool = False) -> str:
        """Return the address of the first or the last page with `rows` rows."""
        more = self.last(rows) if last and self.last is not None else {}
        return f"{self.path}?{urlencode({**self.query, **more, 'rows': str(rows)})}"


def every_list(people: People, *, now: datetime) -> tuple[ListPage, ...]:
    """Return the lists of everybody, those of one person together."""
    found: list[ListPage] = []
    # A customer of the largest reseller: a name that few subscriptions have and that only some people may find.
    names = Account.objects.filter(kind=AccountKind.CUSTOMER, parent_id=people.large.account_id)
    rare = names.order_by("-id").values_list("name_key", flat=True)[0]
    for person in people.every:
        viewer = person.viewer(now=now)
        panel = viewer.panel.value
        pages = [
            *_subscriptions(person, panel, rare=rare),
            *_PANELS[viewer.account_kind](person, viewer),
            *_searches(person, panel),
        ]
        found += [replace(page, name=f"{person.word}: {page.name}") for page in pages]
    return tuple(found)


def _subscriptions(
    person: Person, panel: str, *, rare: str = "", name: str = "subscriptions"
) -> Iterator[ListPage]:
    path = reverse(f"{panel}:{name}")
    for tab in Tab:
        label = f"{name.replace('-', ' ')}, {tab.value}"
        yield ListPage(person, label, path, {"tab": tab.value}, lambda _rows: {"last": "1"})
    for label, text in (("frequent words", "plan 1"), ("rare words", rare)):
        query = {"tab": Tab.ALL.value, "q": text}
        shown = f"{name.replace('-', ' ')}, {label}"
        if text:
            yield ListPage(person, shown, path, query, lambda _rows: {"last": "1"})


def _searches(person: Person, panel: str) -> Iterator[ListPage]:
    path = reverse(f"{panel}:search")
    for label, text in (("name", "customer"), ("number", "12"), ("plan", "plan 007")):
        yield ListPage(person, f"search, {label}", path, {"q": text})


def _invoices(
    person: Person, viewer: Viewer, *, side: Side, name: str = "invoices"
) -> Iterator[ListPage]:
    path = reverse(f"{viewer.panel.value}:{name}")
    for tab in InvoiceTab:
        wanted = InvoiceFilter(side=side, tab=tab)
        yield ListPage(
            person,
            f"{name.replace('-', ' ')}, {tab.value}",
            path,
            {"tab": tab.value},
            _last_invoices(viewer, wanted),
        )


def _last_invoices(viewer: Viewer, wanted: InvoiceFilter) -> Last:
    def last(rows: int) -> Query:
        # From the oldest on: the last row of a page that has one more than the last page.
        page = list_invoices(viewer, wanted=wanted, limit=rows + 1, oldest_first=True)
        if len(page.rows) <= rows:
            return {}
        row = page.rows[-1]
        return {"after": f"{row.issued_on.isoformat()}.{row.id}"}

    return last


def _accounts(
    person: Person, viewer: Viewer, *, kind: AccountKind, below: bool, name: str
) -> ListPage:
    def last(rows: int) -> Query:
        found = visible(viewer, Account).filter(kind=kind).exclude(pk=viewer.account_id)
        if not below:
            found = found.filter(parent_id=viewer.account_id)
        ids = found.order_by("-name_key", "-id").values_list("id", flat=True)
        return _from(list(ids[rows : rows + 1]), "after")

    query = {"below": "1"} if below else {}
    label = f"{name}, with sub-resellers" if below and viewer.panel.value == "reseller" else name
    return ListPage(person, label, reverse(f"{viewer.panel.value}:{name}"), query, last)


def _numbered(
    person: Person, viewer: Viewer, model: type[Model], *, name: str, column: str = "pk"
) -> ListPage:
    """Return a list of the provider's that goes by number or day, the newest first."""

    def last(rows: int) -> Query:
        rows_of = visible(viewer, model).order_by(column).values_list(column, flat=True)
        if model is Quarantine:
            rows_of = rows_of.filter(resolved_on=None)
        return _from(list(rows_of[rows : rows + 1]), "before")

    return ListPage(person, name.replace("-", " "), reverse(f"provider:{name}"), {}, last)


def _prices(person: Person) -> ListPage:
    def last(rows: int) -> Query:
        found = Plan.objects.order_by("-name", "-id").values_list("id", "name")[rows : rows + 1]
        return {"after": f"{found[0][0]}~{found[0][1]}"} if found else {}

    return ListPage(person, "prices", reverse("provider:prices"), {}, last)


def _credit(person: Person, viewer: Viewer) -> ListPage:
    def last(rows: int) -> Query:
        ids: list[int] = []
        after: int | None = None
        is_read = False
        while not is_read:
            page = credit_list(
                viewer, tab=CreditTab.ALL, business_day=viewer.today, limit=200, after=after
            )
            ids += [row.terms.billing_account_id for row in page.rows]
            after, is_read = page.after, page.after is None
        return _from(ids[-rows - 1 : -rows], "after")

    return ListPage(person, "credit", reverse(f"{viewer.panel.value}:credit"), {}, last)


def _from(found: Sequence[object], parameter: str) -> Query:
    return {parameter: str(found[0])} if found else {}


def _orders(person: Person, viewer: Viewer, *, name: str) -> ListPage:
    def last(rows: int) -> Query:
        ids = visible(viewer, Order).order_by("pk").values_list("pk", flat=True)
        return _from(list(ids[rows : rows + 1]), "before")

    path = reverse(f"{viewer.panel.value}:{name}")
    return ListPage(person, name.replace("-", " "), path, {}, last)


def _messages(person: Person, viewer: Viewer, *, side: Side, name: str) -> ListPage:
    def last(rows: int) -> Query:
        scope = document_scope(viewer, side=side)
        ids = visible(viewer, Message, scope=scope).order_by("pk").values_list("pk", flat=True)
        return _from(list(ids[rows : rows + 1]), "before")

    path = reverse(f"{viewer.panel.value}:{name}")
    return ListPage(person, name.replace("-", " "), path, {}, last)


def _marketplace(person: Person, viewer: Viewer) -> ListPage:
    def last(rows: int) -> Query:
        # Plans are listed by name; all of the world's are sold to everybody.
        ids = Plan.objects.order_by("-name", "-id").values_list("id", flat=True)
        return _from(list(ids[rows : rows + 1]), "after")

    path = reverse(f"{viewer.panel.value}:marketplace")
    return ListPage(person, "marketplace", path, {}, last)


def _first_pages(person: Person, viewer: Viewer, *names: str) -> Iterator[ListPage]:
    """Give lists whose last page is not looked for: their tables are small in the world of this benchmark."""
    for name in names:
        path = reverse(f"{viewer.panel.value}:{name}")
        yield ListPage(person, name.replace("-", " "), path)


def _of_provider(person: Person, viewer: Viewer) -> Iterator[ListPage]:
    for kind, name in ((AccountKind.RESELLER, "resellers"), (AccountKind.CUSTOMER, "customers")):
        yield _accounts(person, viewer, kind=kind, below=True, name=name)
    yield from _invoices(person, viewer, side=Side.SOLD)
    yield _credit(person, viewer)
    yield _numbered(person, viewer, BillingRun, name="billing", column="day")
    yield _numbered(person, viewer, Quarantine, name="billing-aside")
    yield _numbered(person, viewer, Rehearsal, name="billing-rehearsals")
    yield _numbered(person, viewer, Job, name="tasks")
    yield _numbered(person, viewer, PriceListImport, name="price-lists")
    yield _prices(person)
    yield ListPage(person, "exchange rates", reverse("provider:exchange-rates"))
    yield _numbered(person, viewer, UsageImport, name="usage-imports")
    yield ListPage(person, "usage prices", reverse("provider:usage-prices"))
    yield _orders(person, viewer, name="orders")
    yield _messages(person, viewer, side=Side.SOLD, name="messages")
    yield _marketplace(person, viewer)
    yield from _first_pages(person, viewer, *_OF_SELLERS, *_OF_THE_OPERATOR)


def _of_reseller(person: Person, viewer: Viewer) -> Iterator[ListPage]:
    yield _credit(person, viewer)
    yield from _subscriptions(person, "reseller", name="own-subscriptions")
    yield ListPage(person, "usage prices", reverse("reseller:usage-prices"))
    for below in (False, True):
        yield _accounts(person, viewer, kind=AccountKind.CUSTOMER, below=below, name="customers")
    yield from _invoices(person, viewer, side=Side.BOUGHT)
    yield from _invoices(person, viewer, side=Side.SOLD, name="issued-invoices")
    for name in ("orders", "own-orders"):
        yield _orders(person, viewer, name=name)
    for side, name in ((Side.SOLD, "messages"), (Side.BOUGHT, "own-messages")):
        yield _messages(person, viewer, side=side, name=name)
    yield _marketplace(person, viewer)
    yield from _first_pages(person, viewer, *_OF_SELLERS, "plan-changes", "provisioning")


def _of_customer(person: Person, viewer: Viewer) -> Iterator[ListPage]:
    yield from _invoices(person, viewer, side=Side.BOUGHT)
    yield _orders(person, viewer, name="orders")
    yield _messages(person, viewer, side=Side.BOUGHT, name="messages")
    yield _marketplace(person, viewer)
    yield from _first_pages(person, viewer, "services", "my-services")
    yield from _first_pages(person, viewer, "user-imports", "users")


_PANELS: Mapping[AccountKind, Callable[[Person, Viewer], Iterator[ListPage]]] = {
    AccountKind.PROVIDER: _of_provider,
    AccountKind.RESELLER: _of_reseller,
    AccountKind.CUSTOMER: _of_customer,
}
