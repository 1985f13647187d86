from __future__ import annotations

from datetime import timedelta

import pytest

from skywalk.metadata.tokens import TokenMint
from skywalk.values.clock import FixedClock

NOW = FixedClock().now()
MINT = TokenMint(b"region key")
TOKEN = MINT.mint("i-0a", NOW, 60)


def test_a_token_looks_like_awss() -> None:
    assert len(TOKEN) == 56
    assert TOKEN.startswith("AQAE")
    assert TOKEN.endswith("==")


def test_a_token_is_valid_until_its_last_second() -> None:
    assert MINT.seconds_left(TOKEN, "i-0a", NOW) == 60
    assert MINT.seconds_left(TOKEN, "i-0a", NOW + timedelta(seconds=59.9)) == 1
    assert MINT.seconds_left(TOKEN, "i-0a", NOW + timedelta(seconds=60)) is None


def test_a_token_is_one_instances_and_one_regions() -> None:
    assert MINT.seconds_left(TOKEN, "i-0b", NOW) is None
    assert TokenMint(b"another key").seconds_left(TOKEN, "i-0a", NOW) is None


def test_a_token_outlives_the_process() -> None:
    assert TokenMint(b"region key").seconds_left(TOKEN, "i-0a", NOW) == 60


@pytest.mark.parametrize("place", range(0, 54, 3))
def test_a_changed_token_is_none(place: int) -> None:
    changed = TOKEN[:place] + ("A" if TOKEN[place] != "A" else "B") + TOKEN[place + 1 :]
    assert MINT.seconds_left(changed, "i-0a", NOW) is None


@pytest.mark.parametrize("text", ["", "=", "AQAE", "é" * 56, "A" * 56, "A" * 10000, TOKEN + TOKEN, " " + TOKEN])
def test_other_text_is_no_token(text: str) -> None:
    assert MINT.seconds_left(text, "i-0a", NOW) is None
