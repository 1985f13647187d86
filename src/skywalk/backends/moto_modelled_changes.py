"""What is changed in moto when its services serve together, and why. Written against moto 5.2.5."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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


def change_moto_further() -> None:
    """Once per process, before the first request."""
    sys.meta_path.insert(0, _WithoutOthers())


class _WithoutOthers(importlib.abc.MetaPathFinder):
    """CloudFormation's parser imports all of moto to know its resources: ten packages more to have, and 150 MB."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _PARSING:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            with _nobody_elsewhere():
                execute(module)

        setattr(spec.loader, "exec_module", exec_module)  # noqa: B010
        return spec


@contextmanager
def _nobody_elsewhere() -> Iterator[None]:
    """While it lasts, what is imported of those services is empty."""
    names = [f"moto.{service}{rest}" for service in _ELSEWHERE for rest in ("", ".models", ".models.core", ".utils")]
    before = {name: sys.modules.get(name) for name in names}
    attributes = {service: getattr(sys.modules["moto"], service, None) for service in _ELSEWHERE}
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
