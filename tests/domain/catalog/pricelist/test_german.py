"""Everything that an import says is said in German too."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from entrepot.domain.catalog.pricelist import errors
from entrepot.domain.catalog.pricelist.diff import diff_price_list
from entrepot.domain.catalog.pricelist.rejects import write_rejected_rows
from entrepot.domain.catalog.pricelist.report import PriceImpact, render_report
from entrepot.flows import price_import
from entrepot.kernel.money import Money
from entrepot.ops.management.commands import import_prices
from tests.domain.catalog.pricelist.files import COLUMNS, csv_file, line, read, stored

CATALOGUE = Path(errors.__file__).parents[1] / "locale" / "de" / "LC_MESSAGES" / "django.po"


@pytest.fixture(scope="module")
def german() -> dict[str, str]:
    with CATALOGUE.open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


def places(template: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", template))


def sentences_in(module) -> set[str]:
    """Texts given to gettext, and the English sentences of refusals (they end in a full stop)."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    found = set()
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    constants = {getattr(node.targets[0], "id", ""): node.value for node in assigned}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "")
        given = [*node.args, *(word.value for word in node.keywords if word.arg == "next_step")]
        choices = [[one.body, one.orelse] if isinstance(one, ast.IfExp) else [one] for one in given]
        for text in (constants.get(getattr(one, "id", ""), one) for two in choices for one in two):
            is_text = isinstance(text, ast.Constant) and isinstance(text.value, str)
            if is_text and (
                name == "gettext"
                or (
                    text.value.endswith((".", ")."))
                    and name in {"PriceImportRefused", "RejectsNotWritten"}
                )
            ):
                found.add(text.value)
    return found


def test_every_translation_keeps_the_places_of_its_template(german):
    assert german
    for english, text in german.items():
        assert text, english
        assert places(text) == places(english), english


def test_every_refusal_of_a_file_or_row_is_translated(german):
    tables = [*errors._FILE.values(), *errors._CELL.values()]

    assert {text for pair in tables for text in pair if text} <= german.keys()


@pytest.mark.parametrize("module", [price_import, import_prices])
def test_every_sentence_of_flow_and_command_is_translated(german, module):
    found = sentences_in(module)

    assert len(found) >= 4
    assert found <= german.keys()


@pytest.mark.parametrize("value", ["x", "1234567890123", "0.0000000000001"])
def test_what_the_kernel_says_of_an_amount_is_translated(german, value):
    asked = []
    content = csv_file(line(UnitPrice=value, Currency="XXX"), line())

    read(content, translate=lambda text: asked.append(text) or text)

    assert len(asked) == 4
    assert set(asked) <= german.keys()


def test_every_word_of_report_and_rejects_is_translated(german, tmp_path):
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        return text

    start = stored(csv_file(line(), line(SkuId="0009")))
    header = ",".join(reversed(COLUMNS))
    rows = [line(UnitPrice="61.00"), *(line(SkuId=f"S{n}", UnitPrice="x") for n in range(101)), "x"]
    turned = (",".join(reversed(row.split(","))) for row in rows)
    parsed = read(csv_file(*turned, header=header))
    diff = diff_price_list(parsed, current=start)
    impact = PriceImpact(
        subscriptions=1,
        quantity=parsed.rows[0].unit_cost,
        monthly_before=Money.zero("USD"),
        monthly_after=Money.zero("USD"),
    )
    render_report(parsed=parsed, diff=diff, impacts={parsed.rows[0].key: impact}, translate=ask)
    with (tmp_path / "wrong.csv").open("w", newline="") as stream:
        write_rejected_rows(parsed, stream=stream, translate=ask)

    assert "... and {count} more." in asked
    assert "No longer in the list, left as they are: {names}." in asked
    assert set(asked) <= german.keys()
