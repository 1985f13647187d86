"""Generate which of botocore's models belongs to each service that interface endpoints can be made for.

    python tools/generate_modelled_services.py

Writes `src/skywalk/values/modelled_services.json`, by the names of the catalogue
(`src/skywalk/resources/interface_services.json`): the folders of botocore's data and the signing name. A service that
botocore has no model of is left out.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import botocore

REPOSITORY = Path(__file__).resolve().parent.parent
CATALOGUE = Path("src/skywalk/resources/interface_services.json")
SERVICES = Path("src/skywalk/values/modelled_services.json")
_NOT_MODELLED = frozenset({"dynamodb", "ec2", "elasticloadbalancing", "iam", "route53", "route53resolver", "s3", "sts"})
"""Served by packages of their own, or by the API."""
_MODELS = {
    "data-servicediscovery": ["servicediscovery"],
    "lambda": ["lambda"],
    "rds": ["rds"],
    "wisdom": ["wisdom"],
    "kinesis-streams": ["kinesis"],
    "kinesis-firehose": ["firehose"],
    "dynamodb-streams": ["dynamodbstreams"],
    "iot.data": ["iot-data"],
    "q": [],
}
"""Where the names do not tell."""


def generate() -> dict[str, Any]:
    models = {folder.name: _metadata(folder) for folder in _folders() if _files(folder)}
    by_prefix: dict[str, list[str]] = {}
    for folder, metadata in models.items():
        by_prefix.setdefault(metadata["endpointPrefix"], []).append(folder)
    found: dict[str, Any] = {}
    for service in _services():
        plain = service.removesuffix("-fips")
        if plain in _NOT_MODELLED:
            continue
        host = ".".join(reversed(plain.split(".")))
        folders = _MODELS.get(plain) or by_prefix.get(host) or ([plain] if plain in models else [])
        if folders:
            metadata = models[folders[0]]
            signing_name = metadata.get("signingName", metadata["endpointPrefix"])
            found[service] = {"models": folders, "signing_name": signing_name}
    return found


def render(services: dict[str, Any]) -> str:
    rows = (f' "{name}": {json.dumps(row)}' for name, row in sorted(services.items()))
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _services() -> set[str]:
    catalogue = json.loads((REPOSITORY / CATALOGUE).read_text())
    names = [*catalogue["every"], *(name for only in catalogue["only"].values() for name in only)]
    return {name.removeprefix("com.amazonaws.").replace("{region}.", "") for name in names}


def _folders() -> list[Path]:
    return sorted(one for one in (Path(botocore.__file__).parent / "data").iterdir() if one.is_dir())


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/service-2.json*"))


def _metadata(folder: Path) -> dict[str, Any]:
    newest = _files(folder)[-1]
    content = newest.read_bytes()
    loaded: dict[str, Any] = json.loads(gzip.decompress(content) if newest.suffix == ".gz" else content)["metadata"]
    return loaded


if __name__ == "__main__":
    (REPOSITORY / SERVICES).write_text(render(generate()))
