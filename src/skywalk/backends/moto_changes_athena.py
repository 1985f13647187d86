"""What is changed in moto's Athena, and why. Written against moto 5.2.5.

Source: Athena API Reference, GetWorkGroup, DeleteWorkGroup, ListTagsForResource.
"""

from __future__ import annotations

import time
from typing import Any

from moto.athena.models import AthenaBackend, WorkGroup
from moto.core.exceptions import JsonRESTError

_PRIMARY = "primary"


def change_work_groups() -> None:
    """Before the first request."""
    _keep_when_they_were_made()
    _miss_what_is_not_there()
    _keep_those_in_use()


def _keep_when_they_were_made() -> None:
    # moto gives the time of asking.
    def begin(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        self.created = time.time()

    def list_work_groups(self: Any) -> list[dict[str, Any]]:
        return [{name: one for name, one in _told(group).items() if name != "Configuration"} for group in _all(self)]

    make = WorkGroup.__init__
    setattr(WorkGroup, "__init__", begin)  # noqa: B010
    setattr(AthenaBackend, "list_work_groups", list_work_groups)  # noqa: B010


def _miss_what_is_not_there() -> None:
    # moto answers with nothing, or fails.
    def get_work_group(self: Any, name: str) -> dict[str, Any]:
        return _told(_work_group(self, name))

    def get_named_query(self: Any, query_id: str) -> Any:
        if query_id not in self.named_queries:
            raise _invalid(f"NamedQuery {query_id} was not found")
        return self.named_queries[query_id]

    def list_tags_for_resource(self: Any, arn: str) -> dict[str, Any]:
        if arn not in {group.arn for group in _all(self)}:
            raise JsonRESTError("ResourceNotFoundException", f"{arn} is not found")
        return {"Tags": self.tagger.list_tags_for_resource(arn)["Tags"]}

    def checked(call: Any) -> Any:
        def called(self: Any, arn: str, tags: Any) -> None:
            list_tags_for_resource(self, arn)
            call(self, arn, tags)

        return called

    setattr(AthenaBackend, "get_work_group", get_work_group)  # noqa: B010
    setattr(AthenaBackend, "get_named_query", get_named_query)  # noqa: B010
    setattr(AthenaBackend, "list_tags_for_resource", list_tags_for_resource)  # noqa: B010
    for name in ("tag_resource", "untag_resource"):
        setattr(AthenaBackend, name, checked(getattr(AthenaBackend, name)))


def _keep_those_in_use() -> None:
    # moto deletes any, and keeps their queries and tags.
    def delete_work_group(self: Any, name: str) -> None:
        group = _work_group(self, name)
        if name == _PRIMARY:
            raise _invalid("WorkGroup primary cannot be deleted")
        if any(query.workgroup is group for query in self.named_queries.values()):
            raise _invalid(f"WorkGroup {name} is not empty")
        self.tagger.delete_all_tags_for_resource(group.arn)
        del self.work_groups[name]

    setattr(AthenaBackend, "delete_work_group", delete_work_group)  # noqa: B010


def _all(backend: Any) -> list[Any]:
    return list(backend.work_groups.values())


def _work_group(backend: Any, name: str) -> Any:
    if name not in backend.work_groups:
        raise _invalid(f"WorkGroup {name} is not found.")
    return backend.work_groups[name]


def _told(group: Any) -> dict[str, Any]:
    return {
        "Name": group.name,
        "State": group.state,
        "Configuration": group.configuration,
        "Description": group.description,
        "CreationTime": group.created,
    }


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError("InvalidRequestException", message)
