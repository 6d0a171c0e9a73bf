"""What the catalogue's commands check alike: codes, icons, bounds, and that nobody changed the object meanwhile."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from entrepot.domain.catalog.errors import CatalogConflict, CatalogInput
from entrepot.domain.catalog.icons import ICONS
from entrepot.domain.parties.names import clean_language, clean_name

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def version_of(values: Mapping[str, Any]) -> str:
    """Name the state of an object: the same values give the same text of 16 characters."""
    text = json.dumps(values, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check_version(values: Mapping[str, Any], version: str | None, *, object_name: str) -> None:
    """Refuse a change of what somebody else changed; None does not ask. Raises: CatalogConflict."""
    if version is not None and version != version_of(values):
        raise CatalogConflict(
            "catalog_changed_meanwhile",
            "{object} was changed by somebody else meanwhile.",
            object=object_name,
            next_step="Look at it again, then change it.",
        )


def clean_code(text: str, *, field: str = "code", length_max: int) -> str:
    """Return a code of letters, digits, dots, colons, dashes, underscores. Raises: CatalogInput `code_malformed`."""
    code = text.strip()
    if not _CODE.fullmatch(code) or len(code) > length_max:
        raise CatalogInput(
            "code_malformed",
            "A code has letters, digits, dots, colons, dashes and underscores, at most {most}.",
            field=field,
            next_step="Write it like backup-cloud.",
            most=length_max,
        )
    return code


def clean_icon(name: str) -> str:
    """Return an icon that ships with the program. Raises: CatalogInput `icon_unknown`."""
    if name not in ICONS:
        raise CatalogInput(
            "icon_unknown",
            "There is no such icon.",
            field="icon",
            next_step="Choose one of the list.",
        )
    return name


def clean_texts(texts: Mapping[str, str], *, field: str, length_max: int) -> dict[str, str]:
    """Check texts by language as names are checked; empty ones are left out. Raises: PartyInput."""
    return {
        clean_language(language, field=field): clean_name(text, field=field, length_max=length_max)
        for language, text in texts.items()
        if text.strip()
    }


def code_taken(code: str) -> CatalogConflict:
    """Build the refusal of a code that another one has."""
    return CatalogConflict(
        "code_taken",
        "Another one has the code {object}.",
        object=code,
        next_step="Choose another code.",
    )


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
