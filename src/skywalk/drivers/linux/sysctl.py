"""Settings below /proc/sys/net of the network namespace that the calling thread is in."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path("/proc/sys/net")


def write_setting(path: str, value: str) -> None:
    """`write_setting("ipv4/ip_forward", "1")`. A family that the kernel was built without needs no setting."""
    if path.startswith("ipv6/") and not (_ROOT / "ipv6").exists():
        return
    (_ROOT / path).write_text(value)


def read_setting(path: str) -> str | None:
    try:
        with open(f"{_ROOT}/{path}", "rb", buffering=0) as file:  # a start reads forty for each VPC
            return file.read().decode().strip()
    except FileNotFoundError:
        return None
