"""`skywalk policy replay`: what another endpoint policy would have said to the requests that an endpoint has seen."""

from __future__ import annotations

import argparse
import json

from skywalk.access_log.cloudtrail import moment
from skywalk.access_log.reader import Reader
from skywalk.access_log.record import ALLOWED
from skywalk.access_log.replay import Change, Replay, Seen, replay
from skywalk.cli.documents import read_document
from skywalk.cli.log import printable
from skywalk.config import find_paths
from skywalk.policy.endpoint_rules import accept_endpoint_policy
from skywalk.policy.errors import PolicyError
from skywalk.values.errors import SkywalkError

EXIT_CHANGES = 3


def run(arguments: argparse.Namespace) -> int:
    """0 where no verdict would change, 3 where one would."""
    try:
        policy = accept_endpoint_policy(read_document(arguments.file))
    except PolicyError as error:
        raise SkywalkError(f"{arguments.file} is no policy that an endpoint takes: {error}") from None
    reader = Reader(find_paths(arguments.state_dir).access_log, arguments.endpoint)
    told = replay(reader.records(), policy)
    if not told.asked:
        raise SkywalkError(
            f"no request through {arguments.endpoint} is in the access log: there is no such endpoint, or nothing has "
            "come through it"
        )
    print(render_json(told) if arguments.json else render(told, arguments.endpoint), end="")
    return EXIT_CHANGES if told.changes else 0


def render(told: Replay, endpoint_id: str) -> str:
    """For people."""
    changing = sum(seen.times for _, seen in told.changes)
    lines = [f"{changing} of {told.asked} requests through {endpoint_id} would be decided otherwise"]
    for change, seen in told.changes:
        how_often = "once" if seen.times == 1 else f"{seen.times} times"
        lines += [
            "",
            printable(f"{change.was} -> {change.would_be}  {change.action} on {change.resource}"),
            printable(f"    by {change.principal}"),
            f"    {how_often}, last at {moment(seen.last)}; {_why(change)}",
        ]
    return "\n".join(lines) + "\n"


def _why(change: Change) -> str:
    if change.statement is None:
        return "no statement allows it"
    name = change.statement if isinstance(change.statement, str) else f"statement {change.statement}"
    return f"{name} {'allows' if change.would_be == ALLOWED else 'denies'} it"


def render_json(told: Replay) -> str:
    """A line for each change."""
    return "".join(f"{json.dumps(_fields(change, seen))}\n" for change, seen in told.changes)


def _fields(change: Change, seen: Seen) -> dict[str, object]:
    return {**change._asdict(), "times": seen.times, "last_seen": moment(seen.last)}
