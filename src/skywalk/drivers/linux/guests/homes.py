"""The AWS settings of the machine's users, which no guest may see."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from pwd import struct_passwd

_FIRST_PERSON = 1000
"""Lower user ids are the system's. Source: Debian Policy, 9.2.2."""
_NOBODY = 65534


def find_settings_folders(users: Iterable[struct_passwd]) -> tuple[Path, ...]:
    """Where the users' `~/.aws` are or, for root and people, may come to be; without symbolic links."""
    return tuple(sorted({_settings(user).resolve() for user in users if _may_have_settings(user)}))


def find_linked_settings(users: Iterable[struct_passwd]) -> tuple[Path, ...]:
    """Files elsewhere that the settings' files are links to."""
    files = (_settings(user) / name for user in users for name in ("credentials", "config"))
    return tuple(sorted({file.resolve() for file in files if os.path.islink(file)}))


def _settings(user: struct_passwd) -> Path:
    return Path(user.pw_dir) / ".aws"


def _may_have_settings(user: struct_passwd) -> bool:
    if user.pw_uid == _NOBODY or user.pw_dir in {"", "/"} or not os.path.isdir(user.pw_dir):
        return False
    return user.pw_uid == 0 or user.pw_uid >= _FIRST_PERSON or os.path.exists(_settings(user))
