"""Logo files: PNG pictures are taken apart and put together again, so that nothing but the picture is kept; pure."""

import hashlib
import struct
import zlib
from collections.abc import Iterator

from entrepot.domain.parties.errors import PartyInput

BYTES_MAX = 200_000
SIDE_MAX = 1_024
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
# Samples of a pixel by the colour type: grey, colour, palette, grey and colour with transparency.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_HEADER = struct.Struct(">IIBBBBB")


def clean_logo(content: bytes) -> bytes:
    """Return a PNG picture without anything that is no part of it: texts, other data, what follows the end.

    1 to 1,024 pixels on each side, 200,000 bytes, not interlaced. Raises: PartyInput `logo_unusable`.
    """
    try:
        chunks = list(_chunks(content))
        _check_picture(chunks)
    except (struct.error, zlib.error, ValueError) as fault:
        raise PartyInput(
            "logo_unusable",
            "This is not a PNG picture of at most {side} pixels a side and {most} bytes.",
            field="logo",
            next_step="Save the logo as PNG, not interlaced, and choose it again.",
            side=SIDE_MAX,
            most=f"{BYTES_MAX:,}",
        ) from fault
    return _SIGNATURE + b"".join(_written(kind, data) for kind, data in chunks)


def digest_of(content: bytes) -> str:
    """Name a picture by its content."""
    return hashlib.sha256(content).hexdigest()


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(content) > BYTES_MAX or not content.startswith(_SIGNATURE):
        raise ValueError
    place = len(_SIGNATURE)
    kind = b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length]
        (check,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(kind + data) != check:
            raise ValueError
        if kind in _KEPT:
            yield kind, data
        place += 12 + length


def _check_picture(chunks: list[tuple[bytes, bytes]]) -> None:
    kinds = [kind for kind, _data in chunks]
    if not kinds or kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise ValueError
    width, height, depth, colour, packed, filtered, interlaced = _HEADER.unpack(chunks[0][1])
    is_sized = 0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX
    if not is_sized or depth not in _DEPTHS.get(colour, ()) or packed or filtered or interlaced:
        raise ValueError
    expected = height * (1 + (width * depth * _SAMPLES[colour] + 7) // 8)
    unpacker = zlib.decompressobj()
    data = b"".join(data for kind, data in chunks if kind == b"IDAT")
    if len(unpacker.decompress(data, expected + 1)) != expected:
        raise ValueError


def _written(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
