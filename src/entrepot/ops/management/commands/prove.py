"""`entrepot prove billing`: kill workers and databases during runs and compare the result with a quiet run."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entrepot.ops.database import ROOT
from entrepot.ops.prove.billing import prove_billing


class Command(BaseCommand):
    """Run a proof with its full numbers; results belong into docs/proofs.md together with the command line."""

    help = "Prove that kills lose and double nothing"
    group = "Development"
    needs_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("what", choices=["billing"])
        parser.add_argument("--subscriptions", type=int, default=1000)
        parser.add_argument("--kills", type=int, default=200, help="worker kills at random points")
        parser.add_argument("--database-kills", type=int, default=10)
        parser.add_argument("--seed", type=int, default=20260630)

    def handle(self, **options: Any) -> None:
        """Prove and print; the exit code is 1 when anything differed."""
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
        for finding in proof.findings:
            self.stderr.write(finding)
        if proof.findings:
            raise CommandError(f"{len(proof.findings)} findings")
        self.stdout.write("Nothing lost, nothing doubled, no number out of order.")
