"""What is changed in moto's SageMaker. Written against moto 5.2.5.

Unconfirmed: the words of refusals.
Source: SageMaker API Reference: AddTags, DescribeExperiment, DescribePipeline, DescribeTrial, UpdateModelPackage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MADE_ONCE: Mapping[str, tuple[str, str, str]] = {
    "create_model": ("_models", "model_name", "model"),
    "create_endpoint_config": ("endpoint_configs", "endpoint_config_name", "endpoint configuration"),
    "create_experiment": ("experiments", "experiment_name", "experiment"),
    "create_trial": ("trials", "trial_name", "trial"),
    "create_trial_component": ("trial_components", "trial_component_name", "trial component"),
    "create_model_package_group": ("model_package_groups", "model_package_group_name", "model package group"),
}
_NAMES = {
    "experiment_name": "experiments",
    "pipeline_name": "pipelines",
    "trial_component_name": "trial_components",
    "trial_name": "trials",
}
_ABOUT_WHAT_IS_THERE: Mapping[str, tuple[str, ...]] = {
    "associate_trial_component": ("trial_name", "trial_component_name"),
    "create_trial": ("experiment_name",),
    "delete_experiment": ("experiment_name",),
    "delete_pipeline": ("pipeline_name",),
    "delete_trial": ("trial_name",),
    "delete_trial_component": ("trial_component_name",),
    "describe_experiment": ("experiment_name",),
    "describe_pipeline": ("pipeline_name",),
    "describe_trial": ("trial_name",),
    "describe_trial_component": ("trial_component_name",),
    "disassociate_trial_component": ("trial_name", "trial_component_name"),
    "update_pipeline": ("pipeline_name",),
    "update_trial_component": ("trial_component_name",),
}


def change_models_and_experiments() -> None:
    _refuse_what_is_there()
    _refuse_what_is_not_there()
    _say_nothing_made_up()
    _keep_what_is_not_updated()
    _replace_tags()


def _refuse_what_is_there() -> None:
    # moto replaces what has the same name.
    from moto.sagemaker.exceptions import ValidationError
    from moto.sagemaker.models import SageMakerModelBackend

    def once(method: Any, kept: str, name: str, noun: str) -> Any:
        def create(self: Any, **named: Any) -> Any:
            if named[name] in getattr(self, kept):
                raise ValidationError(message=f"Cannot create already existing {noun} '{named[name]}'.")
            return method(self, **named)

        return create

    for method, (kept, name, noun) in _MADE_ONCE.items():
        changed = once(getattr(SageMakerModelBackend, method), kept, name, noun)
        setattr(SageMakerModelBackend, method, changed)


def _refuse_what_is_not_there() -> None:
    # moto fails, gives another code than AWS, or does half of it.
    from moto.sagemaker.exceptions import ResourceNotFound
    from moto.sagemaker.models import SageMakerModelBackend

    def checked(method: Any, names: tuple[str, ...]) -> Any:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            for name, value in zip(names, args, strict=False) if args else ((one, named[one]) for one in names):
                if value not in getattr(self, _NAMES[name]):
                    raise ResourceNotFound(message=f"There is no {name.removesuffix('_name')} '{value}'.")
            return method(self, *args, **named)

        return call

    for method, names in _ABOUT_WHAT_IS_THERE.items():
        setattr(SageMakerModelBackend, method, checked(getattr(SageMakerModelBackend, method), names))


def _say_nothing_made_up() -> None:
    # moto tells of a role, of a user and of scans that never were, and knows the instance types of some years ago.
    from moto.sagemaker.models import FakeEndpointConfig, FakePipeline, Model, ModelPackage

    def begun(kind: type[Any], **attributes: Any) -> None:
        def begin(self: Any, *args: Any, **named: Any) -> None:
            make(self, *args, **named)
            vars(self).update(attributes)

        make = kind.__init__
        setattr(kind, "__init__", begin)  # noqa: B010

    def begin_model(self: Any, **named: Any) -> None:
        make_model(self, **named)
        self.execution_role_arn = named["execution_role_arn"]

    make_model = Model.__init__
    setattr(Model, "__init__", begin_model)  # noqa: B010
    begun(FakePipeline, created_by={}, last_modified_by={})
    nothing: list[Any] = []
    statuses = {"ValidationStatuses": nothing, "ImageScanStatuses": nothing}
    begun(ModelPackage, created_by={}, model_package_status_details=statuses)
    setattr(FakeEndpointConfig, "validate_instance_type", lambda _self, _type: None)  # noqa: B010


def _keep_what_is_not_updated() -> None:
    # moto forgets a package's description and properties with every update.
    from moto.core.utils import utcnow
    from moto.sagemaker.models import SageMakerModelBackend

    def update_model_package(self: Any, **named: Any) -> Any:
        known = self.model_packages.get(named["model_package_arn"])
        if known is not None:
            named["approval_description"] = named["approval_description"] or known.approval_description
            properties = (known.customer_metadata_properties or {}) | (named["customer_metadata_properties"] or {})
            named["customer_metadata_properties"] = properties
        return update(self, **named)

    def update_pipeline(self: Any, pipeline_name: str, **named: Any) -> Any:
        arn = update_of_pipeline(self, pipeline_name, **named)
        self.pipelines[pipeline_name].last_modified_time = utcnow()
        return arn

    update, update_of_pipeline = SageMakerModelBackend.update_model_package, SageMakerModelBackend.update_pipeline
    setattr(SageMakerModelBackend, "update_model_package", update_model_package)  # noqa: B010
    setattr(SageMakerModelBackend, "update_pipeline", update_pipeline)  # noqa: B010


def _replace_tags() -> None:
    # moto keeps the former tag beside a new one of the same key, and fails where there were none.
    from moto.sagemaker.exceptions import ValidationError
    from moto.sagemaker.models import SageMakerModelBackend

    def resource(self: Any, arn: str) -> Any:
        found = find(self, arn)
        if found is None:
            raise ValidationError(message=f"Could not find the resource '{arn}'.")
        found.tags = found.tags or []
        return found

    def add_tags(self: Any, arn: str, tags: Any) -> Any:
        found, keys = resource(self, arn), {tag["Key"] for tag in tags}
        found.tags = [tag for tag in found.tags if tag["Key"] not in keys] + tags
        return found.tags

    find = SageMakerModelBackend._get_resource_from_arn
    setattr(SageMakerModelBackend, "_get_resource_from_arn", resource)  # noqa: B010
    setattr(SageMakerModelBackend, "add_tags", add_tags)  # noqa: B010
