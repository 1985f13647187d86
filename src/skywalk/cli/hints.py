"""What to type next, as it works for this user: the program as it was called, and the region that was meant."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

from skywalk.config import Paths, find_paths

PROGRAM_VARIABLE = "SKYWALK_PROGRAM"
"""Set by the script of a checkout: how it was called."""

FAILED = "failed: "
"""With this and its reason a daemon that does not start answers whoever waits for it."""


UPLINK_NEEDS_ROOT = (
    "an uplink needs root: without it the region is in namespaces that no link joins to the machine's network, "
    "only a network stack of the user's own (slirp4netns, pasta), which skywalk does not start"
)


def program(environment: Mapping[str, str] = os.environ) -> str:
    """`skywalk`, or `./skywalk` in a checkout."""
    return shlex.quote(environment.get(PROGRAM_VARIABLE, "skywalk"))


def command(words: str, paths: Paths) -> str:
    """A command for the region of `paths`: it is named where it is not the one that is meant anyway."""
    named = "" if paths == find_paths(None) else f" --state-dir {shlex.quote(str(paths.state_dir))}"
    name, *rest = words.split(" ", 1)
    return " ".join([program(), name + named, *rest])


def render_ready(paths: Paths, port: int) -> str:
    """What a region says when it is ready."""
    return f'ready: http://127.0.0.1:{port}\nfor clients: eval "$({command("env", paths)})"'
