"""The way from a region without root to backends by URL: its processes have no network but their own, so one outside
carries bytes between unix sockets (`door` in the settings, one per service) and the services' addresses. TLS passes
through it unread. It outlives the daemon, like all that carries traffic.

`python -m skywalk.backends.relay --backends @FILE` is that process; it says `ready` when its doors are open.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from skywalk.backends.process import listener_process_id
from skywalk.logs.settings import AS_EVER, LogSettings
from skywalk.logs.setup import log_as_told
from skywalk.values.errors import SkywalkError

CONNECT_SECONDS = 5.0
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PIECE_BYTES = 64 * 1024
_MODULE = "skywalk.backends.relay"


def ensure_relay(backends: Path, text: str, log: Path, log_settings: LogSettings = AS_EVER) -> None:
    """A relay runs with these settings, which are the content of the file `backends`; one that does already is left as
    it is. Raises SkywalkError."""
    doors = _doors(text)
    if doors and all(listener_process_id(Path(door)) for door in doors) and backends.read_text() == text:
        return
    end_relay(backends)
    backends.touch(0o600)
    backends.write_text(text)
    with log.open("ab") as errors:
        started = subprocess.Popen(
            [sys.executable, "-m", _MODULE, "--backends", f"@{backends}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            cwd="/",
            env={**os.environ, **log_settings.variable("relay", log)},
        )
    assert started.stdout is not None
    with started.stdout as said:
        if said.readline() != b"ready\n":
            raise SkywalkError(f"the relay to the backends did not start; its output is in {log}")


def end_relay(backends: Path) -> None:
    """Ends the relay that runs with the settings in this file, if there is one."""
    try:
        doors = _doors(backends.read_text())
    except FileNotFoundError:
        return
    for process in {listener_process_id(Path(door)) for door in doors}:
        if process is not None:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)


def _doors(text: str) -> list[str]:
    settings: Mapping[str, Mapping[str, str | None]] = json.loads(text)
    return [door for setting in settings.values() if (door := setting.get("door"))]


async def _serve(settings: Mapping[str, Mapping[str, str]]) -> None:
    os.umask(0o177)
    for setting in settings.values():
        url = urlsplit(setting["url"])
        Path(setting["door"]).unlink(missing_ok=True)
        port = url.port or _DEFAULT_PORTS[url.scheme]
        await asyncio.start_unix_server(partial(_relay, str(url.hostname), port), setting["door"], limit=_PIECE_BYTES)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().create_future()


async def _relay(host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            there, to_there = await asyncio.open_connection(host, port, limit=_PIECE_BYTES)
    except OSError:  # a timeout is one, too
        writer.transport.abort()
        return
    try:
        await asyncio.gather(_carry(reader, to_there), _carry(there, writer))
    except OSError:
        writer.transport.abort()
        to_there.transport.abort()
    finally:
        writer.close()
        to_there.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE_BYTES):
        writer.write(piece)
        await writer.drain()
    writer.write_eof()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=_MODULE)
    parser.add_argument("--backends", required=True, metavar="@FILE")
    settings = json.loads(Path(parser.parse_args(argv).backends.removeprefix("@")).read_text())
    log_as_told("relay")
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    asyncio.run(_serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
