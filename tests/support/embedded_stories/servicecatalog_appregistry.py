"""AppRegistry: applications and the stacks that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "servicecatalog-appregistry", ("servicecatalog-appregistry", "cloudformation")
TEMPLATE = '{"Resources": {"Lines": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/registry"}}}}'
OURS = {"resourceType": "CFN_STACK", "options": ["SKIP_APPLICATION_TAG"]}


def story(registry: Any, formation: Any) -> Look:
    made = registry.create_application(name="shop", description="all of it", clientToken="once")["application"]
    assert (made["name"], made["description"]) == ("shop", "all of it")
    assert made["arn"].endswith(f":/applications/{made['id']}")
    assert refused(registry.create_application, name="shop", clientToken="twice") == "ConflictException"
    assert made["arn"] in [one["arn"] for one in registry.list_applications()["applications"]]
    stack = formation.create_stack(StackName="registered", TemplateBody=TEMPLATE)["StackId"]
    bound = registry.associate_resource(application=made["id"], resource=stack, **OURS)
    assert (bound["applicationArn"], bound["resourceArn"]) == (made["arn"], stack)
    (found,) = registry.list_associated_resources(application=made["id"])["resources"]
    assert (found["name"], found["arn"]) == ("registered", stack)
    assert refused(registry.list_associated_resources, application="shop") == "ValidationException"
    nobody = {"application": made["arn"], "resource": "nobody", **OURS}
    assert refused(registry.associate_resource, **nobody) == "ResourceNotFoundException"
    assert refused(registry.list_associated_resources, application="nobody") == "ResourceNotFoundException"
    tagging = {"application": made["id"], "resource": stack, "resourceType": "CFN_STACK"}
    assert refused(registry.associate_resource, **tagging) == "ServiceUnavailableException"
    registry.put_configuration(configuration={"tagQueryConfiguration": {"tagKey": "application"}})
    assert registry.get_configuration()["configuration"] == {"tagQueryConfiguration": {"tagKey": "application"}}

    def look(registry: Any, formation: Any) -> Any:
        return (
            registry.list_applications(),
            registry.list_associated_resources(application=made["arn"]),
            registry.get_configuration(),
        )

    return look
