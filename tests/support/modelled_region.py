"""The edge's modelled services at a port as the API's is, with the embedded backend in a process of its own.

with modelled_region() as region:
    region.client("sqs").create_queue(QueueName="jobs")
"""

from __future__ import annotations

import asyncio
import copy
import http.client
import json
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.loaders import Loader

from skywalk.backends.backend import Backend
from skywalk.backends.process import BackendProcess
from skywalk.edge.outside import Outside
from skywalk.feed.rows import Row, RowChange
from skywalk.http1.body import Body
from skywalk.http1.exchange import Exchange
from skywalk.http1.request import RequestHead
from skywalk.http1.server import Server
from skywalk.plan.principals import AccessKey, User
from skywalk.values.chance import SystemChance
from skywalk.values.clock import SystemClock
from skywalk.values.embedded_services import MODELLED, embedded_backend_of, embedded_services
from skywalk.values.errors import SkywalkError
from support import edge_rows as rows
from support.stock_clients import Keys
from support.waiting import wait_until

_SECRETS = {
    rows.ACCESS_KEY.access_key_id: rows.ACCESS_KEY.secret_access_key,
    rows.OTHER_ACCESS_KEY.access_key_id: rows.OTHER_ACCESS_KEY.secret_access_key,
}
_USER_KEY, _USER_SECRET = "AKIAUSERUSERUSERUSER", "secret-of-the-user"
USER_ARN = f"arn:aws:iam::{rows.ACCOUNT}:user/ada"


@dataclass
class ModelledRegion:
    port: int
    backends: Mapping[str, BackendProcess]
    """`modelled`, and `dynamodb`, which starts only for who asks for it."""
    change: Callable[[RowChange], None]
    started: list[str] = field(default_factory=list)
    daemon: Daemon = field(default_factory=lambda: Daemon())  # noqa: PLW0108 (it is defined below)

    def client(self, service: str, key_id: str = rows.ACCESS_KEY.access_key_id, **config: Any) -> Any:
        """A stock boto3 client: of the account's root, if nobody else is named."""
        secret = _USER_SECRET if key_id == _USER_KEY else _SECRETS[key_id]
        settings = Config(retries={"total_max_attempts": 1}).merge(Config(**config))
        return Keys(key_id, secret, region=rows.REGION).client(
            service, endpoint_url=f"http://127.0.0.1:{self.port}", config=settings
        )

    def speaking(self, service: str, protocol: str) -> Any:
        """A stock client whose model has this one protocol."""
        core = botocore.session.get_session()
        core.register_component("data_loader", _OneProtocol(protocol))
        key = rows.ACCESS_KEY
        return core.create_client(
            service,
            region_name=rows.REGION,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )

    def send(self, service: str, content: bytes, path: str = "/", method: str = "POST", **headers: str) -> Answer:
        """What comes back to a signed request as it is written here; names of headers with `_` for `-`."""
        url = f"http://127.0.0.1:{self.port}{path}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method, url, headers=named, data=content)
        key = rows.ACCESS_KEY
        SigV4Auth(Credentials(key.access_key_id, key.secret_access_key), service, rows.REGION).add_auth(request)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, content, dict(request.headers.items()))
        answer = connection.getresponse()
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found

    @property
    def backend(self) -> BackendProcess:
        return self.backends[MODELLED]

    def kill_backend(self) -> None:
        """Those that run; and waits until they are gone."""
        running = [(one, one.pid) for one in self.backends.values() if one.pid is not None]
        assert running
        for _, pid in running:
            os.kill(pid, signal.SIGKILL)
        # Its listener is gone a moment before a process is: one that is replaced meanwhile would never be reaped.
        ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
        wait_until(lambda: all(os.waitid(os.P_PID, pid, ended) is not None for _, pid in running))
        wait_until(lambda: all(one.pid is None for one, _ in running))

    @property
    def backend_log(self) -> str:
        logs = [one.socket_path.with_name("log") for one in self.backends.values()]
        return "".join(path.read_text() for path in logs if path.exists())

    def others(self, service: str) -> Any:
        return self.client(service, rows.OTHER_ACCESS_KEY.access_key_id)

    def user(self, service: str, *policies: str, **config: Any) -> Any:
        """Of the one user, who has these policies from now on."""
        self.give_user(*policies)
        return self.client(service, _USER_KEY, **config)

    def give_user(self, *policies: str) -> None:
        """The one user has these policies from now on, whatever client asks."""
        user = User(USER_ARN, "AIDAUSER", rows.ACCOUNT, policies, rows.ORIGIN)
        key = AccessKey(_USER_KEY, _USER_SECRET, rows.ACCOUNT, USER_ARN, rows.ORIGIN, "AIDAUSER")
        self.change(RowChange((user, key), (), False))

    def policy_of(self, arn: str) -> Any:
        """The document that decides; None where there is none."""
        text = self.daemon.policies.get(arn)
        return None if text is None else json.loads(text)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes


class _OneProtocol(Loader):  # type: ignore[misc]
    def __init__(self, protocol: str) -> None:
        super().__init__()
        self._protocol = protocol

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = copy.deepcopy(super().load_service_model(service_name, type_name, api_version))
        if type_name == "service-2":
            model["metadata"] |= {"protocol": self._protocol, "protocols": [self._protocol]}
        return model


class Daemon:
    """Takes reports into the edge's rows. `refuses` makes it fail, as one that has ended on the way."""

    def __init__(self) -> None:
        self.connected = True
        self.refuses = False
        self.apply: Callable[[RowChange], None] = lambda _: None
        self.policies: dict[str, str] = {}

    async def report(self, subject: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.refuses:
            raise SkywalkError("the daemon has ended in this test")
        await asyncio.sleep(0)  # others may be served meanwhile
        if subject == "delete_resource":
            self.policies.pop(data["arn"], None)
            self.apply(RowChange((), (("ServiceResource", data["arn"]),), False))
        else:
            self.policies[data["arn"]] = data["policy"]
            row = rows.resource(data["arn"], data["policy"], data["account_id"], data["region"])
            self.apply(RowChange((row,), (), False))
        return {}


@contextmanager
def modelled_region(remotes: Mapping[str, Backend] | None = None, *more: Row) -> Iterator[ModelledRegion]:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        loop = asyncio.new_event_loop()
        made: list[ModelledRegion] = []
        up, ended = threading.Event(), asyncio.Event()
        serving = _serve(Path(folder), listening, remotes or {}, more, made, up, ended)
        thread = threading.Thread(target=loop.run_until_complete, args=(serving,), daemon=True)
        thread.start()
        assert up.wait(60)
        try:
            yield made[0]
        finally:
            loop.call_soon_threadsafe(ended.set)
            thread.join(120)
            loop.close()


async def _serve(
    folder: Path,
    listening: socket.socket,
    remotes: Mapping[str, Backend],
    more: tuple[Row, ...],
    made: list[ModelledRegion],
    up: threading.Event,
    ended: asyncio.Event,
) -> None:
    backends = {name: BackendProcess(name, folder / name) for name in (MODELLED, "dynamodb")}
    loop = asyncio.get_running_loop()

    def change(rows_: RowChange) -> None:
        loop.call_soon_threadsafe(outside.apply, rows_)

    region = ModelledRegion(listening.getsockname()[1], backends, change)

    async def start(service: str) -> Path:
        region.started.append(service)
        return await backends[embedded_backend_of(service) or MODELLED].start()

    outside = Outside(
        region_key=bytes(range(32)),
        default_region=rows.REGION,
        remotes=remotes,
        start_backend=start,
        reporter=region.daemon,
        clock=SystemClock(),
        chance=SystemChance(),
    )
    region.daemon.apply = outside.apply
    catalogue = replace(rows.CATALOGUE, services=(), usual=("dynamodb", *embedded_services()))
    outside.apply(RowChange((rows.ACCESS_KEY, rows.OTHER_ACCESS_KEY, catalogue, *more), (), True))

    def handle(head: RequestHead, body: Body, exchange: Exchange) -> Any:
        scope = (head.get("authorization") or "").partition("Credential=")[2].split("/")
        return outside.handle(scope[3], head, body, exchange)

    server = Server()
    listening.setblocking(False)
    await server.listen(listening, handle)
    made.append(region)
    up.set()
    await ended.wait()
    await server.stop(2)
    outside.close()
    for backend in backends.values():
        await backend.stop()
