"""Addresses of the own page of security, below `profile/security/`."""

from django.urls import URLPattern, path

from entrepot.web.access.factors import own, passkeys

urlpatterns: list[URLPattern] = [
    path("", own.security, name="own-security"),
    path("app/", own.add_own_app, name="own-app"),
    path("codes/", own.own_codes, name="own-codes"),
    path("codes/file/", own.own_codes_file, name="own-codes-file"),
    path("passkeys/new/", passkeys.new_passkey, name="own-passkey-new"),
    path("passkeys/<int:number>/", passkeys.passkey, name="own-passkey"),
    path("<int:number>/remove/", own.remove_own, name="own-factor-remove"),
]
