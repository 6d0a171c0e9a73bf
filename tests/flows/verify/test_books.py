"""The export of the books is accepted by `bean-check`, comes to our balances, and a cent of difference is refused."""

import io
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.flows.verify import VerifyRefused
from entrepot.flows.verify.books import BooksSummary, write_books
from tests.flows.verify.conftest import sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("billed")]


def _bean_check() -> str:
    beside = Path(sys.executable).with_name("bean-check")
    found = str(beside) if beside.exists() else shutil.which("bean-check")
    if found is None:
        pytest.skip("beancount is not installed")
    return found


def _export(path: Path, seller_id: int | None = None) -> BooksSummary:
    with path.open("w", encoding="utf-8") as stream:
        return write_books(stream=stream, seller_id=seller_id)


def _check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_bean_check(), "--no-cache", str(path)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("seller_id", [None, 1, 2])
def test_bean_check_accepts_the_books(tmp_path: Path, seller_id: int | None) -> None:
    path = tmp_path / "books.beancount"

    _export(path, seller_id)

    checked = _check(path)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_the_books_come_to_our_balances(tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"

    summary = _export(path)

    documents, others = (
        sql("SELECT count(*) FROM invoice"),
        sql("SELECT count(*) FROM transfer WHERE cause IN ('allocation', 'payment')"),
    )
    assert summary.transactions == documents + others
    assert path.read_text().count(" * ") == summary.transactions
    assert summary.receivables == {"EUR": sql("SELECT sum(receivable) FROM balance")}
    # The last amount of each receivable is what the reseller and the customer owe.
    owed = sql("SELECT receivable FROM balance WHERE billing_account_id = 1")
    assert f"Assets:S1:Receivable:B2-1  {owed:.2f} ~ 0 EUR" in path.read_text()


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE transfer SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM transfer)",
        "UPDATE transfer SET amount = amount - 0.01 WHERE cause = 'payment'",
        "DELETE FROM transfer WHERE id = (SELECT max(id) FROM transfer WHERE cause = 'allocation')",
        "UPDATE balance SET receivable = receivable + 0.01 WHERE billing_account_id = 1",
        "UPDATE balance SET account_credit = account_credit + 0.01 WHERE billing_account_id = 2",
        "UPDATE invoice SET gross = gross - 0.01 WHERE id = (SELECT min(id) FROM invoice)",
        "UPDATE invoice SET net = net - 0.01, tax = tax + 0.01 WHERE id = (SELECT min(id) FROM invoice)",
    ],
)
def test_bean_check_refuses_the_books_with_a_cent_of_difference(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "books.beancount"
    sql(fault)

    _export(path)

    assert _check(path).returncode != 0


def test_the_books_of_one_seller_name_no_other(tmp_path: Path) -> None:
    stream = io.StringIO()

    summary = write_books(stream=stream, seller_id=2)

    assert ":S2:" in stream.getvalue()
    assert ":S1:" not in stream.getvalue()
    assert summary.receivables == {
        "EUR": Decimal(sql("SELECT receivable FROM balance WHERE billing_account_id = 2"))
    }


def test_the_books_of_somebody_who_sells_nothing_are_refused() -> None:
    with pytest.raises(VerifyRefused) as refused:
        write_books(stream=io.StringIO(), seller_id=3)

    assert refused.value.code == "verify_seller_unknown"
    assert "ACC-3" in refused.value.text()
