"""One VPC's resolver without its sockets: packet in, packet or silence out."""

from __future__ import annotations

from skywalk.dns.answer import answer
from skywalk.dns.known_names import PublicNames, ViewNames
from skywalk.dns.message import BADVERS, REFUSED, Answer
from skywalk.dns.wire import TCP_LIMIT_BYTES, Query, Unanswerable, encode_response, parse_query
from skywalk.plan.name_views import NameView


class Resolver:
    """Answers for one VPC; `public` is shared by all and changes under it."""

    __slots__ = ("_names", "_public", "_turns")

    def __init__(self, view: NameView, public: PublicNames) -> None:
        self._names = ViewNames(view)
        self._public = public
        self._turns: dict[str, int] = {}

    @property
    def view(self) -> NameView:
        return self._names.view

    def change_view(self, view: NameView) -> None:
        self._names = ViewNames(view)
        self._turns.clear()

    def respond(self, packet: bytes, *, by_tcp: bool = False) -> bytes | None:
        """The response to a query; None where there is none: the VPC has DNS support off, or it is no query."""
        if not self._names.view.answering:
            return None
        try:
            query = parse_query(packet)
        except Unanswerable as unanswerable:
            return unanswerable.reply
        limit_bytes = TCP_LIMIT_BYTES if by_tcp else query.udp_limit_bytes
        return encode_response(query, self._answer(query), limit_bytes)

    def _answer(self, query: Query) -> Answer:
        if query.edns_version != 0:
            return Answer(BADVERS)
        if not query.recursion_desired:
            return Answer(REFUSED)  # Route 53 Developer Guide: the resolver takes recursive queries only
        return answer(query.question, self._names, self._public, self._take_turn)

    def _take_turn(self, name: str) -> int:
        # As many counters as there are names with several addresses, never one per name that a client makes up.
        turn = self._turns.get(name, 0)
        self._turns[name] = turn + 1
        return turn
