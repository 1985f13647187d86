"""Glue's data catalog and schema registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "glue", "glue"
TABLE = {"DatabaseName": "shop", "TableName": "sales"}
AVRO = '{"type": "record", "name": "sale", "fields": []}'
AVRO_2 = '{"type": "record", "name": "sale", "fields": [{"name": "id", "type": "int"}]}'
SCHEMA = {"RegistryName": "events", "SchemaName": "sale"}


def story(glue: Any) -> Look:
    _databases(glue)
    _tables(glue)
    _partitions(glue)
    _batches_of_partitions(glue)
    _connections(glue)
    _schemas(glue)

    def look(glue: Any) -> Any:
        return (
            [glue.get_database(Name="shop"), glue.get_tables(DatabaseName="shop"), glue.get_table_versions(**TABLE)],
            [glue.get_partitions(**TABLE), glue.get_connection(Name="warehouse")],
            [glue.get_registry(RegistryId={"RegistryName": "events"}), glue.get_schema(SchemaId=SCHEMA)],
        )

    return look


def _databases(glue: Any) -> None:
    glue.create_database(
        DatabaseInput={"Name": "shop", "Description": "all sales", "Parameters": {"a": "b"}}, Tags={"t": "1"}
    )
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_database(DatabaseInput={"Name": "shop"})
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_database(Name="nobody")
    with pytest.raises(ClientError, match="one catalog"):
        glue.get_database(Name="shop", CatalogId="999999999999")
    glue.update_database(Name="shop", DatabaseInput={"Name": "shop", "LocationUri": "s3://sales/"})
    database = glue.get_database(Name="shop")["Database"]
    assert (database["Name"], database["LocationUri"], "Description" in database) == ("shop", "s3://sales/", False)
    arn = f"arn:aws:glue:{glue.meta.region_name}:{database['CatalogId']}:database/shop"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"u": "2"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["t"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"u": "2"}
    glue.create_database(DatabaseInput={"Name": "gone"}, Tags={"of": "the first"})
    assert {"gone", "shop"} <= {one["Name"] for one in glue.get_databases()["DatabaseList"]}
    glue.delete_database(Name="gone")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_tags(ResourceArn=arn.replace("shop", "gone"))
    glue.create_database(DatabaseInput={"Name": "gone"})
    assert glue.get_tags(ResourceArn=arn.replace("shop", "gone"))["Tags"] == {}
    glue.delete_database(Name="gone")


def _table(name: str, **more: Any) -> dict[str, Any]:
    columns = [{"Name": "id", "Type": "bigint"}]
    keys = [{"Name": "year", "Type": "int"}, {"Name": "country", "Type": "string"}]
    descriptor = {"Columns": columns, "Location": f"s3://sales/{name}/"}
    return {"Name": name, "StorageDescriptor": descriptor, "PartitionKeys": keys, **more}


def _tables(glue: Any) -> None:
    for name in ("sales", "returns", "a", "b"):
        glue.create_table(DatabaseName="shop", TableInput=_table(name))
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_table(DatabaseName="shop", TableInput=_table("sales"))
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.create_table(DatabaseName="nobody", TableInput=_table("sales"))
    table = glue.get_table(DatabaseName="shop", Name="sales")["Table"]
    assert table["StorageDescriptor"]["Columns"] == [{"Name": "id", "Type": "bigint"}]
    assert (table["VersionId"], table["StorageDescriptor"]["Location"]) == ("1", "s3://sales/sales/")
    changes: list[dict[str, Any]] = [{}, {"VersionId": "2"}, {"SkipArchive": True}]
    for number, more in enumerate(changes):
        glue.update_table(DatabaseName="shop", TableInput=_table("sales", Description=f"{number}"), **more)
    with pytest.raises(ClientError, match="ConcurrentModificationException"):
        glue.update_table(DatabaseName="shop", TableInput=_table("sales"), VersionId="1")
    versions = [one["VersionId"] for one in glue.get_table_versions(**TABLE)["TableVersions"]]
    assert sorted(versions) == ["1", "2", "4"]
    assert glue.get_table_version(**TABLE, VersionId="2")["TableVersion"]["Table"]["Description"] == "0"
    glue.delete_table_version(**TABLE, VersionId="1")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_table_version(**TABLE, VersionId="1")
    assert [one["Name"] for one in glue.get_tables(DatabaseName="shop", Expression="ret*")["TableList"]] == ["returns"]
    glue.delete_table(DatabaseName="shop", Name="a")
    missed = glue.batch_delete_table(DatabaseName="shop", TablesToDelete=["b", "nobody"])["Errors"]
    assert [one["TableName"] for one in missed] == ["nobody"]
    assert {one["Name"] for one in glue.get_tables(DatabaseName="shop")["TableList"]} == {"sales", "returns"}


def _partition(year: str, country: str) -> dict[str, Any]:
    location = f"s3://sales/{year}/{country}/"
    descriptor = {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": location}
    return {"Values": [year, country], "StorageDescriptor": descriptor}


def _partitions(glue: Any) -> None:
    for year, country in (("2024", "de"), ("2025", "de"), ("2025", "fr"), ("2026", "it")):
        glue.create_partition(**TABLE, PartitionInput=_partition(year, country))
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_partition(**TABLE, PartitionInput=_partition("2024", "de"))
    found = glue.get_partitions(**TABLE, Expression="year >= 2025 AND country IN ('de', 'fr')")["Partitions"]
    assert [one["Values"] for one in found] == [["2025", "de"], ["2025", "fr"]]
    parts = [
        glue.get_partitions(**TABLE, Segment={"SegmentNumber": number, "TotalSegments": 3}, ExcludeColumnSchema=True)
        for number in range(3)
    ]
    values = [one["Values"] for part in parts for one in part["Partitions"]]
    assert len(values) == 4
    assert "Columns" not in parts[0]["Partitions"][0]["StorageDescriptor"]
    glue.update_partition(**TABLE, PartitionValueList=["2026", "it"], PartitionInput=_partition("2026", "es"))
    one = glue.get_partition(**TABLE, PartitionValues=["2026", "es"])["Partition"]
    assert one["StorageDescriptor"]["Location"] == "s3://sales/2026/es/"
    glue.delete_partition(**TABLE, PartitionValues=["2026", "es"])
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_partition(**TABLE, PartitionValues=["2026", "es"])


def _batches_of_partitions(glue: Any) -> None:
    many = [_partition("2030", country) for country in ("x", "y", "z")]
    assert "Errors" not in glue.batch_create_partition(**TABLE, PartitionInputList=many)
    again = glue.batch_create_partition(**TABLE, PartitionInputList=many[:1])["Errors"]
    assert again[0]["ErrorDetail"]["ErrorCode"] == "AlreadyExistsException"
    entry = {"PartitionValueList": ["2030", "x"], "PartitionInput": _partition("2030", "w")}
    glue.batch_update_partition(**TABLE, Entries=[entry])
    wanted = [{"Values": ["2030", country]} for country in ("w", "x", "y")]
    got = glue.batch_get_partition(**TABLE, PartitionsToGet=wanted)["Partitions"]
    assert [one["Values"] for one in got] == [["2030", "w"], ["2030", "y"]]
    glue.batch_delete_partition(**TABLE, PartitionsToDelete=wanted[::2])
    assert len(glue.get_partitions(**TABLE)["Partitions"]) == 4


def _connections(glue: Any) -> None:
    properties = {"JDBC_CONNECTION_URL": "jdbc:postgresql://db/sales", "USERNAME": "me", "PASSWORD": "secret"}
    connection = {"Name": "warehouse", "ConnectionType": "JDBC", "ConnectionProperties": properties}
    glue.create_connection(ConnectionInput=connection)
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_connection(ConnectionInput=connection)
    assert glue.get_connection(Name="warehouse")["Connection"]["ConnectionProperties"]["PASSWORD"] == "secret"
    (hidden,) = glue.get_connections(HidePassword=True, Filter={"ConnectionType": "JDBC"})["ConnectionList"]
    assert (hidden["Name"], "PASSWORD" in hidden["ConnectionProperties"]) == ("warehouse", False)


def _schemas(glue: Any) -> None:
    registry = glue.create_registry(RegistryName="events", Description="of the shop", Tags={"a": "b"})
    assert glue.get_tags(ResourceArn=registry["RegistryArn"])["Tags"] == {"a": "b"}
    assert "events" in {one["RegistryName"] for one in glue.list_registries()["Registries"]}
    assert glue.get_registry(RegistryId={"RegistryName": "events"})["Status"] == "AVAILABLE"
    given = {"DataFormat": "AVRO", "Compatibility": "NONE", "SchemaDefinition": AVRO}
    for name in ("sale", "other"):
        made = glue.create_schema(RegistryId={"RegistryName": "events"}, SchemaName=name, **given)
        assert made["SchemaArn"].endswith(f":schema/events/{name}")
    with pytest.raises(ClientError, match="not compared"):
        glue.create_schema(SchemaName="strict", **{**given, "Compatibility": "BACKWARD"})
    second = glue.register_schema_version(SchemaId=SCHEMA, SchemaDefinition=AVRO_2)
    assert second["VersionNumber"] == 2
    latest = glue.get_schema_version(SchemaId=SCHEMA, SchemaVersionNumber={"LatestVersion": True})
    assert (latest["SchemaDefinition"], latest["SchemaVersionId"]) == (AVRO_2, second["SchemaVersionId"])
    by_definition = glue.get_schema_by_definition(SchemaId=SCHEMA, SchemaDefinition=AVRO_2)
    assert by_definition["SchemaVersionId"] == second["SchemaVersionId"]
    glue.update_schema(SchemaId=SCHEMA, Description="one sale", Compatibility="NONE")
    assert glue.get_schema(SchemaId=SCHEMA)["Description"] == "one sale"
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_schema(SchemaId={**SCHEMA, "SchemaName": "nobody"})
    assert glue.delete_schema(SchemaId={**SCHEMA, "SchemaName": "other"})["Status"] == "DELETING"
    glue.create_registry(RegistryName="gone")
    assert glue.delete_registry(RegistryId={"RegistryName": "gone"})["RegistryName"] == "gone"
