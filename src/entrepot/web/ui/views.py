"""Views of the components: the reader's theme and density."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from entrepot.web.ui.preferences import CHOICES, COOKIE_AGE_SECONDS


@require_POST
def set_preference(request: HttpRequest) -> HttpResponse:
    """Keep the posted `theme` or `density` in a cookie and go back to `next`.

    An empty or unknown value forgets the choice, so that the system's theme applies again. An
    address outside this site is not followed.
    """
    target = request.POST.get("next", "/")
    secure = request.is_secure()
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=secure):
        target = "/"
    response = HttpResponseRedirect(target)
    for name, values in CHOICES.items():
        if name not in request.POST:
            continue
        value = request.POST[name]
        if value in values:
            response.set_cookie(
                name, value, max_age=COOKIE_AGE_SECONDS, samesite="Lax", secure=secure
            )
        else:
            response.delete_cookie(name)
    return response
