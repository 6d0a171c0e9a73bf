"""The progress helper, on a terminal and off it, with a clock moved by hand."""

import io

import pytest

from entrepot.ops.progress import Progress, duration_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Hand:
    """A clock that stands where it is put."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_terminal_shows_share_rate_and_time_left_on_one_line():
    clock, stream = Hand(), Terminal()
    progress = Progress(1000, "Prices", stream=stream, clock=clock)

    clock.seconds = 5
    progress.advance(250)

    # 250 in 5 s are 50 a second; the other 750 take 15 s.
    assert stream.getvalue() == "\rPrices: 250 of 1,000 (25 %), 50/s, 15 s left"


def test_a_shorter_text_wipes_out_the_longer_one_before_it():
    clock, stream = Hand(), Terminal()
    with Progress(1000, "Prices", stream=stream, clock=clock) as progress:
        clock.seconds = 5
        progress.advance(250)
        clock.seconds = 10

    last = stream.getvalue().split("\r")[-1]
    assert last.rstrip() == "Prices: 250 in 10 s, 25/s"
    assert len(last.rstrip("\n")) == len("Prices: 250 of 1,000 (25 %), 50/s, 15 s left")


def test_a_file_gets_a_plain_line_every_ten_seconds_and_one_at_the_end():
    clock, stream = Hand(), io.StringIO()
    with Progress(None, "Rows", stream=stream, clock=clock) as progress:
        for second in range(1, 26):
            clock.seconds = second
            progress.advance(4)

    assert stream.getvalue().splitlines() == [
        "Rows: 40, 4/s",
        "Rows: 80, 4/s",
        "Rows: 100 in 25 s, 4/s",
    ]


def test_work_that_broke_off_says_so():
    clock, stream = Hand(), io.StringIO()

    def break_off() -> None:
        with Progress(10, "Rows", stream=stream, clock=clock) as progress:
            clock.seconds = 2
            progress.advance(4)
            raise ValueError("bad row")

    with pytest.raises(ValueError, match="bad row"):
        break_off()

    assert stream.getvalue() == "Rows: 4 in 2.0 s, 2/s (stopped)\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (42.4, "42 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")],
)
def test_spans_are_written_for_people(seconds, text):
    assert duration_text(seconds=seconds) == text
