"""One action on the ticked rows of a list: a review of each row, then the same list with what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Panel, Viewer
from entrepot.domain.subscriptions import queries
from entrepot.domain.subscriptions.queries import Book
from entrepot.flows import subscription_bulk as flow
from entrepot.flows.subscription_bulk import BulkAct, RowOutcome
from entrepot.kernel.errors import BadInput
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions import links, words
from entrepot.web.screens.subscriptions.actions.decisions import ReasonForm
from entrepot.web.screens.subscriptions.asked import number_in
from entrepot.web.ui.parts import Column
from entrepot.web.ui.shell import Link


@dataclass(frozen=True, slots=True)
class BulkOffer:
    """One button of the selection bar."""

    act: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """One ticked row with what would come of it, or has come of it; `key` carries its version."""

    key: str
    number: str
    url: str
    customer: str
    plan: str
    state: str
    refusal: str


def bulk_offers(viewer: Viewer, book: Book) -> list[BulkOffer]:
    """Offer what the viewer may do with many at once; holds only for what others bought."""
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        return []
    acts = [act for act in BulkAct if book is Book.CUSTOMERS or not act.is_hold]
    return [BulkOffer(act.value, f"{_title(act)}…", _icon(act)) for act in acts]


@screen(Capability.MANAGE_SUBSCRIPTIONS, methods=("GET", "POST"))
def together(request: SignedInRequest, *, name: str, book: Book) -> HttpResponse:
    """Review an action on the ticked rows, or take it row by row."""
    viewer = request.viewer
    given = request.POST if request.method == "POST" else request.GET
    act = _act(given.get("act", ""), book)
    versions = _versions(given.getlist("rows")) if request.method == "POST" else {}
    ids = list(versions) or [n for text in given.getlist("ids") if (n := number_in(text))]
    form = ReasonForm(request.POST if request.method == "POST" else None) if act.is_hold else None
    doer: dict[str, Any] = {
        "actor": viewer.actor(request_id=request.request_id),
        "now": request.now,
        "today": viewer.today,
    }
    status, refusal, is_done = 200, "", False
    outcomes: Sequence[RowOutcome] = ()
    try:
        flow.require_few(ids=ids)
    except BadInput as error:
        status, refusal = 422, error.text(translate=gettext)
    else:
        rows = queries.picked_rows(viewer, ids=ids, book=book)
        is_done = request.method == "POST" and (form is None or form.is_valid())
        if is_done:
            reason = form.cleaned_data["reason"] if form else ""
            outcomes = flow.act_on_rows(
                act=act, rows=rows, versions=versions, reason=reason, **doer
            )
        else:
            status = 422 if request.method == "POST" else 200
            outcomes = flow.try_rows(act=act, rows=rows, **doer)
    context = {
        "title": _title(act),
        "crumbs": _crumbs(viewer, name, book),
        "act": act.value,
        "lead": _lead(act),
        "form": form,
        "kind": "bad" if act is BulkAct.HOLD else "primary",
        "button": _button(act, sum(one.refusal is None for one in outcomes)),
        "columns": _columns(viewer, is_done=is_done),
        "names_customer": viewer.panel is not Panel.CUSTOMER,
        "rows": [_shown(viewer, one, name=name) for one in outcomes],
        "possible": any(one.refusal is None for one in outcomes),
        "summary": _summary(outcomes) if is_done else "",
        "is_done": is_done,
        "refusal": refusal,
        "url": request.path,
        "back_url": links.list_url(viewer, name),
    }
    return render(request, "screens/subscriptions/together.html", context, status=status)


def _act(text: str, book: Book) -> BulkAct:
    act = BulkAct(text) if text in set(BulkAct) else None
    if act is None or (act.is_hold and book is Book.OWN):
        raise Http404
    return act


def _versions(texts: Sequence[str]) -> dict[int, int]:
    """Read "number:version" of each row as the review has written it; what cannot be read is left out."""
    found = {}
    for text in texts:
        number, _, version = text.partition(":")
        row, shown = number_in(number), number_in(version)
        if row is not None and shown is not None:
            found[row] = shown
    return found


def _shown(viewer: Viewer, outcome: RowOutcome, *, name: str) -> RowShown:
    row, refusal = outcome.row, outcome.refusal
    return RowShown(
        key=f"{row.id}:{row.version}",
        number=words.number(row.id),
        url=links.page_url(viewer, name, row.id),
        customer=row.customer_name,
        plan=row.plan_name,
        state=words.state(status=row.status, on_hold=row.on_hold, cancel_on=row.cancel_on),
        refusal="" if refusal is None else refusal.text(translate=gettext),
    )


def _columns(viewer: Viewer, *, is_done: bool) -> list[Column]:
    found = [
        Column(gettext("Subscription"), 150),
        *([Column(gettext("Customer"), 200)] if viewer.panel is not Panel.CUSTOMER else []),
        Column(gettext("Plan"), 240),
        Column(gettext("Status before") if is_done else gettext("Status"), 130),
    ]
    return [
        *found,
        Column(gettext("What came of it") if is_done else gettext("What will come of it")),
    ]


def _crumbs(viewer: Viewer, name: str, book: Book) -> list[Link]:
    found = [Link(gettext("Subscriptions"), links.list_url(viewer, name))]
    if viewer.panel is Panel.CUSTOMER:
        return found
    return [Link(gettext("Account") if book is Book.OWN else gettext("Customers"), ""), *found]


def _title(act: BulkAct) -> str:
    return {
        BulkAct.RENEWAL_ON: gettext("Renewal on"),
        BulkAct.RENEWAL_OFF: gettext("Renewal off"),
        BulkAct.HOLD: gettext("Hold"),
        BulkAct.RELEASE: gettext("Release"),
    }[act]


def _icon(act: BulkAct) -> str:
    return {
        BulkAct.RENEWAL_ON: "repeat",
        BulkAct.RENEWAL_OFF: "circle-stop",
        BulkAct.HOLD: "circle-pause",
        BulkAct.RELEASE: "circle-play",
    }[act]


def _lead(act: BulkAct) -> str:
    return {
        BulkAct.RENEWAL_ON: gettext("They go on by themselves when their terms end."),
        BulkAct.RENEWAL_OFF: gettext("They end with their terms; until then nothing changes."),
        BulkAct.HOLD: gettext("Customers cannot use them until they are released."),
        BulkAct.RELEASE: gettext("Customers can use them again; credit holds stay."),
    }[act]


def _button(act: BulkAct, count: int) -> str:
    values = {"n": words.quantity(count)}
    text = {
        BulkAct.RENEWAL_ON: ngettext(
            "Renew %(n)s automatically", "Renew %(n)s automatically", count
        ),
        BulkAct.RENEWAL_OFF: ngettext("Do not renew %(n)s", "Do not renew %(n)s", count),
        BulkAct.HOLD: ngettext("Hold %(n)s subscription", "Hold %(n)s subscriptions", count),
        BulkAct.RELEASE: ngettext(
            "Release %(n)s subscription", "Release %(n)s subscriptions", count
        ),
    }[act]
    return text % values


def _summary(outcomes: Sequence[RowOutcome]) -> str:
    done = sum(one.refusal is None for one in outcomes)
    refused = len(outcomes) - done
    return " · ".join(
        [
            ngettext("%(n)s done", "%(n)s done", done) % {"n": words.quantity(done)},
            ngettext("%(n)s refused", "%(n)s refused", refused) % {"n": words.quantity(refused)},
        ]
    )
