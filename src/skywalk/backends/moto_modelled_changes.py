"""What is changed in moto when its services serve together, and why. Written against moto 5.2.5."""

from __future__ import annotations

import base64
import hmac
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from skywalk.backends.moto_deliveries import deliver_to_those_who_take_it
from skywalk.backends.moto_patterns import read_patterns_plainly

_PARSING = "moto.cloudformation.parsing"
_ELSEWHERE = (
    "apigateway",
    "autoscaling",
    "batch",
    "datapipeline",
    "dynamodb",
    "ec2",
    "ecs",
    "efs",
    "elb",
    "elbv2",
    "emr",
    "events",
    "iam",
    "iot",
    "kinesis",
    "rds",
    "redshift",
    "route53",
    "s3",
    "sagemaker",
    "stepfunctions",
)
"""Services whose resources no stack makes here: they live elsewhere, or nowhere."""
_PARTS = ("", ".models", ".models.core", ".utils")
_PARTS_OF_EC2 = (
    *_PARTS,
    ".exceptions",
    ".models.elastic_block_store",
    ".models.elastic_network_interfaces",
    ".models.subnets",
)
_WITHOUT_EC2 = ("ebs", "ecs", "efs", "rds", "ssm")
_WITHOUT: Mapping[str, tuple[str, ...]] = {
    _PARSING: tuple(f"moto.{service}{part}" for service in _ELSEWHERE for part in _PARTS),
    **{
        f"moto.{service}.{module}": tuple(f"moto.ec2{part}" for part in _PARTS_OF_EC2)
        for service in _WITHOUT_EC2
        for module in ("models", "responses")
    },
}
"""What is empty while one of these modules is imported."""


def change_moto_further() -> None:
    """Once per process, before the first request."""
    sys.meta_path.insert(0, _WithoutOthers())
    _list_metrics_once()
    _begin_alarms_without_state()
    _hide_secure_strings()
    _refuse_keys_that_are_off()
    _take_roles_for_checked()
    _tell_queues_the_time_at_once()
    _keep_queues_by_region()
    _tell_templates_of_change_sets()
    _read_yaml_as_data()
    read_patterns_plainly()
    deliver_to_those_who_take_it()


def _read_yaml_as_data() -> None:
    # moto reads templates with a loader that calls whatever function a tag names: a template could run as a program.
    yaml: Any = importlib.import_module("yaml")
    for loader in (yaml.Loader, yaml.FullLoader, yaml.UnsafeLoader):
        for name in ("yaml_constructors", "yaml_multi_constructors"):
            known = getattr(loader, name)
            setattr(loader, name, {tag: one for tag, one in known.items() if "python" not in (tag or "")})


def _list_metrics_once() -> None:
    # moto lists a metric without dimensions once for each of its values.
    from moto.cloudwatch.models import CloudWatchBackend

    def get_filtered_metrics(self: Any, name: str | None, namespace: str | None, dimensions: Any) -> list[Any]:
        wanted = [(one["Name"], one.get("Value")) for one in dimensions or ()]
        found: dict[Any, Any] = {}
        for one in self.get_all_metrics():
            own = {dimension.name: dimension.value for dimension in one.dimensions or ()}
            has_dimensions = all(own.get(key) in ({value} if value else own.values()) for key, value in wanted)
            if name in (None, one.name) and namespace in (None, one.namespace) and has_dimensions:
                found.setdefault((one.namespace, one.name, tuple(sorted(own.items()))), one)
        return list(found.values())

    setattr(CloudWatchBackend, "get_filtered_metrics", get_filtered_metrics)  # noqa: B010


def _begin_alarms_without_state() -> None:
    # moto begins with OK.
    from moto.cloudwatch.models import Alarm

    def begin(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        self.state_value, self.state_reason = "INSUFFICIENT_DATA", "Unchecked: Initial alarm creation"

    make = Alarm.__init__
    setattr(Alarm, "__init__", begin)  # noqa: B010


def _refuse_keys_that_are_off() -> None:
    # moto uses disabled keys, and those that are to be deleted, as any other.
    from moto.core.exceptions import JsonRESTError
    from moto.kms.models import KmsBackend

    def check(backend: Any, key_id: str) -> None:
        key = backend.keys.get(backend.any_id_to_key_id(key_id))
        if key is not None and key.key_state == "Disabled":
            raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
        if key is not None and key.key_state != "Enabled":
            raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")

    def checked(method: Any) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            check(self, named["key_id"] if "key_id" in named else args[0])
            return method(self, *args, **named)

        return call

    def decrypt(self: Any, *args: Any, **named: Any) -> Any:
        plaintext, arn = decrypted(self, *args, **named)
        check(self, arn)
        return plaintext, arn

    decrypted = KmsBackend.decrypt
    setattr(KmsBackend, "decrypt", decrypt)  # noqa: B010
    for name in ("encrypt", "generate_data_key", "generate_mac", "sign", "verify", "verify_mac"):
        setattr(KmsBackend, name, checked(getattr(KmsBackend, name)))


def _take_roles_for_checked() -> None:
    # The roles are the region's, not moto's: whoever forwards the request has looked.
    from moto.awslambda import models

    class Roles:
        def __getitem__(self, _key: str) -> Any:
            return self

        def get_role_by_arn(self, _arn: str) -> None:
            pass

    setattr(models, "iam_backends", Roles())  # noqa: B010


def _tell_queues_the_time_at_once() -> None:
    # moto asks for the time of every message in a queue, several times whenever one is sent, by way of two calendars.
    from moto.sqs import models

    setattr(models, "unix_time_millis", lambda: time.time() * 1000.0)  # noqa: B010


def _keep_queues_by_region() -> None:
    # moto looks for the region in host names that SQS no longer has, and takes all others for us-east-1.
    from moto.core.responses import BaseResponse
    from moto.sqs.responses import SQSResponse

    setattr(SQSResponse, "region_regex", BaseResponse.region_regex)  # noqa: B010


def _tell_templates_of_change_sets() -> None:
    # moto tells the stack's own, which is empty before the first change set is executed.
    from moto.cloudformation.responses import CloudFormationResponse
    from moto.core.responses import ActionResult

    def get_template(self: Any) -> Any:
        name = self._get_param("ChangeSetName")
        if not name:
            return of_stack(self)
        return ActionResult({"TemplateBody": self.cloudformation_backend.describe_change_set(name).template})

    of_stack: Any = CloudFormationResponse.get_template
    setattr(CloudFormationResponse, "get_template", get_template)  # noqa: B010


def _hide_secure_strings() -> None:
    # moto shows them behind `kms:` to those who do not ask for decryption.
    from moto.ssm.models import Parameter

    def response_object(self: Any, decrypt: bool = False, region: str | None = None) -> dict[str, Any]:
        told: dict[str, Any] = shown(self, decrypt, region)
        if not decrypt and self.parameter_type == "SecureString":
            told["Value"] = base64.b64encode(hmac.digest(key, self.value.encode(), "sha512")).decode()
        return told

    key, shown = os.urandom(32), Parameter.response_object
    setattr(Parameter, "response_object", response_object)  # noqa: B010


class _WithoutOthers(importlib.abc.MetaPathFinder):
    """CloudFormation's parser imports all of moto to know its resources: ten packages more to have, and 150 MB.

    Others import EC2 for what is not served of them: three seconds and 130 MB.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in _WITHOUT:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            with _nobody_there(_WITHOUT[fullname]):
                execute(module)

        setattr(spec.loader, "exec_module", exec_module)  # noqa: B010
        return spec


@contextmanager
def _nobody_there(names: tuple[str, ...]) -> Iterator[None]:
    """While it lasts, what is imported of these modules is empty."""
    before = {name: sys.modules.get(name) for name in names}
    services = {name.split(".")[1] for name in names}
    attributes = {service: getattr(sys.modules["moto"], service, None) for service in services}
    sys.modules.update({name: _Nobody(name) for name in names})
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
        for service, module in attributes.items():
            if module is not None:
                setattr(sys.modules["moto"], service, module)


class _Nobody(types.ModuleType):
    """A module of which every name is an empty class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})
