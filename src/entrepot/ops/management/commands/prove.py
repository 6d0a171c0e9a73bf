"""`entrepot prove billing`: kill workers and databases during runs and compare the result with a quiet run.

`entrepot prove provisioning`: send operations to vendors that misbehave; compare what they have with what was ordered.

`entrepot prove user-import`: kill workers that check and import a large file of users.
"""

import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entrepot.flows.user_import import ROWS_MAX
from entrepot.ops.bench.cluster import own_cluster
from entrepot.ops.console import FAILED
from entrepot.ops.database import ROOT
from entrepot.ops.prove.billing import prove_billing
from entrepot.ops.prove.provisioning import prove_provisioning
from entrepot.ops.prove.user_import import prove_user_import

# Fewer are created before a kill can hit the middle.
_ROWS_MIN = 10_000


class Command(BaseCommand):
    """Run a proof with its full numbers; results belong into docs/proofs.md together with the command line."""

    help = "Prove that kills lose and double nothing"
    group = "Development"
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("what", choices=["billing", "provisioning", "user-import"])
        parser.add_argument("--subscriptions", type=int, default=1000)
        parser.add_argument("--kills", type=int, default=200, help="worker kills at random points")
        parser.add_argument("--database-kills", type=int, default=10)
        parser.add_argument("--operations", type=int, default=10_000, help="of provisioning")
        parser.add_argument("--rows", type=int, default=ROWS_MAX, help="of the import of users")
        parser.add_argument("--seed", type=int, default=20260630)

    def handle(self, **options: Any) -> None:
        """Prove and print; the exit code is 1 when anything differed."""
        if options["what"] == "provisioning":
            self._provisioning(operations=options["operations"], seed=options["seed"])
        elif options["what"] == "user-import":
            self._user_import(rows=options["rows"])
        else:
            self._billing(options)

    def _user_import(self, *, rows: int) -> None:
        if not _ROWS_MIN <= rows <= ROWS_MAX:
            raise CommandError(f"--rows is {rows}; give {_ROWS_MIN:,} to {ROWS_MAX:,}.")
        with own_cluster(keep=False), tempfile.TemporaryDirectory() as directory:
            proof = prove_user_import(rows=rows, directory=Path(directory), say=self.stdout.write)
        self.stdout.write(
            f"{proof.rows:,} rows twice, {proof.kills} workers killed, {proof.created:,} people created"
        )
        self._conclude(proof.findings, "Everybody is there, and nobody twice.")

    def _provisioning(self, *, operations: int, seed: int) -> None:
        with own_cluster(keep=False), tempfile.TemporaryDirectory() as directory:
            proof = prove_provisioning(
                operations=operations, directory=Path(directory), seed=seed, say=self.stdout.write
            )
        met = ", ".join(f"{name} {number}" for name, number in sorted(proof.faults.items()))
        self.stdout.write(
            f"{proof.operations} operations, {proof.calls} calls, {proof.callbacks} call-backs, "
            f"{proof.resubmitted} resubmitted, {proof.seconds:.0f} s, seed {proof.seed}"
        )
        self.stdout.write(f"Faults met: {met}")
        self._conclude(proof.findings, f"{proof.services} services at the vendors, all as ordered.")

    def _billing(self, options: dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory(prefix="entrepot-proof-") as directory:
            Path(directory).chmod(0o755)
            proof = prove_billing(
                directory=Path(directory),
                root=ROOT,
                subscriptions=options["subscriptions"],
                kills=options["kills"],
                database_kills=options["database_kills"],
                every_point=True,
                seed=options["seed"],
                say=self.stdout.write,
            )
        self.stdout.write(
            f"{proof.runs} runs, {proof.shapes} shapes, {proof.named_kills} kills at {len(proof.points)} named points, "
            f"{proof.random_kills} at random points, {proof.database_kills} database kills during runs; "
            f"seed {proof.seed}, fingerprint {proof.fingerprint}"
        )
        self._conclude(proof.findings, "Nothing lost, nothing doubled, no number out of order.")

    def _conclude(self, findings: list[str], praise: str) -> None:
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            self.stderr.write(f"{len(findings)} findings")
            sys.exit(FAILED)
        self.stdout.write(praise)
