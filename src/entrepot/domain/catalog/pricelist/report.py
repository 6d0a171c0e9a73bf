"""Write an import as a plain text table, for a terminal, a mail or a log."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from entrepot.domain.catalog.pricelist.diff import ChangedPrice, PriceListDiff
from entrepot.domain.catalog.pricelist.types import ParsedPriceList, PriceKey
from entrepot.kernel.money import Money

ERRORS_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceImpact:
    """Whom a changed price touches: subscriptions on it and what their units come to a month.

    Amounts are at list level (recommended retail price), in the currency of the price.
    """

    subscriptions: int
    quantity: Decimal
    monthly_before: Money
    monthly_after: Money


def render_report(
    *,
    parsed: ParsedPriceList,
    diff: PriceListDiff,
    impacts: Mapping[PriceKey, PriceImpact],
    translate: Callable[[str], str] = str,
) -> str:
    """Write file facts, counts, changed prices and wrong rows as lines of text.

    `translate` turns English words and templates into the reader's language (`gettext`). At most
    `ERRORS_SHOWN` wrong cells are listed; how many more there are is said.
    """
    parts = [_facts(parsed, diff, translate)]
    if diff.changed:
        parts.append(_changes(diff.changed, impacts, translate))
    if diff.withdrawn:
        names = sorted({price.title for price in diff.withdrawn})
        template = translate("No longer in the list, left as they are: {names}.")
        parts.append(template.format(names=", ".join(names)))
    if parsed.errors:
        parts.append(_errors(parsed, translate))
    return "\n\n".join(parts) + "\n"


def _facts(parsed: ParsedPriceList, diff: PriceListDiff, translate: Callable[[str], str]) -> str:
    day = parsed.effective_from
    facts = [
        ("File", parsed.name),
        ("SHA-256", parsed.sha256),
        ("Effective from", day.isoformat() if day else "-"),
        ("Rows", str(parsed.row_count)),
        ("New plans", str(len(diff.new_plans))),
        ("New plan periods", str(len(diff.new_periods))),
        ("New prices", str(len(diff.new_prices))),
        ("Changed prices", str(len(diff.changed))),
        ("Prices that now end", str(len(diff.ended))),
        ("Unchanged", str(diff.unchanged)),
        ("Rejected rows", str(len(parsed.rejected))),
    ]
    lines = _table([(translate(word), value) for word, value in facts], right=frozenset())
    if parsed.reordered:
        lines.append(translate("The columns are in another order; they were read by name."))
    return "\n".join(lines)


def _changes(
    changed: Iterable[ChangedPrice],
    impacts: Mapping[PriceKey, PriceImpact],
    translate: Callable[[str], str],
) -> str:
    words = (
        "Plan",
        "Term",
        "Billing",
        "Market",
        "Currency",
        "From",
        "Old cost",
        "New cost",
        "%",
        "Old retail",
        "New retail",
        "%",
        "Subscriptions",
        "Monthly before",
        "Monthly after",
    )
    rows = [tuple(word if word == "%" else translate(word) for word in words)]
    rows.extend(_change(change, impacts.get(change.row.key)) for change in changed)
    return "\n".join(_table(rows, right=frozenset(range(6, len(words)))))


def _change(change: ChangedPrice, impact: PriceImpact | None) -> tuple[str, ...]:
    row, old = change.row, change.old
    return (
        row.title,
        f"{row.term_months}",
        f"{row.billing_months}",
        row.market,
        row.currency,
        change.effective_from.isoformat(),
        _price(old.unit_cost),
        _price(row.unit_cost),
        _percent(change.cost_percent),
        _price(old.retail_price),
        _price(row.retail_price),
        _percent(change.retail_percent),
        str(impact.subscriptions) if impact else "0",
        str(impact.monthly_before.amount) if impact else "-",
        str(impact.monthly_after.amount) if impact else "-",
    )


def _errors(parsed: ParsedPriceList, translate: Callable[[str], str]) -> str:
    header = (translate("Line"), translate("Column"), translate("Value"), translate("Reason"))
    rows = [header]
    rows.extend(
        (str(error.line), error.column or translate("whole row"), error.value, error.reason)
        for error in parsed.errors[:ERRORS_SHOWN]
    )
    lines = _table(rows, right=frozenset({0}))
    more = len(parsed.errors) - ERRORS_SHOWN
    if more > 0:
        lines.append(translate("... and {count} more.").format(count=more))
    return "\n".join(lines)


def _price(value: Decimal) -> str:
    """Write a price with two decimals at least and no needless zeros after them."""
    text = f"{value:f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def _percent(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:+f}"


def _table(rows: Sequence[tuple[str, ...]], *, right: frozenset[int]) -> list[str]:
    """Pad cells to columns; those named in `right` are flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
