"""Which parameters name a resource, by the names of both."""

from __future__ import annotations

import pytest

from skywalk.edge.services.modelled.named_in import Source, binding
from skywalk.edge.services.modelled.service_models import service_model
from skywalk.policy.authorization_reference import action_entry


def sources(prefix: str, folder: str, operation: str, kind: str) -> list[list[tuple[str, ...]]]:
    entry, asked = action_entry(prefix, operation), service_model(folder).operation(operation)
    assert entry is not None
    assert asked is not None
    (found,) = (one for one in (*entry.required, *entry.optional) if one.name == kind)
    return [[source.path for source in each] for each in binding(found, asked, {}).sources]


@pytest.mark.parametrize(
    ("prefix", "folder", "operation", "kind", "expected"),
    [
        ("glue", "glue", "GetTable", "table", [[("DatabaseName",)], [("Name",)]]),
        ("glue", "glue", "CreateDatabase", "database", [[("DatabaseInput", "Name")]]),
        ("glue", "glue", "CreateDatabase", "catalog", [[]]),
        ("glue", "glue", "BatchDeleteConnection", "connection", [[("ConnectionNameList",)]]),
        ("glue", "glue", "GetUsageProfile", "usageProfile", [[]]),  # a name is no identifier
        ("athena", "athena", "ListDatabases", "datacatalog", [[("CatalogName",)]]),
        ("ecs", "ecs", "DescribeTasks", "task", [[("cluster",)], [("tasks",)]]),
        ("events", "events", "PutEvents", "event-bus", [[("Entries", "EventBusName")]]),
        ("rds", "rds", "DeleteDBInstance", "db", [[("DBInstanceIdentifier",)]]),
        ("rds", "rds", "DeleteDBSubnetGroup", "subgrp", [[("DBSubnetGroupName",)]]),
        ("lightsail", "lightsail", "UpdateDomainEntry", "Domain", [[]]),  # the entry's id is not the domain's
        (
            "resource-groups",
            "resource-groups",
            "GetGroup",
            "group",
            [[("GroupName",), ("Group",)]],
        ),  # both are asked about
        ("codebuild", "codebuild", "BatchGetProjects", "project", [[("names",)]]),
    ],
)
def test_what_fills_the_placeholders(
    prefix: str, folder: str, operation: str, kind: str, expected: list[list[tuple[str, ...]]]
) -> None:
    assert sources(prefix, folder, operation, kind) == expected


def test_values_of_a_source() -> None:
    assert Source(("Names",)).values({"Names": ["a", "b", ""]}) == ["a", "b"]
    assert Source(("Input", "Name")).values({"Input": {"Name": "a"}}) == ["a"]
    assert Source(("Entries", "Bus")).values({"Entries": [{"Bus": "a"}, {}]}, "default") == ["a", "default"]
    assert Source(("Number",)).values({"Number": 3}) == ["3"]
    assert Source(("Flag",)).values({"Flag": True}) == []
    assert Source(("Name",)).values({}) == []


def test_a_whole_arn_may_be_in_a_parameter_of_another_name_only_where_no_name_speaks_of_the_type() -> None:
    entry, asked = action_entry("glue", "StartJobRun"), service_model("glue").operation("StartJobRun")
    assert entry is not None
    assert asked is not None
    assert [holder.path for holder in binding(entry.required[0], asked, {}).holders] == [("JobName",)]
