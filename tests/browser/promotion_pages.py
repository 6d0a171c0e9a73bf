"""What the pages of promotions show: one that runs, with a code and an end, and one for every order."""

from datetime import date, datetime, timedelta
from typing import Any

from entrepot.domain.resale.commands import NewPromotion, create_promotion
from entrepot.domain.resale.models import Promotion
from tests.support.people import SETUP

Page = tuple[tuple[Any, ...], str]


def promotion_pages(seller_id: int, *, day: date, now: datetime) -> list[Page]:
    """Promise something of a seller's, and give the pages about it."""
    spring = NewPromotion(
        name="Spring",
        code="SPRING-26",
        recurring_ppm=250_000,
        valid_from=day,
        valid_to=day + timedelta(days=30),
        uses_max=100,
        once_per_customer=True,
    )
    general = NewPromotion(name="Open days", recurring_ppm=50_000, valid_from=day, on_renewal=True)
    # Those of the demo that hold for every order end before.
    Promotion.objects.filter(seller_id=seller_id, code="", valid_from__lt=day).update(valid_to=day)
    numbers = [
        create_promotion(seller_id=seller_id, wanted=one, today=day, actor=SETUP, now=now)
        for one in (spring, general)
    ]
    return [
        (("promotions",), ""),
        (("promotions",), "?state=over&q=nothing"),
        (("promotion-new",), ""),
        (("promotion", numbers[0]), ""),
        (("promotion-end", numbers[0]), ""),
    ]
