"""Build everything that stands before the first day: sellers, customers, catalogue, prices, people."""

from pathlib import Path

from django.db import connection, transaction

from entrepot.demo.base_catalogue import add_catalogue
from entrepot.demo.base_parties import add_customer, add_sellers
from entrepot.demo.base_people import add_people
from entrepot.demo.base_portal import add_demo_portal
from entrepot.demo.base_prices import add_margins, add_own_prices, add_rates
from entrepot.demo.base_tax import add_tax
from entrepot.demo.cast import customers
from entrepot.demo.logins import write_logins
from entrepot.demo.script import newcomers
from entrepot.demo.sellers import SELLERS
from entrepot.demo.stage import FIRST_DAY, Stage
from entrepot.domain.parties.models import Hub
from entrepot.infra.audit.recorder import record
from entrepot.infra.db.locks import Space, lock_all

BASE_BUILT = "demo_base_built"


def build_base(*, data_dir: Path, small: bool = False) -> bool:
    """Build the base in one transaction; False if the database already has a provider.

    Two at once wait for each other, and the second finds everything built. The passwords and the secret of the
    portal are written to `data_dir` before the commit: a crash in between leaves files that the next attempt replaces.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            lock_all(cursor, space=Space.DEMO, ids=[0])
        if Hub.objects.exists():
            return False
        stage = Stage(today=FIRST_DAY, small=small)
        add_tax(stage)
        add_sellers(stage)
        Hub.objects.update(standing_day=FIRST_DAY)
        late = newcomers(small=small)
        for customer in customers(small=small):
            if customer.name not in late:
                add_customer(stage, customer)
        add_catalogue(stage)
        add_margins(stage)
        add_own_prices(stage, currencies={seller.key: seller.sells_in for seller in SELLERS})
        add_rates(stage)
        write_logins(directory=data_dir, logins=add_people(stage))
        add_demo_portal(stage, directory=data_dir)
        record(
            action=BASE_BUILT,
            object_kind="demo",
            object_id=None,
            tenant_id=None,
            after={"small": small},
            **stage.made,
        )
    return True
