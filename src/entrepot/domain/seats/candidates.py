"""People of an account who do not have a service yet: to choose among, all that match, or by their login names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from entrepot.domain.parties.models import Membership
from entrepot.domain.parties.people import PersonKey, Wanted, narrowed
from entrepot.domain.parties.viewer import Viewer
from entrepot.domain.seats.commands import PEOPLE_MAX
from entrepot.domain.seats.models import Seat, SeatWait
from entrepot.domain.seats.supply import holding_resources


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person without the service."""

    user_id: int
    name: str
    login: str
    email: str


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """One page of candidates by name; `after` leads to the next one, None on the last."""

    rows: tuple[Candidate, ...]
    after: PersonKey | None


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People found by login names: whom it is about, who has the service, and names that nobody has or is disabled."""

    user_ids: tuple[int, ...]
    had_it: int
    unknown: tuple[str, ...]


def list_candidates(
    viewer: Viewer,
    *,
    resource_id: int,
    limit: int,
    now: datetime,
    search: str = "",
    after: PersonKey | None = None,
) -> CandidatePage:
    """List people of the viewer's account who could get a service, by name."""
    rows = _without(viewer, resource_id=resource_id, search=search, now=now)
    if after is not None:
        rows = rows.filter(
            Q(name_key__gte=after.name_key),
            Q(name_key__gt=after.name_key) | Q(user_id__gt=after.user_id),
        )
    found = list(rows.select_related("user").order_by("name_key", "user_id")[: limit + 1])
    page = found[:limit]
    last = PersonKey(page[-1].name_key, page[-1].user_id) if len(found) > limit else None
    return CandidatePage(
        tuple(
            Candidate(row.user_id, row.user.display_name, row.user.login, row.user.email)
            for row in page
        ),
        last,
    )


def count_candidates(viewer: Viewer, *, resource_id: int, now: datetime, search: str = "") -> int:
    """Count who could get a service, up to one more than can be named at once."""
    rows = _without(viewer, resource_id=resource_id, search=search, now=now)
    return rows.values("user_id")[: PEOPLE_MAX + 1].count()


def all_candidates(
    viewer: Viewer, *, resource_id: int, now: datetime, search: str = ""
) -> list[int]:
    """Name everybody who could get a service and matches, by name; one more than possible at once at most."""
    rows = _without(viewer, resource_id=resource_id, search=search, now=now)
    ordered = rows.order_by("name_key", "user_id").values_list("user_id", flat=True)
    return list(ordered[: PEOPLE_MAX + 1])


def by_login(
    viewer: Viewer, *, resource_id: int, logins: Sequence[str], now: datetime
) -> NamedPeople:
    """Find people of the viewer's account by their login names, in the order given; each counts once."""
    wanted = list(dict.fromkeys(login.lower() for login in logins))
    people = narrowed(viewer, account_id=viewer.account_id, wanted=Wanted(), now=now)
    known = dict(
        people.filter(user__is_active=True)
        .filter(user__login__in=wanted)
        .values_list("user__login", "user_id")
    )
    missing = set(
        _without(viewer, resource_id=resource_id, search="", now=now)
        .filter(user_id__in=known.values())
        .values_list("user_id", flat=True)
    )
    found = [known[login] for login in wanted if login in known]
    return NamedPeople(
        user_ids=tuple(number for number in found if number in missing),
        had_it=len(found) - len(missing),
        unknown=tuple(login for login in wanted if login not in known),
    )


def chosen_candidates(
    viewer: Viewer, *, resource_id: int, user_ids: Sequence[int], now: datetime
) -> NamedPeople:
    """Look at people chosen by number, as `by_login` does at names; who is of another account counts for nothing."""
    people = narrowed(viewer, account_id=viewer.account_id, wanted=Wanted(), now=now)
    known = set(
        people.filter(user__is_active=True, user_id__in=user_ids).values_list("user_id", flat=True)
    )
    missing = set(
        _without(viewer, resource_id=resource_id, search="", now=now)
        .filter(user_id__in=known)
        .values_list("user_id", flat=True)
    )
    wanted = tuple(number for number in dict.fromkeys(user_ids) if number in missing)
    return NamedPeople(wanted, len(known) - len(missing), ())


def _without(
    viewer: Viewer, *, resource_id: int, search: str, now: datetime
) -> QuerySet[Membership]:
    people = narrowed(viewer, account_id=viewer.account_id, wanted=Wanted(text=search), now=now)
    # Not "exists": where nearly everybody has the service, one hash is cheaper than a look for each of them.
    has = Seat.objects.filter(
        account_id=viewer.account_id,
        resource_id__in=holding_resources(resource_id=resource_id),
    )
    waits = SeatWait.objects.filter(
        account_id=viewer.account_id,
        resource_id=resource_id,
        # Who waited in vain can be chosen again.
        error="",
    )
    return people.filter(user__is_active=True).exclude(
        Q(user_id__in=has.values("user_id")) | Q(user_id__in=waits.values("user_id"))
    )
