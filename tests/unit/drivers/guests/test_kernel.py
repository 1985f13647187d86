from __future__ import annotations

import errno

import pytest

from skywalk.drivers.linux.guests import kernel


def test_a_refused_call_says_what_it_was() -> None:
    with pytest.raises(OSError, match="setns") as refused:
        kernel.setns(-1, kernel.CLONE_NEWNET)
    assert refused.value.errno == errno.EBADF
    with pytest.raises(OSError, match="open_tree /nowhere") as refused:
        kernel.take_tree("/nowhere")
    assert refused.value.errno in {errno.ENOENT, errno.EPERM}
