"""The billing screens in German: complete, with German numbers, and the words of the glossary."""

import pytest

from entrepot.config.messages import check_complete
from tests.web.billing.conftest import DAY, work
from tests.web.billing.test_billing_screens import RETRY, RUN, text_of, token_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MINE = (
    "web/screens/billing",
    "web/screens/tasks",
    "web/screens/templates/screens/billing",
    "flows/billing_jobs",
)


def test_no_text_is_left_in_english():
    assert [problem for problem in check_complete() if problem.startswith(MINE)] == []


def test_the_pages_speak_german(sign_in, aside):
    jana = sign_in(language="de")

    listed = text_of(jana.get("/provider/billing/"))
    run = text_of(jana.get(RUN))
    left = text_of(jana.get("/provider/billing/not-billed/"))
    tasks = text_of(jana.get("/provider/tasks/"))

    assert "Geschäftstag: 2. Juli 2026. Alle Tage davor sind abgeschlossen." in listed
    assert "2. Juli abrechnen" in listed
    assert f"Beendet, {aside.all} nicht abgerechnet" in run
    assert "Lauf vom 1. Juli 2026" in run
    assert "Nicht addiert: Dieselbe Leistung wird von Stufe zu Stufe weiterverkauft." in run
    assert f"Kein Preis für Plan {aside.plan:03}" in run
    assert f"{aside.all} wiederholen" in run
    assert "Abonnement" in left
    assert "Vertrag" not in left + run + listed
    assert "Hier sind keine Aufgaben" in tasks


def test_the_result_of_a_retry_is_german(sign_in, aside):
    jana = sign_in(language="de")
    aside.repair_prices()

    answer = jana.post(RETRY, token_of(jana, RUN))
    work()
    result = text_of(jana.get(answer.url))

    assert f"{aside.all} Abonnements wiederholen" in result
    assert f"{aside.no_price} abgerechnet, {aside.no_zone} weiterhin nicht abgerechnet" in result
    assert "Steuerzone unbekannt" in result


def test_a_refusal_is_german(sign_in, billed):
    jana = sign_in(language="de")

    answer = jana.post("/provider/billing/bill/", {"token": "0", "day": DAY.isoformat()})

    assert answer.status_code == 409
    assert "ist nicht der nächste abzurechnende Tag; das ist 2026-06-02." in text_of(answer)
