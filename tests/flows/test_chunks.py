"""Parts of a step are joined to chunks, the last ones stay apart, and none is lost."""

from hypothesis import given
from hypothesis import strategies as st

from entrepot.flows.daily_billing.planning import _joined


def test_the_last_parts_stay_apart() -> None:
    assert _joined(list(range(12)), together=4, apart=4) == [0, 4, 8, 9, 10, 11]


def test_few_parts_are_chunks_of_their_own() -> None:
    assert _joined([0, 7, 9], together=4, apart=4) == [0, 7, 9]


@given(
    count=st.integers(1, 200),
    together=st.integers(1, 4),
    apart=st.integers(2, 128),
)
def test_chunks_cover_every_part(count: int, together: int, apart: int) -> None:
    parts = list(range(count))
    chunks = _joined(parts, together=together, apart=apart)
    assert chunks[0] == 0
    sizes = [end - start for start, end in zip(chunks, [*chunks[1:], count], strict=True)]
    assert sum(sizes) == count
    assert all(1 <= size <= together for size in sizes)
    assert all(size == 1 for size in sizes[-min(apart, count) :])
