"""What is changed in moto's services of development and management, and why. Written against moto 5.2.5.

Unconfirmed: the words of refusals.
Source: the API References of AWS CodeBuild (CreateProject), Amazon EventBridge Scheduler
(CreateScheduleGroup, DeleteScheduleGroup), AWS Resource Groups (GetGroup) and Step Functions (CreateStateMachine).
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from moto.core.exceptions import JsonRESTError

_TRUSTED = json.dumps({"Statement": [{"Principal": {"Service": "codepipeline.amazonaws.com"}}]})


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


def change_groups_of_resources() -> None:
    # moto knows a group by the deprecated GroupName where clients give Group, which is its name or its ARN.
    from moto.resourcegroups.responses import ResourceGroupsResponse

    get: Any = ResourceGroupsResponse._get_param

    def get_param(self: Any, name: str, default: Any = None) -> Any:
        if name not in ("Group", "GroupName"):
            return get(self, name, default)
        return (get(self, "Group") or get(self, "GroupName") or "").rpartition(":group/")[2] or default

    setattr(ResourceGroupsResponse, "_get_param", get_param)  # noqa: B010


def change_schedules() -> None:
    # moto makes a group anew that is there already, and forgets what is in it; it deletes the one that is always there.
    from moto.scheduler.models import EventBridgeSchedulerBackend as Backend

    create: Any = Backend.create_schedule_group
    delete: Any = Backend.delete_schedule_group

    def create_schedule_group(self: Any, name: str, tags: Any) -> Any:
        if name in self.schedule_groups:
            raise JsonRESTError("ConflictException", f"Schedule group {name} already exists.")
        return create(self, name, tags or [])

    def delete_schedule_group(self: Any, name: str) -> None:
        if name == "default":
            raise JsonRESTError("ValidationException", "The default schedule group cannot be deleted.")
        self.get_schedule_group(name)
        delete(self, name)

    setattr(Backend, "create_schedule_group", create_schedule_group)  # noqa: B010
    setattr(Backend, "delete_schedule_group", delete_schedule_group)  # noqa: B010


def change_state_machines() -> None:
    # moto reads no definition, and gives back a machine that is there for another that has its name.
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
