"""What the search box of a list of documents finds."""

import re

from django.db.models import Exists, OuterRef, Q

from entrepot.domain.billing.models import Charge
from entrepot.domain.parties.access import visible
from entrepot.domain.parties.models import Account
from entrepot.domain.parties.names import sort_key
from entrepot.domain.parties.scopes import Side
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.resale.models import BillingAccount, ChainLink
from entrepot.kernel.ids import NUMBER_MAX, IdError, IdKind, parse_id

_TEXT_MAX = 120
# "KR-2026-004187", "2026-4187" or "4187".
_NUMBER = re.compile(r"(?:[A-Za-z0-9]+-)?(?:CN-)?(?:(\d{4})-)?(\d{1,12})", re.IGNORECASE)


def cleaned(text: str) -> str:
    """Return what somebody typed without blanks around it and what no name can hold; empty for nothing."""
    return text.replace("\0", "").strip()[:_TEXT_MAX]


def matching(viewer: Viewer, *, typed: str, side: Side) -> Q:
    """Return the condition for `cleaned` text: a number or id, or the beginning of a name.

    Names are those of the other party and of end customers that the viewer may see. The number of an
    end customer's document is found through its billing accounts, so that few charges are looked at.
    """
    partners = visible(viewer, BillingAccount)
    begins = Account.objects.filter(name_key__startswith=sort_key(typed))
    customers = visible(viewer, Account).filter(name_key__startswith=sort_key(typed)).values("id")
    column = "buyer_id" if side is Side.SOLD else "seller_id"
    named = begins.filter(pk__in=partners.values(column)).values("id")
    partner = Q((f"{column}__in", named))
    links = ChainLink.objects.filter(chain__customer__in=customers).values("billing_account_id")
    charged = Charge.objects.filter(
        statement_on=OuterRef("statement_on"),
        billing_account_id=OuterRef("billing_account_id"),
        customer_id__in=customers,
    )
    return _numbered(typed) | partner | (Q(billing_account_id__in=links) & Q(Exists(charged)))


def _numbered(text: str) -> Q:
    condition = Q(number_text=text.upper())
    if match := _NUMBER.fullmatch(text):
        number = Q(number=int(match[2]))
        condition |= number & Q(year=int(match[1])) if match[1] else number
    for kind in (IdKind.INVOICE, IdKind.CREDIT_NOTE):
        try:
            found = parse_id(text, expected=kind)
        except IdError:
            continue
        if not text.isdigit() and found.number <= NUMBER_MAX:
            condition |= Q(pk=found.number)
    return condition
