"""Athena's workgroups and named queries: no query is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from support import edge_rows as rows

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "athena", "athena"
ARN = f"arn:aws:athena:{rows.REGION}:{rows.ACCOUNT}:workgroup/reports"


def story(athena: Any) -> Look:
    configuration = {"ResultConfiguration": {"OutputLocation": "s3://results/"}, "RequesterPaysEnabled": True}
    given = {"Name": "reports", "Description": "of the month", "Configuration": configuration}
    athena.create_work_group(**given, Tags=[{"Key": "team", "Value": "shop"}])
    with pytest.raises(ClientError, match="InvalidRequestException"):
        athena.create_work_group(**given)
    with pytest.raises(ClientError, match="InvalidRequestException"):
        athena.get_work_group(WorkGroup="nobody")
    group = athena.get_work_group(WorkGroup="reports")["WorkGroup"]
    assert (group["Name"], group["State"], group["Description"]) == ("reports", "ENABLED", "of the month")
    assert group["Configuration"]["ResultConfiguration"] == {"OutputLocation": "s3://results/"}
    assert {"primary", "reports"} <= {one["Name"] for one in athena.list_work_groups()["WorkGroups"]}
    _tags(athena)
    query = _queries(athena)
    with pytest.raises(ClientError, match="no query is run"):
        athena.start_query_execution(QueryString="SELECT 1", WorkGroup="reports")

    def look(athena: Any) -> Any:
        told = [athena.get_work_group(WorkGroup="reports"), athena.get_named_query(NamedQueryId=query)]
        return told, athena.list_named_queries(WorkGroup="reports"), athena.list_tags_for_resource(ResourceARN=ARN)

    return look


def _tags(athena: Any) -> None:
    athena.tag_resource(ResourceARN=ARN, Tags=[{"Key": "stage", "Value": "test"}])
    athena.untag_resource(ResourceARN=ARN, TagKeys=["team"])
    assert athena.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "stage", "Value": "test"}]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        athena.tag_resource(ResourceARN=f"{ARN}-of-nobody", Tags=[{"Key": "stage", "Value": "test"}])
    athena.create_work_group(Name="gone")
    athena.delete_work_group(WorkGroup="gone")
    assert "gone" not in {one["Name"] for one in athena.list_work_groups()["WorkGroups"]}
    with pytest.raises(ClientError, match="InvalidRequestException"):
        athena.delete_work_group(WorkGroup="primary")


def _queries(athena: Any) -> str:
    made = athena.create_named_query(
        Name="best", Database="shop", QueryString="SELECT 1", WorkGroup="reports", Description="of all"
    )
    named = athena.get_named_query(NamedQueryId=made["NamedQueryId"])["NamedQuery"]
    assert (named["Name"], named["WorkGroup"], named["QueryString"]) == ("best", "reports", "SELECT 1")
    assert athena.list_named_queries(WorkGroup="reports")["NamedQueryIds"] == [made["NamedQueryId"]]
    with pytest.raises(ClientError, match="InvalidRequestException"):
        athena.get_named_query(NamedQueryId="00000000-0000-0000-0000-000000000000")
    with pytest.raises(ClientError, match="not empty"):
        athena.delete_work_group(WorkGroup="reports")
    return str(made["NamedQueryId"])
