"""What the daily run leaves behind is proved, on random worlds with changes, holds, refunds, usage and missed days."""

import os
from random import Random

import pytest

from entrepot.flows.verify import verify
from entrepot.flows.verify.report import report_text
from tests.reference.engine import bill_with_engine
from tests.reference.worlds import world_of

WORLDS = int(os.environ.get("ENTREPOT_WORLDS", "12"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [Random(place).randrange(2**62) for place in range(WORLDS)])
def test_a_random_world_is_proved_after_its_runs(seed: int) -> None:
    bill_with_engine(world_of(seed))

    report = verify()

    assert report.is_proved, report_text(report)
