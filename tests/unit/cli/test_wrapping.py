"""Long texts in the width of a terminal."""

from __future__ import annotations

import io

from skywalk.cli.wrapping import shortened, width_of, wrapped


def test_lines_go_on_below_their_beginning_and_names_stay_whole() -> None:
    text = "vpce-0123456789abcdef0: no route to 10.0.0.1"
    assert wrapped("failing  ", text, 36) == ["failing  vpce-0123456789abcdef0: no", "           route to 10.0.0.1"]
    assert wrapped("failing  ", text, None) == [f"failing  {text}"]
    assert wrapped("x ", "vpce-0123456789abcdef0", 10) == ["x vpce-0123456789abcdef0"]
    assert wrapped("nothing  ", "", 40) == ["nothing"]


def test_what_is_no_terminal_has_no_width() -> None:
    assert width_of(io.StringIO()) is None


def test_ten_are_told_and_the_others_counted() -> None:
    texts = [str(number) for number in range(11)]
    assert shortened(texts[:10]) == texts[:10]
    assert shortened(texts) == [*texts[:10], "and 1 more; all by: skywalk status --json"]
