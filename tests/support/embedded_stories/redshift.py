"""Parameter groups of Redshift: no cluster is started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from support import edge_rows as rows

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "redshift", "redshift"
ARN = f"arn:aws:redshift:{rows.REGION}:{rows.ACCOUNT}:parametergroup:quick"


def story(redshift: Any) -> Look:
    for name in ("quick", "gone"):
        given = {"ParameterGroupName": name, "ParameterGroupFamily": "redshift-1.0", "Description": "of all"}
        made = redshift.create_cluster_parameter_group(**given, Tags=[{"Key": "team", "Value": "shop"}])
        assert made["ClusterParameterGroup"]["ParameterGroupName"] == name
    with pytest.raises(ClientError, match="ClusterParameterGroupAlreadyExists"):
        redshift.create_cluster_parameter_group(**given)
    redshift.delete_cluster_parameter_group(ParameterGroupName="gone")
    with pytest.raises(ClientError, match="ClusterParameterGroupNotFound"):
        redshift.delete_cluster_parameter_group(ParameterGroupName="gone")
    with pytest.raises(ClientError, match="InvalidClusterParameterGroupState"):
        redshift.delete_cluster_parameter_group(ParameterGroupName="default.redshift-1.0")
    listed = {one["ParameterGroupName"] for one in redshift.describe_cluster_parameter_groups()["ParameterGroups"]}
    assert listed & {"quick", "gone"} == {"quick"}
    redshift.create_tags(ResourceName=ARN, Tags=[{"Key": "stage", "Value": "test"}])
    redshift.delete_tags(ResourceName=ARN, TagKeys=["team"])
    (tag,) = redshift.describe_tags(ResourceName=ARN)["TaggedResources"]
    assert (tag["ResourceName"], tag["Tag"]) == (ARN, {"Key": "stage", "Value": "test"})
    with pytest.raises(ClientError, match="ResourceNotFoundFault"):
        redshift.describe_tags(ResourceName=ARN.replace("quick", "gone"))
    with pytest.raises(ClientError, match="no cluster is started"):
        redshift.describe_clusters()

    def look(redshift: Any) -> Any:
        (group,) = redshift.describe_cluster_parameter_groups(ParameterGroupName="quick")["ParameterGroups"]
        assert (group["ParameterGroupFamily"], group["Description"]) == ("redshift-1.0", "of all")
        return group, redshift.describe_tags(ResourceName=ARN)

    return look
