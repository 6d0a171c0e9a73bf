"""Numbers as people type them: with a decimal comma or point, and with groups of thousands.

`plain_number` only writes a text in the other way; `money.parse_decimal` reads it. What two readers could read as two
numbers is refused instead of guessed.
"""

import re

from entrepot.kernel.money import MoneyError

_GROUPS = {
    sign: re.compile(rf"-?[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+") for sign in ".,"
}
_TEXT_LENGTH_MAX = 64


def plain_number(text: str, *, decimal_comma: bool, field: str | None = None) -> str:
    """Write a typed number with a point and without groups; anything else comes back as it is.

    With `decimal_comma` (German) `1.234,56`, `1234,56` and `12,5` are read; `12.50` is too, since no group has two
    digits. Without it `1,234.56` and `1234.56`. Where both signs stand, the last one begins the decimals.
    Raises: MoneyError `number_ambiguous` for a single group sign with three digits behind it (`1.234` in German,
    `1,234` in English), with `field`.
    """
    typed = text.strip()
    decimal, group = (",", ".") if decimal_comma else (".", ",")
    if len(typed) > _TEXT_LENGTH_MAX:
        return text
    if decimal in typed and group in typed:
        last = max(typed.rfind(decimal), typed.rfind(group))
        decimal, group = typed[last], decimal if typed[last] == group else group
        whole = typed[:last]
        is_grouped = _GROUPS[group].fullmatch(whole) is not None
        return f"{whole.replace(group, '')}.{typed[last + 1 :]}" if is_grouped else text
    if _GROUPS[group].fullmatch(typed) is None:
        return typed.replace(",", ".") if decimal_comma and typed.count(",") == 1 else typed
    if typed.count(group) > 1:
        return typed.replace(group, "")
    raise MoneyError(
        "number_ambiguous",
        "“{text}” can be read in two ways.",
        next_step="Write {whole}, or all of the decimals: {whole}{decimal}00.",
        field=field,
        text=typed,
        whole=typed.replace(group, ""),
        decimal=decimal,
    )
