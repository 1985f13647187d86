"""What a request to CloudFormation makes: a stack's resources are made in the caller's name, and not by way of the
endpoint. Of a change set they are made by whoever executes it.

Source: CloudFormation User Guide, "Control CloudFormation access with IAM"; "Update stacks using change sets".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skywalk.edge.authorize import Check
from skywalk.edge.services.modelled.resource_policies.answering import texts_of
from skywalk.edge.services.modelled.stumbles import meaning_of_failure
from skywalk.edge.services.modelled.templates import made_resources

if TYPE_CHECKING:
    from skywalk.edge.services.modelled.call import BackendAnswer, ModelledCall

_SERVICE = "cloudformation"
_MAKES_STACKS = frozenset({"CreateStack", "UpdateStack"})
_EXECUTES = "ExecuteChangeSet"


async def checks_of_made(call: ModelledCall) -> list[Check]:
    """None where nothing is made yet. Raises AwsError, also for a template that cannot be read."""
    understood, parameters = call.understood, call.understood.parameters
    if understood.model.folder != _SERVICE:
        return []
    if understood.operation.name == _EXECUTES:
        return await _of_change_set(call)
    template = parameters.get("TemplateBody")
    if not template:
        return []
    made = _of_template(call, template, parameters.get("StackName", ""), parameters.get("Parameters") or [])
    return made if understood.operation.name in _MAKES_STACKS else []


async def _of_change_set(call: ModelledCall) -> list[Check]:
    given = call.understood.parameters
    named = {name: given[name] for name in ("ChangeSetName", "StackName") if given.get(name) is not None}
    await call.find_backend()
    described = await _answered(call, "DescribeChangeSet", named)
    template = _text(await _answered(call, "GetTemplate", named), "TemplateBody")
    return _of_template(call, template, _text(described, "StackName"), _parameters(described))


async def _answered(call: ModelledCall, operation: str, named: dict[str, Any]) -> BackendAnswer:
    """Raises AwsError where there is no such change set: it could be there when it is executed."""
    answer = await call.ask_for_answer(operation, named)
    if answer.status != 200:
        raise meaning_of_failure(_SERVICE, _EXECUTES, named, call.serving.validation_code)
    return answer


def _text(answer: BackendAnswer, name: str) -> str:
    return next(iter(texts_of(answer, name)), "")


def _parameters(described: BackendAnswer) -> list[dict[str, Any]]:
    """As a request gives them; what cannot be told is not known."""
    names, values = texts_of(described, "ParameterKey"), texts_of(described, "ParameterValue")
    if len(names) != len(values):
        return [{"ParameterKey": name, "UsePreviousValue": True} for name in names]
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in zip(names, values, strict=True)]


def _of_template(call: ModelledCall, template: str, stack: str, given: list[dict[str, Any]]) -> list[Check]:
    asker = call.asker
    made = made_resources(template, stack, asker.region, asker.account_id, given)
    return [Check(action, resource) for action, resource in made]
