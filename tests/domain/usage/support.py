"""Small FOCUS files for the tests of usage."""

import csv
from collections.abc import Sequence
from pathlib import Path

from entrepot.domain.usage.columns import NAMES

PLAIN = {
    "BilledCost": "0.10",
    "BillingAccountId": "billing-1",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-05-01 00:00:00",
    "BillingPeriodEnd": "2026-06-01 00:00:00",
    "ChargeCategory": "Usage",
    "ChargePeriodStart": "2026-05-04 10:00:00",
    "ChargePeriodEnd": "2026-05-04 11:00:00",
    "PricingQuantity": "1",
    "PricingUnit": "Hours",
    "ProviderName": "Stratus",
    "ServiceName": "Machines",
    "SkuId": "VM-1",
    "SubAccountId": "cleo",
    "SubAccountName": "Cleo",
}


def line(**cells: str) -> dict[str, str]:
    """Give the cells of one line; every column that is not named has its plain value or NULL."""
    return PLAIN | cells


def write_file(
    path: Path, lines: Sequence[dict[str, str]], *, columns: Sequence[str] = NAMES
) -> Path:
    """Write lines as a FOCUS file and give its path."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.DictWriter(stream, columns, restval="NULL", extrasaction="ignore")
        rows.writeheader()
        rows.writerows(lines)
    return path
