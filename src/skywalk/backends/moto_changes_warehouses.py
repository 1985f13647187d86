"""What is changed in moto's Redshift and MemoryDB, of which only records are served: no cluster runs. Written against
moto 5.2.5.

Source: Redshift API Reference, CreateClusterParameterGroup, DeleteClusterParameterGroup.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError

_DEFAULT = "default."


class _Nowhere:
    """EC2's backends, one of them, and the one subnet that moto wants to see there: moto would make a whole EC2 of its
    own, and save it with every change."""

    id = ""

    def __getitem__(self, _name: str) -> _Nowhere:
        return self

    def describe_subnets(self, **_: Any) -> list[Any]:
        return [self]


def change_cluster_parameter_groups() -> None:
    # moto puts a group in the place of one of its name, and deletes the default one.
    from moto.redshift import models
    from moto.redshift.exceptions import RedshiftClientError
    from moto.redshift.models import RedshiftBackend

    def create_group(self: Any, name: str, *args: Any, **named: Any) -> Any:
        if name in self.parameter_groups:
            raise RedshiftClientError("ClusterParameterGroupAlreadyExists", f"Parameter group {name} already exists")
        return create(self, name, *args, **named)

    def delete_group(self: Any, name: str) -> Any:
        if name.startswith(_DEFAULT):
            raise RedshiftClientError("InvalidClusterParameterGroupState", f"{name} is a default parameter group.")
        return delete(self, name)

    create, delete = RedshiftBackend.create_cluster_parameter_group, RedshiftBackend.delete_cluster_parameter_group
    setattr(models, "ec2_backends", _Nowhere())  # noqa: B010
    setattr(RedshiftBackend, "create_cluster_parameter_group", create_group)  # noqa: B010
    setattr(RedshiftBackend, "delete_cluster_parameter_group", delete_group)  # noqa: B010


def change_users() -> None:
    # moto keeps a user's tags for another of its name, and says nothing where passwords lack.
    from moto.memorydb import models
    from moto.memorydb.models import MemoryDBBackend, MemoryDBUser

    def delete_user(self: Any, user_name: str) -> Any:
        user = delete(self, user_name)
        self.tagger.delete_all_tags_for_resource(user.arn)
        return user

    def set_authentication(self: Any, mode: dict[str, Any]) -> None:
        if mode.get("Type", "password") == "password" and not mode.get("Passwords"):
            raise JsonRESTError("InvalidParameterCombinationException", "A user with passwords needs one at least.")
        take(self, mode)

    delete, take = MemoryDBBackend.delete_user, MemoryDBUser.set_authentication
    setattr(models, "ec2_backends", _Nowhere())  # noqa: B010
    setattr(MemoryDBBackend, "delete_user", delete_user)  # noqa: B010
    setattr(MemoryDBUser, "set_authentication", set_authentication)  # noqa: B010
