"""The acts on an object as its page shows them."""

from dataclasses import dataclass

from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.trail import trail_of
from entrepot.web.screens.orders.words import stamp
from entrepot.web.screens.tasks import event_words


@dataclass(frozen=True, slots=True)
class TrailShown:
    """One act in words."""

    when: str
    iso: str
    by: str
    text: str


def trail(viewer: Viewer, *, object_kind: str, object_id: int) -> list[TrailShown]:
    """Write the newest acts on an object; empty for who may not read the trail."""
    return [
        TrailShown(
            when=stamp(one.at),
            iso=one.at.isoformat(),
            by=one.by,
            text=" · ".join(
                part
                for part in (event_words.event(one.event) if one.event else one.action, one.reason)
                if part
            ),
        )
        for one in trail_of(viewer, object_kind=object_kind, object_id=object_id)
    ]
