"""Import a vendor price list: show what it would change, then change it in one transaction.

The list itself is read by `domain.catalog.pricelist.reader`. Nothing here touches the prices
agreed with customers: a changed price reaches a subscription at its next renewal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max

from entrepot.domain.billing.lifecycle import RunStep
from entrepot.domain.billing.models import BillingRun
from entrepot.domain.catalog.kinds import ImportState
from entrepot.domain.catalog.models import PriceListImport
from entrepot.domain.catalog.pricelist.basis import basis_months
from entrepot.domain.catalog.pricelist.diff import ChangedPrice, PriceListDiff, diff_price_list
from entrepot.domain.catalog.pricelist.facts import import_facts
from entrepot.domain.catalog.pricelist.fit import fit_price_list
from entrepot.domain.catalog.pricelist.report import PriceImpact
from entrepot.domain.catalog.pricelist.store import load_catalogue, write_changes
from entrepot.domain.catalog.pricelist.types import ParsedPriceList, PriceKey
from entrepot.domain.tax.models import TaxCategory
from entrepot.infra.audit.recorder import Actor, record
from entrepot.infra.db.locks import Space, lock_all
from entrepot.infra.db.sql import statement
from entrepot.infra.failpoints import failpoint
from entrepot.kernel.errors import Refused
from entrepot.kernel.money import Money

DEFAULT_TAX_CATEGORY = "standard"
_ONE_WRONG = "{object}: {count} of {rows} rows is wrong, and nothing was applied."
_SEVERAL_WRONG = "{object}: {count} of {rows} rows are wrong, and nothing was applied."


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListPreview:
    """What a price list would do to the catalogue as it stands.

    `parsed` is the list with the rows that do not fit among the rejected ones. `impacts` has an
    entry for each changed price that running subscriptions are on.
    """

    parsed: ParsedPriceList
    diff: PriceListDiff
    impacts: Mapping[PriceKey, PriceImpact]

    @property
    def starts(self) -> tuple[date, ...]:
        """First days of the new and changed prices, in order, each once."""
        rows = [price.row for price in self.diff.new_prices]
        rows += [price.row for price in self.diff.changed]
        return tuple(sorted({row.valid_from for row in rows}))

    def facts(self) -> dict[str, object]:
        """Give everything as JSON values."""
        return import_facts(parsed=self.parsed, diff=self.diff, impacts=self.impacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListOutcome:
    """What an import did. Both ids and states are None when the list changed nothing."""

    preview: PriceListPreview
    import_id: int | None
    state: ImportState | None


class PriceImportRefused(Refused):
    """The list was read and is not applied; `preview` says what is wrong, where it is known."""

    codes = frozenset({"price_import_wrong_rows", "price_import_tax_category"})
    preview: PriceListPreview | None = None


def preview_price_list(
    *, parsed: ParsedPriceList, today: date, translate: Callable[[str], str] = str
) -> PriceListPreview:
    """Work out what a list would change; write nothing.

    `today` is the business date: a price that starts after it is scheduled. `translate` turns
    the reasons of rows that do not fit into the reader's language.
    """
    with connection.cursor() as cursor:
        return _preview(cursor, parsed, today, translate)


def apply_price_list(
    *,
    parsed: ParsedPriceList,
    actor: Actor,
    now: datetime,
    today: date,
    skip_bad: bool = False,
    tax_category_code: str | None = None,
    translate: Callable[[str], str] = str,
) -> PriceListOutcome:
    """Bring the catalogue to what the list says, in one transaction; imports wait for each other.

    A list that changes nothing writes nothing. A list with wrong rows changes nothing unless
    `skip_bad`: then the other rows are applied. What was done or refused is kept as a
    `PriceListImport` and in the audit trail. New plans get the tax category with that code;
    default is the only one, else "standard", which is made if there is none at all.
    Raises: PriceImportRefused.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock_all(cursor, space=Space.PRICE_IMPORT, ids=[0])
        preview = _preview(cursor, parsed, today, translate)
        state = _decide(preview, skip_bad=skip_bad)
        import_id = _record(preview, state, actor, now) if state else None
        if import_id is not None and state is not ImportState.REFUSED:
            has_new_plans = bool(preview.diff.new_plans)
            write_changes(
                cursor=cursor,
                diff=preview.diff,
                price_list_id=import_id,
                tax_category_id=_tax_category_id(tax_category_code) if has_new_plans else None,
                today=today,
            )
        failpoint("price_import.written")
    # Raised after the transaction, so that the record of the refusal stays.
    if state is ImportState.REFUSED:
        raise _wrong_rows(preview)
    return PriceListOutcome(preview=preview, import_id=import_id, state=state)


def business_date(*, today: date) -> date:
    """Give the day after the last completed billing day; `today` before the first (decision 13)."""
    done = BillingRun.objects.filter(step=RunStep.DONE).aggregate(last=Max("day"))["last"]
    return today if done is None else done + timedelta(days=1)


def _preview(
    cursor: CursorWrapper, parsed: ParsedPriceList, today: date, translate: Callable[[str], str]
) -> PriceListPreview:
    catalogue = load_catalogue(cursor=cursor)
    fitted = fit_price_list(parsed, current=catalogue.prices, today=today, translate=translate)
    diff = diff_price_list(
        fitted,
        current=catalogue.prices,
        known_plans=catalogue.plans,
        known_periods=catalogue.periods,
    )
    return PriceListPreview(parsed=fitted, diff=diff, impacts=_impacts(cursor, diff.changed))


def _impacts(cursor: CursorWrapper, changed: Sequence[ChangedPrice]) -> dict[PriceKey, PriceImpact]:
    """Count the running subscriptions on each changed price, all in one statement."""
    if not changed:
        return {}
    by_id = {change.old.price_id: change for change in changed}
    rows = statement("entrepot.flows", "price_import_impact").rows(cursor, price_ids=list(by_id))
    return {
        by_id[price_id].row.key: _impact(by_id[price_id], subscriptions, quantity)
        for price_id, subscriptions, quantity in rows
    }


def _impact(change: ChangedPrice, subscriptions: int, quantity: Decimal) -> PriceImpact:
    def monthly(price: Decimal) -> Money:
        months = basis_months(term_months=change.row.term_months)
        exact = Fraction(price) * Fraction(quantity) / months
        return Money.rounded(exact, currency=change.row.currency)

    return PriceImpact(
        subscriptions=subscriptions,
        quantity=quantity,
        monthly_before=monthly(change.old.retail_price),
        monthly_after=monthly(change.row.retail_price),
    )


def _decide(preview: PriceListPreview, *, skip_bad: bool) -> ImportState | None:
    """Choose between applying, refusing and, where nothing changes, doing nothing."""
    if preview.parsed.rejected and not skip_bad:
        return ImportState.REFUSED
    if preview.diff.is_empty:
        return None
    return ImportState.APPLIED_WITH_REJECTS if preview.parsed.rejected else ImportState.APPLIED


def _record(preview: PriceListPreview, state: ImportState, actor: Actor, now: datetime) -> int:
    """Keep the import and its audit entry; a refused one created and changed nothing."""
    parsed, diff = preview.parsed, preview.diff
    counts = {
        "created_plans": len(diff.new_plans),
        "created_periods": len(diff.new_periods),
        "created_prices": len(diff.new_prices) + len(diff.changed),
        "changed_prices": len(diff.changed),
    }
    if state is ImportState.REFUSED:
        counts = dict.fromkeys(counts, 0)
    name = parsed.name.replace("\x00", "")[:250]
    made = PriceListImport.objects.create(
        file_name=name,
        sha256=parsed.sha256,
        state=state,
        rows=parsed.row_count,
        rejected=len(parsed.rejected),
        effective_on=parsed.effective_from,
        report=preview.facts(),
        imported_at=now,
        imported_by=actor.name[:150],
        **counts,
    )
    record(
        actor=actor,
        now=now,
        action="price_list_refused" if state is ImportState.REFUSED else "price_list_applied",
        object_kind="price_list_import",
        object_id=made.pk,
        tenant_id=None,
        object_label=name,
        after={"sha256": parsed.sha256, "rejected": len(parsed.rejected), **counts},
    )
    return int(made.pk)


def _wrong_rows(preview: PriceListPreview) -> PriceImportRefused:
    error = PriceImportRefused(
        "price_import_wrong_rows",
        _ONE_WRONG if len(preview.parsed.rejected) == 1 else _SEVERAL_WRONG,
        object=preview.parsed.name,
        next_step="Correct the file, or apply the other rows and leave these out (--skip-bad).",
        count=len(preview.parsed.rejected),
        rows=preview.parsed.row_count,
    )
    error.preview = preview
    return error


def _tax_category_id(code: str | None) -> int:
    """Find the tax category of new plans; make the default one in an empty installation."""
    known = dict(TaxCategory.objects.order_by("id").values_list("code", "id"))
    if code is None and not known:
        return int(TaxCategory.objects.create(code=DEFAULT_TAX_CATEGORY, name="Standard").pk)
    if code is None and len(known) == 1:
        return int(next(iter(known.values())))
    wanted = DEFAULT_TAX_CATEGORY if code is None else code
    if wanted not in known:
        raise PriceImportRefused(
            "price_import_tax_category",
            "There is no tax category {object} for the new plans; there are: {known}.",
            object=wanted,
            next_step="Name one of them (--tax-category).",
            known=", ".join(known) or "-",
        )
    return int(known[wanted])
