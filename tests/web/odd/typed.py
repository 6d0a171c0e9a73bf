"""A page's form as somebody would send it back: what stands in its fields, read from the page itself."""

from html.parser import HTMLParser
from typing import Any


class _Fields(HTMLParser):
    """Collects the fields of the form in which a field with a name stands."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.found: dict[str, str] = {}
        self._here: dict[str, str] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a field holds."""
        facts = {name: value or "" for name, value in attrs}
        name = facts.get("name", "")
        if tag == "form":
            self._here = {}
        elif tag == "input" and name and facts.get("type") not in ("file", "submit"):
            if facts.get("type") not in ("checkbox", "radio") or "checked" in facts:
                self._here[name] = facts.get("value", "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in facts or self._select not in self._here:
                self._here[self._select] = facts.get("value", "")
        elif tag == "textarea":
            self._text = name
            self._here[name] = ""

    def handle_data(self, data: str) -> None:
        """Read a text of several lines."""
        if self._text:
            self._here[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a field, or the form."""
        if tag == "textarea":
            self._text = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form" and self.wanted in self._here:
            self.found = self._here


def form_of(answer: Any, *, field: str) -> dict[str, str]:
    """Return the fields of a page's form that has this field, as they stand there."""
    reader = _Fields(field)
    reader.feed(answer.content.decode())
    assert reader.found, (
        f"no form with {field} at {answer.request['PATH_INFO']}: {answer.status_code}"
    )
    return reader.found
