"""How names are found in what is given for a resource: URLs, partial ARNs, names with versions, ciphertexts.

Each gives the name, and the account where the value has one; None where nothing can be found.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.access import Asker

Reading = tuple[str, str | None] | None

_QUEUE_PATH = re.compile(r"/([0-9]{12})/([^/?]+)/?")
_PROFILE = re.compile(r"(?:apac|au|ca|eu|global|jp|us|us-gov)\.")
_ITERATOR = re.compile(rb"([A-Za-z0-9_.-]{1,128}):shardId-[0-9]+:[0-9]+")
_KEY_ID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|mrk-[0-9a-f]{32}")


def queue_url(value: str, _asker: Asker) -> Reading:
    """Whatever its host is: that of the service's public name, of an endpoint, or the address the client uses."""
    if "/" not in value:
        return value, None
    try:
        matched = _QUEUE_PATH.fullmatch(urlsplit(value).path)
    except ValueError:  # a host in brackets that is no address
        return None
    if matched is None:
        return None
    return unquote(matched[2]), matched[1]


def parameter(value: str, asker: Asker) -> Reading:
    """A name or an ARN, without the version or label after a colon, and the slash that ARNs have of their own."""
    if not value.startswith("arn:"):
        return value.partition(":")[0].removeprefix("/"), None
    parts = value.split(":")
    is_own = len(parts) in (6, 7) and parts[2:4] == ["ssm", asker.region] and parts[5].startswith("parameter/")
    return (parts[5].removeprefix("parameter/"), parts[4]) if is_own else None


def layer(value: str, asker: Asker) -> Reading:
    """A name, or an ARN of a layer without a version."""
    parts = value.split(":")
    if len(parts) == 1:
        return value, None
    is_own = len(parts) == 7 and parts[2:4] == ["lambda", asker.region] and parts[5] == "layer"
    return (parts[6], parts[4]) if is_own else None


def log_group(value: str, asker: Asker) -> Reading:
    """A name, or an ARN of a group, with `:*` after it or without."""
    if not value.startswith("arn:"):
        return value, None
    parts = value.split(":", 6)
    if len(parts) < 7 or parts[2:4] != ["logs", asker.region] or parts[5] != "log-group":
        return None
    return parts[6].removesuffix(":*"), parts[4]


def subscription(value: str, asker: Asker) -> Reading:
    """The topic of a subscription's ARN."""
    parts = value.split(":")
    is_own = len(parts) in (6, 7) and parts[:4] == ["arn", asker.partition, "sns", asker.region]
    return (parts[5], parts[4]) if is_own else None


def ciphertext(value: str, _asker: Asker) -> Reading:
    """The key's id, which the embedded backend's ciphertexts begin with."""
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    matched = _KEY_ID.match(content)
    return None if matched is None else (matched[0].decode(), None)


def task_definition(value: str, _asker: Asker) -> Reading:
    """A family, of which the newest revision is meant, or one revision of it."""
    return value if ":" in value else f"{value}:*", None


def model_package(value: str, _asker: Asker) -> Reading:
    """A version in a group, or a group, of which the newest version is meant."""
    return value if "/" in value else f"{value}/*", None


def file_system(value: str, _asker: Asker) -> Reading:
    """The id of a file system or of an access point, with the kind before it."""
    return f"{'access-point' if value.startswith('fsap-') else 'file-system'}/{value}", None


def model(value: str, _asker: Asker) -> Reading:
    """The id of a foundation model; that of an inference profile (`us.anthropic.…`) stands for several."""
    return None if _PROFILE.match(value) else (value, None)


def stream_iterator(value: str, asker: Asker) -> Reading:
    """Of DynamoDB Streams: the stream's ARN comes first in it."""
    parts = value.partition("|")[0].split(":", 5)
    is_own = len(parts) == 6 and parts[2:4] == ["dynamodb", asker.region]
    return (parts[5], parts[4]) if is_own else None


def shard_iterator(value: str, _asker: Asker) -> Reading:
    """The embedded backend's has its stream's name in it."""
    try:
        matched = _ITERATOR.fullmatch(base64.b64decode(value, validate=False))
    except ValueError:
        return None
    return None if matched is None else (matched[1].decode(), None)


READINGS: Mapping[str, Callable[[str, Asker], Reading]] = {
    "ciphertext": ciphertext,
    "file system": file_system,
    "layer": layer,
    "log group": log_group,
    "model": model,
    "model package": model_package,
    "parameter": parameter,
    "queue url": queue_url,
    "subscription": subscription,
    "shard iterator": shard_iterator,
    "stream iterator": stream_iterator,
    "task definition": task_definition,
}
OF_ARNS = frozenset({"layer", "log group", "parameter", "stream iterator", "subscription"})
"""Those that find names in ARNs too; the others are not asked about an ARN."""
MAY_BE_UNREADABLE = frozenset({"ciphertext", "model", "shard iterator", "stream iterator"})
"""Ciphertexts and iterators of another backend have another form, and not every model's id is one model's: then no
resource is known."""
