"""Uploaded files until they are applied: one folder each below the data folder, with a random name.

The key comes with the form, so that a form sent twice makes one upload. What nobody applied is removed a week later.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from entrepot.kernel.errors import BadInput, NotFound

KEPT = timedelta(days=7)
_KEY = re.compile(r"[0-9a-f]{32}")
_UNSAFE = re.compile(r"[^\w.() -]+")
_NAME_MAX = 120


class UploadRefused(BadInput):
    """The form came without a file, with too large a one, or without its key."""

    codes = frozenset({"upload_missing", "upload_too_large", "upload_form_incomplete"})


class NoSuchUpload(NotFound):
    """The upload was discarded, is too old, or belongs to another account."""

    codes = frozenset({"upload_unknown"})


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file; `path` may be gone once `done` says which import it became (0: none yet).

    `job` is the work that applies it (0: none).
    """

    key: str
    name: str
    path: Path
    account_id: int
    done: int
    job: int


def new_key() -> str:
    """Return the key that an upload form carries."""
    return uuid4().hex


def keep(
    sent: UploadedFile[bytes] | None, *, key: str, account_id: int, bytes_max: int, now: datetime
) -> Upload:
    """Keep an uploaded file below the key of its form; the same form again changes nothing.

    Raises: UploadRefused.
    """
    if not _KEY.fullmatch(key):
        raise UploadRefused(
            "upload_form_incomplete",
            "This form is not complete.",
            next_step="Open the page again and choose the file.",
        )
    if sent is None:
        raise UploadRefused(
            "upload_missing", "No file was chosen.", field="file", next_step="Choose a CSV file."
        )
    if sent.size is None or sent.size > bytes_max:
        raise UploadRefused(
            "upload_too_large",
            "The file is larger than {limit} MiB.",
            field="file",
            next_step="Split it and upload the parts.",
            limit=bytes_max // 1024 // 1024,
        )
    _sweep(now)
    folder = _folder(key)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return find(key, account_id=account_id)
    name = _UNSAFE.sub("_", Path(sent.name or "").name)[-_NAME_MAX:].lstrip(". ") or "upload.csv"
    with (folder / name).open("wb") as stream:
        for chunk in sent.chunks():
            stream.write(chunk)
    _write(folder, {"name": name, "account": account_id, "done": 0})
    return find(key, account_id=account_id)


def find(key: str, *, account_id: int) -> Upload:
    """Return an upload of the account. Raises: NoSuchUpload."""
    folder = _folder(key)
    try:
        facts = json.loads((folder / "upload.json").read_text("utf-8"))
    except FileNotFoundError:
        facts = None
    if facts is None or facts["account"] != account_id:
        raise NoSuchUpload(
            "upload_unknown",
            "There is no such upload.",
            object=key,
            next_step="Upload the file again.",
        )
    path = folder / facts["name"]
    return Upload(key, facts["name"], path, account_id, facts["done"], facts.get("job", 0))


def close(upload: Upload, *, import_id: int) -> None:
    """Note what became of an upload and remove its file."""
    facts = {"name": upload.name, "account": upload.account_id, "done": import_id}
    _write(upload.path.parent, facts)
    upload.path.unlink(missing_ok=True)


def hand_over(upload: Upload, *, job_id: int) -> None:
    """Note which job applies an upload; its file stays until it is swept."""
    facts = {"name": upload.name, "account": upload.account_id, "done": 0, "job": job_id}
    _write(upload.path.parent, facts)


def discard(upload: Upload) -> None:
    """Remove an upload that nobody wants."""
    shutil.rmtree(upload.path.parent, ignore_errors=True)


def _write(folder: Path, facts: dict[str, object]) -> None:
    (folder / "upload.json").write_text(json.dumps(facts), "utf-8")


def _folder(key: str) -> Path:
    return Path(settings.DATA) / "uploads" / key


def _sweep(now: datetime) -> None:
    """Remove uploads that nobody has touched for a week."""
    too_old = (now - KEPT).timestamp()
    for folder in (Path(settings.DATA) / "uploads").glob("*"):
        if _KEY.fullmatch(folder.name) and folder.stat().st_mtime < too_old:
            shutil.rmtree(folder, ignore_errors=True)
