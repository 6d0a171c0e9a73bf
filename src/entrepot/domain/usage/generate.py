"""Generates plausible FOCUS 1.0 files for the demo world and for tests; seeded, all invented."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from entrepot.domain.usage.columns import NAMES


@dataclass(frozen=True, slots=True)
class SubAccount:
    """A customer's account at the vendor."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class _Meter:
    category: str
    service: str
    sku: str
    what: str
    unit: str
    unit_price: Decimal
    resource_type: str
    quantity_max: Decimal
    """Most units in one hour."""


_METERS: tuple[_Meter, ...] = (
    _Meter(
        *("Compute", "Harbor Virtual Machines", "HVM-2X8-LNX", "2 vCPU, 8 GiB, Linux", "Hours"),
        *(Decimal("0.0912"), "machine", Decimal(1)),
    ),
    _Meter(
        *("Compute", "Harbor Virtual Machines", "HVM-8X32-LNX", "8 vCPU, 32 GiB, Linux", "Hours"),
        *(Decimal("0.3648"), "machine", Decimal(1)),
    ),
    _Meter(
        *("Compute", "Harbor Functions", "HFN-REQ", "requests", "Requests"),
        *(Decimal("0.0000002"), "function", Decimal(60000)),
    ),
    _Meter(
        *("Storage", "Harbor Object Store", "HOS-STD-GBM", "standard storage", "GB-Months"),
        *(Decimal("0.0213"), "bucket", Decimal(3)),
    ),
    _Meter(
        *("Storage", "Harbor Block Store", "HBS-SSD-GBM", "solid state volumes", "GB-Months"),
        *(Decimal("0.0875"), "volume", Decimal(1)),
    ),
    _Meter(
        *("Databases", "Harbor PostgreSQL", "HPG-4X16", "4 vCPU, 16 GiB", "Hours"),
        *(Decimal("0.4127"), "database", Decimal(1)),
    ),
    _Meter(
        *("Databases", "Harbor PostgreSQL", "HPG-BKP-GBM", "backup storage", "GB-Months"),
        *(Decimal("0.0948"), "database", Decimal("0.5")),
    ),
    _Meter(
        *("Networking", "Harbor Bandwidth", "HBW-OUT-GB", "data to the internet", "GB"),
        *(Decimal("0.0837"), "gateway", Decimal(12)),
    ),
    _Meter(
        *("Networking", "Harbor Load Balancing", "HLB-HR", "load balancer", "Hours"),
        *(Decimal("0.0243"), "balancer", Decimal(1)),
    ),
)
_REGIONS = (("eu-north", "Lulea"), ("eu-central", "Frankfurt"), ("us-east", "Ashburn"))
_ENVIRONMENTS = ("prod", "test", "dev")
_TEAMS = ("shop", "data", "platform", "mobile")

_ADJUSTED_PER_MILLE = 8
_UNTAGGED_PER_CENT = 25
_QUANTITY_STEP = Decimal("0.0000000001")
_COST_STEP = Decimal("0.000000000001")


def write_focus_csv(
    path: Path,
    *,
    provider: str,
    sub_accounts: Sequence[SubAccount],
    period_start: date,
    period_end: date,
    lines: int,
    seed: int,
) -> None:
    """Write a FOCUS 1.0 file of `lines` hourly lines; the same arguments give the same bytes.

    The billing period is [`period_start`, `period_end`), UTC, in USD. Costs have up to twelve
    decimals; about 8 of 1,000 lines are negative adjustments and a quarter has no tags.

    Raises: ValueError without sub-accounts or for an empty period.
    """
    if not sub_accounts or period_end <= period_start:
        raise ValueError("usage needs a sub-account and a period")
    chance = random.Random(f"{seed}:{provider}:{period_start}:{period_end}")
    hours = (period_end - period_start).days * 24
    frame = {
        "BillingAccountId": f"{provider.lower()}-billing-1",
        "BillingAccountName": "Harbor",
        "BillingCurrency": "USD",
        "BillingPeriodStart": _instant(_midnight(period_start)),
        "BillingPeriodEnd": _instant(_midnight(period_end)),
        "InvoiceIssuerName": provider,
        "ProviderName": provider,
        "PublisherName": provider,
    }
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.DictWriter(stream, NAMES, restval="NULL", lineterminator="\n")
        rows.writeheader()
        for _ in range(lines):
            start = _midnight(period_start) + timedelta(hours=chance.randrange(hours))
            account = chance.choice(sub_accounts)
            rows.writerow(frame | _line(chance, account=account, start=start))


def _line(chance: random.Random, *, account: SubAccount, start: datetime) -> dict[str, str]:
    meter = chance.choice(_METERS)
    region_id, region_name = chance.choice(_REGIONS)
    quantity = _quantity(chance, meter)
    cost = (quantity * meter.unit_price).quantize(_COST_STEP)
    adjusted = chance.randrange(1000) < _ADJUSTED_PER_MILLE
    if adjusted:
        cost = -cost
    number = chance.randrange(1, 40)
    resource = f"{account.id}/{meter.resource_type}/{meter.resource_type}-{number:03d}"
    line = {
        "BilledCost": _number(cost),
        "EffectiveCost": _number(cost),
        "ListCost": _number(cost),
        "ContractedCost": _number(cost),
        "ListUnitPrice": _number(meter.unit_price),
        "ContractedUnitPrice": _number(meter.unit_price),
        "ChargeCategory": "Adjustment" if adjusted else "Usage",
        "ChargeDescription": f"{meter.service}, {meter.what}, {region_name}",
        "ChargeFrequency": "One-Time" if adjusted else "Usage-Based",
        "ChargePeriodStart": _instant(start),
        "ChargePeriodEnd": _instant(start + timedelta(hours=1)),
        "PricingCategory": "Standard",
        "PricingQuantity": _number(Decimal(0) if adjusted else quantity),
        "PricingUnit": meter.unit,
        "RegionId": region_id,
        "RegionName": region_name,
        "ServiceCategory": meter.category,
        "ServiceName": meter.service,
        "SkuId": meter.sku,
        "SkuPriceId": f"{meter.sku}.{region_id}",
        "SubAccountId": account.id,
        "SubAccountName": account.name,
    }
    if not adjusted:
        line |= {
            "ConsumedQuantity": _number(quantity),
            "ConsumedUnit": meter.unit,
            "ResourceId": resource,
            "ResourceName": resource.rpartition("/")[2],
            "ResourceType": meter.resource_type,
        }
    if chance.randrange(100) >= _UNTAGGED_PER_CENT:
        line["Tags"] = json.dumps(
            {"environment": chance.choice(_ENVIRONMENTS), "team": chance.choice(_TEAMS)}
        )
    return line


def _quantity(chance: random.Random, meter: _Meter) -> Decimal:
    if meter.unit == "Hours" and chance.randrange(4):
        return Decimal(1)
    if meter.unit == "Requests":
        return Decimal(chance.randrange(1, int(meter.quantity_max)))
    # A whole number of steps, so that no float is ever involved.
    steps = chance.randrange(1, int(meter.quantity_max / _QUANTITY_STEP))
    return steps * _QUANTITY_STEP


def _number(value: Decimal) -> str:
    return format(value, "f")


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
