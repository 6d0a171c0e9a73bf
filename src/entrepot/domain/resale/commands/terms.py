"""Change the terms on which a seller bills an account."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from entrepot.domain.parties.errors import NoSuchObject
from entrepot.domain.resale.commands.chains import Terms, check_terms
from entrepot.domain.resale.models import BillingAccount
from entrepot.infra.audit.recorder import Actor, record
from entrepot.kernel.errors import Conflict


class TermsConflict(Conflict):
    """Somebody else changed the terms first."""

    codes = frozenset({"terms_changed_meanwhile"})


def terms_of_account(*, billing_account_id: int) -> Terms:
    """Return the terms of a billing account. Raises: NoSuchObject."""
    row = BillingAccount.objects.filter(pk=billing_account_id).first()
    if row is None:
        raise NoSuchObject(object="billing account")
    return _terms(row)


def set_terms(
    *, billing_account_id: int, known: Terms, terms: Terms, actor: Actor, now: datetime
) -> None:
    """Store new terms; documents that were issued keep their due days. The same terms again write nothing.

    `known` are the terms that the page had shown. A new statement day holds from the next statement on, a new credit
    limit from the next order on.
    Raises: NoSuchObject; ResaleInput `terms_out_of_bounds`; TermsConflict `terms_changed_meanwhile`; kernel MoneyError.
    """
    with transaction.atomic():
        row = BillingAccount.objects.select_for_update().filter(pk=billing_account_id).first()
        if row is None:
            raise NoSuchObject(object="billing account")
        check_terms(terms, row.currency)
        before = _terms(row)
        if before == terms:
            return
        if before != known:
            raise TermsConflict(
                "terms_changed_meanwhile",
                "These terms were changed by somebody else meanwhile.",
                object="billing account",
                next_step="Read them again, and change them then.",
            )
        BillingAccount.objects.filter(pk=row.pk).update(**asdict(terms))
        old, new = _shown(before), _shown(terms)
        record(
            actor=actor,
            now=now,
            action="terms_set",
            object_kind="billing_account",
            object_id=row.pk,
            object_label=f"{row.seller_id} - {row.buyer_id} {row.currency}",
            tenant_id=row.tenant_id,
            before={name: value for name, value in old.items() if new[name] != value},
            after={name: value for name, value in new.items() if old[name] != value},
        )


def _terms(row: BillingAccount) -> Terms:
    return Terms(**{name: getattr(row, name) for name in Terms.__dataclass_fields__})


def _shown(terms: Terms) -> dict[str, object]:
    amounts = {"credit_limit": terms.credit_limit, "ask_above": terms.ask_above}
    shown = {name: None if amount is None else str(amount) for name, amount in amounts.items()}
    return {**asdict(terms), **shown}
