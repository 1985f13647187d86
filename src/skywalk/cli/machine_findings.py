"""What this machine has and lacks of what a region needs, and how to get it."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from skywalk.cli.findings import Finding, Verdict
from skywalk.cli.hints import UPLINK_NEEDS_ROOT
from skywalk.cli.up import check_port
from skywalk.config import Paths
from skywalk.drivers.linux.features import may_manage_networks
from skywalk.drivers.linux.libnftables import list_chains
from skywalk.drivers.linux.permission import find_obstacle
from skywalk.drivers.linux.trial import try_machine
from skywalk.drivers.linux.uplink import find_closed_tables
from skywalk.drivers.linux.user_namespace import find_grants
from skywalk.values.errors import SkywalkError

LITTLE_SPACE_BYTES = 1 << 30
NO_SPACE_BYTES = 64 << 20
FEW_FILES = 4096
_PROGRAMS = {
    "tini": ("tini", Verdict.LACKS, "it is every instance's first process"),
    "unshare": ("util-linux", Verdict.LACKS, "it makes the instances' namespaces"),
    "openssl": ("openssl", Verdict.LESS, "without it OpenSSL does not find the region's CA in a folder of CAs"),
}
"""Program: its package on Debian, how bad it is without, what it is for."""
_ROOTS_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_UNCOVERED = "start the container with --security-opt systempaths=unconfined"
_TRUST_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
)


def examine_machine(paths: Paths, port: int, *, is_running: bool) -> Iterator[Finding]:
    """`port` is looked at where no region of these paths runs, which would have it."""
    obstacle = find_obstacle()
    if obstacle is not None:
        text = f"none can be made without root: {obstacle.reason}"
        yield Finding("namespaces", Verdict.LACKS, text, obstacle.remedies)
    elif may_manage_networks():
        yield Finding("namespaces", Verdict.OK, "made as root")
    else:
        yield Finding("namespaces", Verdict.OK, "made without root, in a user namespace")
        yield _users()
    yield from _libraries()
    yield from _disk(paths.state_dir)
    if obstacle is None:
        yield from _tried(paths.state_dir)
    yield from _programs()
    yield _trust()
    yield _bpf()
    yield _uplink()
    if not is_running:
        yield _port(port)
    yield _files()


def _users() -> Finding:
    grants, mappers = find_grants(os.geteuid()), ("newuidmap", "newgidmap")
    lacking = [name for name in mappers if shutil.which(name) is None]
    if all(grants.values()) and not lacking:
        counts = min(grant[1] for grant in grants.values() if grant)
        return Finding("users", Verdict.OK, f"{counts} for use inside instances")
    remedies = [_install("uidmap")] if lacking else []
    if not all(grants.values()):
        numbers = "100000-165535"
        remedies.append(f"sudo usermod --add-subuids {numbers} --add-subgids {numbers} $USER")
    text = "root alone inside instances: useradd, su and services of other users do not work"
    return Finding("users", Verdict.LESS, text, remedies)


def _libraries() -> Iterator[Finding]:
    try:
        ctypes.CDLL("libnftables.so.1")
    except OSError:
        yield Finding("nftables", Verdict.LACKS, "its library is not installed", [_install("libnftables1")])


def _tried(state_dir: Path) -> Iterator[Finding]:
    folder = _existing(state_dir)
    try:
        refused = try_machine(folder)
    except OSError as error:
        yield Finding("trial", Verdict.LACKS, f"nothing could be tried in {folder}: {error}")
        return
    yield from _render_trial(refused, folder)


def _render_trial(refused: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    if refused["settings"]:
        text = f"networks cannot be set in /proc/sys: {refused['settings']}"
        yield Finding("settings", Verdict.LACKS, text, [_UNCOVERED])
    if refused["filters"]:
        remedy = "sudo modprobe -a nf_tables nft_ct nft_nat nft_chain_nat"
        yield Finding("filters", Verdict.LACKS, f"the kernel takes no nftables: {refused['filters']}", [remedy])
    else:
        yield Finding("filters", Verdict.OK, "the kernel takes nftables")
    if refused["overlay"]:
        text = f"no layers of instances can lie in {folder}: {refused['overlay']}"
        remedies = ["up --state-dir D, with D on ext4, xfs, btrfs or tmpfs; without root Linux 5.11 is needed"]
        yield Finding("overlay", Verdict.LACKS, text, remedies)
    else:
        yield Finding("overlay", Verdict.OK, "instances write to layers of their own")
    if refused["processes"]:
        text = f"instances see the machine's processes in /proc: {refused['processes']}"
        yield Finding("processes", Verdict.LESS, text, [_UNCOVERED])
    else:
        yield Finding("processes", Verdict.OK, "instances see their own alone")


def _disk(state_dir: Path) -> Iterator[Finding]:
    folder = _existing(state_dir)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("disk", Verdict.LACKS, f"{folder} cannot be written to", ["up --state-dir D"])
        return
    status = os.statvfs(folder)
    free = status.f_bavail * status.f_frsize
    text = f"{free / (1 << 30):.1f} GiB free for {state_dir}"
    verdict = Verdict.LACKS if free < NO_SPACE_BYTES else Verdict.LESS if free < LITTLE_SPACE_BYTES else Verdict.OK
    yield Finding("disk", verdict, text, [] if verdict is Verdict.OK else ["make room, or up --state-dir D"])


def _programs() -> Iterator[Finding]:
    for name, (package, verdict, purpose) in _PROGRAMS.items():
        if shutil.which(name) or shutil.which(name, path=_ROOTS_PATH):
            yield Finding(name, Verdict.OK, "installed")
        else:
            yield Finding(name, verdict, f"not installed; {purpose}", [_install(package)])


def _trust() -> Finding:
    if any(Path(place).is_file() for place in _TRUST_BUNDLES):
        return Finding("CAs", Verdict.OK, "the machine's are there, for instances to trust besides the region's")
    text = "the machine has none: instances trust the region's alone"
    return Finding("CAs", Verdict.LESS, text, [_install("ca-certificates")])


def _bpf() -> Finding:
    if may_manage_networks():
        return Finding("BPF", Verdict.OK, "programs can be loaded as root")
    return Finding("BPF", Verdict.LESS, "no programs can be loaded without root; nothing needs them so far")


def _uplink() -> Finding:
    if not may_manage_networks():
        return Finding("uplink", Verdict.LESS, UPLINK_NEEDS_ROOT)
    if not has_default_route(_read_routes()):
        return Finding("uplink", Verdict.LESS, "the machine has no default route: up --uplink would lead nowhere")
    try:
        closed = find_closed_tables(list_chains())
    except OSError:
        closed = ()
    if closed:
        text = (
            f"up --uplink needs an exception for links sw-* in {', '.join(closed)}: what is forwarded is dropped there"
        )
        return Finding("uplink", Verdict.LESS, text, ["let packets from and to sw-* pass, before that policy"])
    return Finding("uplink", Verdict.OK, "up --uplink can lead to the machine's network")


def _read_routes() -> str:
    return Path("/proc/self/net/route").read_text()


def has_default_route(table: str) -> bool:
    """Of /proc/net/route: device, destination, gateway, flags, …, mask (hexadecimal). Source: proc(5)."""
    rows = (line.split() for line in table.splitlines()[1:])
    return any(len(row) > 7 and row[1] == row[7] == "00000000" for row in rows)


def _port(port: int) -> Finding:
    try:
        check_port(port)
    except SkywalkError as error:
        return Finding("port", Verdict.LESS, str(error), ["up --port P"])
    return Finding("port", Verdict.OK, f"{port} is free")


def _files() -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= FEW_FILES:
        return Finding("open files", Verdict.OK, "no limit" if hard == resource.RLIM_INFINITY else f"up to {hard}")
    text = f"up to {hard}: enough for few connections at once"
    return Finding("open files", Verdict.LESS, text, [f"ulimit -Hn {1 << 16}, or nofile in /etc/security/limits.conf"])


def _existing(folder: Path) -> Path:
    """The folder, or the lowest of those above it that is there."""
    return next(path for path in (folder, *folder.parents) if os.path.isdir(path))


def _install(package: str) -> str:
    return f"sudo apt-get install {package}"
