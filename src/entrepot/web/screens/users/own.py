"""Where a person is signed in, each place with a button that ends it, and the own history of signing in."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from entrepot.domain.parties.queries import profile
from entrepot.domain.parties.sessions import end_session, end_sessions, sessions_of
from entrepot.domain.parties.sign_ins import own_sign_ins
from entrepot.web.access.guards import screen
from entrepot.web.access.requests import SignedInRequest
from entrepot.web.screens.home import words as home_words
from entrepot.web.screens.users.browsers import browser_name
from entrepot.web.screens.users.page import SIGN_INS_SHOWN, sign_in_columns, sign_in_lines
from entrepot.web.ui.parts import Column


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One place where the person is signed in."""

    mark: str
    browser: str
    said: str
    network: str
    began: str
    seen: str
    is_current: bool


@screen(None, methods=("GET", "POST"))
def own_sessions(request: SignedInRequest) -> HttpResponse:
    """Show the person's sessions; end one by its mark, or all but this one."""
    user_id, key = request.viewer.user_id, request.session.session_key or ""
    if request.method == "POST":
        mark = request.POST.get("mark", "")[:64]
        ended = (
            end_session(user_id=user_id, mark=mark)
            if mark
            else end_sessions(user_ids=[user_id], but_key=key) > 0
        )
        text = gettext("Signed out there.") if ended else gettext("That session is over already.")
        messages.success(request, text)
        return HttpResponseRedirect(request.path)
    rows = [
        SessionLine(
            mark=one.mark,
            browser=browser_name(one.browser),
            said=one.browser,
            network=one.network,
            began=home_words.day(one.began, "stamp") if one.began else "",
            seen=home_words.day(one.seen, "stamp") if one.seen else "",
            is_current=one.is_current,
        )
        for one in sessions_of(user_id=user_id, current_key=key, now=request.now)
    ]
    context = {
        "rows": rows,
        "has_others": len(rows) > 1,
        "has_password": not profile(user_id=user_id).signs_in_outside,
        "columns": [
            Column(gettext("Browser")),
            Column(gettext("Network address"), 190),
            Column(gettext("Signed in"), 180),
            Column(gettext("Last used"), 180),
            Column(gettext("Sign out"), 150, hidden_label=True),
        ],
        "sign_ins": sign_in_lines(own_sign_ins(user_id=user_id, limit=SIGN_INS_SHOWN)),
        "sign_in_columns": sign_in_columns(),
    }
    return render(request, "screens/users/own.html", context)
