"""A stored document as one value, ready for paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from entrepot.domain.billing.queries.invoices import InvoiceFacts, invoice_facts
from entrepot.domain.documents.queries import wording
from entrepot.domain.documents.queries.lines import (
    WHOLE,
    StoredLine,
    customer_number,
    stored_lines,
    tax_rows_of,
    to_line,
)
from entrepot.domain.documents.types import Annex, Document, Language, Line, Party, Totals
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.viewer import Viewer
from entrepot.infra.db.walls import beyond


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """The facts of a document with both parties; `buyer_language` is the one it is written in."""

    facts: InvoiceFacts
    seller: Party
    buyer: Party
    buyer_language: Language


def document_head(
    viewer: Viewer, *, invoice_id: int, language: Language | None = None
) -> DocumentHead:
    """Return the head of a document, its addresses in `language` (None: the buyer's). Four queries.

    Raises: NoSuchObject for a foreign, missing or unfinished document.
    """
    facts = invoice_facts(viewer, invoice_id=invoice_id)
    with beyond(WHOLE):
        accounts = Account.objects.in_bulk([facts.seller_id, facts.buyer_id])
    seller, buyer = accounts[facts.seller_id], accounts[facts.buyer_id]
    own = Language.DE if buyer.language.lower().startswith("de") else Language.EN
    used = language or own
    return DocumentHead(facts, _party(seller, used), _party(buyer, used), own)


def document_of(viewer: Viewer, *, invoice_id: int, language: Language | None = None) -> Document:
    """Return a whole document in `language` (None: the buyer's). Seven queries for any number of lines.

    Raises: NoSuchObject as `document_head`.
    """
    head = document_head(viewer, invoice_id=invoice_id, language=language)
    facts, used = head.facts, language or head.buyer_language
    rows = stored_lines(document_id=facts.id, first=1, last=facts.lines)
    lines = tuple(to_line(row, used) for row in rows)
    tax_rows = tax_rows_of(facts, language=used)
    orders = {row.purchase_order for row in rows}
    return Document(
        number=facts.number,
        kind=facts.kind,
        language=used,
        currency=facts.currency,
        exponent=facts.exponent,
        issued_on=facts.issued_on,
        seller=head.seller,
        buyer=head.buyer,
        lines=lines,
        tax_rows=tax_rows,
        totals=Totals(
            list_amount=facts.list_amount,
            discount=facts.discount,
            net=facts.net,
            tax=facts.tax,
            gross=facts.gross,
        ),
        due_on=facts.due_on if facts.gross > 0 else None,
        period_start=min(row.period_start for row in rows),
        period_end=max(row.period_end for row in rows),
        po_number=orders.pop() if len(orders) == 1 else "",
        annexes=_annexes(lines, rows, buyer_id=facts.buyer_id),
        notes=tuple(dict.fromkeys(row.note for row in tax_rows if row.note)),
    )


def _party(account: Account, language: Language) -> Party:
    place = " ".join(x for x in (account.postal_code, account.city) if x)
    country = wording.country_name(account.country, language)
    return Party(
        name=account.name,
        address_lines=tuple(x for x in (account.street, place, country) if x),
        tax_id=account.tax_number,
        email=account.email,
        account_id=customer_number(account.id),
    )


def _annexes(
    lines: Iterable[Line], rows: Iterable[StoredLine], *, buyer_id: int
) -> tuple[Annex, ...]:
    """Add up by end customer; a document for the buyer's own use needs no annex."""
    if {row.customer_id for row in rows} == {buyer_id}:
        return ()
    found = []
    for customer, group in groupby(lines, key=lambda line: line.customer_id):
        members = list(group)
        nothing = Decimal(0)
        net = sum((x.net for x in members), start=nothing)
        tax = sum((x.tax for x in members), start=nothing)
        found.append(
            Annex(
                customer_id=customer,
                customer_name=members[0].customer_name,
                line_numbers=tuple(x.no for x in members),
                net=net,
                tax=tax,
                gross=net + tax,
            )
        )
    return tuple(found)
