"""People of a customer, and the services that are handed out to them."""

from itertools import product

from entrepot.demo.acts import Crew
from entrepot.demo.stage import Stage
from entrepot.domain.parties.commands.people import NewPerson, add_people
from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.seats.commands import assign_seats
from entrepot.domain.seats.supply import supply_of
from entrepot.domain.subscriptions.models import SubscriptionItem

_FIRST = (
    *("Amira", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hannes", "Ida", "Jakob"),
    *("Katja", "Levin"),
)
_LAST = (
    *("Albers", "Behrens", "Cordes", "Dierks", "Ehlers", "Freese", "Gerken", "Harms", "Iversen"),
    "Jessen",
)


def hand_out(stage: Stage, act: Crew) -> None:
    """Add the people and give each service of the act to as many of them as it has units, less those kept free."""
    account_id = stage.accounts[act.customer]
    names = [f"{first} {last}" for last, first in product(_LAST, _FIRST)][: act.people]
    people = [
        NewPerson(
            login=name.lower().replace(" ", "."),
            display_name=name,
            email=f"{name.lower().replace(' ', '.')}@mail.example",
            role=RoleCode.USER,
            language="de",
        )
        for name in names
    ]
    numbers = add_people(account_id=account_id, people=people, invites=False, **stage.made)
    for resource_id in _resources(account_id, act.services):
        supply = supply_of(account_id=account_id, resource_id=resource_id, on_day=stage.today)
        units = max(sum(one.free for one in supply) - act.kept_free, 0)
        if units:
            assign_seats(
                account_id=account_id,
                resource_id=resource_id,
                user_ids=numbers[:units],
                on_day=stage.today,
                **stage.made,
            )


def _resources(account_id: int, most: int) -> list[int]:
    """Choose what the account has most units of."""
    items = SubscriptionItem.objects.filter(
        subscription__customer_id=account_id,
        subscription__status="active",
        subscription__admin_hold=False,
        subscription__credit_hold=False,
        is_measured=False,
        quantity__gt=1,
    )
    rows = items.order_by("-quantity", "id").values_list("resource_id", flat=True)
    return list(dict.fromkeys(rows))[:most]
