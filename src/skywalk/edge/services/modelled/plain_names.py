"""Names that can be written in several ways, written in one before anything is decided: what a backend reads in them is
then what was decided on.

Unconfirmed: which of Lambda's operations refuse names of versions and aliases (here: all that have no Qualifier but
those that invoke or map), and that `$LATEST` is the function to them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.readings import log_group, queue_url
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from skywalk.edge.services.modelled.access import Asker
    from skywalk.edge.services.modelled.protocols.understood import Understood
    from skywalk.edge.services.modelled.service_models import Operation

_FUNCTION = re.compile(r"[a-zA-Z0-9-_]+(?::(?:\$LATEST|[a-zA-Z0-9-_]+))?")
_PARTIAL_FUNCTION = re.compile(r"([0-9]{12}):function:([a-zA-Z0-9-_]+(?::(?:\$LATEST|[a-zA-Z0-9-_]+))?)")
_COLONS_WITH_QUALIFIER = 7
_LATEST = "$LATEST"
_OF_FUNCTIONS_ONLY = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please "
    "specify either a function name or an unqualified function ARN."
)
_OF_ONE_PART = re.compile("[^/]*")
_ARN = "arn:[^:/]+:{}:[^:/]+:[0-9]{{12}}:{}"
_NAME, _FAMILY = "(?!arn:)[^/]*", "(?!arn:)[^:/]+(?::[1-9][0-9]*)?"
_BUS = re.compile(f"{_NAME}|{_ARN.format('events', 'event-bus/[^:/]+')}")
_ARCHIVE = re.compile(f"{_NAME}|{_ARN.format('events', 'archive/[^:/]+')}")
_CLUSTER = re.compile(f"{_NAME}|{_ARN.format('ecs', 'cluster/[^:/]+')}")
_TASK_DEFINITION = re.compile(f"{_FAMILY}|{_ARN.format('ecs', 'task-definition/' + _FAMILY)}")
_GROUP_OF_INSTANCES = re.compile(f"{_NAME}|{_ARN.format('rds', 'pg:[^:/]+')}")
_GROUP_OF_CLUSTERS = re.compile(f"{_NAME}|{_ARN.format('rds', 'cluster-pg:[^:/]+')}")
_SCHEMA = re.compile("arn:[^:]+:glue:([^:]+):([^:]+):schema/([^:/]+)/([^:/]+)")
_REGISTRY = re.compile("arn:[^:]+:glue:([^:]+):([^:]+):registry/([^:/]+)")
_PARAMETER = re.compile(r"arn:[^:]+:ssm:([^:]*):([^:]*):parameter(/.+)")


def write_plainly(service: str, understood: Understood, asker: Asker) -> None:
    """Raises AwsError for names that cannot be read in one way only."""
    rewrite = _REWRITING.get(service)
    if rewrite is not None:
        rewrite(understood, understood.parameters, asker)
    if service in _FORMS:
        _in_own_form(service, understood.parameters)


def _queue(understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """In the query protocol, a request for a queue may be sent to the queue's URL instead of naming it."""
    shape = understood.operation.input
    if shape is None or "QueueUrl" not in shape.members:
        return
    given = parameters.get("QueueUrl") or understood.queue_path
    if not isinstance(given, str) or not given:
        return
    found = queue_url(given, asker)
    if found is None:
        raise AwsError("InvalidAddress", f"The address {given} is not valid for this endpoint.", 404)
    name, account_id = found
    host = f"sqs.{asker.region}.amazonaws.com"
    parameters["QueueUrl"] = f"https://{host}/{account_id or asker.account_id}/{name}"


def _function(understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    given, operation = parameters.get("FunctionName"), understood.operation
    if not isinstance(given, str):
        return
    name = _with_account(given, asker)
    is_qualified = name.count(":") == (_COLONS_WITH_QUALIFIER if name.startswith("arn:") else 1)
    function, _, derived = name.rpartition(":") if is_qualified else (name, "", "")
    qualifier = parameters.get("Qualifier")
    if derived and qualifier and derived != qualifier:
        raise _not_of_function("The derived qualifier from the function name does not match the specified qualifier.")
    if operation.name == "DeleteFunction" and _LATEST in (derived, qualifier):
        raise _not_of_function("$LATEST version cannot be deleted without deleting the function.")
    is_of_whole = _is_of_whole_function(operation)
    if is_of_whole and derived not in ("", _LATEST):
        raise _not_of_function(_OF_FUNCTIONS_ONLY)
    parameters["FunctionName"] = function if is_of_whole or qualifier else name


def _is_of_whole_function(operation: Operation) -> bool:
    """Whether it knows no versions and aliases: moto would do it to any, and to the function by any."""
    is_of_caller = operation.name.startswith("Invoke") or "EventSourceMapping" in operation.name
    return operation.input is not None and "Qualifier" not in operation.input.members and not is_of_caller


def _not_of_function(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, 400)


def _with_account(given: str, asker: Asker) -> str:
    if given.startswith("arn:") or _FUNCTION.fullmatch(given):
        return given
    partial = _PARTIAL_FUNCTION.fullmatch(given)
    if partial is None:
        text = f"Value '{given}' at 'functionName' failed to satisfy constraint: Member must be the name of a function"
        raise AwsError("ValidationException", f"1 validation error detected: {text}", 400)
    return f"arn:aws:lambda:{asker.region}:{partial[1]}:function:{partial[2]}"


def _log_group(understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """The account's own groups go by their names: of what it does not find by its ARN, moto tells the last one."""
    given, shape = parameters.get("logGroupIdentifier"), understood.operation.input
    found = log_group(given, asker) if isinstance(given, str) else None
    if found is None or shape is None or "logGroupName" not in shape.members or parameters.get("logGroupName"):
        return
    name, account_id = found
    if account_id in (None, asker.account_id):
        del parameters["logGroupIdentifier"]
        parameters["logGroupName"] = name


def _parameter(_understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """The account's own parameters go by their names."""
    for member in ("Name", "Names"):
        given = parameters.get(member)
        if isinstance(given, str):
            parameters[member] = _own_name(given, asker)
        elif isinstance(given, list):
            parameters[member] = [_own_name(one, asker) if isinstance(one, str) else one for one in given]


def _own_name(given: str, asker: Asker) -> str:
    matched = _PARAMETER.fullmatch(given)
    if matched is None or matched.groups()[:2] != (asker.region, asker.account_id):
        return given
    name: str = matched[3]
    return name if name.count("/") > 1 else name.removeprefix("/")


def _bus(understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """The account's own buses go by their names."""
    entries = [one for one in (parameters, *(parameters.get("Entries") or ())) if isinstance(one, dict)]
    prefix = f"arn:{asker.partition}:events:{asker.region}:{asker.account_id}:event-bus/"
    for one in entries:
        given = one.get("EventBusName")
        if isinstance(given, str) and given.startswith(prefix):
            one["EventBusName"] = given.removeprefix(prefix)
    destination = parameters.get("Destination")
    into = destination.get("Arn") if isinstance(destination, dict) else None
    _check_names(_BUS, [into, *(one.get("EventBusName") for one in entries)], "ValidationException")
    source = _ARCHIVE if "Replay" in understood.operation.name else _BUS
    _check_names(source, [parameters.get("EventSourceArn")], "ValidationException")


def _cluster(_understood: Understood, parameters: dict[str, Any], _asker: Asker) -> None:
    for form, members in _NAMED_IN_ECS:
        for member in members:
            given = parameters.get(member)
            _check_names(form, given if isinstance(given, list) else [given], "InvalidParameterException")


_NAMED_IN_ECS = (
    (_CLUSTER, ("cluster", "clusterName", "clusters")),
    (_TASK_DEFINITION, ("taskDefinition", "taskDefinitions")),
)


def _in_own_form(service: str, parameters: dict[str, Any]) -> None:
    """Raises AwsError."""
    code, forms = _FORMS[service]
    for member, form in forms.items():
        _check_names(form, [parameters.get(member)], code)


_FILE_SYSTEM, _ACCESS_POINT = (
    _ARN.format("elasticfilesystem", f"{one}/[^:/]+") for one in ("file-system", "access-point")
)
_OF_GROUP = re.compile(f"{_NAME}|{_ARN.format('resource-groups', 'group/[^:]+')}")
_FORMS: Mapping[str, tuple[str, Mapping[str, re.Pattern[str]]]] = {
    "codepipeline": ("InvalidArnException", {"resourceArn": re.compile(_ARN.format("codepipeline", "[^:/]+"))}),
    "elasticfilesystem": (
        "BadRequest",
        {
            "AccessPointId": re.compile(f"{_NAME}|{_ACCESS_POINT}"),
            "FileSystemId": re.compile(f"{_NAME}|{_FILE_SYSTEM}"),
            "ResourceId": re.compile(f"{_NAME}|{_ACCESS_POINT}|{_FILE_SYSTEM}"),
        },
    ),
    "networkmanager": (
        "ValidationException",
        {"ResourceArn": re.compile("arn:[^:/]+:networkmanager::[0-9]{12}:[^:/]+/[^:]+")},
    ),
    "redshift": ("InvalidParameterValue", {"ResourceName": re.compile(_ARN.format("redshift", ".+"))}),
    "resource-groups": ("BadRequestException", {"Group": _OF_GROUP, "GroupName": _OF_GROUP}),
    "sagemaker.api": ("ValidationException", {"ResourceArn": re.compile(_ARN.format("sagemaker", "[^:/]+/[^:]+"))}),
}
"""The code of a refusal, and by parameter what a name or an ARN looks like."""


def _of_data_brew(_understood: Understood, parameters: dict[str, Any], _asker: Asker) -> None:
    _check_names(_OF_ONE_PART, [parameters.get("Name")], "ValidationException")


def _check_names(form: re.Pattern[str], given: list[Any], code: str) -> None:
    """A name has one part, an ARN those of its type: of others, a backend would take the last part for the name.

    Raises AwsError."""
    for one in given:
        if isinstance(one, str) and form.fullmatch(one) is None:
            raise AwsError(code, f"{one} is not a valid name.", 400)


def _schema(_understood: Understood, parameters: dict[str, Any], asker: Asker) -> None:
    """The account's own schemas and registries go by their names, each of which is decided on."""
    for member, arn, form, names in _BY_ARN_IN_GLUE:
        given = parameters.get(member)
        value = given.get(arn) if isinstance(given, dict) and len(given) == 1 else None
        matched = form.fullmatch(value) if isinstance(value, str) else None
        if matched is not None and matched.groups()[:2] == (asker.region, asker.account_id):
            parameters[member] = dict(zip(names, matched.groups()[2:], strict=True))


_BY_ARN_IN_GLUE = (
    ("RegistryId", "RegistryArn", _REGISTRY, ("RegistryName",)),
    ("SchemaId", "SchemaArn", _SCHEMA, ("RegistryName", "SchemaName")),
)


def _group(_understood: Understood, parameters: dict[str, Any], _asker: Asker) -> None:
    """Names in RDS have no case: they are stored in small letters.

    Source: Amazon RDS API Reference, CreateDBParameterGroup, DBParameterGroupName."""
    for member in _OF_GROUPS:
        given = parameters.get(member)
        if isinstance(given, str):
            parameters[member] = given.lower()
    for form, members in _COPIED_IN_RDS:
        _check_names(form, [parameters.get(member) for member in members], "InvalidParameterValue")


_OF_GROUPS = (
    "DBClusterParameterGroupName",
    "DBParameterGroupName",
    "ResourceName",
    "SourceDBClusterParameterGroupIdentifier",
    "SourceDBParameterGroupIdentifier",
    "TargetDBClusterParameterGroupIdentifier",
    "TargetDBParameterGroupIdentifier",
)
_COPIED_IN_RDS = (
    (_GROUP_OF_CLUSTERS, ("SourceDBClusterParameterGroupIdentifier", "TargetDBClusterParameterGroupIdentifier")),
    (_GROUP_OF_INSTANCES, ("SourceDBParameterGroupIdentifier", "TargetDBParameterGroupIdentifier")),
)
_REWRITING: Mapping[str, Callable[[Understood, dict[str, Any], Asker], None]] = {
    "databrew": _of_data_brew,
    "ecs": _cluster,
    "events": _bus,
    "glue": _schema,
    "lambda": _function,
    "logs": _log_group,
    "rds": _group,
    "sqs": _queue,
    "ssm": _parameter,
}
