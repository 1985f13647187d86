"""Trying on this machine what a region will do, by a process of its own that leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from skywalk.drivers.linux.features import may_manage_networks, read_features
from skywalk.drivers.linux.guests import kernel
from skywalk.drivers.linux.guests.steps import mount_overlay
from skywalk.drivers.linux.libnftables import run_commands
from skywalk.drivers.linux.sysctl import write_setting
from skywalk.drivers.linux.user_namespace import as_root_of_own, become_root_of_own

# A little of all that routers' tables are made of.
_FILTERS = """
add table ip skywalk_trial
add map ip skywalk_trial marks { type ifname : mark; }
add set ip skywalk_trial own { type ifname . ipv4_addr; flags interval; }
add chain ip skywalk_trial to_private { type nat hook prerouting priority -100; }
add chain ip skywalk_trial groups { type filter hook forward priority 0; policy drop; }
add rule ip skywalk_trial groups ct state established,related accept
add rule ip skywalk_trial groups iifname . ip saddr @own meta mark set iifname map @marks
"""


def try_machine(folder: Path) -> Mapping[str, str]:
    """What was refused, in words, by what was tried; nothing where it works: `settings` (of networks, in
    /proc/sys), `filters` (nftables), `overlay` (with the
    instances' layers in `folder`), `processes` (that instances see their own alone). Raises OSError where nothing
    could be tried."""
    place = tempfile.mkdtemp(prefix=".skywalk-trial-", dir=folder)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.write(writing, json.dumps(_try_all(place)).encode())
        except OSError as error:
            os.write(writing, json.dumps({"": str(error)}).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        said: dict[str, str] = json.loads(told.read() or b'{"": "the trial ended"}')
    os.waitpid(child, 0)
    as_root_of_own(lambda: shutil.rmtree(place, ignore_errors=True))
    if "" in said:
        raise OSError(said[""])
    return said


def _try_all(place: str) -> dict[str, str]:
    if may_manage_networks():
        kernel.unshare(kernel.CLONE_NEWNS | kernel.CLONE_NEWNET)
        kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    else:
        become_root_of_own()
    return {
        "settings": _refusal(lambda: write_setting("ipv4/ip_forward", "1")),
        "filters": _refusal(lambda: run_commands(_FILTERS)),
        "overlay": _refusal(lambda: _try_overlay(place)),
        "processes": _refusal(lambda: _try_processes(place)),
    }


def _refusal(work: Callable[[], None]) -> str:
    try:
        work()
    except OSError as error:
        return error.strerror or str(error).splitlines()[0]
    return ""


def _try_overlay(place: str) -> None:
    for name in ("root", "upper", "work"):
        os.mkdir(f"{place}/{name}")
    mount_overlay(f"{place}/root", "/" if read_features().whole_machine else "/usr", f"{place}/upper", f"{place}/work")
    kernel.unmount(f"{place}/root")


def _try_processes(place: str) -> None:
    """By the first process of a pid namespace, as an instance's init is."""
    own = f"{place}/proc"
    os.mkdir(own)
    kernel.unshare(kernel.CLONE_NEWPID)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, _refusal(lambda: kernel.mount("proc", own, "proc", 0)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        refused = told.read().decode()
    os.waitpid(child, 0)
    if refused:
        raise OSError(refused)
