"""JSON of others: read as it is, or refused whole."""

import pytest

from entrepot.kernel.strict_json import read_json


@pytest.mark.parametrize(
    "text",
    [
        '"\\ud800"',
        '{"a": ["x", {"b": "\\udfff y"}]}',
        '{"\\ud800": 1}',
        '"a\\u0000b"',
        "NaN",
        "[-Infinity]",
        "1e999",
        "",
        "{} x",
        "\xff",
        '"a\x00b"',
    ],
)
def test_what_no_database_holds_or_json_does_not_know_is_refused(text: str):
    with pytest.raises(ValueError):
        read_json(text.encode("latin-1"))


def test_everything_else_is_read_as_it_stands():
    text = '{"a": [1, 2.5, null, true], "b": "Größe \\ud83d\\ude00 \\u200b\\n", "b2": "😀"}'
    assert read_json(text.encode()) == read_json(text)
    assert read_json(text)["b"] == "Größe 😀 \u200b\n"
    with pytest.raises(ValueError):
        read_json('"\ud800"')
