"""What is changed in moto's EventBridge, and why: its events go to queues that take them. Written against moto 5.2.5.

`x-skywalk-delivers-to` of a request has a rule's ARN, `>`, and the queue's, for each queue that takes what the rule
sends (`moto_deliveries`).
Unconfirmed: the words of refusals.
Source: EventBridge User Guide, "Event structure", "Comparison operators for use in event patterns", "Amazon SQS queues
as targets": a queue of the FIFO type must have content-based deduplication; API Reference, PutPermission, StartReplay.
"""

from __future__ import annotations

import json
import logging
from typing import Any, cast

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import iso_8601_datetime_without_milliseconds, utcfromtimestamp
from moto.events.exceptions import InvalidEventPatternException, ResourceNotFoundException
from moto.events.models import (
    EventBus,
    EventPattern,
    EventPatternParser,
    EventsBackend,
    Replay,
    Rule,
    events_backends,
)
from moto.events.responses import EventsHandler

from skywalk.backends.moto_deliveries import is_taken
from skywalk.backends.moto_patterns import read_patterns_of_rules

log = logging.getLogger(__name__)

_OPERATORS = frozenset(
    {"anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"}
)
_ARCHIVES = "Events-Archive-"
"""How the rules begin by which archives take events."""


def change_events() -> None:
    """Before the first request."""
    # moto takes one statement of an account away when another is given to it.
    setattr(EventBus, "_remove_principals_statements", lambda _self, *_principals: None)  # noqa: B010
    _know_operators()
    _test_patterns()
    _replay_what_was_asked_for()
    _send_to_queues_that_take_it()
    _tag_what_is_named()
    read_patterns_of_rules()


def _tag_what_is_named() -> None:
    # moto looks at an ARN's end alone: rules of several buses, and a bus of a rule's name, have each other's tags.
    def found(self: Any, arn: str) -> str:
        buses = self.event_buses.values()
        if not any(one.arn == arn for bus in buses for one in (bus, *bus.rules.values())):
            what, _, name = arn.split(":", 5)[-1].partition("/")
            kind = "Event bus" if what == "event-bus" else "Rule"
            raise ResourceNotFoundException(f"{kind} {name} does not exist.")
        return arn

    def list_tags_for_resource(self: Any, arn: str) -> Any:
        return self.tagger.list_tags_for_resource(found(self, arn))

    def tag_resource(self: Any, arn: str, tags: dict[str, str]) -> None:
        self.tagger.tag_resource(found(self, arn), self.tagger.convert_dict_to_tags_input(tags))

    def untag_resource(self: Any, arn: str, tag_keys: list[str]) -> None:
        self.tagger.untag_resource_using_names(found(self, arn), tag_keys)

    setattr(EventsBackend, "list_tags_for_resource", list_tags_for_resource)  # noqa: B010
    setattr(EventsBackend, "tag_resource", tag_resource)  # noqa: B010
    setattr(EventsBackend, "untag_resource", untag_resource)  # noqa: B010


def _know_operators() -> None:
    # moto lets every event pass where it does not know the operator.
    validate: Any = EventPatternParser._validate_event_pattern

    def validate_pattern(self: Any, pattern: Any) -> None:
        if not isinstance(pattern, dict):
            raise InvalidEventPatternException(reason="Filter is not an object")
        validate(self, pattern)
        for name, values in pattern.items():
            for one in values if isinstance(values, list) else ():
                if name == "$or":
                    self._validate_event_pattern(one)
                elif isinstance(one, dict) and (len(one) != 1 or not one.keys() <= _OPERATORS):
                    raise InvalidEventPatternException(reason=f"Unrecognized match type {next(iter(one), '')}")

    setattr(EventPatternParser, "_validate_event_pattern", validate_pattern)  # noqa: B010


def _test_patterns() -> None:
    # moto answers nothing.

    def test_event_pattern(self: Any) -> str:
        pattern = EventPattern.load(self._get_param("EventPattern"))
        try:
            event = json.loads(self._get_param("Event"))
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise JsonRESTError("ValidationException", "Parameter Event is not valid.")
        return json.dumps({"Result": pattern.matches_event(cast("Any", event))})

    setattr(EventsHandler, "test_event_pattern", test_event_pattern)  # noqa: B010


def _replay_what_was_asked_for() -> None:
    # moto sends all events of an archive again, whenever they were.
    replay: Any = Replay.replay_events

    def replay_events(self: Any, archive: Any) -> None:
        first, last = float(self.event_start_time), float(self.event_end_time)
        kept, archive.events = archive.events, [one for one in archive.events if first <= float(one["time"]) <= last]
        try:
            replay(self, archive)
        finally:
            archive.events = kept

    setattr(Replay, "replay_events", replay_events)  # noqa: B010


def _send_to_queues_that_take_it() -> None:
    # moto sends by rules that are off, in a form of its own, and needs a package for it; no queue's policy is asked.

    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        if self.managed_by:
            archives = events_backends[self.account_id][self.region_name].archives
            archives[self.name.removeprefix(_ARCHIVES)].events.append(original_event)
            return
        for target in self.targets:
            if is_taken(f"{self.arn}>{target['Arn']}"):
                _send(self, target, original_event)

    setattr(Rule, "send_to_targets", send_to_targets)  # noqa: B010


def _send(rule: Any, target: dict[str, Any], event: dict[str, Any]) -> None:
    """What the queue does not take is lost."""
    from moto.sqs.models import sqs_backends

    name = target["Arn"].rpartition(":")[2]
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    queues = sqs_backends[rule.account_id][rule.region_name]
    try:
        if group and queues.get_queue(name).attributes.get("ContentBasedDeduplication") != "true":
            return
        queues.send_message(queue_name=name, message_body=target.get("Input") or _told(event), group_id=group)
    except ServiceException as refusal:
        log.info("%s does not take an event of %s: %s", name, rule.arn, refusal)


def _told(event: dict[str, Any]) -> str:
    time = iso_8601_datetime_without_milliseconds(utcfromtimestamp(int(float(event["time"]))))
    return json.dumps({name: value for name, value in {**event, "time": time}.items() if name != "ingestion-time"})
