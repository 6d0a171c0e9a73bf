"""The proof under kills, with small numbers: 20 workers and one database server killed in the middle of runs.

The full numbers are `bin/entrepot prove billing`; results stand in docs/proofs.md.
"""

import sys
import tempfile
from pathlib import Path

import pytest

from entrepot.ops.prove.billing import points, prove_billing

ROOT = Path(__file__).resolve().parents[2]
WORLD = 120


def test_the_points_at_which_a_run_can_be_killed_cover_every_step():
    found = points()

    assert {name.split(".")[0] for name in found} == {"rate", "total", "number", "post", "settle"}
    assert {"rate.charge_period", "rate.advance", "number.add_documents", "post.add_lines"} <= set(
        found
    )
    assert all(f"{step}.commit" in found for step in ("rate", "total", "number", "post", "settle"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kills are proved on Linux")
def test_killed_workers_and_a_killed_database_change_nothing():
    # Not below pytest's own directory: another run of pytest closes that one to the server's account.
    with tempfile.TemporaryDirectory(prefix="entrepot-proof-") as directory:
        Path(directory).chmod(0o755)
        proof = prove_billing(
            directory=Path(directory),
            root=ROOT,
            subscriptions=WORLD,
            kills=20,
            database_kills=1,
            every_point=False,
            seed=7,
            say=lambda _text: None,
        )

    assert proof.findings == []
    assert proof.random_kills >= 10
    assert proof.database_kills == 1
    charges, documents, _digest = proof.fingerprint.split("-", maxsplit=2)
    assert int(charges) > WORLD
    assert int(documents) > 10
