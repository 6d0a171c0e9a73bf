"""The random name of an upload in addresses: `<upload_key:key>`, 32 hexadecimal digits."""

from django.urls import register_converter
from django.urls.converters import get_converters

_NAME = "upload_key"


class UploadKeyConverter:
    """The random name of an upload: 32 hexadecimal digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        """Return the key as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return the key as it is."""
        return value


def know_upload_keys() -> None:
    """Let addresses use `upload_key`; asking again changes nothing."""
    if _NAME not in get_converters():
        register_converter(UploadKeyConverter, _NAME)
