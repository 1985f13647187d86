"""What is changed in moto's trails and pipes, and why: they are kept, and are off. Written against moto 5.2.5.

Unconfirmed: the words of refusals.
Source: AWS CloudTrail API Reference (CreateTrail, DeleteTrail, DescribeTrails, GetEventSelectors, PutEventSelectors);
EventBridge Pipes API Reference (CreatePipe).
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError

_EVERY_EVENT = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
"""What a trail selects of which nothing else is said."""


def change_trails() -> None:
    # moto looks for buckets in a world without any, makes a trail that is there, deletes by the name alone, and tells
    # nothing of what a trail selects.
    from moto.cloudtrail.models import CloudTrailBackend as Backend
    from moto.cloudtrail.models import Trail
    from moto.cloudtrail.responses import CloudTrailResponse

    create: Any = Backend.create_trail
    describe: Any = Trail.description

    def create_trail(self: Any, name: str, *parameters: Any) -> Any:
        if name in self.trails:
            raise JsonRESTError("TrailAlreadyExistsException", f"Trail {name} already exists for customer.")
        return create(self, name, *parameters)

    def delete_trail(self: Any, name: str) -> None:
        trail = self.trails.pop(self.get_trail(name).trail_name)
        self.tagging_service.delete_all_tags_for_resource(trail.arn)

    def description(self: Any, include_region: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = describe(self, include_region)
        has_own = bool(self.event_selectors or self.advanced_event_selectors)
        return {**told, "HasCustomEventSelectors": has_own, "HomeRegion": self.region_name}

    def select(self: Any, simple: list[Any] | None, advanced: list[Any] | None) -> None:
        self.event_selectors, self.advanced_event_selectors = simple or [], advanced or []

    def selected(self: Any) -> tuple[list[Any], list[Any]]:
        if self.event_selectors or self.advanced_event_selectors:
            return self.event_selectors, self.advanced_event_selectors
        return [_EVERY_EVENT], []

    def describe_trails(self: Any) -> str:
        names = self._get_param("trailNameList") or ()
        trails = self.cloudtrail_backend.trails.values()
        wanted = [one for one in trails if not names or one.trail_name in names or one.arn in names]
        return json.dumps({"trailList": [one.description() for one in wanted]})

    setattr(Trail, "check_bucket_exists", lambda _self: None)  # noqa: B010
    setattr(Trail, "description", description)  # noqa: B010
    setattr(Trail, "put_event_selectors", select)  # noqa: B010
    setattr(Trail, "get_event_selectors", selected)  # noqa: B010
    setattr(Backend, "create_trail", create_trail)  # noqa: B010
    setattr(Backend, "delete_trail", delete_trail)  # noqa: B010
    setattr(CloudTrailResponse, "describe_trails", describe_trails)  # noqa: B010


def change_pipes() -> None:
    # moto lets every pipe run as time goes by, and makes one that is there.
    from moto.pipes.models import EventBridgePipesBackend as Backend
    from moto.pipes.models import Pipe

    create: Any = Backend.create_pipe

    def create_pipe(self: Any, name: str, **named: Any) -> Any:
        if name in self.pipes:
            raise JsonRESTError("ConflictException", f"Pipe {name} already exists.")
        return create(self, name=name, **named)

    setattr(Backend, "create_pipe", create_pipe)  # noqa: B010
    setattr(Pipe, "advance", lambda _self: None)  # noqa: B010
    setattr(Pipe, "current_state", property(lambda self: self.desired_state))  # noqa: B010
