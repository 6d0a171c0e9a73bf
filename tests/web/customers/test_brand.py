"""A finished brand: name, colour and logo file change, its address and its prefix stay."""

import re
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from entrepot.domain.parties.kinds import RoleCode
from entrepot.domain.parties.models import Brand, BrandLogo
from entrepot.domain.parties.viewer import build_viewer
from entrepot.infra.audit.models import AuditEntry
from tests.support.people import NOW, cast, user
from tests.web.home.world import browser_of

URL = "/reseller/account/brand/"
FORM = {"display_name": "Ria Cloud", "accent": "#0b6e66", "logo_icon": "cloud"}


@pytest.fixture
def people(db: None):
    """The cast: Ria has the brand ria.localhost."""
    return cast()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*, width: int = 4, height: int = 4, rows: bytes | None = None, more: bytes = b"") -> bytes:
    """Draw a picture of one colour: each row is a filter byte and three bytes for each pixel."""
    pixels = rows if rows is not None else (b"\0" + b"\x0b\x6e\x66" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + more
        + _chunk(b"IDAT", zlib.compress(pixels))
        + _chunk(b"IEND", b"")
    )


def _post(client, *, logo: bytes | None = None, **values: str):
    version = re.search(r'name="version" value="([^"]*)"', client.get(URL).content.decode())[1]
    sent: dict[str, object] = {**FORM, "version": version, **values}
    if logo is not None:
        sent["logo"] = SimpleUploadedFile("logo.png", logo, content_type="image/png")
    return client.post(URL, sent)


def test_a_logo_is_shown_to_everybody_without_what_is_no_picture_and_can_be_removed(people):
    ria = browser_of(people.ria.viewer())
    assert URL in ria.get("/reseller/account/").content.decode()
    host = Brand.objects.get(account_id=people.ria.account_id).host
    secret = _chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")
    assert _post(ria, logo=png(more=secret) + b"<html>", host="other.localhost").status_code == 302
    brand = Brand.objects.get(account_id=people.ria.account_id)
    assert (brand.display_name, brand.accent, brand.host) == ("Ria Cloud", "#0b6e66", host)
    assert bytes(BrandLogo.objects.get().content) == png()

    anybody = Client(SERVER_NAME=host)
    page = anybody.get("/sign-in/").content.decode()
    address = f"/brand-logo/{brand.logo_digest}.png"
    assert f'src="{address}"' in page
    shown = anybody.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert (shown.content, shown["X-Content-Type-Options"]) == (png(), "nosniff")
    assert anybody.get(f"/brand-logo/{'0' * 64}.png").status_code == 404
    # Browsers keep it whoever asks: its address changes with what it shows.
    for client in (anybody, ria):
        assert client.get(address)["Cache-Control"] == "public, max-age=31536000, immutable"

    assert _post(ria, drop_logo="on").status_code == 302
    assert not BrandLogo.objects.exists()
    assert anybody.get(address).status_code == 404
    assert AuditEntry.objects.filter(action="brand_set", after__has_key="logo_digest").count() == 2


def test_what_is_no_small_png_is_refused_and_the_typing_stays(people):
    ria = browser_of(people.ria.viewer())
    huge = png(width=1025, height=1)
    bomb = png(rows=b"\0" * 10_000_000)
    short = png(rows=b"\0")
    broken = png()[:-6]
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    swapped = png().replace(b"IDAT", b"IDAX", 1)
    for bad in (huge, bomb, short, broken, svg, swapped, b"", b"x" * 300_000):
        answer = _post(ria, logo=bad, display_name="Typed") if bad else _post(ria, accent="red")
        assert answer.status_code == 422
        assert "#" in answer.content.decode()
    assert 'value="Typed"' in _post(ria, logo=svg, display_name="Typed").content.decode()
    stale = ria.post(URL, {**FORM, "version": "0" * 16})
    assert stale.status_code == 409
    assert not BrandLogo.objects.exists()

    number = user(people.ria.account_id, "ria.reads", "Rob", role=RoleCode.READ_ONLY)
    viewer = build_viewer(user_id=number, account_id=people.ria.account_id, now=NOW)
    assert browser_of(viewer).get(URL).status_code in (403, 404)
    assert browser_of(people.cleo.viewer()).get(URL).status_code == 404
