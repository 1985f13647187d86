"""SageMaker: models, packages, cards, experiments and pipelines as records; nothing is trained and no endpoint runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "sagemaker.api", "sagemaker"
_ROLE = "arn:aws:iam::123456789012:role/runner"
_IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/model:1"


def story(sagemaker: Any) -> Look:
    model = _models(sagemaker)
    package = _packages(sagemaker)
    _cards(sagemaker)
    _experiments(sagemaker)
    _components(sagemaker)
    _pipelines(sagemaker)
    _notebooks(sagemaker)

    def look(sagemaker: Any) -> Any:
        return (
            sagemaker.describe_model(ModelName="churn"),
            sagemaker.list_tags(ResourceArn=model),
            sagemaker.describe_endpoint_config(EndpointConfigName="churn"),
            sagemaker.describe_model_package(ModelPackageName=package),
            sagemaker.describe_model_package_group(ModelPackageGroupName="churn"),
            sagemaker.list_model_card_versions(ModelCardName="churn"),
            sagemaker.describe_experiment(ExperimentName="tuning"),
            sagemaker.describe_trial(TrialName="first"),
            sagemaker.describe_trial_component(TrialComponentName="step"),
            sagemaker.describe_pipeline(PipelineName="nightly"),
            sagemaker.describe_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="quiet"),
        )

    return look


def _models(sagemaker: Any) -> str:
    container = {"Image": _IMAGE, "Environment": {"MODE": "quiet"}}
    for name in ("churn", "gone"):
        made = sagemaker.create_model(ModelName=name, ExecutionRoleArn=_ROLE, PrimaryContainer=container)
        assert made["ModelArn"].endswith(f":model/{name}")
    with pytest.raises(ClientError, match="already existing"):
        sagemaker.create_model(ModelName="churn", PrimaryContainer=container)
    sagemaker.delete_model(ModelName="gone")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="gone")
    described = sagemaker.describe_model(ModelName="churn")
    assert (described["ExecutionRoleArn"], described["PrimaryContainer"]) == (_ROLE, container)
    assert "churn" in [one["ModelName"] for one in sagemaker.list_models()["Models"]]
    variant = {
        "VariantName": "all",
        "ModelName": "churn",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m7i.large",
        "InitialVariantWeight": 1.0,
    }
    for name in ("churn", "gone"):
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.delete_endpoint_config(EndpointConfigName="gone")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.describe_endpoint_config(EndpointConfigName="gone")
    assert sagemaker.describe_endpoint_config(EndpointConfigName="churn")["ProductionVariants"] == [variant]
    assert len(sagemaker.list_endpoint_configs(NameContains="churn")["EndpointConfigs"]) == 1
    arn: str = described["ModelArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}, {"Key": "gone", "Value": "soon"}])
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["gone"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "b"}]
    return arn


def _packages(sagemaker: Any) -> str:
    sagemaker.create_model_package_group(ModelPackageGroupName="churn", ModelPackageGroupDescription="who leaves")
    with pytest.raises(ClientError, match="already existing"):
        sagemaker.create_model_package_group(ModelPackageGroupName="churn")
    groups = sagemaker.list_model_package_groups(NameContains="churn")["ModelPackageGroupSummaryList"]
    assert [one["ModelPackageGroupName"] for one in groups] == ["churn"]
    inference = {
        "Containers": [{"Image": _IMAGE}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    arns: list[str] = [
        sagemaker.create_model_package(
            ModelPackageGroupName="churn",
            ModelPackageDescription=f"number {number}",
            InferenceSpecification=inference,
            ModelApprovalStatus="PendingManualApproval",
            CustomerMetadataProperties={"a": "1"},
        )["ModelPackageArn"]
        for number in (1, 2)
    ]
    assert arns[1].endswith(":model-package/churn/2")
    sagemaker.update_model_package(
        ModelPackageArn=arns[1], ModelApprovalStatus="Approved", ApprovalDescription="looked at"
    )
    sagemaker.update_model_package(ModelPackageArn=arns[1], CustomerMetadataProperties={"b": "2"})
    described = sagemaker.describe_model_package(ModelPackageName=arns[1])
    assert (described["ModelPackageVersion"], described["ApprovalDescription"]) == (2, "looked at")
    assert described["CustomerMetadataProperties"] == {"a": "1", "b": "2"}
    assert described["InferenceSpecification"]["Containers"][0]["Image"] == _IMAGE
    listed = sagemaker.list_model_packages(ModelPackageGroupName="churn")["ModelPackageSummaryList"]
    assert [one["ModelPackageVersion"] for one in listed] == [1, 2]
    with pytest.raises(ClientError, match="not found"):
        sagemaker.describe_model_package(ModelPackageName="nobody")
    return arns[1]


def _cards(sagemaker: Any) -> None:
    for name in ("churn", "gone"):
        sagemaker.create_model_card(ModelCardName=name, Content="{}", ModelCardStatus="Draft")
    with pytest.raises(ClientError, match="ConflictException"):
        sagemaker.create_model_card(ModelCardName="churn", Content="{}", ModelCardStatus="Draft")
    content = json.dumps({"model_overview": {"model_description": "who leaves"}})
    sagemaker.update_model_card(ModelCardName="churn", Content=content, ModelCardStatus="Approved")
    card = sagemaker.describe_model_card(ModelCardName="churn")
    assert (card["ModelCardVersion"], card["Content"], card["ModelCardStatus"]) == (2, content, "Approved")
    sagemaker.delete_model_card(ModelCardName="gone")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.describe_model_card(ModelCardName="gone")
    listed = sagemaker.list_model_cards(NameContains="churn")["ModelCardSummaries"]
    assert [one["ModelCardStatus"] for one in listed] == ["Approved"]


def _experiments(sagemaker: Any) -> None:
    for name in ("tuning", "gone"):
        sagemaker.create_experiment(ExperimentName=name)
        with pytest.raises(ClientError, match="already existing"):
            sagemaker.create_experiment(ExperimentName=name)
    sagemaker.delete_experiment(ExperimentName="gone")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.describe_experiment(ExperimentName="gone")
    assert "tuning" in [one["ExperimentName"] for one in sagemaker.list_experiments()["ExperimentSummaries"]]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.create_trial(TrialName="first", ExperimentName="gone")
    for name in ("first", "gone"):
        sagemaker.create_trial(TrialName=name, ExperimentName="tuning")
    sagemaker.delete_trial(TrialName="gone")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.describe_trial(TrialName="gone")
    assert len(sagemaker.list_trials(ExperimentName="tuning")["TrialSummaries"]) == 1


def _components(sagemaker: Any) -> None:
    for name in ("step", "gone"):
        sagemaker.create_trial_component(
            TrialComponentName=name, Parameters={"rate": {"NumberValue": 0.5}}, Status={"PrimaryStatus": "InProgress"}
        )
        sagemaker.associate_trial_component(TrialComponentName=name, TrialName="first")
    sagemaker.disassociate_trial_component(TrialComponentName="gone", TrialName="first")
    sagemaker.delete_trial_component(TrialComponentName="gone")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.associate_trial_component(TrialComponentName="gone", TrialName="first")
    sagemaker.update_trial_component(TrialComponentName="step", Status={"PrimaryStatus": "Completed"})
    component = sagemaker.describe_trial_component(TrialComponentName="step")
    assert component["Status"] == {"PrimaryStatus": "Completed"}
    assert component["Parameters"] == {"rate": {"NumberValue": 0.5}}
    listed = sagemaker.list_trial_components(TrialName="first")["TrialComponentSummaries"]
    assert [one["TrialComponentName"] for one in listed] == ["step"]


def _pipelines(sagemaker: Any) -> None:
    definition = json.dumps({"Version": "2020-12-01", "Steps": []})
    for name in ("nightly", "gone"):
        sagemaker.create_pipeline(
            PipelineName=name, PipelineDefinition=definition, ClientRequestToken="t" * 32, RoleArn=_ROLE
        )
    sagemaker.delete_pipeline(PipelineName="gone", ClientRequestToken="t" * 32)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.describe_pipeline(PipelineName="gone")
    sagemaker.update_pipeline(PipelineName="nightly", PipelineDescription="every night")
    described = sagemaker.describe_pipeline(PipelineName="nightly")
    assert (described["PipelineDefinition"], described["PipelineDescription"]) == (definition, "every night")
    listed = sagemaker.list_pipelines(PipelineNamePrefix="nightly")["PipelineSummaries"]
    assert [one["PipelineName"] for one in listed] == ["nightly"]


def _notebooks(sagemaker: Any) -> None:
    for name in ("quiet", "gone"):
        sagemaker.create_notebook_instance_lifecycle_config(
            NotebookInstanceLifecycleConfigName=name, OnStart=[{"Content": "c2xlZXA="}]
        )
    sagemaker.delete_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="gone")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="gone")
    described = sagemaker.describe_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="quiet")
    assert described["OnStart"] == [{"Content": "c2xlZXA="}]
