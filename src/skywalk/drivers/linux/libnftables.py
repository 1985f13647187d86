"""libnftables by ctypes: the structure of tables (sets, chains, rules) as text.

A context is opened for each call and freed after it: that takes a tenth of a millisecond, while a context kept for
every VPC would hold 0.65 MiB each.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from skywalk.drivers.linux.netlink import NETFILTER_FAMILY, NetlinkSocket

_LIBRARY = "libnftables.so.1"
_OUTPUT_JSON = 1 << 4


class RulesetError(OSError):
    """libnftables refused a text; the words are its own, with the line that it stumbled over."""


def run_commands(text: str) -> None:
    """Runs commands in the network namespace of the calling thread: all of them or, if one fails, none.

    Raises RulesetError."""
    _run(text, flags=0)


def list_table(family: str, table: str) -> str:
    """A table as JSON text. Raises RulesetError if there is none."""
    return _run(f"list table {family} {table}", flags=_OUTPUT_JSON)


def list_chains() -> str:
    """All chains of all tables, without their rules, as JSON text."""
    return _run("list chains", flags=_OUTPUT_JSON)


def _run(text: str, flags: int) -> str:
    library = _load()
    _check_for_room()
    context = library.nft_ctx_new(0)
    if not context:
        raise RulesetError("libnftables gives no context")
    try:
        library.nft_ctx_buffer_output(context)
        library.nft_ctx_buffer_error(context)
        library.nft_ctx_output_set_flags(context, flags)
        failed = library.nft_run_cmd_from_buffer(context, text.encode())
        if failed:
            words: bytes = library.nft_ctx_get_error_buffer(context)
            raise RulesetError(words.decode(errors="replace").strip())
        output: bytes = library.nft_ctx_get_output_buffer(context)
        return output.decode()
    finally:
        library.nft_ctx_free(context)


def _check_for_room() -> None:
    """Raises OSError where no socket can be had (no descriptors, no memory): the library ends the whole process then.
    Source: libnftables 1.0.6, mnl.c, nft_mnl_socket_open."""
    NetlinkSocket(NETFILTER_FAMILY).close()


@cache
def _load() -> Any:
    library = ctypes.CDLL(_LIBRARY)
    library.nft_ctx_new.restype = ctypes.c_void_p
    library.nft_ctx_new.argtypes = (ctypes.c_uint32,)
    for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error", "nft_ctx_free"):
        getattr(library, name).argtypes = (ctypes.c_void_p,)
    for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
        getattr(library, name).argtypes = (ctypes.c_void_p,)
        getattr(library, name).restype = ctypes.c_char_p
    library.nft_run_cmd_from_buffer.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
    library.nft_ctx_output_set_flags.argtypes = (ctypes.c_void_p, ctypes.c_uint)
    return library
