"""EventBridge: buses, rules, archives, and events that queues take whose policies say so."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "events", ("events", "sqs")


def story(events: Any, sqs: Any) -> Look:
    bus = events.create_event_bus(Name="shop", Description="orders", Tags=[{"Key": "team", "Value": "a"}])[
        "EventBusArn"
    ]
    assert bus.endswith(":event-bus/shop")
    assert refused(events.create_event_bus, Name="shop") == "ResourceAlreadyExistsException"
    _rules(events, bus)
    _permissions(events)
    _archives(events, bus)
    _deliveries(events, sqs)
    events.create_event_bus(Name="gone")
    events.delete_event_bus(Name="gone")
    assert refused(events.describe_event_bus, Name="gone") == "ResourceNotFoundException"
    return look


def _rules(events: Any, bus: str) -> None:
    made = events.put_rule(Name="sold", EventBusName="shop", EventPattern='{"source": ["shop"]}', Description="d")
    rule = made["RuleArn"]
    assert rule.endswith(":rule/shop/sold")
    refusal = refused(events.put_rule, Name="nightly", ScheduleExpression="rate(1 day)")
    assert refusal == "ServiceUnavailableException"
    events.disable_rule(Name="sold", EventBusName="shop")
    assert events.describe_rule(Name="sold", EventBusName="shop")["State"] == "DISABLED"
    events.enable_rule(Name="sold", EventBusName="shop")
    events.tag_resource(ResourceARN=rule, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=rule, TagKeys=["b"])
    assert events.list_tags_for_resource(ResourceARN=rule)["Tags"] == [{"Key": "a", "Value": "1"}]
    events.put_rule(Name="gone", EventBusName=bus, EventPattern='{"source": ["x"]}')
    events.delete_rule(Name="gone", EventBusName="shop")
    assert refused(events.describe_rule, Name="gone", EventBusName="shop") == "ResourceNotFoundException"
    for broken in ("{", "[]", '{"source": "x"}', '{"source": [{"begins": "x"}]}'):
        assert refused(events.put_rule, Name="bad", EventPattern=broken) == "InvalidEventPatternException"

    pattern = '{"source": ["shop"], "detail": {"n": [{"numeric": [">", 1]}]}}'
    for n, expected in ((1, False), (2, True)):
        event = json.dumps({"source": "shop", "detail": {"n": n}})
        assert events.test_event_pattern(EventPattern=pattern, Event=event)["Result"] is expected
    assert refused(events.test_event_pattern, EventPattern=pattern, Event="[]") == "ValidationException"


def _permissions(events: Any) -> None:
    for number in ("1", "2"):
        events.put_permission(
            EventBusName="shop", Action="events:PutEvents", Principal="111122223333", StatementId=number
        )
    events.remove_permission(EventBusName="shop", StatementId="1")
    policy = events.describe_event_bus(Name="shop")["Policy"]
    assert '"Sid": "2"' in policy
    assert '"Sid": "1"' not in policy


def _archives(events: Any, bus: str) -> None:
    made = events.create_archive(ArchiveName="all", EventSourceArn=bus, Description="everything")
    assert made["State"] == "ENABLED"
    events.update_archive(ArchiveName="all", Description="every event")
    entries = [
        {"Source": "shop", "DetailType": "sold", "Detail": '{"n": 1}', "EventBusName": "shop"},
        {"Source": "shop", "DetailType": "sold", "Detail": "{", "EventBusName": "shop"},
    ]
    put = events.put_events(Entries=entries)
    assert put["FailedEntryCount"] == 1
    assert put["Entries"][1]["ErrorCode"] == "MalformedDetail"
    events.create_archive(ArchiveName="gone", EventSourceArn=bus)
    events.delete_archive(ArchiveName="gone")
    assert refused(events.describe_archive, ArchiveName="gone") == "ResourceNotFoundException"


def look(events: Any, _sqs: Any) -> Any:
    archive = events.describe_archive(ArchiveName="all")
    assert (archive["Description"], archive["EventCount"]) == ("every event", 5)
    rules = events.list_rules(EventBusName="shop")["Rules"]
    assert [(rule["Name"], rule["State"]) for rule in rules][:1] == [("sold", "ENABLED")]
    buses = [bus for bus in events.list_event_buses(NamePrefix="sho")["EventBuses"] if bus["Name"] == "shop"]
    archives = events.list_archives(NamePrefix="al")["Archives"]
    targets = events.list_targets_by_rule(Rule="sold", EventBusName="shop")["Targets"]
    assert [(one["Id"], one["Arn"]) for one in targets] == [("all", _arn("sold")), ("closed", _arn("closed"))]
    replay = events.describe_replay(ReplayName="again")
    assert (replay["State"], replay["Destination"]) == ("COMPLETED", {"Arn": archive["EventSourceArn"]})
    replays = events.list_replays(NamePrefix="aga")["Replays"]
    return archive, rules, buses, archives, targets, replay, replays, events.describe_event_bus(Name="shop")


def _deliveries(events: Any, sqs: Any) -> None:
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("sold", "closed")}
    rule = events.describe_rule(Name="sold", EventBusName="shop")["Arn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": _arn("sold"),
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    sqs.set_queue_attributes(QueueUrl=urls["sold"], Attributes={"Policy": json.dumps({"Statement": [allow]})})
    here = {"Rule": "sold", "EventBusName": "shop"}
    targets = [{"Id": "all", "Arn": _arn("sold")}, {"Id": "closed", "Arn": _arn("closed")}]
    further = [{"Id": "fixed", "Arn": _arn("sold"), "Input": '{"fixed": true}'}]
    events.put_targets(**here, Targets=targets + further)
    function = {"Id": "1", "Arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    assert refused(events.put_targets, **here, Targets=[function]) == "ServiceUnavailableException"
    assert refused(events.delete_rule, Name="sold", EventBusName="shop") == "ValidationException"
    assert events.list_rule_names_by_target(TargetArn=_arn("sold"), EventBusName="shop")["RuleNames"] == ["sold"]
    _put(events, source="shop", n=1)
    _put(events, source="other", n=2)
    (whole, fixed) = sorted(_received(sqs, urls["sold"]), key=len, reverse=True)
    assert fixed == '{"fixed": true}'
    told = json.loads(whole)
    assert (told["source"], told["detail-type"], told["detail"], told["account"], told["region"]) == (
        "shop",
        "sold",
        {"n": 1},
        "123456789012",
        "us-east-1",
    )
    assert _received(sqs, urls["closed"]) == []
    events.remove_targets(**here, Ids=["fixed"])
    events.disable_rule(Name="sold", EventBusName="shop")
    _put(events, source="shop", n=3)
    events.enable_rule(Name="sold", EventBusName="shop")
    _put(events, source="shop", n=4)
    assert [json.loads(one)["detail"] for one in _received(sqs, urls["sold"])] == [{"n": 4}]
    _replay(events)
    again = [json.loads(one) for one in _received(sqs, urls["sold"])]
    assert sorted(one["detail"]["n"] for one in again) == [1, 1, 3, 4]
    assert {one["replay-name"] for one in again} == {"again"}


def _replay(events: Any) -> None:
    archive = events.describe_archive(ArchiveName="all")
    bus = archive["EventSourceArn"]
    asked = {"EventSourceArn": archive["ArchiveArn"], "Destination": {"Arn": bus}}
    begin, end = archive["CreationTime"] - timedelta(days=1), archive["CreationTime"] + timedelta(days=1)
    before = {"EventStartTime": begin - timedelta(days=1), "EventEndTime": begin}
    events.start_replay(ReplayName="none", **asked, **before)
    events.start_replay(ReplayName="again", **asked, EventStartTime=begin, EventEndTime=end)
    again = {"ReplayName": "again", "EventStartTime": begin, "EventEndTime": end}
    assert refused(events.start_replay, **asked, **again) == "ResourceAlreadyExistsException"
    assert refused(events.describe_replay, ReplayName="gone") == "ResourceNotFoundException"


def _put(events: Any, source: str, n: int) -> None:
    detail = json.dumps({"n": n})
    put = events.put_events(
        Entries=[{"Source": source, "DetailType": "sold", "Detail": detail, "EventBusName": "shop"}]
    )
    assert put["FailedEntryCount"] == 0


def _received(sqs: Any, url: str) -> list[str]:
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ())
    for one in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return [one["Body"] for one in messages]


def _arn(queue: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{queue}"
