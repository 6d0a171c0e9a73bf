"""Take the bytes of a price list, refuse what is not one, give its text.

Everything here is decided before the first row is parsed: size, kind of file, encoding,
number of rows. Work and memory are bounded by `BYTES_MAX`, whatever is offered.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from entrepot.domain.catalog.pricelist.errors import refuse_file
from entrepot.domain.catalog.pricelist.records import count_line_ends

BYTES_MAX = 10 * 1024 * 1024
ROWS_MAX = 50_000

_MAGIC = (
    (b"PK\x03\x04", "ZIP archive or Excel workbook"),
    (b"PK\x05\x06", "ZIP archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip archive"),
    (b"BZh", "bzip2 archive"),
    (b"\xfd7zXZ\x00", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (b"\xd0\xcf\x11\xe0", "old Excel workbook"),
    (b"%PDF", "PDF document"),
)
_WIDE_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """The text of a file, its name without folders, and the SHA-256 of its bytes in hex."""

    name: str
    sha256: str
    text: str


def read_source(*, source: Path | BinaryIO, name: str) -> SourceText:
    """Read at most `BYTES_MAX` bytes of UTF-8 text with at most `ROWS_MAX` rows.

    A stream is read from where it stands and is not closed. `name` is what messages call it.
    Raises: PriceListRefused for a missing or unreadable file, too many bytes or rows, another
    kind of file, another encoding, or no content.
    """
    content = _read_path(source, name) if isinstance(source, Path) else source.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise refuse_file("price_list_too_large", name=name, limit=BYTES_MAX // 1024 // 1024)
    _check_kind(content, name)
    text = _decode(content.removeprefix(_UTF8_MARK), name)
    if not text.strip():
        raise refuse_file("price_list_empty", name=name)
    # The header ends in a line end of its own, the last row perhaps in none.
    if count_line_ends(text=text.strip("\r\n")) > ROWS_MAX:
        raise refuse_file("price_list_too_many_rows", name=name, limit=ROWS_MAX)
    return SourceText(name=name, sha256=hashlib.sha256(content).hexdigest(), text=text)


def _read_path(path: Path, name: str) -> bytes:
    """Read a regular file; a device or a pipe could give bytes without end."""
    try:
        if path.exists() and not path.is_file():
            raise refuse_file("price_list_not_a_file", name=name)
        with path.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise refuse_file("price_list_not_found", name=name) from error
    except (OSError, ValueError) as error:
        raise refuse_file("price_list_unreadable", name=name, cause=_cause(error)) from error


def _cause(error: OSError | ValueError) -> str:
    """Say what the system said, without the path, which may be no one's business."""
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)


def _check_kind(content: bytes, name: str) -> None:
    """Refuse archives and documents by their first bytes, and wide encodings."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            raise refuse_file("price_list_not_csv", name=name, kind=kind)
    for mark, encoding in _WIDE_MARKS:
        if content.startswith(mark):
            raise refuse_file("price_list_encoding", name=name, encoding=encoding)
    head = content[:64]
    # Without a mark, UTF-16 shows as a zero byte beside every Latin letter.
    if len(head) >= 8 and head.count(0) * 3 >= len(head):
        raise refuse_file("price_list_encoding", name=name, encoding="UTF-16")


def _decode(content: bytes, name: str) -> str:
    """Decode UTF-8; another encoding is refused, for guessing one corrupts names silently."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse_file(
            "price_list_not_utf8",
            name=name,
            line=line,
            byte=f"0x{content[error.start]:02X}",
        ) from error
