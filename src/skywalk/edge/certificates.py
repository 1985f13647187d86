"""Server certificates of the services, and which of them a client gets.

One certificate per base name, as AWS has it: `s3.us-east-1.amazonaws.com` with `*.` in front of it on one,
`s3.amazonaws.com` with `*.` on another. They are made from the names of plan rows, never from what a client asks
for: a wildcard covers one label, so a bucket with dots in its name fails TLS here as it does on AWS.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Value = TypeVar("Value")
Issue = Callable[[tuple[str, ...]], bytes]
"""A key and a certificate in PEM for names that share a base."""
FindNames = Callable[[str], tuple[str, ...] | None]
"""The names of the certificate that a host name is on, if it is on any."""

_SERVER_NAME = "skywalk_server_name"
_FOUND_CONTEXTS = 256
"""One has some 50 KiB; connections keep theirs."""


def group_names(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By base name, in the order given, the names that one certificate carries."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.removeprefix("*."), []).append(name)
    return {base: tuple(sorted(group, key=lambda name: name.startswith("*."))) for base, group in groups.items()}


class Certificates:
    """The TLS contexts for some names: listeners use one, which hands each client to its certificate's.

    The first name's certificate is for clients that name nothing, or something unknown. The others are made when
    they are first asked for. So are those of further names, which `find_names` knows; of them only so many are
    remembered.
    """

    def __init__(self, names: Iterable[str], issue: Issue, find_names: FindNames = lambda _: None) -> None:
        self._issue = issue
        self._find_names = find_names
        self._found_contexts: OrderedDict[tuple[str, ...], ssl.SSLContext] = OrderedDict()
        groups = group_names(names)
        self._group_of = {name: group for group in groups.values() for name in group}
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self.context = self._context(next(iter(groups.values())))
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, server_name: str | None, _: ssl.SSLContext) -> None:
        if server_name is None:
            return
        setattr(connection, _SERVER_NAME, server_name.lower())
        group = find_by_name(self._group_of, server_name.lower())
        if group is not None:
            connection.context = self._context(group)
        elif (found := self._find_names(server_name.lower())) is not None:
            connection.context = self._found_context(found)

    def _context(self, group: tuple[str, ...]) -> ssl.SSLContext:
        if group not in self._contexts:
            self._contexts[group] = _server_context(self._issue(group))
        return self._contexts[group]

    def _found_context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        found = self._found_contexts.get(names)
        if found is None:
            found = self._found_contexts[names] = _server_context(self._issue(names))
            if len(self._found_contexts) > _FOUND_CONTEXTS:
                self._found_contexts.popitem(last=False)
        else:
            self._found_contexts.move_to_end(names)
        return found


def find_by_name(by_name: Mapping[str, Value], name: str) -> Value | None:
    """What `by_name` holds for a host name: exactly, or by a wildcard for its first label."""
    found = by_name.get(name)
    if found is None:
        _, _, rest = name.partition(".")
        found = by_name.get(f"*.{rest}")
    return found


def server_name(ssl_object: object) -> str | None:
    """The name that the client of this TLS connection asked for (SNI), in lower case."""
    name: str | None = getattr(ssl_object, _SERVER_NAME, None)
    return name


def _server_context(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # The ssl module reads certificates from files only; this one never gets a name that others could open.
    with tempfile.NamedTemporaryFile() as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context
