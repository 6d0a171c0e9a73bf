"""The people of a list as a file that the import takes: exactly what search and filters leave over, by name."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from django.http import HttpResponse, StreamingHttpResponse

from entrepot.domain.parties.people import (
    PersonRow,
    Wanted,
    count_wanted,
    list_people,
    roles_of,
)
from entrepot.domain.parties.queries import LIMIT_MAX
from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import Viewer
from entrepot.flows.user_import import ROWS_MAX
from entrepot.kernel.errors import BadInput
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.subscriptions.files import safe_text
from entrepot.web.screens.users.listing import read
from entrepot.web.screens.users.team import team_of

COLUMNS = ("login", "display_name", "email", "phone", "role", "language")


class UserFileInput(BadInput):
    """A list that cannot be taken as a file."""

    codes = frozenset({"users_too_many_for_a_file"})


@screen(Capability.VIEW_USERS)
def export(request: SignedInRequest, *, account: int | None = None) -> HttpResponse:
    """Give the people of the list that the address describes as comma-separated lines."""
    viewer = request.viewer
    team = team_of(viewer, account)
    choices = roles_of(viewer, account_id=team.account_id, kind=team.facts.row.kind)
    wanted, _place = read(request.GET, choices)
    many = count_wanted(
        viewer, account_id=team.account_id, wanted=wanted, now=request.now, limit=ROWS_MAX
    )
    if many > ROWS_MAX:
        raise UserFileInput(
            "users_too_many_for_a_file",
            "A file holds at most {most} users, and the list has more.",
            next_step="Narrow the list by role, state or name first.",
            most=ROWS_MAX,
        )
    lines = _lines(viewer, team.account_id, wanted, request.now)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    file_name = f"users-{viewer.today.isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return cast("HttpResponse", answer)


def _lines(viewer: Viewer, account_id: int, wanted: Wanted, now: datetime) -> Iterator[bytes]:
    """Read page after page, so that a long list needs no memory."""
    yield _line(COLUMNS)
    after = None
    while True:
        page = list_people(
            viewer, account_id=account_id, limit=LIMIT_MAX, now=now, wanted=wanted, after=after
        )
        for row in page.rows:
            yield _line([safe_text(text) for text in _cells(row)])
        after = page.after
        if after is None:
            return


def _cells(row: PersonRow) -> tuple[str, ...]:
    role = row.role.name or row.role.code.value
    return (row.login, row.name, row.email, row.phone, role, row.language)


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue().encode()
