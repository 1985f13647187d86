"""The passage into a guest: what every program in one passes before it runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from skywalk.drivers.linux.guests import kernel

# By number, as in capabilities(7). Everything else is taken, what later kernels add included. Taken among others:
# DAC_READ_SEARCH (open_by_handle_at reaches any file of a file system of which one folder is shared), MKNOD (the
# machine's disks), LINUX_IMMUTABLE (layers that cannot be deleted), SYS_TIME and SYS_RESOURCE (the machine's).
# NET_ADMIN and NET_RAW stay: root runs ip and tcpdump in its own network namespace, to which the guest's user namespace
# confines them; the router checks sources.
KEPT_CAPABILITIES: Mapping[str, int] = {
    "CHOWN": 0,
    "DAC_OVERRIDE": 1,
    "FOWNER": 3,
    "FSETID": 4,
    "KILL": 5,
    "SETGID": 6,
    "SETUID": 7,
    "SETPCAP": 8,
    "NET_BIND_SERVICE": 10,
    "NET_BROADCAST": 11,
    "NET_ADMIN": 12,
    "NET_RAW": 13,
    "IPC_LOCK": 14,
    "IPC_OWNER": 15,
    "SYS_CHROOT": 18,
    "LEASE": 28,
    "AUDIT_WRITE": 29,
    "SETFCAP": 31,
}

PROGRAMS = "/run/skywalk"
"""Where a guest sees the base's programs: a read-only mount."""


def become_program(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Never returns: the calling process becomes `command`, looked up in the environment's PATH, without the
    capabilities to leave. Exit status 127: not found, 126: cannot be executed, as of shells.

    It goes through a program on a read-only mount. A command of the guest's own making may be a script whose
    interpreter is /proc/self/exe; that must never be a file that the guest could then write to, such as the
    Python of this process.
    """
    become(f"{PROGRAMS}/nice", ("nice", "-n", "0", "--", *command), environment)


def become(program: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Never returns, except by OSError: the calling process becomes `program`, which lies in PROGRAMS."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        if capability not in KEPT_CAPABILITIES.values():
            kernel.drop_from_bounding_set(capability)
    kernel.clear_inherited_capabilities()
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored_by_python, signal.SIG_DFL)
    os.execve(program, list(arguments), dict(environment))
