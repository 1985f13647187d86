"""Stories of the services that share the embedded backend, one file each in `embedded_stories`.

A file has `SERVICE`, the name of the endpoint service, `CLIENT`, boto3's name of its client, or several, and
`story(client, ...)`: what a user of the service does with stock clients, told with assertions, every operation that is
served at least once. It gives back `look(client, ...)`, whose answer is the same whenever it is asked, also after a
kill of the backend: nothing in it may depend on the time of asking.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skywalk.plan.public_catalogue import usual_name
from support import edge_rows as rows
from support.backend_clients import without_metadata
from support.modelled_region import ModelledRegion

Look = Callable[..., Any]
_FOLDER = Path(__file__).with_name("embedded_stories")


@dataclass
class Told:
    """A story that was told: what was called in it, and what was seen at its end."""

    service: str
    look: Look
    clients: tuple[Any, ...]
    called: set[str] = field(default_factory=set)
    seen: Any = None

    def again(self) -> Any:
        return without_metadata(self.look(*self.clients))


def story_names() -> list[str]:
    return sorted(path.stem for path in _FOLDER.glob("*.py"))


def tell(name: str, region: ModelledRegion) -> Told:
    module = importlib.import_module(f"support.embedded_stories.{name}")
    clients = [module.CLIENT] if isinstance(module.CLIENT, str) else module.CLIENT
    called: set[str] = set()
    made = tuple(region.client(client) for client in clients)
    address(made[0], module.SERVICE)
    for client in made:
        client.meta.events.register("after-call.*.*", lambda model, **_: called.add(model.name))
    told = Told(module.SERVICE, module.story(*made), made, called)
    told.seen = told.again()
    return told


def address(client: Any, service: str) -> None:
    """Several services may sign as one: only the name that a request is sent to says which."""
    host = usual_name(service).format(region=rows.REGION)
    client.meta.events.register("before-sign", lambda request, **_: _set_host(request, host))


def _set_host(request: Any, host: str) -> None:
    request.headers["Host"] = host
