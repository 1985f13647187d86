"""RDS: parameter groups; no database runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "rds", "rds"
_FAMILY = "postgres16"
_PARAMETERS = [{"ParameterName": "work_mem", "ParameterValue": "65536", "ApplyMethod": "immediate"}]


def story(rds: Any) -> Look:
    group = rds.create_db_parameter_group(
        DBParameterGroupName="tuned", DBParameterGroupFamily=_FAMILY, Description="more memory"
    )["DBParameterGroup"]
    assert (group["DBParameterGroupFamily"], group["Description"]) == (_FAMILY, "more memory")
    with pytest.raises(ClientError, match="DBParameterGroupAlreadyExists"):
        rds.create_db_parameter_group(DBParameterGroupName="tuned", DBParameterGroupFamily=_FAMILY, Description="x")
    changed = rds.modify_db_parameter_group(DBParameterGroupName="tuned", Parameters=_PARAMETERS)
    assert changed["DBParameterGroupName"] == "tuned"
    rds.copy_db_parameter_group(
        SourceDBParameterGroupIdentifier="tuned",
        TargetDBParameterGroupIdentifier="copied",
        TargetDBParameterGroupDescription="a copy",
    )
    rds.create_db_parameter_group(DBParameterGroupName="gone", DBParameterGroupFamily=_FAMILY, Description="x")
    rds.delete_db_parameter_group(DBParameterGroupName="gone")
    for refused in (rds.describe_db_parameter_groups, rds.describe_db_parameters, rds.delete_db_parameter_group):
        with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
            refused(DBParameterGroupName="gone")
    with pytest.raises(ClientError, match="InvalidToken"):
        rds.describe_db_parameter_groups(Marker="none")
    with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
        rds.delete_db_parameter_group(DBParameterGroupName="GONE")
    copied = {"SourceDBParameterGroupIdentifier": "TUNED", "TargetDBParameterGroupIdentifier": "COPIED"}
    with pytest.raises(ClientError, match="DBParameterGroupAlreadyExists"):
        rds.copy_db_parameter_group(**copied, TargetDBParameterGroupDescription="x")
    _cluster_groups(rds)
    arn = group["DBParameterGroupArn"]
    added = [{"Key": "team", "Value": "a"}, {"Key": "gone", "Value": "soon"}]
    rds.add_tags_to_resource(ResourceName=arn, Tags=added)
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["gone"])
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "team", "Value": "a"}]
    with pytest.raises(ClientError, match="NotFound"):
        rds.list_tags_for_resource(ResourceName=f"{arn}-of-nobody")

    def look(rds: Any) -> Any:
        copied = rds.describe_db_parameters(DBParameterGroupName="copied", Source="user")["Parameters"]
        (clustered,) = rds.describe_db_cluster_parameters(DBClusterParameterGroupName="copied")["Parameters"]
        assert copied == [{**_PARAMETERS[0], "Source": "user"}]
        assert clustered["ParameterValue"] == "65536"
        return rds.describe_db_parameter_groups(), rds.describe_db_cluster_parameter_groups()

    return look


def _cluster_groups(rds: Any) -> None:
    for name in ("tuned", "gone"):
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=_FAMILY, Description="of a cluster"
        )
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="tuned", Parameters=_PARAMETERS)
    rds.copy_db_cluster_parameter_group(
        SourceDBClusterParameterGroupIdentifier="tuned",
        TargetDBClusterParameterGroupIdentifier="copied",
        TargetDBClusterParameterGroupDescription="a copy",
    )
    rds.delete_db_cluster_parameter_group(DBClusterParameterGroupName="gone")
    with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
        rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName="gone")
