"""Table buckets and namespaces of S3 Tables: no data of tables is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "s3tables", "s3tables"


def story(s3tables: Any) -> Look:
    arn = s3tables.create_table_bucket(name="lake-of-tables")["arn"]
    assert arn.endswith(":bucket/lake-of-tables")
    with pytest.raises(ClientError, match="ConflictException"):
        s3tables.create_table_bucket(name="lake-of-tables")
    with pytest.raises(ClientError, match="NotFoundException"):
        s3tables.get_table_bucket(tableBucketARN=f"{arn}-of-nobody")
    gone = s3tables.create_table_bucket(name="lake-gone")["arn"]
    named = s3tables.list_table_buckets(prefix="lake-")["tableBuckets"]
    assert {"lake-of-tables", "lake-gone"} == {one["name"] for one in named}
    for name in ("sales", "returns"):
        made = s3tables.create_namespace(tableBucketARN=arn, namespace=[name])
        assert made == {**made, "namespace": [name], "tableBucketARN": arn}
    with pytest.raises(ClientError, match="ConflictException"):
        s3tables.create_namespace(tableBucketARN=arn, namespace=["sales"])
    s3tables.delete_namespace(tableBucketARN=arn, namespace="returns")
    with pytest.raises(ClientError, match="NotFoundException"):
        s3tables.get_namespace(tableBucketARN=arn, namespace="returns")
    with pytest.raises(ClientError, match="ConflictException"):
        s3tables.delete_table_bucket(tableBucketARN=arn)
    s3tables.delete_table_bucket(tableBucketARN=gone)
    with pytest.raises(ClientError, match="NotFoundException"):
        s3tables.list_namespaces(tableBucketARN=gone)

    def look(s3tables: Any) -> Any:
        (listed,) = s3tables.list_namespaces(tableBucketARN=arn)["namespaces"]
        assert listed["namespace"] == ["sales"]
        return (
            listed,
            s3tables.get_namespace(tableBucketARN=arn, namespace="sales"),
            s3tables.get_table_bucket(tableBucketARN=arn),
        )

    return look
