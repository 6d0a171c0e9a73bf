"""What a proof gives back: frozen values, ready for a report, a screen or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one object.

    `problem` is a stable code; `reference` is what people call the object (`SUB-204311`, or "billing account 7" for
    rows without a public identifier). `facts` fill the places of the problem's sentences; amounts are plain text.
    """

    problem: str
    object_kind: str
    object_id: int
    reference: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The outcome of one check: what it claims, what it looked at, what it found.

    `figures` are counts by name. `findings` holds the first ones only; `findings_total` is how many there are.
    """

    name: str
    claim: str
    figures: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    findings_total: int = 0
    seconds: float = 0.0

    @property
    def is_proved(self) -> bool:
        """Tell whether nothing was found."""
        return self.findings_total == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """All checks of one snapshot of the database.

    `last_day` is the last completed day, None before the first run. `day` is set when only the run of that day was
    looked at.
    """

    last_day: date | None
    day: date | None
    checks: tuple[CheckResult, ...]

    @property
    def is_proved(self) -> bool:
        """Tell whether every check found nothing."""
        return all(check.is_proved for check in self.checks)

    @property
    def findings_total(self) -> int:
        """Count the findings of all checks."""
        return sum(check.findings_total for check in self.checks)
