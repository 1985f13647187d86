"""User data: what a guest runs at its first launch."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FirstRun:
    """`script` is empty where there is nothing to run; `remark` is the console's line about it, or empty."""

    script: bytes
    remark: str


def read_user_data(user_data: str) -> FirstRun:
    """What to do with an instance's user data (base64 text): run it if it names its interpreter, else leave it.

    Source: EC2 User Guide, "Run commands when you launch an EC2 instance with user data input".
    """
    try:
        text = base64.b64decode(user_data, validate=True)
    except binascii.Error:
        return FirstRun(b"", "user data is not base64 text: nothing is run")
    if text.startswith(b"#!"):
        return FirstRun(text, "")
    if text.startswith(b"#cloud-config"):
        return FirstRun(b"", "user data is cloud-config, which is not run here; a script that starts with #! is")
    return FirstRun(b"", "user data does not start with #!: nothing is run" if text.strip() else "")
