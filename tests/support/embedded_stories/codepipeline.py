"""CodePipeline: pipelines, which are not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "codepipeline", "codepipeline"


_ROLE = "arn:aws:iam::123456789012:role/runner"
_ARN = "arn:aws:codepipeline:us-east-1:123456789012:release"


def story(codepipeline: Any) -> Look:
    codepipeline.create_pipeline(pipeline=pipeline_of("release"), tags=[{"key": "team", "value": "a"}])
    assert refused(codepipeline.create_pipeline, pipeline=pipeline_of("release")) == "InvalidStructureException"
    one_stage = {**pipeline_of("short"), "stages": pipeline_of("short")["stages"][:1]}
    assert refused(codepipeline.create_pipeline, pipeline=one_stage) == "InvalidStructureException"
    updated = codepipeline.update_pipeline(pipeline=pipeline_of("release", bucket="further"))
    assert updated["pipeline"]["version"] == 2
    assert refused(codepipeline.start_pipeline_execution, name="release") == "ServiceUnavailableException"
    assert refused(codepipeline.get_pipeline, name="release", version=1) == "ServiceUnavailableException"
    codepipeline.create_pipeline(pipeline=pipeline_of("gone"))
    codepipeline.delete_pipeline(name="gone")
    assert refused(codepipeline.get_pipeline, name="gone") == "PipelineNotFoundException"
    codepipeline.tag_resource(resourceArn=_ARN, tags=[{"key": "a", "value": "1"}])
    codepipeline.untag_resource(resourceArn=_ARN, tagKeys=["team"])
    return look


def look(codepipeline: Any) -> Any:
    found = codepipeline.get_pipeline(name="release")
    assert found["metadata"]["pipelineArn"] == _ARN
    assert found["pipeline"]["roleArn"] == _ROLE
    assert found["pipeline"]["artifactStore"] == {"type": "S3", "location": "further"}
    assert [stage["name"] for stage in found["pipeline"]["stages"]] == ["Source", "Approve"]
    listed = [one for one in codepipeline.list_pipelines()["pipelines"] if one["name"] in ("release", "gone")]
    assert [one["version"] for one in listed] == [2]
    tags = codepipeline.list_tags_for_resource(resourceArn=_ARN)["tags"]
    assert tags == [{"key": "a", "value": "1"}]
    return found, listed, tags


def pipeline_of(name: str, bucket: str = "artifacts") -> dict[str, Any]:
    source = {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"}
    approval = {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
    files = {"S3Bucket": "source", "S3ObjectKey": "code.zip"}
    taking = {"name": "Take", "actionTypeId": source, "configuration": files, "outputArtifacts": [{"name": "code"}]}
    return {
        "name": name,
        "roleArn": _ROLE,
        "artifactStore": {"type": "S3", "location": bucket},
        "stages": [
            {"name": "Source", "actions": [taking]},
            {"name": "Approve", "actions": [{"name": "Ask", "actionTypeId": approval}]},
        ],
    }
