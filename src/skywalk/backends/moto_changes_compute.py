"""What is changed in moto's services of containers, files, caches, databases. Written against moto 5.2.5."""

from __future__ import annotations

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
