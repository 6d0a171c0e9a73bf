"""Addresses of price lists in the provider's panel."""

from django.urls import path, register_converter

from entrepot.web.screens.catalogue import imports, prices, work


class UploadKeyConverter:
    """The random name of an upload: 32 hexadecimal digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        """Return the key as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return the key as it is."""
        return value


register_converter(UploadKeyConverter, "upload_key")

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
