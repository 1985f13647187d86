"""EventBridge Pipes: pipes that are stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "pipes", "pipes"


_ROLE = "arn:aws:iam::123456789012:role/runner"
_QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
_ENDS = {"Source": f"{_QUEUE}in", "Target": f"{_QUEUE}out", "RoleArn": _ROLE}
_BATCH = {"SqsQueueParameters": {"BatchSize": 5}}


def story(pipes: Any) -> Look:
    new = {**_ENDS, "DesiredState": "STOPPED", "SourceParameters": _BATCH}
    arn = pipes.create_pipe(Name="orders", Description="d", Tags={"team": "a"}, **new)["Arn"]
    assert arn.endswith(":pipe/orders")
    assert refused(pipes.create_pipe, Name="orders", **new) == "ConflictException"
    assert refused(pipes.create_pipe, Name="open", **_ENDS) == "ServiceUnavailableException"
    assert refused(pipes.start_pipe, Name="orders") == "ServiceUnavailableException"
    pipes.update_pipe(Name="orders", RoleArn=_ROLE, Description="from in to out")
    pipes.tag_resource(resourceArn=arn, tags={"a": "1"})
    pipes.untag_resource(resourceArn=arn, tagKeys=["team"])
    pipes.create_pipe(Name="gone", **new)
    pipes.delete_pipe(Name="gone")
    assert refused(pipes.describe_pipe, Name="gone") == "NotFoundException"

    def look(pipes: Any) -> Any:
        found = pipes.describe_pipe(Name="orders")
        assert (found["Description"], found["Source"], found["Target"]) == (
            "from in to out",
            _ENDS["Source"],
            _ENDS["Target"],
        )
        assert (found["CurrentState"], found["DesiredState"]) == ("STOPPED", "STOPPED")
        assert found["SourceParameters"] == _BATCH
        tags = pipes.list_tags_for_resource(resourceArn=arn)["tags"]
        assert tags == {"a": "1"}
        (listed,) = pipes.list_pipes(NamePrefix="ord")["Pipes"]
        assert (listed["Arn"], listed["CurrentState"]) == (arn, "STOPPED")
        return found, tags, listed

    return look
