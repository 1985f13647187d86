"""What is changed in moto's services of containers, files, blocks, caches and databases. Written against moto 5.2.5.

Unconfirmed: the words of refusals; that ECS gives back a cluster that is made again.
Source: API References: EFS (CreateAccessPoint, DeleteAccessPoint, PutFileSystemPolicy), ElastiCache (DeleteUser), RDS
(DescribeDBParameterGroups, DescribeDBParameters), EBS direct APIs (PutSnapshotBlock, GetSnapshotBlock,
ListChangedBlocks), DMS (CreateEndpoint).
"""

from __future__ import annotations

import base64
import hashlib
from types import SimpleNamespace
from typing import Any


def change_clusters() -> None:
    # moto begins anew with a cluster that is there; AWS gives it back as it is.
    from moto.ecs.models import EC2ContainerServiceBackend

    def create_cluster(self: Any, cluster_name: str, *args: Any, **named: Any) -> Any:
        known = self.clusters.get(cluster_name)
        is_there = known is not None and known.status == "ACTIVE"
        return known if is_there else create(self, cluster_name, *args, **named)

    create = EC2ContainerServiceBackend.create_cluster
    setattr(EC2ContainerServiceBackend, "create_cluster", create_cluster)  # noqa: B010


def change_file_systems() -> None:
    # moto fails, or says nothing, where a file system or an access point is not there.
    from moto.efs.exceptions import AccessPointNotFound, FileSystemNotFound
    from moto.efs.models import EFSBackend

    def check(self: Any, resource_id: str) -> None:
        is_access_point = resource_id.startswith("fsap-")
        known = self.access_points if is_access_point else self.file_systems_by_id
        if resource_id not in known:
            raise (AccessPointNotFound if is_access_point else FileSystemNotFound)(resource_id)

    def checked(method: Any, name: str) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            resource_id = str(named[name] if name in named else args[0]).rpartition("/")[2]
            check(self, resource_id)
            return method(self, *args, **named)

        return call

    for method, name in (
        ("create_access_point", "file_system_id"),
        ("delete_access_point", "access_point_id"),
        ("describe_file_system_policy", "file_system_id"),
        ("put_file_system_policy", "file_system_id"),
        ("list_tags_for_resource", "resource_id"),
        ("tag_resource", "arn"),
        ("untag_resource", "arn"),
    ):
        setattr(EFSBackend, method, checked(getattr(EFSBackend, method), name))


def change_users_of_caches() -> None:
    # moto forgets a user when it is next described, with its tags kept for another of its name, and takes tags for
    # users that are not there.
    from moto.elasticache.exceptions import UserNotFound
    from moto.elasticache.models import ElastiCacheBackend

    def delete_user(self: Any, user_id: str) -> Any:
        user = delete(self, user_id)
        del self.users[user_id]
        self.tagging_service.delete_all_tags_for_resource(user.arn)
        return user

    def checked(method: Any) -> Any:
        def call(self: Any, arn: str, *args: Any) -> Any:
            if arn not in {user.arn for user in self.users.values()}:
                raise UserNotFound(arn.rpartition(":")[2])
            return method(self, arn, *args)

        return call

    delete = ElastiCacheBackend.delete_user
    setattr(ElastiCacheBackend, "delete_user", delete_user)  # noqa: B010
    for name in ("list_tags_for_resource", "add_tags_to_resource", "remove_tags_from_resource"):
        setattr(ElastiCacheBackend, name, checked(getattr(ElastiCacheBackend, name)))


def change_parameter_groups() -> None:
    # moto does not say whose the parameters are, and says nothing where a group is not there.
    from moto.rds.exceptions import DBParameterGroupNotFoundError
    from moto.rds.models import DBClusterParameterGroup, DBParameterGroup, RDSBackend

    def describe_db_parameter_groups(self: Any, wanted: Any) -> Any:
        found = describe(self, wanted)
        name = wanted.get("db_parameter_group_name")
        if name and not found:
            raise DBParameterGroupNotFoundError(name)
        return found

    def resource_for_tagging(self: Any, arn: str) -> Any:
        found = find(self, arn)
        if found is None:
            raise DBParameterGroupNotFoundError(arn.rpartition(":")[2])
        return found

    def of_the_user(method: Any) -> Any:
        def call(self: Any, parameters: Any) -> None:
            method(self, [{**one, "Source": "user"} for one in parameters])

        return call

    describe, find = RDSBackend.describe_db_parameter_groups, RDSBackend._get_resource_for_tagging
    setattr(RDSBackend, "describe_db_parameter_groups", describe_db_parameter_groups)  # noqa: B010
    setattr(RDSBackend, "_get_resource_for_tagging", resource_for_tagging)  # noqa: B010
    for kind, name in ((DBParameterGroup, "update_parameters"), (DBClusterParameterGroup, "update_cluster_parameters")):
        setattr(kind, name, of_the_user(getattr(kind, name)))


def change_snapshots() -> None:
    # moto makes a volume of EC2 for each snapshot, fails where something is not there, has blocks of 512 bytes, checks
    # neither sums nor tokens, and does not tell of blocks that only the second snapshot has.
    from moto.core.exceptions import JsonRESTError
    from moto.ebs.models import EBSBackend, EBSSnapshot
    from moto.ebs.responses import EBSResponse
    from moto.moto_api._internal import mock_random

    def begin(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        self.block_size = _BLOCK_BYTES

    def start_snapshot(self: Any, volume_size: int, tags: Any, description: str) -> Any:
        kept = [{"key": tag["Key"], "value": tag.get("Value", "")} for tag in tags or ()]
        told: Any = SimpleNamespace(
            id=f"snap-{mock_random.get_random_hex(17)}",
            volume=SimpleNamespace(size=volume_size),
            get_tags=lambda: kept,
            description=description,
        )
        snapshot = EBSSnapshot(account_id=self.account_id, snapshot=told)
        self.snapshots[snapshot.snapshot_id] = snapshot
        return snapshot

    def refusal(code: str, message: str, status: int = 400) -> JsonRESTError:
        refused = JsonRESTError(code, message)
        refused.code = status
        return refused

    def found(self: Any, snapshot_id: str) -> Any:
        if snapshot_id not in self.snapshots:
            raise refusal("ResourceNotFoundException", f"The snapshot '{snapshot_id}' does not exist.", 404)
        return self.snapshots[snapshot_id]

    def found_as(self: Any, snapshot_id: str, status: str) -> Any:
        snapshot = found(self, snapshot_id)
        if snapshot.status != status:
            raise refusal("ValidationException", f"The snapshot '{snapshot_id}' is not {status}.")
        return snapshot

    def complete_snapshot(self: Any, snapshot_id: str) -> str:
        found_as(self, snapshot_id, "pending").status = "completed"
        return "completed"

    def put_snapshot_block(self: Any, snapshot_id: str, block_data: Any, checksum: str, **named: Any) -> Any:
        found_as(self, snapshot_id, "pending")
        content = block_data if isinstance(block_data, bytes) else block_data.encode("latin-1")
        if len(content) != _BLOCK_BYTES or named["data_length"] != _BLOCK_BYTES:
            raise refusal("ValidationException", f"The length of a block is {_BLOCK_BYTES} bytes.")
        if base64.b64encode(hashlib.sha256(content).digest()).decode() != checksum:
            raise refusal("ValidationException", "The checksum is not that of the block.")
        return put(self, snapshot_id=snapshot_id, block_data=content, checksum=checksum, **named)

    def get_snapshot_block(self: Any) -> Any:
        snapshot = found_as(self.ebs_backend, self._get_param("SnapshotId"), "completed")
        block = snapshot.blocks.get(self._get_param("BlockIndex"))
        if block is None or block.block_token != self._get_param("BlockToken"):
            raise refusal("ValidationException", "The block token is not valid.")
        return get(self)

    def list_snapshot_blocks(self: Any, snapshot_id: str) -> Any:
        return found_as(self, snapshot_id, "completed")

    def list_changed_blocks(self: Any, first_snapshot_id: str | None, second_snapshot_id: str) -> Any:
        second = found_as(self, second_snapshot_id, "completed")
        before = found_as(self, first_snapshot_id, "completed").blocks if first_snapshot_id else {}
        changed: dict[int, tuple[str | None, str | None]] = {}
        for index in sorted(before.keys() | second.blocks.keys()):
            pair = before.get(index), second.blocks.get(index)
            if pair[0] is None or pair[1] is None or pair[0].block_data != pair[1].block_data:
                changed[index] = tuple(one.block_token if one else None for one in pair)  # type: ignore[assignment]
        return changed, second

    make, put, get = EBSSnapshot.__init__, EBSBackend.put_snapshot_block, EBSResponse.get_snapshot_block
    setattr(EBSSnapshot, "__init__", begin)  # noqa: B010
    setattr(EBSResponse, "get_snapshot_block", get_snapshot_block)  # noqa: B010
    for changed in (start_snapshot, complete_snapshot, put_snapshot_block, list_snapshot_blocks, list_changed_blocks):
        setattr(EBSBackend, changed.__name__, changed)


_BLOCK_BYTES = 512 << 10
"""Source: EBS direct APIs, PutSnapshotBlock: the size of a block is 512 KiB."""


def change_endpoints_of_migrations() -> None:
    # moto replaces an endpoint of the same name, leaves it in creation for ever, and shows the passwords in settings.
    from moto.dms.exceptions import ResourceAlreadyExistsFault
    from moto.dms.models import DatabaseMigrationServiceBackend, Endpoint

    def create_endpoint(self: Any, endpoint_identifier: str, **named: Any) -> Any:
        if endpoint_identifier in self.endpoints:
            raise ResourceAlreadyExistsFault(f"Endpoint {endpoint_identifier} already exists.")
        endpoint = create(self, endpoint_identifier=endpoint_identifier, **named)
        endpoint.status = "active"
        return endpoint

    def to_dict(self: Any) -> dict[str, Any]:
        return {name: _without_secrets(value) for name, value in tell(self).items()}

    create, tell = DatabaseMigrationServiceBackend.create_endpoint, Endpoint.to_dict
    setattr(DatabaseMigrationServiceBackend, "create_endpoint", create_endpoint)  # noqa: B010
    setattr(Endpoint, "to_dict", to_dict)  # noqa: B010


def _without_secrets(settings: Any) -> Any:
    is_many = isinstance(settings, dict)
    return {name: one for name, one in settings.items() if not name.endswith("Password")} if is_many else settings
