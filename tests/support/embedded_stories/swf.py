"""Simple Workflow Service: domains and types, whose workflows are not coordinated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "swf", "swf"


_ARN = "arn:aws:swf:us-east-1:123456789012:/domain/shop"
_VERSION = {"name": "pack", "version": "1"}


def story(swf: Any) -> Look:
    domain = {"name": "shop", "workflowExecutionRetentionPeriodInDays": "7"}
    swf.register_domain(**domain, description="orders", tags=[{"key": "team", "value": "a"}])
    assert refused(swf.register_domain, **domain) == "DomainAlreadyExistsFault"
    swf.register_domain(name="old", workflowExecutionRetentionPeriodInDays="1")
    swf.deprecate_domain(name="old")
    swf.undeprecate_domain(name="old")
    swf.deprecate_domain(name="old")
    assert refused(swf.deprecate_domain, name="old") == "DomainDeprecatedFault"
    assert refused(swf.describe_domain, name="none") == "UnknownResourceFault"
    swf.tag_resource(resourceArn=_ARN, tags=[{"key": "a", "value": "1"}])
    swf.untag_resource(resourceArn=_ARN, tagKeys=["team"])
    swf.register_activity_type(domain="shop", **_VERSION, description="d", defaultTaskStartToCloseTimeout="60")
    swf.deprecate_activity_type(domain="shop", activityType=_VERSION)
    assert swf.describe_activity_type(domain="shop", activityType=_VERSION)["typeInfo"]["status"] == "DEPRECATED"
    swf.undeprecate_activity_type(domain="shop", activityType=_VERSION)
    swf.register_workflow_type(domain="shop", **_VERSION, defaultChildPolicy="TERMINATE", defaultTaskList={"name": "l"})
    swf.deprecate_workflow_type(domain="shop", workflowType=_VERSION)
    swf.undeprecate_workflow_type(domain="shop", workflowType=_VERSION)
    swf.deprecate_workflow_type(domain="shop", workflowType=_VERSION)
    execution = {"domain": "shop", "workflowId": "1", "workflowType": _VERSION}
    assert refused(swf.start_workflow_execution, **execution) == "ServiceUnavailableException"
    return look


def look(swf: Any) -> Any:
    found = swf.describe_domain(name="shop")
    assert (found["domainInfo"]["arn"], found["domainInfo"]["description"]) == (_ARN, "orders")
    assert found["configuration"]["workflowExecutionRetentionPeriodInDays"] == "7"
    names = [
        [one["name"] for one in swf.list_domains(registrationStatus=status)["domainInfos"]]
        for status in ("REGISTERED", "DEPRECATED")
    ]
    assert ("shop" in names[0], "old" in names[1]) == (True, True)
    tags = swf.list_tags_for_resource(resourceArn=_ARN)["tags"]
    assert tags == [{"key": "a", "value": "1"}]
    activity = swf.describe_activity_type(domain="shop", activityType=_VERSION)
    assert activity["configuration"] == {"defaultTaskStartToCloseTimeout": "60"}
    assert activity["typeInfo"]["creationDate"].year > 2025
    workflow = swf.describe_workflow_type(domain="shop", workflowType=_VERSION)
    assert workflow["configuration"] == {"defaultChildPolicy": "TERMINATE", "defaultTaskList": {"name": "l"}}
    assert workflow["typeInfo"]["deprecationDate"] >= workflow["typeInfo"]["creationDate"]
    (listed,) = swf.list_activity_types(domain="shop", registrationStatus="REGISTERED")["typeInfos"]
    assert listed == activity["typeInfo"]
    (old,) = swf.list_workflow_types(domain="shop", registrationStatus="DEPRECATED")["typeInfos"]
    return found, names, tags, activity, workflow, old
