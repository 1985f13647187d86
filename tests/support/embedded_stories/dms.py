"""Database Migration Service: endpoints as records; nothing is migrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "dms", "dms"


def story(dms: Any) -> Look:
    arn = _endpoint(dms, "orders")
    with pytest.raises(ClientError, match="ResourceAlreadyExistsFault"):
        _endpoint(dms, "orders")
    gone = _endpoint(dms, "gone")
    assert dms.delete_endpoint(EndpointArn=gone)["Endpoint"]["Status"] == "deleting"
    with pytest.raises(ClientError, match="ResourceNotFoundFault"):
        dms.delete_endpoint(EndpointArn=gone)

    def look(dms: Any) -> Any:
        wanted = [{"Name": "endpoint-id", "Values": ["orders"]}]
        (endpoint,) = dms.describe_endpoints(Filters=wanted)["Endpoints"]
        assert (endpoint["ServerName"], endpoint["Port"], endpoint["Status"]) == ("db.example.com", 5432, "active")
        assert endpoint["PostgreSQLSettings"] == {"DatabaseName": "orders"}
        tags = dms.list_tags_for_resource(ResourceArn=arn)["TagList"]
        assert [(one["Key"], one["Value"]) for one in tags] == [("team", "a")]
        return endpoint, tags

    return look


def _endpoint(dms: Any, name: str) -> str:
    made = dms.create_endpoint(
        EndpointIdentifier=name,
        EndpointType="source",
        EngineName="postgres",
        ServerName="db.example.com",
        Port=5432,
        PostgreSQLSettings={"DatabaseName": "orders", "Password": "hidden"},
        Tags=[{"Key": "team", "Value": "a"}],
    )["Endpoint"]
    assert (made["EndpointIdentifier"], made["EngineName"]) == (name, "postgres")
    arn: str = made["EndpointArn"]
    return arn
