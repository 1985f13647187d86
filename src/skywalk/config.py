"""Every setting, its unit, its default; and where a region keeps its things.

Settings come from the command line and from `config.toml` in the state directory:

    edge_workers = 2
    log_format = "json"
    uplink = true

    [backends.s3]                      # instead of the embedded one
    url = "http://127.0.0.1:9000"
    access_key_id = "…"                # optional: requests are signed anew with these
    secret_access_key = "…"

    [access_log]
    enabled = true
    maximum_bytes = 4194304            # of one file
    files = 4                          # for each endpoint and process

    [quotas]                           # as raised by AWS's support; see values/quotas.py
    interface_endpoints = 100

    [organization]                     # see organization.py
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from pathlib import Path
from stat import S_ISDIR
from typing import Any
from urllib.parse import urlsplit

from skywalk.access_log.settings import FOLDER, AccessLogSettings
from skywalk.logs.settings import DEFAULT_FORMAT, DEFAULT_LEVEL, FORMATS, LEVELS
from skywalk.organization import read_organization
from skywalk.values.errors import SkywalkError
from skywalk.values.modelled_services import modelled_services
from skywalk.values.organization import Organization
from skywalk.values.quotas import AWS_QUOTAS, NO_QUOTAS, Quotas

DEFAULT_PORT = 4599
DEFAULT_REGION = "us-east-1"
DEFAULT_QUOTAS = "aws"
DEFAULT_ACCOUNT_ID = "123456789012"
STATE_DIR_VARIABLE = "SKYWALK_STATE_DIR"
_SETTINGS = ("edge_workers", "log_format", "log_level", "uplink", "backends", "access_log", "quotas", "organization")
_OWN_BACKENDS = ("s3", "dynamodb")
"""The services beside the modelled ones whose data a backend holds."""


class ConfigError(SkywalkError):
    """A setting that is not there or cannot be."""


@dataclass(frozen=True, slots=True)
class BackendSetting:
    """A service's backend: its URL, and the keys to sign requests with, if it wants them. `door` is the unix socket of
    the relay, where the region has no network but its own; no setting of the user's."""

    url: str
    access_key_id: str | None = None
    secret_access_key: str | None = None
    door: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """`port` is the API's on 127.0.0.1; `quotas` is `aws` or `off`; `log_format` is one of FORMATS,
    `log_level` one of LEVELS. With `uplink` what the region does not serve itself is in the machine's network."""

    port: int = DEFAULT_PORT
    region: str = DEFAULT_REGION
    quotas: str = "aws"
    edge_workers: int = 1
    log_format: str = DEFAULT_FORMAT
    log_level: str = DEFAULT_LEVEL
    uplink: bool = False
    backends: Mapping[str, BackendSetting] = field(default_factory=dict)
    organization: Organization | None = None
    access_log: AccessLogSettings = field(default_factory=AccessLogSettings)
    aws_quotas: Quotas = AWS_QUOTAS
    """Which count where `quotas` is `aws`."""

    @property
    def quotas_in_force(self) -> Quotas:
        return self.aws_quotas if self.quotas == "aws" else NO_QUOTAS


def run_root() -> Path:
    """Where all regions of this user have their run directories. Not /run/user: that is taken away when the user logs
    out, while regions go on."""
    return Path("/run/skywalk") if os.geteuid() == 0 else Path(f"/tmp/skywalk-{os.geteuid()}")  # noqa: S108


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a region keeps its things: what lasts is in the state directory, what ends with the machine is in the
    run directory, whose short name follows from the state directory's. `run_root` is the user's who began: a daemon
    without root is another one in its own namespaces."""

    state_dir: Path
    run_root: Path = field(default_factory=run_root)

    @property
    def run_dir(self) -> Path:
        name = hashlib.sha256(str(self.state_dir).encode()).hexdigest()[:10]
        return self.run_root / name

    @property
    def database(self) -> Path:
        return self.state_dir / "state.sqlite"

    @property
    def lock(self) -> Path:
        """Held by the daemon while it runs."""
        return self.state_dir / "lock"

    @property
    def region_key(self) -> Path:
        return self.state_dir / "region.key"

    @property
    def config(self) -> Path:
        return self.state_dir / "config.toml"

    @property
    def log(self) -> Path:
        return self.state_dir / "skywalk.log"

    @property
    def access_log(self) -> Path:
        return self.state_dir / FOLDER

    @property
    def control_socket(self) -> Path:
        return self.run_dir / "control.sock"

    @property
    def api_socket(self) -> Path:
        return self.run_dir / "api.sock"

    @property
    def state_dir_note(self) -> Path:
        """Says whose run directory this is, for other regions to hide that state directory from their instances."""
        return self.run_dir / "state-dir"

    @property
    def backend_settings(self) -> Path:
        """The configured backends with their keys, for the processes that use them."""
        return self.run_dir / "backends.json"

    def backend_door(self, service: str) -> Path:
        """Where the relay of a region without root takes requests for a backend by URL."""
        return self.run_dir / f"relay-{service}.sock"

    @property
    def local_services_socket(self) -> Path:
        return self.run_dir / "local.sock"

    def edge_socket(self, number: int) -> Path:
        return self.run_dir / f"edge-{number}.sock"


def make_run_dir(paths: Paths) -> None:
    """Raises ConfigError where somebody else could have made the folder that it lies in."""
    while True:
        paths.run_root.mkdir(exist_ok=True, mode=0o700)
        check_run_root(paths.run_root)
        try:
            return paths.run_dir.mkdir(exist_ok=True, mode=0o700)
        except FileNotFoundError:  # another region, the last one till now, has just ended
            continue


def remove_run_dir(paths: Paths) -> None:
    """And the folder that it lies in, once that is empty."""
    shutil.rmtree(paths.run_dir, ignore_errors=True)
    with suppress(OSError):
        paths.run_root.rmdir()


def check_run_root(root: Path) -> None:
    """Raises ConfigError where somebody else could have put it there: what lies in it is believed."""
    try:
        status = root.lstat()
    except FileNotFoundError:
        return
    if not S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise ConfigError(f"{root} must be a folder of your own that nobody else can write to")


def find_paths(state_dir: str | None) -> Paths:
    """The region named on the command line, by the environment, or the user's own. Raises ConfigError."""
    check_run_root(run_root())
    chosen = state_dir or os.environ.get(STATE_DIR_VARIABLE)
    if chosen:
        return Paths(_real(Path(chosen)))
    return Paths(default_state_dir())


def known_state_dirs() -> list[Path]:
    """The user's own state directory, and those of all regions that run."""
    notes = sorted(run_root().glob("*/state-dir"))
    return [default_state_dir(), *(Path(note.read_text()) for note in notes)]


def hidden_folders() -> list[Path]:
    """What no instance may see: state directories, and the run directories where an instance has no folder of its own
    in their place, as it has for /run."""
    return [*known_state_dirs(), *([] if run_root().is_relative_to("/run") else [run_root()])]


def default_state_dir() -> Path:
    """The user's own."""
    if os.geteuid() == 0:
        return _real(Path("/var/lib/skywalk"))
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    return _real(Path(base) / "skywalk")


def _real(folder: Path) -> Path:
    """However a folder is written, by links or `..`, it is one region's."""
    return Path(os.path.realpath(folder))


def read_config(path: Path) -> dict[str, Any]:
    """What `config.toml` says, as fields of Settings. Raises ConfigError, which names the file and the setting."""
    try:
        text = path.read_text()
        import tomllib  # every command loads this module, and few regions have such a file

        return _read_fields(tomllib.loads(text), path.parent)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (ValueError, ConfigError) as error:
        raise ConfigError(f"{path}: {error}") from None


def _read_fields(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    _refuse_unknown(data, _SETTINGS, "")
    fields: dict[str, Any] = {}
    for name, choices in (("log_format", FORMATS), ("log_level", LEVELS)):
        if name in data:
            fields[name] = _one_of(name, data[name], choices)
    if "uplink" in data:
        fields["uplink"] = _yes_or_no("uplink", data["uplink"])
    if "edge_workers" in data:
        fields["edge_workers"] = _positive("edge_workers", data["edge_workers"])
    if "backends" in data:
        tables = _table("backends", data["backends"])
        _refuse_unknown(tables, (*_OWN_BACKENDS, *modelled_services()), "backends.")
        fields["backends"] = {service: _read_backend(f"backends.{service}", tables[service]) for service in tables}
    if "access_log" in data:
        fields["access_log"] = _read_access_log(_table("access_log", data["access_log"]))
    if "quotas" in data:
        fields["aws_quotas"] = _read_quotas(_table("quotas", data["quotas"]))
    if "organization" in data:
        fields["organization"] = read_organization(data["organization"], folder)
    return fields


def _read_access_log(entry: Mapping[str, Any]) -> AccessLogSettings:
    _refuse_unknown(entry, ("enabled", "maximum_bytes", "files"), "access_log.")
    known: dict[str, Any] = {}
    if "enabled" in entry:
        known["enabled"] = _yes_or_no("access_log.enabled", entry["enabled"])
    for name in ("maximum_bytes", "files"):
        if name in entry:
            known[name] = _positive(f"access_log.{name}", entry[name])
    return AccessLogSettings(**known)


def _read_quotas(entry: Mapping[str, Any]) -> Quotas:
    _refuse_unknown(entry, tuple(each.name for each in dataclass_fields(Quotas)), "quotas.")
    return Quotas(**{name: _positive(f"quotas.{name}", value) for name, value in entry.items()})


def _read_backend(name: str, value: object) -> BackendSetting:
    entry = _table(name, value)
    _refuse_unknown(entry, ("url", "access_key_id", "secret_access_key"), f"{name}.")
    for key, text in entry.items():
        if not isinstance(text, str) or not text:
            raise ConfigError(f"{name}.{key} must be a text")
    if "url" not in entry:
        raise ConfigError(f"{name} needs a url")
    _check_url(f"{name}.url", entry["url"])
    if ("access_key_id" in entry) != ("secret_access_key" in entry):
        raise ConfigError(f"{name} needs both access_key_id and secret_access_key, or neither")
    return BackendSetting(**entry)


def _check_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    too_much = parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or too_much or parts.port == 0:
        raise ConfigError(f"{name} must be http://HOST[:PORT][/PATH] or https://…, not {url}")


def _refuse_unknown(entry: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ConfigError(f"unknown setting {prefix}{unknown[0]}")


def _table(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{name} must be a table")
    return value


def _one_of(name: str, value: object, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}")
    return value


def _yes_or_no(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{name} must be true or false")
    return value


def _positive(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigError(f"{name} must be a number from 1")
    return value
