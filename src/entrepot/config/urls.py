"""All addresses: signing in and out, the three panels, health."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from entrepot.api.callbacks import take_callback
from entrepot.web.access import account_views, views
from entrepot.web.ui.views import set_preference

urlpatterns: list[URLPattern | URLResolver] = [
    path("", account_views.start, name="start"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("password/reset/", views.ask_reset, name="password-reset"),
    path("password/reset/sent/", views.reset_sent, name="password-sent"),
    path("password/reset/<str:user_key>/<str:token>/", views.set_new_password, name="password-set"),
    path("password/", account_views.change_password, name="password-change"),
    path("profile/", account_views.profile, name="profile"),
    path("switch/", account_views.switch, name="switch"),
    path("language/", account_views.set_language, name="language"),
    path("preference/", set_preference, name="preference"),
    path("brand.css", account_views.brand_sheet, name="brand-sheet"),
    path("brand-logo/<slug:digest>.png", account_views.brand_logo, name="brand-logo"),
    path("health", account_views.health, name="health"),
    path("api/vendors/<slug:connector>/callbacks", take_callback, name="vendor-callback"),
    path("provider/", include("entrepot.web.panels.provider.urls")),
    path("reseller/", include("entrepot.web.panels.reseller.urls")),
    path("customer/", include("entrepot.web.panels.customer.urls")),
]

if settings.SHOW_GALLERY:
    urlpatterns.append(path("ui/", include("entrepot.web.ui.urls")))
