"""EFS: file systems and their access points as records; none can be mounted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "elasticfilesystem", "efs"
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "elasticfilesystem:ClientMount", "Resource": "*"}],
}


def story(efs: Any) -> Look:
    made = efs.create_file_system(
        CreationToken="files", Encrypted=True, ThroughputMode="elastic", Tags=[{"Key": "Name", "Value": "files"}]
    )
    files = made["FileSystemId"]
    assert (made["Name"], made["Encrypted"], made["ThroughputMode"]) == ("files", True, "elastic")
    assert made["FileSystemArn"].endswith(f":file-system/{files}")
    with pytest.raises(ClientError, match="FileSystemAlreadyExists"):
        efs.create_file_system(CreationToken="files")
    other = efs.create_file_system(CreationToken="others")["FileSystemId"]
    efs.delete_file_system(FileSystemId=other)
    for refused in (efs.describe_file_systems, efs.describe_file_system_policy, efs.delete_file_system):
        with pytest.raises(ClientError, match="FileSystemNotFound"):
            refused(FileSystemId=other)
    with pytest.raises(ClientError, match="FileSystemNotFound"):
        efs.create_access_point(ClientToken="a", FileSystemId=other)
    policies = [{"TransitionToIA": "AFTER_30_DAYS"}]
    put = efs.put_lifecycle_configuration(FileSystemId=files, LifecyclePolicies=policies)
    assert put["LifecyclePolicies"] == policies
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_file_system_policy(FileSystemId=files)
    efs.put_file_system_policy(FileSystemId=files, Policy=json.dumps(_POLICY))
    user, root = {"Uid": 1000, "Gid": 1000}, {"Path": "/home"}
    point = efs.create_access_point(ClientToken="b", FileSystemId=files, PosixUser=user, RootDirectory=root)
    assert (point["PosixUser"], point["RootDirectory"]) == (user, root)
    gone = efs.create_access_point(ClientToken="c", FileSystemId=files)["AccessPointId"]
    efs.delete_access_point(AccessPointId=gone)
    with pytest.raises(ClientError, match="AccessPointNotFound"):
        efs.delete_access_point(AccessPointId=gone)
    efs.tag_resource(ResourceId=point["AccessPointId"], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    efs.untag_resource(ResourceId=point["AccessPointId"], TagKeys=["b"])
    assert efs.list_tags_for_resource(ResourceId=point["AccessPointId"])["Tags"] == [{"Key": "a", "Value": "1"}]

    def look(efs: Any) -> Any:
        (system,) = efs.describe_file_systems(FileSystemId=files)["FileSystems"]
        assert system.pop("SizeInBytes")["Value"] == 0  # with the time of asking
        return (
            system,
            json.loads(efs.describe_file_system_policy(FileSystemId=files)["Policy"]),
            efs.describe_lifecycle_configuration(FileSystemId=files)["LifecyclePolicies"],
            efs.describe_access_points(FileSystemId=files)["AccessPoints"],
        )

    return look
