"""Step Functions: state machines, which are not run, and activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "states", "stepfunctions"


_DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
_FURTHER = '{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}'
_ROLE = "arn:aws:iam::123456789012:role/runner"


def story(states: Any) -> Look:
    made = states.create_state_machine(
        name="orders", definition=_DEFINITION, roleArn=_ROLE, publish=True, tags=[{"key": "team", "value": "a"}]
    )
    machine = made["stateMachineArn"]
    assert made["stateMachineVersionArn"] == f"{machine}:1"
    again = states.create_state_machine(name="orders", definition=_DEFINITION, roleArn=_ROLE)
    assert again["stateMachineArn"] == machine
    other = {"name": "orders", "definition": _FURTHER, "roleArn": _ROLE}
    assert refused(states.create_state_machine, **other) == "StateMachineAlreadyExists"
    for broken in ("{", "{}", '{"StartAt": "A", "States": {}}'):
        refusal = refused(states.create_state_machine, name="broken", definition=broken, roleArn=_ROLE)
        assert refusal == "InvalidDefinition"
    assert refused(states.update_state_machine, stateMachineArn=machine, definition="{}") == "InvalidDefinition"
    assert refused(states.start_execution, stateMachineArn=machine) == "ServiceUnavailableException"
    states.update_state_machine(stateMachineArn=machine, definition=_FURTHER)
    states.tag_resource(resourceArn=machine, tags=[{"key": "a", "value": "1"}])
    states.untag_resource(resourceArn=machine, tagKeys=["team"])
    assert states.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "a", "value": "1"}]
    _aliases(states, machine)
    old = {"name": "gone", "definition": _DEFINITION, "roleArn": _ROLE}
    gone = states.create_state_machine(**old, tags=[{"key": "a", "value": "1"}])["stateMachineArn"]
    states.delete_state_machine(stateMachineArn=gone)
    states.create_state_machine(**old)
    assert states.list_tags_for_resource(resourceArn=gone)["tags"] == []
    states.delete_state_machine(stateMachineArn=gone)
    assert refused(states.describe_state_machine, stateMachineArn=gone) == "StateMachineDoesNotExist"
    activity = states.create_activity(name="pack")["activityArn"]
    other = states.create_activity(name="gone")["activityArn"]
    states.delete_activity(activityArn=other)
    assert refused(states.describe_activity, activityArn=other) == "ActivityDoesNotExist"

    def look(states: Any) -> Any:
        found = states.describe_state_machine(stateMachineArn=machine)
        assert (found["definition"], found["roleArn"], found["status"]) == (_FURTHER, _ROLE, "ACTIVE")
        names = [one["name"] for one in states.list_state_machines()["stateMachines"]]
        assert "orders" in names
        assert "gone" not in names
        assert activity in [one["activityArn"] for one in states.list_activities()["activities"]]
        version = states.describe_state_machine(stateMachineArn=f"{machine}:1")
        assert version["definition"] == _DEFINITION
        return found, version, states.describe_activity(activityArn=activity), _aliases_of(states, machine)

    return look


def _aliases(states: Any, machine: str) -> None:
    routes = [{"stateMachineVersionArn": f"{machine}:1", "weight": 100}]
    live = states.create_state_machine_alias(name="live", routingConfiguration=routes)["stateMachineAliasArn"]
    states.update_state_machine_alias(stateMachineAliasArn=live, description="what customers see")
    gone = states.create_state_machine_alias(name="gone", routingConfiguration=routes)["stateMachineAliasArn"]
    states.delete_state_machine_alias(stateMachineAliasArn=gone)
    assert refused(states.describe_state_machine_alias, stateMachineAliasArn=gone) == "ResourceNotFound"


def _aliases_of(states: Any, machine: str) -> Any:
    (alias,) = states.list_state_machine_aliases(stateMachineArn=machine)["stateMachineAliases"]
    found = states.describe_state_machine_alias(stateMachineAliasArn=alias["stateMachineAliasArn"])
    assert (found["name"], found["description"]) == ("live", "what customers see")
    return alias, found
