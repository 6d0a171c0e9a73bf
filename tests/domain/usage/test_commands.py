"""Importing usage and linking sub-accounts, on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Max, Sum

from entrepot.domain.usage.commands import ImportResult, import_usage, map_sub_account
from entrepot.domain.usage.errors import (
    SubAccountTaken,
    SubAccountUnknown,
    UsageFileRefused,
    UsageStoreDamaged,
)
from entrepot.domain.usage.models import (
    ParkedSubAccount,
    UsageImport,
    UsageImportState,
    UsageSource,
    UsageTotal,
)
from entrepot.domain.usage.rating import TierRule
from entrepot.domain.usage.totals import PriceRules, StoreSettings
from entrepot.infra.audit.recorder import Actor
from tests.domain.usage.support import line, write_file

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 2, 8, tzinfo=UTC)
ACTOR = Actor(user_id=None, name="import-usage", channel="command")


class Book:
    """Cost plus 20 % for whoever buys from the provider."""

    def rules(self, *, charge_month: date, subscription_ids: Sequence[int]) -> PriceRules:
        rules = [TierRule(n, 1, 1, "USD", Decimal("1.2"), "USD") for n in subscription_ids]
        return PriceRules(
            tier_rules=rules, sku_prices=(), items={n: 10 * n for n in subscription_ids}
        )


@dataclass
class Usage:
    folder: Path
    files: int = field(default=0)

    @property
    def store(self) -> StoreSettings:
        return StoreSettings(data_dir=self.folder / "data", memory_limit_mb=64)

    def imports(self, *lines: dict[str, str], skip_bad: bool = False) -> ImportResult:
        self.files += 1
        path = write_file(self.folder / f"use-{self.files}.csv", lines)
        return self.imports_file(path, skip_bad=skip_bad)

    def imports_file(self, path: Path, *, skip_bad: bool = False) -> ImportResult:
        return import_usage(
            path=path, book=Book(), store=self.store, actor=ACTOR, now=NOW, skip_bad=skip_bad
        )

    def maps(self, sub_account_id: str, subscription_id: int) -> int:
        return map_sub_account(
            provider_name="Stratus",
            sub_account_id=sub_account_id,
            subscription_id=subscription_id,
            tenant_id=3,
            book=Book(),
            store=self.store,
            actor=ACTOR,
            now=NOW,
        )


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    return Usage(folder=tmp_path)


def _changes() -> list[tuple[int, str, Decimal, Decimal, Decimal]]:
    rows = UsageTotal.objects.order_by("id")
    return [(t.subscription_id, t.sku, t.cost, t.amount_before, t.amount_after) for t in rows]


def test_an_unknown_sub_account_is_parked_until_it_is_mapped(usage: Usage) -> None:
    result = usage.imports(line(BilledCost="5"), line(BilledCost="2.5"))

    assert result.changed_totals == 0
    (parked,) = ParkedSubAccount.objects.all()
    assert (parked.sub_account_id, parked.sub_account_name, parked.lines) == ("cleo", "Cleo", 2)
    assert (parked.billed_cost, parked.mapped_at) == (Decimal("7.5"), None)

    assert usage.maps("cleo", 7) == 1

    # 7.5 x 1.2 = 9
    assert _changes() == [(7, "VM-1", Decimal("7.5"), Decimal(0), Decimal(9))]
    total = UsageTotal.objects.get()
    assert (total.tenant_id, total.item_id, total.period_start, total.period_end) == (
        3,
        70,
        date(2026, 5, 1),
        date(2026, 6, 1),
    )
    parked.refresh_from_db()
    assert parked.mapped_at == NOW


def test_the_same_file_again_changes_nothing(usage: Usage) -> None:
    usage.imports(line(BilledCost="5"))
    usage.maps("cleo", 7)

    again = usage.imports_file(usage.folder / "use-1.csv")

    assert (again.intake, again.changed_totals) == (None, 0)
    assert len(_changes()) == UsageImport.objects.count() == 1


def test_the_same_lines_in_another_file_change_nothing(usage: Usage) -> None:
    usage.imports(line(BilledCost="5.000000000000123"), line(SkuId="VM-2"))
    usage.maps("cleo", 7)

    again = usage.imports(line(SkuId="VM-2"), line(BilledCost="5.000000000000123"))

    assert again.changed_totals == 0
    assert [i.state for i in UsageImport.objects.order_by("id")] == [
        UsageImportState.SUPERSEDED,
        UsageImportState.APPLIED,
    ]


def test_a_newer_file_adds_only_the_difference(usage: Usage) -> None:
    usage.imports(line(BilledCost="5"), line(SkuId="VM-2", BilledCost="1"))
    usage.maps("cleo", 7)
    UsageTotal.objects.update(billed_on=date(2026, 6, 1))

    usage.imports(line(BilledCost="5.5"))

    # VM-1: 5 x 1.2 = 6, then 5.5 x 1.2 = 6.6. VM-2 is no longer in the file: 1.2 back to 0.
    assert _changes()[2:] == [
        (7, "VM-1", Decimal("0.5"), Decimal(6), Decimal("6.6")),
        (7, "VM-2", Decimal(-1), Decimal("1.2"), Decimal(0)),
    ]
    assert UsageTotal.objects.aggregate(Sum("cost"))["cost__sum"] == Decimal("5.5")


def test_the_first_file_again_after_a_newer_one_supersedes_it_back(usage: Usage) -> None:
    usage.imports(line(BilledCost="5"))
    usage.maps("cleo", 7)
    usage.imports(line(BilledCost="8"))

    usage.imports_file(usage.folder / "use-1.csv")

    assert [(before, after) for *_, before, after in _changes()] == [
        (Decimal(0), Decimal(6)),
        (Decimal(6), Decimal("9.6")),
        (Decimal("9.6"), Decimal(6)),
    ]


def test_a_newer_file_leaves_the_sub_accounts_it_does_not_name(usage: Usage) -> None:
    usage.imports(line(BilledCost="5"), line(SubAccountId="rex", BilledCost="2"))
    usage.maps("cleo", 7)
    usage.maps("rex", 8)
    first = UsageImport.objects.get()

    usage.imports(line(BilledCost="6"))

    counts = dict(UsageSource.objects.values_list("sub_account_id", "usage_import_id"))
    assert counts["rex"] == first.id
    assert counts["cleo"] > first.id
    first.refresh_from_db()
    assert first.state == UsageImportState.APPLIED
    newest = UsageTotal.objects.filter(subscription_id=8).aggregate(Max("amount_after"))
    assert newest["amount_after__max"] == Decimal("2.4")


def test_a_file_with_faulty_rows_applies_nothing_and_is_kept_as_refused(usage: Usage) -> None:
    with pytest.raises(UsageFileRefused):
        usage.imports(line(), line(BilledCost="x"))

    (refused,) = UsageImport.objects.all()
    assert refused.state == UsageImportState.REFUSED
    assert refused.problems == [
        {"line": 3, "column": "BilledCost", "reason": '"x" is not a number like 1234.5678'}
    ]
    assert not UsageSource.objects.exists()
    assert not list(usage.folder.rglob("*.parquet"))


def test_faulty_rows_can_be_left_out(usage: Usage) -> None:
    usage.imports(line(), line(BilledCost="x"), skip_bad=True)

    (applied,) = UsageImport.objects.all()
    assert applied.state == UsageImportState.APPLIED_WITH_REJECTS
    assert (applied.lines, applied.rejected, applied.billed_cost) == (1, 1, Decimal("0.1"))


def test_a_second_sub_account_of_a_subscription_adds_to_the_total_not_yet_billed(
    usage: Usage,
) -> None:
    usage.imports(line(BilledCost="5"), line(SubAccountId="rex", BilledCost="2"))
    usage.maps("cleo", 7)

    usage.maps("rex", 7)

    # (5 + 2) x 1.2 = 8.4
    assert _changes() == [(7, "VM-1", Decimal(7), Decimal(0), Decimal("8.4"))]


def test_a_second_sub_account_is_billed_the_difference_where_the_total_was_billed(
    usage: Usage,
) -> None:
    usage.imports(line(BilledCost="5"), line(SubAccountId="rex", BilledCost="2"))
    usage.maps("cleo", 7)
    UsageTotal.objects.update(billed_on=date(2026, 6, 1))

    assert usage.maps("rex", 7) == 1

    # 5 x 1.2 = 6 is billed; (5 + 2) x 1.2 = 8.4 follows from there.
    assert _changes() == [
        (7, "VM-1", Decimal(5), Decimal(0), Decimal(6)),
        (7, "VM-1", Decimal(2), Decimal(6), Decimal("8.4")),
    ]


def test_a_sub_account_belongs_to_one_subscription(usage: Usage) -> None:
    usage.imports(line())
    usage.maps("cleo", 7)

    assert usage.maps("cleo", 7) == 0
    with pytest.raises(SubAccountTaken):
        usage.maps("cleo", 8)


def test_a_sub_account_of_no_file_is_unknown(usage: Usage) -> None:
    with pytest.raises(SubAccountUnknown):
        usage.maps("nobody", 7)


def test_changed_stored_lines_are_noticed_before_anything_is_charged(usage: Usage) -> None:
    usage.imports(line())
    (stored,) = usage.folder.rglob("*.parquet")
    stored.write_bytes(stored.read_bytes()[:-1] + b"!")

    with pytest.raises(UsageStoreDamaged):
        usage.maps("cleo", 7)

    assert _changes() == []
