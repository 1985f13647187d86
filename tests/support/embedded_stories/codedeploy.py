"""CodeDeploy: applications and deployment groups, to which nothing is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "codedeploy", "codedeploy"


_ROLE = "arn:aws:iam::123456789012:role/runner"
_FILTERS = [{"Key": "stage", "Value": "live", "Type": "KEY_AND_VALUE"}]


def story(codedeploy: Any) -> Look:
    made = codedeploy.create_application(
        applicationName="shop", computePlatform="Server", tags=[{"Key": "team", "Value": "a"}]
    )
    assert refused(codedeploy.create_application, applicationName="shop") == "ApplicationAlreadyExistsException"
    group = {"applicationName": "shop", "deploymentGroupName": "live", "serviceRoleArn": _ROLE}
    codedeploy.create_deployment_group(**group, ec2TagFilters=_FILTERS)
    assert refused(codedeploy.create_deployment_group, **group) == "DeploymentGroupAlreadyExistsException"
    none = {"applicationName": "none"}
    assert refused(codedeploy.get_application, **none) == "ApplicationDoesNotExistException"
    assert refused(codedeploy.create_deployment, **none) == "ServiceUnavailableException"
    arn = "arn:aws:codedeploy:us-east-1:123456789012:application:shop"
    codedeploy.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    codedeploy.untag_resource(ResourceArn=arn, TagKeys=["team"])

    def look(codedeploy: Any) -> Any:
        found = codedeploy.get_application(applicationName="shop")["application"]
        assert (found["applicationId"], found["computePlatform"]) == (made["applicationId"], "Server")
        assert codedeploy.batch_get_applications(applicationNames=["shop"])["applicationsInfo"] == [found]
        assert "shop" in codedeploy.list_applications()["applications"]
        assert codedeploy.list_deployment_groups(applicationName="shop")["deploymentGroups"] == ["live"]
        kept = codedeploy.get_deployment_group(applicationName="shop", deploymentGroupName="live")
        told = kept["deploymentGroupInfo"]
        assert (told["ec2TagFilters"], told["serviceRoleArn"]) == (_FILTERS, _ROLE)
        assert told["deploymentConfigName"] == "CodeDeployDefault.OneAtATime"
        tags = codedeploy.list_tags_for_resource(ResourceArn=arn)["Tags"]
        assert tags == [{"Key": "a", "Value": "1"}]
        return found, told, tags

    return look
