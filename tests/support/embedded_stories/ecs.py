"""ECS: clusters and task definitions as records, nothing that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "ecs", "ecs"
_WEB = {"name": "web", "image": "nginx:1", "memory": 128, "environment": [{"name": "MODE", "value": "quiet"}]}


def story(ecs: Any) -> Look:
    cluster = ecs.create_cluster(clusterName="shop", tags=[{"key": "team", "value": "a"}])["cluster"]
    assert cluster["clusterArn"].endswith(":cluster/shop")
    assert ecs.create_cluster(clusterName="shop")["cluster"]["tags"] == [{"key": "team", "value": "a"}]
    assert cluster["clusterArn"] in ecs.list_clusters()["clusterArns"]
    insights = [{"name": "containerInsights", "value": "enabled"}]
    assert ecs.update_cluster(cluster="shop", settings=insights)["cluster"]["settings"] == insights
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    put = ecs.put_cluster_capacity_providers(
        cluster="shop", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=strategy
    )["cluster"]
    assert (put["capacityProviders"], put["defaultCapacityProviderStrategy"]) == (["FARGATE"], strategy)
    ecs.create_cluster(clusterName="passing")
    assert ecs.delete_cluster(cluster="passing")["cluster"]["status"] == "INACTIVE"
    with pytest.raises(ClientError, match="ClusterNotFoundException"):
        ecs.delete_cluster(cluster="nowhere")
    assert ecs.describe_clusters(clusters=["nowhere"])["failures"][0]["reason"] == "MISSING"
    _define_tasks(ecs)
    ecs.put_account_setting(name="containerInsights", value="enabled")
    ecs.put_account_setting(name="awsvpcTrunking", value="enabled")
    ecs.delete_account_setting(name="awsvpcTrunking")
    settings = ecs.list_account_settings()["settings"]
    assert {one["name"]: one["value"] for one in settings} == {"containerInsights": "enabled"}
    arn = cluster["clusterArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "stage", "value": "test"}, {"key": "gone", "value": "soon"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["gone"])
    tags = ecs.list_tags_for_resource(resourceArn=arn)["tags"]
    assert {one["key"]: one["value"] for one in tags} == {"team": "a", "stage": "test"}

    def look(ecs: Any) -> Any:
        return (
            ecs.describe_clusters(clusters=["shop", "passing"], include=["TAGS", "SETTINGS", "CONFIGURATIONS"]),
            ecs.describe_task_definition(taskDefinition="web", include=["TAGS"]),
            ecs.list_task_definitions(status="INACTIVE"),
            ecs.list_account_settings(),
        )

    return look


def _define_tasks(ecs: Any) -> None:
    for revision in (1, 2, 3):
        made = ecs.register_task_definition(
            family="web",
            containerDefinitions=[_WEB],
            cpu="256",
            memory="512",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            tags=[{"key": "revision", "value": str(revision)}],
        )["taskDefinition"]
        assert (made["family"], made["revision"], made["status"]) == ("web", revision, "ACTIVE")
    assert ecs.deregister_task_definition(taskDefinition="web:1")["taskDefinition"]["status"] == "INACTIVE"
    ecs.deregister_task_definition(taskDefinition="web:2")
    assert ecs.delete_task_definitions(taskDefinitions=["web:2", "web:3"])["failures"][0]["arn"] == "web:3"
    active = ecs.list_task_definitions(familyPrefix="web")["taskDefinitionArns"]
    assert [arn.rpartition("/")[2] for arn in active] == ["web:3"]
    assert "web" in ecs.list_task_definition_families(familyPrefix="we")["families"]
    newest = ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])
    assert newest["taskDefinition"]["containerDefinitions"][0]["environment"] == _WEB["environment"]
    assert newest["tags"] == [{"key": "revision", "value": "3"}]
    with pytest.raises(ClientError, match="ClientException"):
        ecs.describe_task_definition(taskDefinition="web:9")
