"""The record of a dialogue."""

from mailcatch.connection.transcript import LARGEST, Transcript


def test_lines_have_direction_and_time():
    """In their order, with offsets that grow."""
    transcript = Transcript()
    transcript.server("220 hi")
    transcript.client(b"EHLO \xff")
    transcript.remark("12 bytes of data")
    lines = transcript.lines()
    assert [(line.direction, line.line) for line in lines] == [
        ("S", "220 hi"),
        ("C", "EHLO \\xff"),
        ("*", "12 bytes of data"),
    ]
    assert [line.t_ms for line in lines] == sorted(line.t_ms for line in lines)


def test_the_middle_of_a_long_one_is_left_out():
    """Beginning and end are kept, and the gap is said."""
    transcript = Transcript()
    for number in range(20_000):
        transcript.client(b"NOOP %d" % number)
    lines = transcript.lines()
    assert (lines[0].line, lines[-1].line) == ("NOOP 0", "NOOP 19999")
    assert sum(len(line.line) for line in lines) <= LARGEST
    assert [line.line for line in lines if "left out" in line.line] != []


def test_lines_stay_in_order_where_the_middle_begins():
    """A short line that would still fit does not overtake the long one before it that did not."""
    transcript = Transcript()
    while transcript.size < LARGEST // 2 - 1_000:
        transcript.client(b"NOOP")
    transcript.client(b"x" * 2_000)
    transcript.client(b"last")
    assert [line.line[:4] for line in transcript.lines()][-2:] == ["xxxx", "last"]


def test_its_size_is_bounded():
    """However many lines, and however long."""
    transcript = Transcript()
    for number in range(3_000):
        transcript.client(b"x" * (number % 4_096))
    assert LARGEST - 5_000 < transcript.size <= LARGEST
