"""Generated files, and files larger than the memory they are read with."""

import json
import resource
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.domain.usage.generate import SubAccount, write_focus_csv
from entrepot.domain.usage.intake import take_in

ACCOUNTS = [SubAccount(f"acct-{n}", f"Customer {n}") for n in range(5)]


def _write(path: Path, *, lines: int = 2000, seed: int = 1) -> Path:
    write_focus_csv(
        path,
        provider="Stratus",
        sub_accounts=ACCOUNTS,
        period_start=date(2026, 5, 1),
        period_end=date(2026, 6, 1),
        lines=lines,
        seed=seed,
    )
    return path


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path: Path) -> None:
    first = _write(tmp_path / "a.csv").read_bytes()

    assert _write(tmp_path / "b.csv").read_bytes() == first
    assert _write(tmp_path / "c.csv", seed=2).read_bytes() != first


def test_a_generated_file_is_accepted_and_has_what_real_files_have(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv")
    text = path.read_text(encoding="utf-8")

    intake = take_in(path=path, data_dir=tmp_path, import_id=1)

    assert (intake.lines, intake.faults.rows, len(intake.sources)) == (2000, 0, len(ACCOUNTS))
    assert intake.billed_cost > 0
    assert "Adjustment" in text
    assert ",-0." in text
    assert '""environment""' in text
    assert ",NULL\n" in text


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="peak memory is read from /proc, as on Linux"
)
def test_a_file_larger_than_the_memory_limit_is_taken_in_and_rated(tmp_path: Path) -> None:
    # 20,000 lines repeated 14 times: generating all of them would only cost time.
    part = _write(tmp_path / "part.csv", lines=20_000).read_bytes()
    header, _, body = part.partition(b"\n")
    with (tmp_path / "big.csv").open("wb") as stream:
        stream.write(header + b"\n")
        for _ in range(14):
            stream.write(body)
    assert (tmp_path / "big.csv").stat().st_size > 145_000_000
    program = """
import json, sys
from decimal import Decimal
from pathlib import Path
from entrepot.domain.usage.intake import take_in
from entrepot.domain.usage.rating import MappedSubAccount, RatingInput, TierRule, rate

folder = Path(sys.argv[1])
intake = take_in(path=folder / "big.csv", data_dir=folder, import_id=1, memory_limit_mb=64)
rating = RatingInput(
    subscriptions=[
        MappedSubAccount(s.provider_name, s.sub_account_id, n) for n, s in enumerate(intake.sources)
    ],
    tier_rules=[TierRule(n, 1, 1, "USD", Decimal(1), "USD") for n in range(len(intake.sources))],
)
files = [folder / intake.stored.path]
with rate(files=files, rating=rating, work_dir=folder, memory_limit_mb=64) as rated:
    cost = sum(total.cost for total in rated.totals())
# Unlike ru_maxrss this starts anew with the program, whatever the size of the test process.
status = Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0])
print(json.dumps([intake.lines, intake.repeated, str(intake.billed_cost), str(cost), peak]))
"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "src"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    lines, repeated, billed, rated, peak_kib = json.loads(done.stdout)
    small = take_in(path=tmp_path / "part.csv", data_dir=tmp_path, import_id=2)
    assert lines == 14 * 20_000
    assert repeated == 14 * 20_000 - (20_000 - small.repeated)
    assert Decimal(billed) == Decimal(rated) == 14 * small.billed_cost
    # The interpreter and the libraries take about 80 MB of it.
    assert peak_kib * 1024 < 180_000_000
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 60
