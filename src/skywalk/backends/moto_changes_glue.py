"""What is changed in moto's Glue, and why. Written against moto 5.2.5.

Source: Glue Web API Reference, UpdateTable, DeleteTableVersion, GetPartitions, GetTags. Unconfirmed: that the version
of a table that is its current one cannot be deleted.
"""

from __future__ import annotations

from typing import Any, cast

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.glue.exceptions import EntityNotFoundException, VersionNotFoundException
from moto.glue.models import FakeRegistry, FakeSchema, FakeTable, GlueBackend
from moto.glue.responses import GlueResponse

from skywalk.backends.moto_patterns import read_patterns_of_tables


def change_catalog() -> None:
    """Before the first request."""
    _heed_versions_of_tables()
    _keep_the_current_version()
    _give_parts_of_partitions()
    _describe_registries_whole()
    _tag_only_what_there_is()
    read_patterns_of_tables()


def _heed_versions_of_tables() -> None:
    # moto takes neither the version that is to be updated nor the wish to keep none of it.
    update = GlueResponse.update_table

    def update_table(self: Any) -> ActionResult:
        given = self.parameters
        table = self.glue_backend.get_table(given["DatabaseName"], given["TableInput"]["Name"])
        current = str(table._current_version)
        if given.get("VersionId") not in (None, current):
            raise JsonRESTError("ConcurrentModificationException", f"The table's version is {current}.")
        answer: ActionResult = update(self)
        if given.get("SkipArchive"):
            table.versions.pop(current, None)
        return answer

    setattr(GlueResponse, "update_table", update_table)  # noqa: B010


def _keep_the_current_version() -> None:
    # moto deletes it, and has no table any more.
    def delete_version(self: Any, version: str) -> None:
        if version not in self.versions:
            raise VersionNotFoundException
        if version == str(self._current_version):
            raise JsonRESTError("InvalidInputException", "The current version of a table cannot be deleted.")
        del self.versions[version]

    setattr(FakeTable, "delete_version", delete_version)  # noqa: B010


def _give_parts_of_partitions() -> None:
    # moto gives those who read side by side all partitions each.
    get = GlueResponse.get_partitions

    def get_partitions(self: Any) -> ActionResult:
        given, answer = self.parameters, get(self)
        result = cast("dict[str, Any]", answer.result)
        segment = given.get("Segment")
        if segment:
            result["Partitions"] = result["Partitions"][segment["SegmentNumber"] :: segment["TotalSegments"]]
        if given.get("ExcludeColumnSchema"):
            result["Partitions"] = [_without_columns(one) for one in result["Partitions"]]
        return answer

    setattr(GlueResponse, "get_partitions", get_partitions)  # noqa: B010


def _without_columns(partition: dict[str, Any]) -> dict[str, Any]:
    descriptor = partition.get("StorageDescriptor") or {}
    return {**partition, "StorageDescriptor": {name: one for name, one in descriptor.items() if name != "Columns"}}


def _describe_registries_whole() -> None:
    # moto leaves out their times and states.
    def describing(describe: Any, **more: str) -> Any:
        def as_dict(self: Any) -> dict[str, Any]:
            added = {name: getattr(self, attribute) for name, attribute in more.items()}
            return {**describe(self), **added, **_times(self)}

        return as_dict

    setattr(FakeRegistry, "as_dict", describing(FakeRegistry.as_dict, Status="status"))  # noqa: B010
    setattr(FakeSchema, "as_dict", describing(FakeSchema.as_dict))  # noqa: B010


def _times(made: Any) -> dict[str, str]:
    return {"CreatedTime": str(made.created_time), "UpdatedTime": str(made.updated_time)}


def _tag_only_what_there_is() -> None:
    # moto keeps tags of whatever is named, those of what is deleted too, and none of registries.
    def checked(call: Any) -> Any:
        def called(self: Any) -> Any:
            arn = self.parameters["ResourceArn"]
            if not _is_there(self.glue_backend, arn):
                raise EntityNotFoundException(f"Entity not found: {arn}")
            return call(self)

        return called

    for name in ("get_tags", "tag_resource", "untag_resource"):
        setattr(GlueResponse, name, checked(getattr(GlueResponse, name)))

    def deleting(delete: Any, kind: str, named: Any) -> Any:
        def call(self: Any, given: Any) -> Any:
            answer = delete(self, given)
            arn = f"{self.default_catalog_arn.removesuffix('catalog')}{kind}/{named(given, answer)}"
            self.tagger.delete_all_tags_for_resource(arn)
            return answer

        return call

    def create_registry(self: Any, name: str, description: str | None = None, tags: Any = None) -> Any:
        made = create(self, name, description, tags)
        self.tag_resource(self.registries[name].registry_arn, tags)
        return made

    create = GlueBackend.create_registry
    deletes = (
        ("delete_database", "database", lambda given, _answer: given),
        ("delete_registry", "registry", lambda _given, answer: answer["RegistryName"]),
        ("delete_schema", "schema", lambda _given, answer: answer["SchemaArn"].partition("/")[2]),
    )
    for name, kind, named in deletes:
        setattr(GlueBackend, name, deleting(getattr(GlueBackend, name), kind, named))
    setattr(GlueBackend, "create_registry", create_registry)  # noqa: B010


def _is_there(backend: Any, arn: str) -> bool:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    registry, _, schema = name.partition("/")
    if kind == "schema":
        return registry in backend.registries and schema in backend.registries[registry].schemas
    made = {"connection": backend.connections, "database": backend.databases, "registry": backend.registries}
    return name in made.get(kind, ())
