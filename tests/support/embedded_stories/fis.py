"""Fault Injection Service: templates of experiments, which are not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "fis", "fis"


_ROLE = "arn:aws:iam::123456789012:role/runner"
_TARGET = {
    "resourceType": "aws:ec2:instance",
    "resourceTags": {"stage": "test"},
    "selectionMode": "COUNT(1)",
}
_ACTIONS = {"stop": {"actionId": "aws:ec2:stop-instances", "targets": {"Instances": "one"}}}


def story(fis: Any) -> Look:
    template = _template(fis, "stop one")
    fis.update_experiment_template(id=template["id"], description="stop any one")
    gone = _template(fis, "gone")["id"]
    fis.delete_experiment_template(id=gone)
    assert refused(fis.get_experiment_template, id=gone) == "ResourceNotFoundException"
    assert refused(fis.start_experiment, experimentTemplateId=template["id"]) == "ServiceUnavailableException"
    fis.tag_resource(resourceArn=template["arn"], tags={"a": "1"})
    fis.untag_resource(resourceArn=template["arn"], tagKeys=["team"])
    here = {"experimentTemplateId": template["id"], "accountId": "123456789012"}
    fis.create_target_account_configuration(**here, roleArn=_ROLE, description="ours")
    fis.delete_target_account_configuration(**here)
    assert refused(fis.get_target_account_configuration, **here) == "ResourceNotFoundException"
    fis.create_target_account_configuration(**here, roleArn=_ROLE, description="ours")
    fis.update_target_account_configuration(**here, description="our own")

    def look(fis: Any) -> Any:
        found = fis.get_experiment_template(id=template["id"])["experimentTemplate"]
        assert (found["description"], found["actions"], found["roleArn"]) == ("stop any one", _ACTIONS, _ROLE)
        assert found["targets"] == {"one": _TARGET}
        listed = [one["id"] for one in fis.list_experiment_templates()["experimentTemplates"]]
        assert template["id"] in listed
        assert gone not in listed
        tags = fis.list_tags_for_resource(resourceArn=template["arn"])["tags"]
        assert tags == {"a": "1"}
        kept = fis.get_target_account_configuration(**here)["targetAccountConfiguration"]
        assert (kept["accountId"], kept["description"]) == ("123456789012", "our own")
        configurations = fis.list_target_account_configurations(experimentTemplateId=template["id"])
        return found, listed, tags, kept, configurations["targetAccountConfigurations"]

    return look


def _template(fis: Any, description: str) -> Any:
    made = fis.create_experiment_template(
        description=description,
        stopConditions=[{"source": "none"}],
        targets={"one": _TARGET},
        actions=_ACTIONS,
        roleArn=_ROLE,
        tags={"team": "a"},
    )
    return made["experimentTemplate"]
