"""Starting, finding and stopping the embedded backend."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from skywalk.backends.process import BackendFailed, BackendProcess, backend_environment, listener_process_id
from support.unix_http import ask

HOST = {"Host": "s3.us-east-1.amazonaws.com", "x-moto-account-id": "111111111111"}


def test_it_is_started_once_found_again_and_stopped_with_its_state(tmp_path: Path) -> None:
    async def story() -> None:
        first = BackendProcess("s3", tmp_path)
        paths = await asyncio.gather(first.start(), first.start())
        process_id = listener_process_id(first.socket_path)
        assert list(paths) == [tmp_path / "socket"] * 2
        assert ask(paths[0], "PUT", "/documents", headers=HOST)[0] == 200
        second = BackendProcess("s3", tmp_path)
        await second.start()
        assert listener_process_id(second.socket_path) == process_id
        await first.stop()
        assert listener_process_id(first.socket_path) is None
        await second.start()
        assert b"<Name>documents</Name>" in ask(paths[0], "GET", "/", headers=HOST)[2]
        await second.stop()
        await second.stop()

    asyncio.run(story())


def test_a_state_that_cannot_be_read_is_said_and_kept(tmp_path: Path) -> None:
    (tmp_path / "state.pickle").write_bytes(b"not a state")

    async def story() -> None:
        with pytest.raises(BackendFailed, match=r"ended with status 1: [\s\S]*UnpicklingError"):
            await BackendProcess("s3", tmp_path).start()

    asyncio.run(story())
    assert (tmp_path / "state.pickle").read_bytes() == b"not a state"


def kill(process_id: int) -> None:
    os.kill(process_id, signal.SIGKILL)
    os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOWAIT)


def test_a_killed_backend_is_started_again(tmp_path: Path) -> None:
    async def story() -> None:
        backend = BackendProcess("s3", tmp_path)
        await backend.start()
        process_id = listener_process_id(backend.socket_path)
        assert process_id is not None
        kill(process_id)
        await backend.start()
        assert listener_process_id(backend.socket_path) not in (None, process_id)
        await backend.stop()

    asyncio.run(story())


def test_one_whose_socket_has_gone_before_it_is_reaped_when_it_has_ended(tmp_path: Path) -> None:
    async def story() -> int:
        backend = BackendProcess("s3", tmp_path)
        await backend.start()
        process_id = listener_process_id(backend.socket_path)
        assert process_id is not None
        backend.socket_path.unlink()
        with pytest.raises(BackendFailed, match="another backend runs on"):
            await backend.start()
        kill(process_id)
        await backend.start()
        await backend.stop()
        return process_id

    process_id = asyncio.run(story())
    with pytest.raises(ChildProcessError):
        os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOHANG)


def test_settings_and_credentials_of_the_starter_stay_behind() -> None:
    found = backend_environment({"PATH": "/bin", "AWS_PROFILE": "x", "MOTO_ACCOUNT_ID": "1", "S3_X": "y"})
    assert found == {"PATH": "/bin", "PYTHONHASHSEED": "0"}
