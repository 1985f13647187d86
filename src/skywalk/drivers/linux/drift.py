"""Drift: which of what was heard concerns what we keep in the kernel. Pure.

Much that is heard follows from our own changes: a link that came up, one that we deleted. So what the kernel names
nobody for is compared with what is known to stand; what others did makes the namespace suspect in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from skywalk.drivers.linux.apply import Standing
from skywalk.drivers.linux.layout import INTERNET, LOOPBACK, Link, PeeringLink, is_confined
from skywalk.drivers.linux.observe import Reading, devices_of, is_sound
from skywalk.drivers.linux.operations import LOOPBACK_INDEX
from skywalk.drivers.linux.rtnetlink import LinkState
from skywalk.drivers.linux.watch import Change, Heard, Notice


@dataclass(slots=True)
class Suspicion:
    """The namespaces of one owner that may hold something else than is known."""

    networks: set[str] = field(default_factory=set)
    filters: set[str] = field(default_factory=set)


def find_suspects(heard: Heard, standings: Mapping[str, Standing]) -> dict[str, Suspicion]:
    """By owner. In the internet namespace everybody has a part: what happens to a device there is its owner's matter,
    all else is the matter of all."""
    suspects = _suspect_all(heard, standings)
    known: dict[tuple[str, str], _Ends] = {}
    for notice in heard.notices:
        for owner in _concerned(notice, standings):
            if not _is_suspect(notice, owner, standings[owner]):
                continue
            if notice.link is not None:
                there = owner, notice.namespace
                if there not in known:
                    known[there] = _known_ends(standings[owner], notice.namespace)
                if known[there].get(notice.link.device) == _end(notice.namespace, notice.link):
                    continue
            suspicion = suspects.setdefault(owner, Suspicion())
            if notice.change is Change.FILTERS:
                suspicion.filters.add(notice.namespace)
            else:
                suspicion.networks.add(notice.namespace)
    return suspects


def agrees(standing: Standing, owner: str, reading: Reading) -> bool:
    """Whether a namespace holds what is known to stand there of an owner's."""
    devices = devices_of(owner, reading.namespace)
    rows = {row for device, each in reading.rows.items() if devices is None or device in devices for row in each}
    known = {
        row
        for row in standing.layout.rows
        if row.namespace == reading.namespace and not isinstance(row, Link | PeeringLink)
    }
    return rows == known and _ends(reading, devices) == _known_ends(standing, reading.namespace)


def _suspect_all(heard: Heard, standings: Mapping[str, Standing]) -> dict[str, Suspicion]:
    """What follows from that the kernel could not tell all."""
    if heard.has_all_of_networks and heard.has_all_of_filters:
        return {}
    return {
        owner: Suspicion(
            set() if heard.has_all_of_networks else {*standing.layout.namespaces, INTERNET},
            set() if heard.has_all_of_filters else set(standing.layout.rulesets),
        )
        for owner, standing in standings.items()
    }


def _concerned(notice: Notice, standings: Mapping[str, Standing]) -> Iterable[str]:
    if notice.owner == INTERNET and notice.change is not Change.FILTERS and notice.index != LOOPBACK_INDEX:
        return standings.keys()
    return {notice.owner} & standings.keys()


def _is_suspect(notice: Notice, owner: str, standing: Standing) -> bool:
    namespace = notice.namespace
    if notice.change is Change.FILTERS:
        return namespace in standing.layout.rulesets
    if notice.change in (Change.NETWORK, Change.REMOVAL):
        return namespace == INTERNET or namespace in standing.layout.namespaces
    if notice.index == LOOPBACK_INDEX:
        return notice.change is Change.DOWN
    devices = devices_of(owner, namespace)
    if devices is None:
        return (namespace, notice.index) in ((there, index) for (there, _), index in standing.indexes.items())
    return any(standing.indexes.get((namespace, device or "")) == notice.index for device in devices)


_Ends = dict[str, tuple[int, str, str]]
"""By device: number, MAC and alias."""


def _known_ends(standing: Standing, namespace: str) -> _Ends:
    known: _Ends = {}
    for row in standing.layout.rows:
        if isinstance(row, Link | PeeringLink):
            for end, mac in zip(row.ends, (row.mac, row.peer_mac), strict=False):
                if end[0] == namespace:
                    known[end[1]] = standing.indexes.get(end, 0), mac, row.alias
    return known


def _ends(reading: Reading, devices: frozenset[str | None] | None) -> _Ends:
    """Without the end of a peering that is not this router's yet."""
    return {
        device: _end(reading.namespace, link)
        for device, link in reading.ends.items()
        if device != LOOPBACK
        and (devices is None or device in devices)
        and (link.alias or not device.startswith("x-") or is_confined(reading.namespace))
    }


def _end(namespace: str, link: LinkState) -> tuple[int, str, str]:
    return (link.index, link.mac, link.alias) if is_sound(namespace, link) else (link.index, "", "")
