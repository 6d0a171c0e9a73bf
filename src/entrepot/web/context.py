"""The frame around every page, for templates: `shell`, None for people who are not signed in."""

from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from entrepot.domain.parties.roles import Capability
from entrepot.domain.parties.viewer import ACCOUNTS_MAX, Panel, Viewer
from entrepot.web.access.menu import has_address, home_address, shown
from entrepot.web.access.requests import known, realm_of
from entrepot.web.ui.shell import Brand, Language, Link, OnBehalf, Shell, TopAction

SWITCHER_MAX = ACCOUNTS_MAX - 1

_PANELS = {
    Panel.PROVIDER: _("Provider"),
    Panel.RESELLER: _("Reseller"),
    Panel.CUSTOMER: _("Customer"),
}


def shell(request: HttpRequest) -> dict[str, object]:
    """Give templates the frame; nothing is asked of the database by templates that have none."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        return {"shell": None}
    return {"shell": SimpleLazyObject(lambda: build_shell(request, viewer))}


def build_shell(request: HttpRequest, viewer: Viewer) -> Shell:
    """Return the frame of a signed-in person's page."""
    search = f"{viewer.panel.value}:search"
    search_url = reverse(search) if has_address(search) else ""
    is_search = request.path == search_url
    return Shell(
        panel=viewer.panel.value,
        account_name=viewer.account_name,
        role_label=str(_PANELS[viewer.panel]),
        groups=shown(viewer, path=request.path),
        user_name=viewer.user_name,
        user_initials=initials(viewer.user_name),
        home_url=home_address(viewer),
        brand=brand_of(request),
        switcher=_switcher(viewer),
        search_url=search_url,
        # A list's own q is typed in the field above that list.
        search_query=request.GET.get("q", "") if is_search else "",
        search_hint=gettext("Search everything"),
        languages=languages(),
        language_url=reverse("language"),
        user_links=_user_links(request, viewer),
        sign_out_url=reverse("sign-out"),
        preference_url=reverse("preference"),
        on_behalf=_on_behalf(request, viewer),
        top_action=_new_order(viewer),
        version=_version(),
    )


def _user_links(request: HttpRequest, viewer: Viewer) -> tuple[Link, ...]:
    """Offer what people do about themselves; nobody does it while acting for others.

    Who signs in at a portal has no password here.
    """
    if viewer.acting is not None:
        return ()
    links = (
        Link(gettext("Profile"), reverse("profile"), "circle-user"),
        Link(gettext("Security"), reverse("own-security"), "shield-check"),
    )
    if getattr(getattr(request, "user", None), "signs_in_outside", False):
        return links
    return (*links, Link(gettext("Change password"), reverse("password-change"), "key-round"))


def _on_behalf(request: HttpRequest, viewer: Viewer) -> OnBehalf | None:
    if viewer.acting is None:
        return None
    left = viewer.acting.ends_at - known(request).now
    return OnBehalf(
        user=f"{viewer.user_name} ({viewer.acting.home_name})",
        account=viewer.account_name,
        exit_url=reverse("stop-acting"),
        minutes_left=max(1, -(-left // timedelta(minutes=1))),
    )


def _new_order(viewer: Viewer) -> TopAction | None:
    """Offer an order on every page, to those who order often; the provider does so from its customers' pages."""
    name = f"{viewer.panel.value}:marketplace"
    if viewer.panel is Panel.PROVIDER or not has_address(name):
        return None
    if not viewer.can(Capability.MANAGE_SUBSCRIPTIONS):
        return None
    return TopAction(gettext("New order"), reverse(name))


def brand_of(request: HttpRequest) -> Brand:
    """Return the look of the brand behind the request's address."""
    realm = realm_of(request)
    if realm is None:
        return Brand()
    sheet = f"{reverse('brand-sheet')}?{realm.accent.lstrip('#')}"
    logo = reverse("brand-logo", args=[realm.logo_digest]) if realm.logo_digest else ""
    return Brand(name=realm.display_name, icon=realm.logo_icon, css_url=sheet, logo_url=logo)


def languages() -> tuple[Language, ...]:
    """Return the languages of the site, the active one marked."""
    active = get_language()
    return tuple(Language(code, name, current=code == active) for code, name in settings.LANGUAGES)


def initials(name: str) -> str:
    """Return up to two capitals: of the first and the last word."""
    words = name.split()
    return (
        "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else ""
    )


def _switcher(viewer: Viewer) -> tuple[Link, ...]:
    """Offer the other accounts, each as a POST to the page that changes the account."""
    rows = viewer.accounts
    if len(rows) < 2:
        return ()
    page = reverse("switch")
    links = [
        Link(row.account_name, home_address(viewer), note=str(_PANELS[row.panel]), current=True)
        if row.account_id == viewer.account_id
        else Link(row.account_name, page, note=str(_PANELS[row.panel]), account=str(row.account_id))
        for row in rows[:SWITCHER_MAX]
    ]
    if len(rows) > SWITCHER_MAX:
        links.append(Link(gettext("All accounts…"), page))
    return tuple(links)


@cache
def _version() -> str:
    try:
        return version("entrepot")
    except PackageNotFoundError:
        return ""
