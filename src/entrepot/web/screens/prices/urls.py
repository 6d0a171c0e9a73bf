"""Addresses of the price manager, the same in every seller's panel."""

from django.urls import URLPattern, path

from entrepot.web.screens.catalogue.upload_keys import know_upload_keys
from entrepot.web.screens.prices import files, listing, margins, review

know_upload_keys()

urlpatterns: list[URLPattern] = [
    path("", listing.price_manager, name="price-manager"),
    path("review/", review.review, name="price-review"),
    path("apply/", review.apply, name="price-apply"),
    path("withdraw/", review.withdraw, name="price-withdraw"),
    path("margins/", margins.margin_list, name="margins"),
    path("margins/set/", margins.set_margin, name="margin-set"),
    path("margins/withdraw/", margins.withdraw, name="margin-withdraw"),
    path("file/", files.price_file, name="price-file"),
    path("file/download/", files.download, name="price-file-download"),
    path("file/upload/", files.upload, name="price-file-upload"),
    path("file/<upload_key:key>/", files.preview, name="price-file-preview"),
    path("file/<upload_key:key>/wrong/", files.wrong_rows, name="price-file-wrong"),
    path("file/<upload_key:key>/apply/", files.apply, name="price-file-apply"),
    path("file/<upload_key:key>/discard/", files.discard, name="price-file-discard"),
]
