from __future__ import annotations

import base64

import pytest

from skywalk.drivers.linux.guests.user_data import FirstRun, read_user_data

_CASES = {
    "#!/bin/sh\necho hello\n": FirstRun(b"#!/bin/sh\necho hello\n", ""),
    "": FirstRun(b"", ""),
    "#cloud-config\npackages: [nginx]\n": FirstRun(
        b"", "user data is cloud-config, which is not run here; a script that starts with #! is"
    ),
    "some settings": FirstRun(b"", "user data does not start with #!: nothing is run"),
}


@pytest.mark.parametrize("text", _CASES)
def test_what_is_run(text: str) -> None:
    assert read_user_data(base64.b64encode(text.encode()).decode()) == _CASES[text]


def test_what_is_not_base64() -> None:
    assert read_user_data("#!/bin/sh").remark == "user data is not base64 text: nothing is run"
