"""Texts of messages: names in double braces are replaced, nothing is calculated; pure.

People of sellers write such texts, so there is no language to run: `{{name}}` becomes the value of an allowed name, a
paragraph whose names have no value is left out, and everything else stays as it is typed. HTML is made of the finished
text; nobody writes any. A library for templates would bring loops, look-ups and an escape that can be switched off.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from entrepot.domain.notifications.errors import MessageInput
from entrepot.domain.parties.names import has_controls

LINK = "\ue000link\ue000"
"""Stands in stored texts where a link for one use belongs."""

SUBJECT_LENGTH_MAX = 200
BODY_LENGTH_MAX = 5_000
_NAME = re.compile(r"\{\{ *([a-z_]{1,40}) *\}\}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ue000]+")
_CUT_TO = 250

_STYLE = (
    "body{margin:0;padding:24px;background:#f4f5f7;color:#1c1e24;"
    "font:16px/1.5 system-ui,Segoe UI,Helvetica,Arial,sans-serif}"
    ".sheet{max-width:600px;margin:0 auto;background:#fff;border-top:4px solid %(accent)s;"
    "border-radius:6px;padding:24px 28px}"
    ".brand{font-size:18px;font-weight:600;margin:0 0 20px}.brand img{max-height:48px;max-width:220px}"
    "h2{font-size:16px;margin:24px 0 8px}p{margin:0 0 14px}"
    ".foot{max-width:600px;margin:12px auto 0;color:#5b6070;font-size:13px}a{color:inherit}"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject in one line and a text of paragraphs with empty lines between them."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a seller appears in messages. `address` is where its panel is; only such links become links in HTML."""

    name: str
    accent: str
    address: str
    has_logo: bool = False


def check(wording: Wording, *, allowed: tuple[str, ...]) -> Wording:
    """Return the wording as it is stored: without blanks around it, lines ended by a line feed.

    Raises: MessageInput `template_text_missing`, `template_too_long`, `template_name_unknown`, `template_braces`,
    `template_has_controls`, `message_header_unusable`.
    """
    subject = one_line(wording.subject.strip(), field="subject")
    body = "\n".join(line.rstrip() for line in wording.body.strip().splitlines())
    for field, text, most in (
        ("subject", subject, SUBJECT_LENGTH_MAX),
        ("body", body, BODY_LENGTH_MAX),
    ):
        _check_length(text, field=field, most=most)
        _check_visible(text, field=field)
        _check_names(text, field=field, allowed=allowed)
    return Wording(subject, body.replace(LINK, ""))


def one_line(text: str, *, field: str) -> str:
    """Return a text that may stand in the head of a mail.

    Raises: MessageInput `message_header_unusable` for line breaks and other control characters: a second line would be
    a head of its own, such as a hidden copy.
    """
    if _CONTROLS.search(text):
        raise MessageInput(
            "message_header_unusable",
            "A subject, name or address of a mail has one line without control characters.",
            field=field,
            next_step="Type it again in one line.",
        )
    return text


def fill(wording: Wording, *, values: Mapping[str, str]) -> Wording:
    """Put values in: subject in one line, paragraphs whose names are all without a value left out.

    `LINK` may be a value. Raises: MessageInput `message_header_unusable` for a value of the subject with a line break.
    """
    subject = one_line(_put(wording.subject, values), field="subject")[:_CUT_TO]
    clean = {name: _plain(value) for name, value in values.items()}
    parts = (part for part in re.split(r"\n\s*\n", wording.body) if _is_said(part, clean))
    return Wording(subject, "\n\n".join(_put(part, clean) for part in parts))


def html_of(text: str, *, title: str, look: Look, language: str) -> str:
    """Write a finished text as a page of HTML. Everything is escaped; links to the panel alone become links.

    A line that begins with "## " is a heading; digests have them. The logo is the picture `cid:logo`.
    """
    parts = "\n".join(_paragraph(part, look) for part in re.split(r"\n\s*\n", text) if part.strip())
    name = escape(look.name)
    head = f'<img src="cid:logo" alt="{name}">' if look.has_logo else name
    place = escape(look.address)
    style = _STYLE % {"accent": escape(look.accent)}
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{style}</style></head>\n"
        f'<body><div class="sheet"><p class="brand">{head}</p>\n{parts}\n</div>\n'
        f'<p class="foot">{name} · <a href="{place}">{place}</a></p></body></html>\n'
    )


def _paragraph(part: str, look: Look) -> str:
    if part.startswith("## "):
        return f"<h2>{escape(part[3:])}</h2>"
    lines = (_line(line, look) for line in part.splitlines())
    return f"<p>{'<br>'.join(lines)}</p>"


def _line(line: str, look: Look) -> str:
    shown = escape(line)
    is_link = line.startswith(look.address) and not re.search(r"[\s\"'<>\\]", line)
    return f'<a href="{shown}">{shown}</a>' if is_link else shown


def _is_said(part: str, values: Mapping[str, str]) -> bool:
    names = _NAME.findall(part)
    return not names or all(values.get(name) for name in names)


def _put(text: str, values: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: values.get(found[1], ""), text)


def _plain(value: str) -> str:
    return value if value == LINK else _CONTROLS.sub(" ", value)


def _check_length(text: str, *, field: str, most: int) -> None:
    if not text:
        raise MessageInput(
            "template_text_missing",
            "A message needs a subject and a text.",
            field=field,
            next_step="Write one, or go back to the default.",
        )
    if len(text) > most:
        raise MessageInput(
            "template_too_long",
            "This is longer than {most} characters.",
            field=field,
            next_step="Write it shorter.",
            most=most,
        )


def _check_visible(text: str, *, field: str) -> None:
    if has_controls(text.replace("\n", "").replace("\t", "")):
        raise MessageInput(
            "template_has_controls",
            "The text contains invisible control characters.",
            field=field,
            next_step="Type it again instead of pasting it.",
        )


def _check_names(text: str, *, field: str, allowed: tuple[str, ...]) -> None:
    unknown = sorted(set(_NAME.findall(text)) - set(allowed))
    if unknown:
        raise MessageInput(
            "template_name_unknown",
            "There is no {name} in this kind of message.",
            field=field,
            next_step="Use one of: {allowed}.",
            name="{{" + unknown[0] + "}}",
            allowed=", ".join("{{" + name + "}}" for name in allowed),
        )
    rest = _NAME.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise MessageInput(
            "template_braces",
            "Double braces hold one name, such as {example}.",
            field=field,
            next_step="Close each pair, or leave it out.",
            example="{{company}}",
        )
