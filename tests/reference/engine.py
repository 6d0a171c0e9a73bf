"""Bills a world with the engine: load, then act and run day after day, then read."""

from entrepot.flows.daily_billing import run_day
from tests.reference.acts import apply_action
from tests.reference.load import empty_tables, instant, load
from tests.reference.shape import Snapshot
from tests.reference.snapshot import read_snapshot
from tests.reference.world import World


def bill_with_engine(world: World, *, chunk_size: int = 10_000) -> Snapshot:
    """Return what the engine leaves behind; the database must be a test's own."""
    empty_tables()
    load(world)
    for day, business_date, acts in world.schedule():
        for act in acts:
            apply_action(act, business_date)
        missed = day != business_date
        run_day(day=day, now=instant(day), chunk_size=chunk_size, allow_missed=missed)
    return read_snapshot()
