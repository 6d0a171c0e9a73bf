"""All addresses: signing in and out, the three panels, health."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from entrepot.api.callbacks import take_callback
from entrepot.api.scim.views import scim
from entrepot.web.access import account_views, confirming, portals, views
from entrepot.web.access.factors import passing
from entrepot.web.screens.customers.acting import stop_acting
from entrepot.web.screens.users.own import own_sessions
from entrepot.web.ui.views import set_preference

urlpatterns: list[URLPattern | URLResolver] = [
    path("", account_views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/portal/", portals.find_portal, name="portal-find"),
    path("sign-in/portal/<slug:slug>/", portals.portal, name="portal"),
    path("sign-in/portal/<slug:slug>/go/", portals.to_portal, name="portal-go"),
    path("sign-in/portal/<slug:slug>/back/", portals.from_portal, name="portal-back"),
    path("sign-in/second/", passing.second_factor, name="second-factor"),
    path("sign-in/second/cancel/", passing.give_up, name="second-factor-cancel"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/reset/", views.ask_reset, name="password-reset"),
    path("password/reset/sent/", views.reset_sent, name="password-sent"),
    path("password/reset/<str:user_key>/<str:token>/", views.set_new_password, name="password-set"),
    path("password/", account_views.change_password, name="password-change"),
    path("profile/", account_views.profile, name="profile"),
    path("profile/security/", include("entrepot.web.access.factors.urls")),
    path("profile/sessions/", own_sessions, name="own-sessions"),
    path("confirm/", confirming.confirm, name="confirm"),
    path("switch/", account_views.switch, name="switch"),
    path("acting/stop/", stop_acting, name="stop-acting"),
    path("language/", account_views.set_language, name="language"),
    path("preference/", set_preference, name="preference"),
    path("brand.css", account_views.brand_sheet, name="brand-sheet"),
    path("brand-logo/<slug:digest>.png", account_views.brand_logo, name="brand-logo"),
    path("health", account_views.health, name="health"),
    path("api/vendors/<slug:connector>/callbacks", take_callback, name="vendor-callback"),
    path("scim/v2/<path:path>", scim, name="scim"),
    path("provider/", include("entrepot.web.panels.provider.urls")),
    path("reseller/", include("entrepot.web.panels.reseller.urls")),
    path("customer/", include("entrepot.web.panels.customer.urls")),
]

if settings.SHOW_GALLERY:
    urlpatterns.append(path("ui/", include("entrepot.web.ui.urls")))
