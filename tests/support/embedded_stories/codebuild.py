"""CodeBuild: projects, which are not built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "codebuild", "codebuild"


def story(codebuild: Any) -> Look:
    project = {
        "source": {"type": "NO_SOURCE", "location": "none", "buildspec": "version: 0.2"},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "A", "value": "1", "type": "PLAINTEXT"}],
        },
        "serviceRole": "arn:aws:iam::123456789012:role/runner",
    }
    made = codebuild.create_project(name="shop", description="d", tags=[{"key": "team", "value": "a"}], **project)
    arn = made["project"]["arn"]
    assert arn.endswith(":project/shop")
    assert refused(codebuild.create_project, name="shop", **project) == "ResourceAlreadyExistsException"
    subnets = {"vpcId": "vpc-1", "subnets": ["subnet-1"]}
    refusal = refused(codebuild.create_project, name="inside", vpcConfig=subnets, **project)
    assert refusal == "ServiceUnavailableException"
    assert refused(codebuild.start_build, projectName="shop") == "ServiceUnavailableException"
    codebuild.create_project(name="gone", timeoutInMinutes=5, **project)
    codebuild.delete_project(name="gone")

    def look(codebuild: Any) -> Any:
        (found,) = codebuild.batch_get_projects(names=["shop", "gone"])["projects"]
        assert (found["name"], found["description"], found["arn"]) == ("shop", "d", arn)
        assert (found["timeoutInMinutes"], found["queuedTimeoutInMinutes"]) == (60, 480)
        assert found["tags"] == [{"key": "team", "value": "a"}]
        names = codebuild.list_projects()["projects"]
        assert "shop" in names
        assert "gone" not in names
        return found, names

    return look
