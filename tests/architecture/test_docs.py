"""The pages beside the code name what exists, and files stay short enough to be read at once."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PACKAGES = sorted(path.parent for path in (SOURCE / "entrepot" / "domain").glob("*/__init__.py"))
# A topic is a heading or a sentence that opens in bold type; the shorter pages use the latter.
TOPICS = ("Owns", "Does not own", "Words", "(The distinct )?times|States", "Failures?( and retry)?")

# Files that are longer today, with their lines. An entry may fall or go; none may be added.
LONGER: dict[str, int] = {"src/entrepot/domain/resale/migrations/0001_initial.py": 515}
LONGER_LIMIT = 1


def _read(*names: str) -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def _has_topic(text: str, topic: str) -> bool:
    """Tell whether a page has the topic as a heading or in bold type."""
    return re.search(rf"(^#+ |\*\*)({topic})\b", text, re.MULTILINE | re.IGNORECASE) is not None


def _too_long(files: Iterable[Path], *, limit: int) -> dict[str, int]:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
    }
    return {name: lines for name, lines in lengths.items() if lines > LONGER.get(name, limit)}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_domain_package_says_what_it_owns_and_what_happens_on_failure(package: Path) -> None:
    page = package / "README.md"
    assert page.is_file(), f"{package.name} has no README.md"
    text = page.read_text(encoding="utf-8")
    assert [topic for topic in TOPICS if not _has_topic(text, topic)] == []


def test_every_command_of_the_operator_is_named_in_the_pages() -> None:
    folder = SOURCE / "entrepot" / "ops" / "management" / "commands"
    names = [p.stem.replace("_", "-") for p in folder.glob("*.py") if p.stem != "__init__"]
    assert "bill" in names
    text = _read("README.md", "docs/operations.md", "docs/demo.md")
    unnamed = [name for name in names if not re.search(rf"bin/entrepot {name}\b", text)]
    assert unnamed == []


def test_every_environment_variable_is_explained_to_operators() -> None:
    used = {
        name
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r"\bENTREPOT_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert "ENTREPOT_DATA" in used
    explained = set(
        re.findall(r"^\| `(ENTREPOT_[A-Z_]+)`", _read("docs/operations.md"), re.MULTILINE)
    )
    assert sorted(used - explained) == []
    assert sorted(explained - used) == []


def test_no_source_file_is_longer_than_400_lines() -> None:
    assert _too_long(SOURCE.rglob("*.py"), limit=400) == {}


def test_no_test_is_longer_than_600_lines() -> None:
    assert _too_long((ROOT / "tests").rglob("*.py"), limit=600) == {}


def test_no_template_is_longer_than_150_lines() -> None:
    templates = [p for p in SOURCE.rglob("templates/**/*") if p.suffix in {".html", ".txt", ".typ"}]
    assert templates
    assert _too_long(templates, limit=150) == {}


def test_the_list_of_longer_files_only_shrinks() -> None:
    assert len(LONGER) <= LONGER_LIMIT
    now = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in LONGER
        if (ROOT / name).is_file()
    }
    assert now == LONGER
