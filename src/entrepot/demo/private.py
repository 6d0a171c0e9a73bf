"""Files of this installation that only their owner can read: what no database and no repository may hold."""

import json
import os
from pathlib import Path
from typing import Any


def write_private(*, directory: Path, name: str, facts: Any) -> Path:
    """Write facts as JSON in one step, readable by the owner only; return the path."""
    path, fresh = directory / name, directory / f".{name}.{os.getpid()}"
    directory.mkdir(parents=True, exist_ok=True)
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    fresh.write_text(text + "\n", encoding="utf-8")
    fresh.replace(path)
    return path
