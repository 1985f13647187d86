"""`skywalk log`: what was asked through the region's endpoints, and what became of it. It reads files: no daemon is
needed."""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from skywalk.access_log.cloudtrail import error_of, event, event_name, moment
from skywalk.access_log.reader import Reader
from skywalk.access_log.record import DENIED, Record
from skywalk.config import find_paths
from skywalk.values.clock import SystemClock

LOOK_SECONDS = 0.2
"""How often `--follow` looks whether there is more."""

_LAYERS = {
    "endpoint_policy": "endpoint policy",
    "identity_policies": "identity policies",
    "resource_policy": "resource policy",
    "permission_boundary": "permissions boundary",
    "session_policies": "session policies",
    "scps": "service control policies",
    "rcps": "resource control policies",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d{1,9})([smhd])")
_WIDTHS = {"who": 30, "action": 26, "resource": 44}
"""Where the output is no terminal: the least, so that short ones stand below each other."""
_CUT = "…"
_LEAST, _SHORT_ENDPOINT, _ROOM_ENOUGH = 8, 9, 60
"""Characters: what a caller or resource has at least, an endpoint where room is short, and how much is not short."""


def since(text: str) -> datetime | timedelta:
    """`15m`, or a time in ISO 8601, in UTC unless it says otherwise. Raises ArgumentTypeError."""
    found = _DURATION.fullmatch(text)
    if found is not None:
        return timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a time is 15m, 2h, 3d or 2026-01-31T12:00:00Z, not {text!r}") from None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def run(arguments: argparse.Namespace) -> int:
    paths = find_paths(arguments.state_dir)
    reader = Reader(paths.access_log, arguments.endpoint)
    is_wanted = _filter(arguments)
    found = sorted(filter(is_wanted, reader.records()), key=_order)
    if arguments.n is not None:
        found = found[len(found) - arguments.n :] if arguments.n < len(found) else found
    show = _show_json if arguments.json else _show_table(with_endpoint=arguments.endpoint is None)
    show(found)
    if not found and not arguments.follow and not arguments.json:
        print("nothing is in the access log that was asked for", file=sys.stderr)
    while arguments.follow:
        _wait()
        show(sorted(filter(is_wanted, reader.records()), key=_order))
    return 0


def _filter(arguments: argparse.Namespace) -> Callable[[Record], bool]:
    first = arguments.since
    if isinstance(first, timedelta):
        now = SystemClock().now()
        first = now - min(first, now - _EPOCH)
    first_milliseconds = 0 if first is None else int(first.timestamp() * 1000)

    def is_wanted(record: Record) -> bool:
        is_denied = record.verdict == DENIED or (not record.questions and record.error is not None)
        return record.time >= first_milliseconds and (is_denied or not arguments.denied)

    return is_wanted


def _order(record: Record) -> tuple[int, str]:
    return record.time, record.event_id


def _wait() -> None:
    """A moment. Raises BrokenPipeError where nobody reads the output any more."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    for _, events in poll.poll(LOOK_SECONDS * 1000):
        if events & select.POLLERR:
            raise BrokenPipeError


def _show_json(records: Iterable[Record]) -> None:
    for record in records:
        print(json.dumps(event(record)))
    sys.stdout.flush()


def _show_table(*, with_endpoint: bool) -> Callable[[Iterable[Record]], None]:
    width = shutil.get_terminal_size().columns if _is_terminal() else None

    def show(records: Iterable[Record]) -> None:
        for record in records:
            print(render_line(record, width=width, with_endpoint=with_endpoint))
        sys.stdout.flush()

    return show


def _is_terminal() -> bool:
    try:
        return os.isatty(sys.stdout.fileno())
    except (OSError, ValueError):  # it is no file at all
        return False


def render_line(record: Record, *, width: int | None, with_endpoint: bool) -> str:
    """One line for people; of at most `width` characters, if it is given."""
    time, action, verdict = moment(record.time), _action(record), record.verdict
    who, resource, by = _who(record), _resource(record), _by(record)
    endpoint = [record.vpc_endpoint_id] if with_endpoint else []
    if width is None:
        cells = (f"{who:<{_WIDTHS['who']}}", f"{action:<{_WIDTHS['action']}}", f"{resource:<{_WIDTHS['resource']}}")
        return printable("  ".join([time, *endpoint, *cells, f"{verdict} {by}".rstrip()]))
    # Whole are time, action and verdict; date and milliseconds are in --json.
    left = width - sum(len(cell) + 2 for cell in (time[11:19], *endpoint, action, verdict))
    if endpoint and left < _ROOM_ENOUGH:
        left += len(endpoint[0]) - _SHORT_ENDPOINT
        endpoint = [_fit(endpoint[0], _SHORT_ENDPOINT)]
    room_for_who = min(len(who), max(_LEAST, left // 4))
    room_for_by = min(len(by), max(0, left // 3))
    room_for_resource = max(_LEAST, left - room_for_who - room_for_by - 3)
    fitted = [_fit(who, room_for_who), action, _fit(resource, room_for_resource), verdict]
    return printable(f"{'  '.join([time[11:19], *endpoint, *fitted])} {by[:room_for_by]}"[:width].rstrip())


def _fit(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else _CUT + text[len(text) - width + 1 :]


def printable(text: str) -> str:
    """Names that clients choose must not steer a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _who(record: Record) -> str:
    """The caller's ARN without what all ARNs have in common, with its account."""
    principal = record.principal
    if principal is None:
        return "-"
    account, _, name = principal.arn.partition("::")[2].partition(":")
    return f"{account}:{name}" if name else principal.arn


def _action(record: Record) -> str:
    deciding = record.deciding
    return f"{record.service}:{event_name(record) or '-'}" if deciding is None else deciding.request.action


def _resource(record: Record) -> str:
    deciding = record.deciding
    count = sum(len(question) for question in record.questions)
    more = f" and {count - 1} more" if count > 1 else ""
    return "-" if deciding is None else deciding.request.resource + more


def _by(record: Record) -> str:
    """The layer and statement that decided; an error's code where no policy did."""
    deciding, (code, _) = record.deciding, error_of(record)
    if deciding is None or (deciding.decided.allowed and record.verdict == DENIED):
        return code
    decided = deciding.decided
    layer = _LAYERS.get(decided.by, decided.by)
    statement = "" if decided.statement is None else f" ({_statement(decided.statement)})"
    return f"by {layer}{statement}"


def _statement(name: str | int) -> str:
    return name if isinstance(name, str) else f"statement {name}"
