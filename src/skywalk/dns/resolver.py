"""One VPC's resolver without its sockets: packet in, packet or silence out.

Answers by UDP are remembered as bytes, by the whole query but its number: the same client asks the same again and
again, and writing an answer takes longer than finding it. Names that nobody has asked for yet mostly have replies like
those of their neighbours (`prepared`). What changes makes all be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from skywalk.dns.answer import answer
from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.dns.message import BADVERS, REFUSED, Answer
from skywalk.dns.prepared import PreparedReplies
from skywalk.dns.wire import TCP_LIMIT_BYTES, Query, Unanswerable, encode_response, parse_query
from skywalk.dns.zones import Zones
from skywalk.plan.name_views import NameView

_REMEMBERED_LIMIT = 1024
"""Queries of one VPC, with replies of some hundred bytes each. When there are as many, all are forgotten."""
_HELD_LIMIT_BYTES = 1 << 20
"""Of their replies together: those of a name with many addresses are long, and many."""
_REMEMBERED_QUERY_BYTES = 300
_ID_BYTES = 2


@dataclass(slots=True)
class _Remembered:
    """The replies to one query, one for each turn of its addresses, without their number."""

    turns: int
    replies: list[bytes] = field(default_factory=list)
    next: int = 0


class Resolver:
    """Answers for one VPC, or for its inbound endpoints; `public` is shared by all and changes under it, as do `zones`,
    which are the view's own unless they are given apart from it."""

    __slots__ = (
        "_held_bytes", "_is_inbound", "_names", "_prepared", "_public", "_public_changes", "_remembered", "_taken",
        "_turns", "_zones", "_zones_changes",
    )  # fmt: skip

    def __init__(
        self, view: NameView, public: PublicNames, zones: Zones | None = None, *, is_inbound: bool = False
    ) -> None:
        self._is_inbound = is_inbound
        self._zones = zones
        self._names = ViewNames(view, zones, is_inbound=is_inbound)
        self._public = public
        self._public_changes = public.changes
        self._zones_changes = self._names.zones.changes
        self._turns: dict[str, int] = {}
        self._taken: list[tuple[str, int, int]] = []
        """The turns of the answer that is being made: name, of how many, and which."""
        self._remembered: dict[bytes, _Remembered] = {}
        self._held_bytes = 0
        self._prepared = PreparedReplies(self._names, public, self._turns)

    @property
    def view(self) -> NameView:
        return self._names.view

    def change_view(self, view: NameView) -> None:
        self._names = ViewNames(view, self._zones, is_inbound=self._is_inbound)
        self._zones_changes = self._names.zones.changes
        self._turns.clear()
        self._prepared = PreparedReplies(self._names, self._public, self._turns)
        self._forget()

    def respond(self, packet: bytes, *, by_tcp: bool = False) -> bytes | None:
        """The response to a query; None where there is none: the VPC has DNS support off, or it is no query."""
        if not self._names.view.answering:
            return None
        if by_tcp:
            return self._respond(packet, by_tcp=True)
        if self._public_changes != self._public.changes:
            self._public_changes = self._public.changes
            self._forget()
        if self._zones_changes != self._names.zones.changes:
            self._zones_changes = self._names.zones.changes
            self._turns.clear()
            self._forget()
        known = self._remembered.get(packet[_ID_BYTES:])
        if known is not None and len(known.replies) == known.turns:
            place = known.next
            known.next = place + 1 if place + 1 < known.turns else 0
            return packet[:_ID_BYTES] + known.replies[place]
        reply = self._prepared.reply(packet) if known is None else None
        return self._respond(packet, known) if reply is None else reply

    def _forget(self) -> None:
        self._prepared.clear()
        self._remembered.clear()
        self._held_bytes = 0

    def _respond(self, packet: bytes, known: _Remembered | None = None, *, by_tcp: bool = False) -> bytes | None:
        """The reply by way of the chain, which is kept for the next query that it answers too."""
        self._taken.clear()
        try:
            query = parse_query(packet)
        except Unanswerable as unanswerable:
            return unanswerable.reply
        found = self._answer(query)
        if by_tcp:
            return encode_response(query, found, TCP_LIMIT_BYTES)
        reply = encode_response(query, found, query.udp_limit_bytes)
        if len(packet) <= _REMEMBERED_QUERY_BYTES and (
            known is not None or not self._prepared.learn(packet, query, found, reply, self._taken)
        ):
            self._remember(packet, known, reply)
        return reply

    def _remember(self, packet: bytes, known: _Remembered | None, reply: bytes) -> None:
        if known is None:
            if len(self._remembered) >= _REMEMBERED_LIMIT or self._held_bytes >= _HELD_LIMIT_BYTES:
                self._remembered.clear()
                self._held_bytes = 0
            widest = max([choices for _, choices, _ in self._taken], default=1)
            known = self._remembered[packet[_ID_BYTES:]] = _Remembered(widest)
        known.replies.append(reply[_ID_BYTES:])
        self._held_bytes += len(reply)

    def _answer(self, query: Query) -> Answer:
        if query.edns_version != 0:
            return Answer(BADVERS)
        if not query.recursion_desired:
            return Answer(REFUSED)  # Route 53 Developer Guide: the resolver takes recursive queries only
        return answer(query.question, self._names, self._public, self._take_turn)

    def _take_turn(self, name: str, choices: int) -> int:
        # As many counters as there are names with several addresses, never one per name that a client makes up.
        taken = self._turns.get(name, 0)
        self._turns[name] = taken + 1
        turn = taken % choices
        self._taken.append((name, choices, turn))
        return turn
