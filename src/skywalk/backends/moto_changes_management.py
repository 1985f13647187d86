"""What is changed in moto's services of development and management, and why. Written against moto 5.2.5.

Unconfirmed: the words of refusals.
Source: the API References of AWS CodeBuild (CreateProject), Amazon EventBridge Scheduler
(CreateScheduleGroup, DeleteScheduleGroup), AWS DataSync (UpdateTask), AWS Resource Groups (GetGroup), Step Functions
(CreateStateMachine) and Amazon SWF (DescribeActivityType).
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time

_TRUSTED = json.dumps({"Statement": [{"Principal": {"Service": "codepipeline.amazonaws.com"}}]})


def change_vaults() -> None:
    # moto keeps the tags of a vault for whatever is made of its name again.
    from moto.backup.models import BackupBackend

    delete: Any = BackupBackend.delete_backup_vault

    def delete_backup_vault(self: Any, backup_vault_name: str) -> None:
        arn = self.describe_backup_vault(backup_vault_name).backup_vault_arn
        delete(self, backup_vault_name)
        self.tagger.delete_all_tags_for_resource(arn)

    setattr(BackupBackend, "delete_backup_vault", delete_backup_vault)  # noqa: B010


def change_configurations() -> None:
    # moto stumbles over configurations and revisions that are not there.
    from moto.mq.exceptions import UnknownConfiguration
    from moto.mq.models import MQBackend

    update: Any = MQBackend.update_configuration

    def update_configuration(self: Any, config_id: str, data: str, description: str) -> Any:
        self.describe_configuration(config_id)
        return update(self, config_id, data, description)

    def describe_revision(self: Any, config_id: str, revision_id: str) -> Any:
        found = self.describe_configuration(config_id).revisions.get(revision_id)
        if found is None:
            raise UnknownConfiguration(config_id)
        return found

    setattr(MQBackend, "describe_configuration_revision", describe_revision)  # noqa: B010
    setattr(MQBackend, "update_configuration", update_configuration)  # noqa: B010


def change_projects() -> None:
    # moto gives no time at all to a project that names none.
    from moto.codebuild.models import CodeBuildBackend

    create: Any = CodeBuildBackend.create_project

    def create_project(self: Any, *, timeout: int | None, queued_timeout: int | None, **named: Any) -> Any:
        return create(self, timeout=timeout or 60, queued_timeout=queued_timeout or 480, **named)

    setattr(CodeBuildBackend, "create_project", create_project)  # noqa: B010


def change_hosted_configurations() -> None:
    # moto writes the text None where there is no description and no label.
    from moto.appconfig.models import HostedConfigurationVersion

    headers: Any = HostedConfigurationVersion.get_headers

    def get_headers(self: Any) -> dict[str, Any]:
        return {name: value for name, value in headers(self).items() if value is not None}

    setattr(HostedConfigurationVersion, "get_headers", get_headers)  # noqa: B010


def change_pipelines() -> None:
    # The roles are the region's, not moto's.
    from moto.codepipeline.models import CodePipelineBackend

    roles = SimpleNamespace(get_role_by_arn=lambda _arn: SimpleNamespace(assume_role_policy_document=_TRUSTED))
    setattr(CodePipelineBackend, "iam_backend", roles)  # noqa: B010


class KnownGroups(dict[str, Any]):
    """Groups of resources by name or ARN: in what is saved, too."""

    def __missing__(self, _name: str) -> Any:
        from moto.resourcegroups.exceptions import NotFoundException

        raise NotFoundException


def change_groups_of_resources() -> None:
    # moto knows a group by the deprecated GroupName where clients give Group, which is its name or its ARN, and
    # stumbles over one that is not there, and over such a tag.
    from moto.resourcegroups.models import ResourceGroups, ResourceGroupsBackend
    from moto.resourcegroups.responses import ResourceGroupsResponse

    def begin(self: Any) -> None:
        self.by_name, self.by_arn = KnownGroups(), KnownGroups()

    get: Any = ResourceGroupsResponse._get_param

    def get_param(self: Any, name: str, default: Any = None) -> Any:
        if name not in ("Group", "GroupName"):
            return get(self, name, default)
        return (get(self, "Group") or get(self, "GroupName") or "").rpartition(":group/")[2] or default

    def untag(self: Any, arn: str, keys: list[str]) -> None:
        tags = self.groups.by_arn[arn].tags
        for key in keys:
            tags.pop(key, None)

    setattr(ResourceGroups, "__init__", begin)  # noqa: B010
    setattr(ResourceGroupsBackend, "untag", untag)  # noqa: B010
    setattr(ResourceGroupsResponse, "_get_param", get_param)  # noqa: B010


def change_schedules() -> None:
    # moto makes a group anew that is there already, and forgets what is in it; it deletes the one that is always there,
    # and stumbles over one that is not.
    from moto.scheduler.models import EventBridgeSchedulerBackend as Backend

    create: Any = Backend.create_schedule_group
    create_in_group: Any = Backend.create_schedule
    delete: Any = Backend.delete_schedule_group

    def create_schedule(self: Any, *, group_name: str | None, **named: Any) -> Any:
        self.get_schedule_group(group_name)
        return create_in_group(self, group_name=group_name, **named)

    def create_schedule_group(self: Any, name: str, tags: Any) -> Any:
        if name in self.schedule_groups:
            raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
        return create(self, name, tags or [])

    def delete_schedule_group(self: Any, name: str) -> None:
        if name == "default":
            raise JsonRESTError("ValidationException", "The default schedule group cannot be deleted.")
        arn = self.get_schedule_group(name).arn
        delete(self, name)
        self.tagger.delete_all_tags_for_resource(arn)

    setattr(Backend, "create_schedule", create_schedule)  # noqa: B010
    setattr(Backend, "create_schedule_group", create_schedule_group)  # noqa: B010
    setattr(Backend, "delete_schedule_group", delete_schedule_group)  # noqa: B010


def change_transfers() -> None:
    # moto's ARNs are of an account of its own, its URIs have two slashes, and an update forgets what it does not name.
    from moto.datasync.models import DataSyncBackend as Backend

    create_location: Any = Backend.create_location
    create_task: Any = Backend.create_task
    update: Any = Backend.update_task

    def kept(backend: Any, kept: Any, arn: str) -> str:
        one = kept.pop(arn)
        one.arn = arn.replace(":111222333444:", f":{backend.account_id}:")
        kept[one.arn] = one
        return str(one.arn)

    def new_location(self: Any, location_uri: str, **named: Any) -> str:
        scheme, _, path = location_uri.partition("://")
        folders = "/".join(part for part in path.split("/") if part)
        return kept(self, self.locations, create_location(self, f"{scheme}://{folders}/", **named))

    def new_task(self: Any, *parameters: Any, **named: Any) -> str:
        return kept(self, self.tasks, create_task(self, *parameters, **named))

    def update_task(self: Any, task_arn: str, name: str | None, metadata: dict[str, Any]) -> None:
        task = self.tasks.get(task_arn)
        before = {} if task is None else task.metadata
        given = {key: value for key, value in metadata.items() if value is not None}
        update(self, task_arn, name if name is not None or task is None else task.name, {**before, **given})

    setattr(Backend, "create_location", new_location)  # noqa: B010
    setattr(Backend, "create_task", new_task)  # noqa: B010
    setattr(Backend, "update_task", update_task)  # noqa: B010


def change_types_of_work() -> None:
    # moto says of every type that it is of the year 2015.
    from moto.swf.models import SWFBackend
    from moto.swf.models.generic_type import GenericType

    make: Any = GenericType.__init__
    describe: Any = GenericType.to_medium_dict
    deprecate: Any = SWFBackend.deprecate_type

    def begin(self: Any, *parameters: Any, **named: Any) -> None:
        make(self, *parameters, **named)
        self.created = unix_time()

    def to_medium_dict(self: Any) -> dict[str, Any]:
        told = {**describe(self), "creationDate": self.created}
        return {**told, "deprecationDate": self.deprecated} if self.status == "DEPRECATED" else told

    def deprecate_type(self: Any, kind: str, domain_name: str, name: str, version: str) -> None:
        deprecate(self, kind, domain_name, name, version)
        self.describe_type(kind, domain_name, name, version).deprecated = unix_time()

    setattr(GenericType, "__init__", begin)  # noqa: B010
    setattr(GenericType, "to_medium_dict", to_medium_dict)  # noqa: B010
    setattr(SWFBackend, "deprecate_type", deprecate_type)  # noqa: B010


def change_state_machines() -> None:
    # moto reads no definition, gives back a machine that is there for another that has its name, and keeps tags for
    # whatever is made of a name again.
    from moto.stepfunctions.models import StepFunctionBackend as Backend

    create: Any = Backend.create_state_machine
    update: Any = Backend.update_state_machine

    def create_state_machine(self: Any, name: str, definition: str, roleArn: str, **named: Any) -> Any:  # noqa: N803
        _check_definition(definition)
        for machine in self.state_machines:
            if machine.name == name and (machine.definition, machine.roleArn) != (definition, roleArn):
                raise JsonRESTError("StateMachineAlreadyExists", f"State Machine Already Exists: '{machine.arn}'")
        return create(self, name, definition, roleArn, **named)

    def update_state_machine(self: Any, arn: str, definition: str | None = None, **named: Any) -> Any:
        if definition is not None:
            _check_definition(definition)
        return update(self, arn, definition=definition, **named)

    def without_tags(delete: Any) -> Any:
        def call(self: Any, arn: str) -> None:
            delete(self, arn)
            self.tagger.delete_all_tags_for_resource(arn)

        return call

    setattr(Backend, "delete_activity", without_tags(Backend.delete_activity))  # noqa: B010
    setattr(Backend, "delete_state_machine", without_tags(Backend.delete_state_machine))  # noqa: B010
    setattr(Backend, "create_state_machine", create_state_machine)  # noqa: B010
    setattr(Backend, "update_state_machine", update_state_machine)  # noqa: B010


def _check_definition(definition: str) -> None:
    """Raises JsonRESTError. What the states are is not looked at."""
    try:
        found = json.loads(definition)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("StartAt") not in (found.get("States") or ()):
        raise JsonRESTError("InvalidDefinition", "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED'")
