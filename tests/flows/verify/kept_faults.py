"""Planted faults in figures that are kept for pages: each differs from the rows that it stands for."""

from tests.flows.verify.faults import Fault

KEPT = (
    Fault(
        "a place where a seller sells is not kept",
        ("DELETE FROM sale_place WHERE seller_id = 2",),
        check="lists",
        problem="place_wrong",
        prefix="ACC-",
        number="SELECT 2",
    ),
    Fault(
        "a unit is counted as given that nobody has",
        (
            (
                "INSERT INTO seat_tally (tenant_id, account_id, item_id, resource_id, units) "
                "SELECT tenant_id, 3, id, resource_id, 1 FROM subscription_item WHERE subscription_id = 2"
            ),
        ),
        check="lists",
        problem="units_given_wrong",
        prefix="SUB-",
        number="SELECT 2",
    ),
)
