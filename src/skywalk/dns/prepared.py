"""Replies to names that nobody has asked for yet: one more bucket below a wildcard, one more name that a zone does not
have. They are what a neighbour was told, with the question in its place.

Two queries are alike when they differ in their number, in letter case and in what their name's first label says, which
is of the same length. Where neither name is known by itself, all that the chain finds is found by the names above, so
that the replies differ in the question alone: every other name in them stands in full or points to the same place.
"""

from __future__ import annotations

from dataclasses import dataclass

from skywalk.dns.chain import ENDPOINT_DOMAIN
from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.dns.message import Answer, Soa
from skywalk.dns.wire import Query
from skywalk.dns.zones import Zone

_PREPARED_LIMIT = 1024
_HELD_LIMIT_BYTES = 1 << 20
"""Of one VPC. When there is more, all is forgotten."""
_REPEATED_LIMIT_BYTES = 512
_TURNS_LIMIT = 16
"""Names with more addresses are answered from the chain."""

_FLAGS_AT, _NAME_AT, _LABEL_AT = 2, 12, 13


@dataclass(slots=True)
class _Prepared:
    """Replies to queries that are alike, without number and question: one for each turn of the addresses of `owner`,
    None where that turn has not come yet. `named` are names that the replies tell; `above` is what is behind the first
    label, with its dot; `zone` the private zone, if any."""

    question_end: int
    above: str
    zone: Zone | None
    named: frozenset[str]
    owner: str
    choices: int
    replies: list[tuple[bytes, bytes] | None]


class PreparedReplies:
    """Those of one VPC; `turns` is how often each name's addresses have taken turns. To be cleared when anything
    changes."""

    __slots__ = ("_held_bytes", "_names", "_prepared", "_public", "_repeated", "_turns")

    def __init__(self, names: ViewNames, public: PublicNames, turns: dict[str, int]) -> None:
        self._names = names
        self._public = public
        self._turns = turns
        self._prepared: dict[bytes, _Prepared] = {}
        self._repeated: dict[bytes, bytes] = {}
        """Replies that were made so, apart from those that cost more to find: new names do not drive these out."""
        self._held_bytes = 0

    def clear(self) -> None:
        self._prepared.clear()
        self._repeated.clear()
        self._held_bytes = 0

    def reply(self, packet: bytes) -> bytes | None:
        """The reply to a query like one that was learned; None for all others. Its turn is taken."""
        asked = packet[_FLAGS_AT:]
        known = self._repeated.get(asked)
        if known is not None:
            return packet[:_FLAGS_AT] + known
        prepared = self._prepared.get(_likeness(packet))
        if prepared is None:
            return None
        label = packet[_LABEL_AT : _LABEL_AT + packet[_NAME_AT]].lower()
        if b"." in label or b"\\" in label or b"{" in label:
            return None
        name = label.decode("latin-1") + prepared.above
        if name in prepared.named or self._is_known(name, prepared.zone):
            return None
        whole = prepared.replies[0] if prepared.choices == 1 else self._next_turn(prepared)
        if whole is None:
            return None
        reply = whole[0] + packet[_NAME_AT : prepared.question_end] + whole[1]
        if prepared.choices == 1 and len(reply) <= _REPEATED_LIMIT_BYTES:
            if len(self._repeated) >= _PREPARED_LIMIT:
                self._repeated.clear()
            self._repeated[asked] = reply
        return packet[:_FLAGS_AT] + reply

    def _next_turn(self, prepared: _Prepared) -> tuple[bytes, bytes] | None:
        """Turns that have not come yet are not taken here, but where they are learned."""
        taken = self._turns.get(prepared.owner, 0)
        whole = prepared.replies[taken % prepared.choices]
        if whole is not None:
            self._turns[prepared.owner] = taken + 1
        return whole

    def learn(
        self, packet: bytes, query: Query, answer: Answer, reply: bytes, turns: list[tuple[str, int, int]]
    ) -> bool:
        """Whether a reply is one for alike queries too; `turns` are those that were taken for it: name, choices, and
        which it was."""
        owner, choices, turn = turns[0] if turns else ("", 1, 0)
        if len(turns) > 1 or choices > _TURNS_LIMIT:
            return False
        prepared = self._prepare(packet, query, answer, owner, choices)
        if prepared is None:
            return False
        tail = reply[prepared.question_end :]
        prepared.replies[turn] = reply[_FLAGS_AT:_NAME_AT], tail
        self._held_bytes += len(tail)
        return True

    def _prepare(self, packet: bytes, query: Query, answer: Answer, owner: str, choices: int) -> _Prepared | None:
        name = query.question.name
        first, dot, parent = name.partition(".")
        if not parent or self._names.has(name) or "\\" in name or "{" in first:
            return None
        zone = self._names.find_zone(name)
        if self._is_known(name, zone) or not self._has_children(parent, zone):
            return None
        named = _names_told(answer, name)
        if name in named:
            return None
        likeness = _likeness(packet)
        prepared = self._prepared.get(likeness)
        if prepared is None:
            if len(self._prepared) >= _PREPARED_LIMIT or self._held_bytes >= _HELD_LIMIT_BYTES:
                self.clear()
            question_end = _NAME_AT + len(query.question_wire)
            named.add(ENDPOINT_DOMAIN)
            prepared = _Prepared(question_end, dot + parent, zone, frozenset(named), owner, choices, [None] * choices)
            self._prepared[likeness] = prepared
        return prepared

    def _is_known(self, name: str, zone: Zone | None) -> bool:
        """Whether anything is said of the very name, so that names above do not decide. A zone leaves nothing to
        others."""
        if zone is None:
            return self._names.has(name) or self._public.has(name)
        return zone.has(name) or self._names.zones.has(name)

    def _has_children(self, parent: str, zone: Zone | None) -> bool:
        """Whether names right below are many and alike: somebody knows the parent, nobody made it up as well, and no
        first label tells anything by itself, such as an address."""
        if zone is not None:
            return zone.has(parent)
        if not self._is_known(parent, None):
            found = self._public.find(f"*.{parent}")
            if found is None or found.name != f"*.{parent}":
                return False
        return parent != "arpa" and not parent.endswith(".arpa") and not self._public.tells_by_label(parent)


def _likeness(packet: bytes) -> bytes:
    """Equal for queries that are alike, and for no others: the packet without its number and its first label, in lower
    case up to the first zero, which in a name is its end. Lengths of labels are no letters."""
    if len(packet) <= _LABEL_AT:
        return b""
    above_at = _LABEL_AT + packet[_NAME_AT]
    end = packet.find(0, above_at)
    if end == -1:
        return b""
    return packet[_FLAGS_AT:_LABEL_AT] + packet[above_at:end].lower() + packet[end:]


def _names_told(answer: Answer, asked: str) -> set[str]:
    """The names in an answer but for the asked one, where it owns what was asked for."""
    told = {record.name for record in answer.records if record.name != asked}
    for record in (*answer.records, *answer.authority):
        if isinstance(record.data, str):
            told.add(record.data)
        elif isinstance(record.data, Soa):
            told |= {record.data.server, record.data.mailbox}
    return told | {record.name for record in answer.authority}
