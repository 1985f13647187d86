"""Stock clients straight at a backend's socket, with the headers that the edge would send, and backends for them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from skywalk.backends.moto_modelled import OPERATION_HEADER
from skywalk.backends.process import backend_environment, listener_process_id
from support.unix_http import UnixConnection
from support.waiting import wait_until

OWNER = "111111111111"


class BackendUnderTest:
    """A backend's process, which is killed and started again on the same state."""

    def __init__(self, service: str, state_dir: Path) -> None:
        self.service = service
        self.state_dir = state_dir
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "skywalk.backends.moto_server", "--service", self.service]
        command += ["--socket", str(self.state_dir / "socket"), "--state", str(self.state_dir)]
        self.state_dir.mkdir(exist_ok=True)
        with (self.state_dir / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=backend_environment(os.environ), stderr=log)
        wait_until(lambda: self.process.poll() is not None or self.is_listening, 60)
        assert self.process.poll() is None, self.log

    @property
    def is_listening(self) -> bool:
        return listener_process_id(self.state_dir / "socket") is not None

    @property
    def log(self) -> str:
        return (self.state_dir / "log").read_text()

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(60)

    def client(self, name: str | None = None) -> Any:
        """Each call on a connection of its own; refused calls are not repeated."""
        made = boto3.client(
            name or self.service,
            region_name="us-east-1",
            aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="secret",
            config=Config(
                retries={"total_max_attempts": 1},
                request_checksum_calculation="when_required",
                s3={"addressing_style": "path"},
            ),
        )
        made.meta.events.register("before-send.*.*", self._send)
        if self.service == "modelled":
            made.meta.events.register("request-created.*.*", _Named(name or ""))
        return made

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        headers = {
            name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()
        }
        body = request.body.read() if hasattr(request.body, "read") else request.body
        connection = UnixConnection(self.state_dir / "socket")
        try:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            own = {"Host": url.netloc, "x-moto-account-id": OWNER}
            connection.request(request.method, target, body or b"", headers | own)
            response = connection.getresponse()
            return AWSResponse(request.url, response.status, response.headers, _Raw(response.read()))
        finally:
            connection.close()


class _Named:
    """Tells the operation as the edge does."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, request: Any, operation_name: str, **_: Any) -> None:
        request.headers[OPERATION_HEADER] = f"{self._service}.{operation_name}"


class _Raw(io.BytesIO):
    """What botocore takes for a response of urllib3."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def without_metadata(found: Any) -> Any:
    """An answer without what each answer has of its own."""
    if isinstance(found, dict):
        return {name: without_metadata(value) for name, value in found.items() if name != "ResponseMetadata"}
    if isinstance(found, list | tuple):
        return [without_metadata(value) for value in found]
    return found
