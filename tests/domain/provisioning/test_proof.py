"""The proof with 500 operations; the full number is `bin/entrepot prove provisioning`."""

from pathlib import Path

import pytest

from entrepot.domain.provisioning.models import Operation
from entrepot.ops.prove.provisioning import prove_provisioning


@pytest.mark.slow
@pytest.mark.django_db
def test_after_500_operations_the_vendors_have_exactly_what_was_ordered(tmp_path: Path):
    proof = prove_provisioning(
        operations=500, directory=tmp_path / "secrets", seed=7, say=lambda _: None, call_seconds=0.5
    )

    assert proof.findings == []
    assert Operation.objects.count() == 500
    # A third of the operations met a fault, each kind of them at least once.
    assert sum(n for fault, n in proof.faults.items() if fault != "none") > 100
    assert len(proof.faults) == 13
    assert proof.services > 200
