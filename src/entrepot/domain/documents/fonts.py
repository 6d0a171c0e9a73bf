"""Text that the shipped fonts can print.

The PDF standards in use forbid missing glyphs, so a document with a character that no shipped font
has would not be made at all. What cannot be printed is replaced by a visible box here; controls
that only change the look or the order of other characters are taken out.
"""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

FONT_DIRECTORY = Path(__file__).parent / "fonts"
MISSING = "\N{WHITE SQUARE}"

_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
_NON_JOINER = "\N{ZERO WIDTH NON-JOINER}"
# A stack of marks higher than this would run into the lines above and below.
_MARKS_MAX = 3
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})


@cache
def coverage() -> tuple[frozenset[int], ...]:
    """Read which characters each shipped font has."""
    files = sorted(p for p in FONT_DIRECTORY.iterdir() if p.suffix in {".ttf", ".otf"})
    return tuple(_characters(path.read_bytes()) for path in files)


@lru_cache(maxsize=4096)
def printable(text: str, *, word_length_max: int = 24) -> str:
    """Turn any text into one line that the document can print and wrap.

    White space becomes single spaces, invisible controls disappear (also those that reverse the
    reading order), characters without a glyph become a box, and words of more than
    `word_length_max` characters get places where they may break. Everything else stays as it is,
    mark-up characters included.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join(_breakable(word, word_length_max) for word in text.split(" "))


def _breakable(word: str, length_max: int) -> str:
    clusters = [_drawable(cluster) for cluster in _clusters(word)]
    if len(clusters) <= length_max:
        return "".join(clusters)
    step = length_max // 3
    parts = (clusters[i : i + step] for i in range(0, len(clusters), step))
    return _ZERO_WIDTH_SPACE.join("".join(part) for part in parts)


def _clusters(word: str) -> Iterator[str]:
    cluster = ""
    for character in word:
        if _is_dropped(character, after=cluster):
            continue
        if cluster and (unicodedata.category(character)[0] == "M" or character == _NON_JOINER):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def _is_dropped(character: str, *, after: str) -> bool:
    if character == _NON_JOINER:
        # Persian words need it; elsewhere it is only a way to hide something in a name.
        return not after or unicodedata.bidirectional(after[0]) != "AL"
    if unicodedata.category(character) in _DROPPED_CATEGORIES:
        return True
    return unicodedata.name(character, "").startswith("VARIATION SELECTOR")


def _drawable(cluster: str) -> str:
    base, marks = cluster[0], cluster[1 : 1 + _MARKS_MAX]
    if _one_font_has(base + marks):
        return base + marks
    return base if _one_font_has(base) else MISSING


def _one_font_has(text: str) -> bool:
    points = {ord(character) for character in text} - {ord(_NON_JOINER)}
    return any(points <= font for font in coverage())


def _characters(font: bytes) -> frozenset[int]:
    """Read the character map of an OpenType file: formats 4 and 12, without private characters."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4s4xII", font, 12 + 16 * i) for i in range(tables))
    start = next(offset for tag, offset, _ in records if tag == b"cmap")
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">4xI", font, start + 4 + 8 * i)[0]
        kind = struct.unpack_from(">H", font, at)[0]
        if kind == 12:
            found.update(_format_12(font, at))
        elif kind == 4:
            found.update(_format_4(font, at))
    return frozenset(point for point in found if unicodedata.category(chr(point)) != "Co")


def _format_12(font: bytes, at: int) -> Iterator[int]:
    for i in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * i)
        yield from (p for p in range(first, last + 1) if glyph + p - first)


def _format_4(font: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
    base = at + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", font, base)
    for i in range(count):
        for point in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = point
            if offsets[i]:
                place = base + 2 * i + offsets[i] + 2 * (point - starts[i])
                glyph = struct.unpack_from(">H", font, place)[0]
                if not glyph:
                    continue
            if (glyph + deltas[i]) & 0xFFFF:
                yield point
