"""The page on which a seller chooses when its customers are told of an end."""

from collections.abc import Callable

import pytest
from django.test import Client

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Membership
from entrepot.domain.subscriptions.models import NoticeRule
from tests.support.people import Cast
from tests.web.tasks.test_tasks import words_of

pytestmark = pytest.mark.django_db
PAGE, CHOOSE = "/reseller/notices/", "/reseller/notices/choose/"


def test_a_seller_chooses_its_days_and_nobody_else_sees_or_changes_them(
    people: Cast, at: Callable[..., Client]
):
    ria = at(people.ria)
    assert 'value="30, 7, 1"' in ria.get(PAGE).content.decode()
    form = {"expiry_days": "14; 3", "renewal_days": "", "version": "0"}
    assert "The days are kept" in words_of(ria.post(CHOOSE, form, follow=True))
    row = NoticeRule.objects.get()
    assert (row.seller_id, row.expiry_days, row.renewal_days, row.version) == (
        *(people.ria.account_id, [14, 3], []),
        1,
    )

    # A double click is an answer to a page that is not current any more; what was typed stays.
    again = ria.post(CHOOSE, {**form, "expiry_days": "9"})
    assert (again.status_code, 'value="9"' in again.content.decode()) == (409, True)
    assert "meanwhile" in words_of(again)
    for text in ("0", "400", "1 2 3 4 5 6", "-1", "soon", "1.5", "٣"):
        wrong = ria.post(CHOOSE, {**form, "expiry_days": text, "version": "1"})
        assert (wrong.status_code, text) == (422, text)
    assert NoticeRule.objects.get().version == 1

    assert 'value="30, 7, 1"' in at(people.sven).get(PAGE).content.decode()
    assert 'value="30, 7, 1"' in at(people.harbor).get("/provider/notices/").content.decode()
    Membership.objects.filter(user_id=people.ria.user_id).update(role=RoleCode.READ_ONLY)
    reader = at(people.ria, "de")
    assert reader.post(CHOOSE, {**form, "version": "1"}).status_code == 403
    page = reader.get(PAGE)
    assert page.status_code in (200, 403)
    assert "Tage behalten" not in words_of(page)
