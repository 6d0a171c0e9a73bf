"""A seller's accent colour: what the page checks on saving and the style sheet that carries it.

Colour arithmetic is not money: it is done in binary fractions, as browsers do, and only decides
between colours. Mixtures follow `color-mix(in oklab, …)` (CSS Color 4, OKLab by Björn Ottosson).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.kernel.errors import BadInput

RATIO_MIN = 4.5
DARK_INK = "#1a2230"
BLACK = "#000000"
WHITE = "#ffffff"
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STEP = 0.02
_PANELS = {"light": "#ffffff", "dark": "#15191f"}
_SOFT_SHARE = {"light": 0.11, "dark": 0.22}

Triple = tuple[float, float, float]


class BrandRefused(BadInput):
    """A colour that cannot be an accent."""

    codes = frozenset({"accent_malformed"})


@dataclass(frozen=True, slots=True)
class Accent:
    """A checked accent: the fill, the text on it and the accent as text in both themes."""

    accent: str
    on_accent: str
    text_light: str
    text_dark: str


def _linear(colour: str) -> Triple:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return red, green, blue


def _hex(linear: Triple) -> str:
    parts = []
    for channel in linear:
        c = min(max(channel, 0.0), 1.0)
        c = c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055
        parts.append(f"{round(c * 255):02x}")
    return "#" + "".join(parts)


def _oklab(colour: str) -> Triple:
    r, g, b = _linear(colour)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    mid = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.8086757660 * short,
    )


def _from_oklab(lab: Triple) -> str:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return _hex(
        (
            4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short,
        )
    )


def mix(first: str, second: str, *, share: float) -> str:
    """Mix two `#rrggbb` in OKLab, `share` (0 to 1) of the first."""
    pairs = zip(_oklab(first), _oklab(second), strict=True)
    light, a, b = (one * share + two * (1 - share) for one, two in pairs)
    return _from_oklab((light, a, b))


def contrast(first: str, second: str) -> float:
    """Compute the contrast of two `#rrggbb` as WCAG 2.2 defines it, from 1 to 21."""
    lights = []
    for colour in (first, second):
        red, green, blue = _linear(colour)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def _readable(text: str, *, ground: str, step: float) -> str:
    """Move a text colour by steps of lightness until it has 4.5:1 on its ground."""
    light, a, b = _oklab(text)
    while contrast(text, ground) < RATIO_MIN and 0 < light < 1:
        light = min(max(light + step, 0.0), 1.0)
        text = _from_oklab((light, a, b))
    return text


def check_accent(accent: str) -> Accent:
    """Work out the readable companions of an accent `#rrggbb`, as the brand page stores them.

    White stands on the accent if it has 4.5:1 there, else the dark ink, else black; the accent as text is
    darkened (light theme) or lightened (dark theme) until it has 4.5:1 on its own tint.
    Raises: BrandRefused `accent_malformed`.
    """
    if not _HEX.fullmatch(accent):
        raise BrandRefused(
            "accent_malformed",
            "“{accent}” is not a colour.",
            next_step="Write it as # and six hexadecimal digits, for example #0b6e66.",
            field="accent",
            accent=accent[:32],
        )
    fill = accent.lower()
    texts = {}
    for theme, panel in _PANELS.items():
        text = fill if theme == "light" else mix(fill, WHITE, share=0.52)
        ground = mix(fill, panel, share=_SOFT_SHARE[theme])
        texts[theme] = _readable(text, ground=ground, step=-_STEP if theme == "light" else _STEP)
    # Some middle tones carry neither white nor the ink; black has 4.6:1 wherever white has not 4.5:1.
    readable = (c for c in (WHITE, DARK_INK) if contrast(c, fill) >= RATIO_MIN)
    return Accent(fill, next(readable, BLACK), texts["light"], texts["dark"])


def brand_css(accent: str) -> str:
    """Write the style sheet of a seller's brand, served as `text/css` after the main one.

    Raises: BrandRefused `accent_malformed`.
    """
    colours = check_accent(accent)
    return (
        ":root {\n"
        f"  --accent: {colours.accent};\n"
        f"  --on-accent: {colours.on_accent};\n"
        f"  --accent-text: light-dark({colours.text_light}, {colours.text_dark});\n"
        "}\n"
    )
