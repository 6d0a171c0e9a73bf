"""How many days before an end customers of a seller are told of it."""

from dataclasses import dataclass

from entrepot.domain.parties import access
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.subscriptions.models import NoticeRule
from entrepot.domain.subscriptions.rules import USUAL_EXPIRY_DAYS, USUAL_RENEWAL_DAYS


@dataclass(frozen=True, slots=True)
class NoticeDays:
    """The days, largest first; `version` is 0 while the usual ones count."""

    expiry: tuple[int, ...]
    renewal: tuple[int, ...]
    version: int


def notice_days(viewer: Viewer) -> NoticeDays:
    """Give the days of the viewer's own account as a seller; one statement."""
    row = access.visible(viewer, NoticeRule).first()
    if row is None:
        return NoticeDays(USUAL_EXPIRY_DAYS, USUAL_RENEWAL_DAYS, version=0)
    return NoticeDays(tuple(row.expiry_days), tuple(row.renewal_days), row.version)
