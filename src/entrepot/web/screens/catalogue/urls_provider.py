"""Addresses of price lists in the provider's panel."""

from django.urls import path

from entrepot.web.screens.catalogue import imports, prices, work
from entrepot.web.screens.catalogue.upload_keys import know_upload_keys

know_upload_keys()

urlpatterns = [
    path("", imports.import_list, name="price-lists"),
    path("prices/", prices.price_list, name="prices"),
    path("upload/", imports.upload, name="price-list-upload"),
    path("preview/<upload_key:key>/", imports.preview, name="price-list-preview"),
    path("preview/<upload_key:key>/rejected/", imports.preview_rejects, name="price-list-wrong"),
    path("preview/<upload_key:key>/apply/", imports.apply, name="price-list-apply"),
    path("preview/<upload_key:key>/discard/", imports.discard, name="price-list-discard"),
    path("work/<int:number>/", work.work, name="price-list-work"),
    path("<int:number>/", imports.import_page, name="price-list"),
    path("<int:number>/rejected/", imports.import_rejects, name="price-list-rejects"),
]
