"""WAF: the records of web ACLs and of what they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "wafv2"
COUNTED = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "shop"}
HERE = {"Scope": "REGIONAL"}


def story(waf: Any) -> Look:
    addresses = _ip_set(waf)
    patterns = _patterns(waf)
    group = _group(waf, patterns["ARN"])
    acl = _acl(waf, addresses["ARN"], group["ARN"])
    edge = {"Name": "edge", "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}}, "VisibilityConfig": COUNTED}
    assert refused(waf.create_web_acl, **edge) == "ServiceUnavailableException"
    balancer = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/1234567890123456"
    binding = {"WebACLArn": acl["ARN"], "ResourceArn": balancer}
    assert refused(waf.associate_web_acl, **binding) == "ServiceUnavailableException"

    def look(waf: Any) -> Any:
        return (
            waf.get_ip_set(**_by_id(addresses)),
            waf.get_regex_pattern_set(**_by_id(patterns)),
            waf.get_rule_group(**_by_id(group)),
            waf.get_web_acl(**_by_id(acl)),
            waf.list_tags_for_resource(ResourceARN=acl["ARN"]),
        )

    return look


def _by_id(summary: Any) -> dict[str, str]:
    return {"Name": summary["Name"], "Id": summary["Id"], **HERE}


def _ip_set(waf: Any) -> Any:
    new = {**HERE, "IPAddressVersion": "IPV4", "Addresses": ["10.0.0.0/8"]}
    made = waf.create_ip_set(Name="offices", Description="ours", Tags=[{"Key": "team", "Value": "shop"}], **new)[
        "Summary"
    ]
    assert refused(waf.create_ip_set, Name="offices", **new) == "WAFDuplicateItemException"
    token = waf.update_ip_set(**_by_id(made), Addresses=["10.1.0.0/16"], LockToken=made["LockToken"])["NextLockToken"]
    found = waf.get_ip_set(**_by_id(made))
    assert (found["IPSet"]["Addresses"], found["LockToken"]) == (["10.1.0.0/16"], token)
    late = {**_by_id(made), "Addresses": [], "LockToken": made["LockToken"]}
    assert refused(waf.update_ip_set, **late) == "WAFOptimisticLockException"
    other = waf.create_ip_set(Name="brief", **new)["Summary"]
    assert {"offices", "brief"} <= {one["Name"] for one in waf.list_ip_sets(**HERE)["IPSets"]}
    waf.delete_ip_set(**_by_id(other), LockToken=other["LockToken"])
    assert refused(waf.get_ip_set, **_by_id(other)) == "WAFNonexistentItemException"
    return made


def _patterns(waf: Any) -> Any:
    new = {**HERE, "RegularExpressionList": [{"RegexString": "^bad"}]}
    made = waf.create_regex_pattern_set(Name="words", **new)["Summary"]
    change = {"RegularExpressionList": [{"RegexString": "^worse"}], "LockToken": made["LockToken"]}
    waf.update_regex_pattern_set(**_by_id(made), **change)
    found = waf.get_regex_pattern_set(**_by_id(made))["RegexPatternSet"]
    assert found["RegularExpressionList"] == [{"RegexString": "^worse"}]
    other = waf.create_regex_pattern_set(Name="brief", **new)["Summary"]
    assert {"words", "brief"} <= {one["Name"] for one in waf.list_regex_pattern_sets(**HERE)["RegexPatternSets"]}
    waf.delete_regex_pattern_set(**_by_id(other), LockToken=other["LockToken"])
    assert refused(waf.get_regex_pattern_set, **_by_id(other)) == "WAFNonexistentItemException"
    return made


def _group(waf: Any, patterns_arn: str) -> Any:
    match = {
        "ARN": patterns_arn,
        "FieldToMatch": {"UriPath": {}},
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
    }
    rule = {
        "Name": "words",
        "Priority": 1,
        "Statement": {"RegexPatternSetReferenceStatement": match},
        "Action": {"Block": {}},
        "RuleLabels": [{"Name": "bad"}],
        "VisibilityConfig": COUNTED,
    }
    new = {**HERE, "Capacity": 50, "VisibilityConfig": COUNTED}
    made = waf.create_rule_group(Name="common", Description="first", Rules=[rule], **new)["Summary"]
    found = waf.get_rule_group(ARN=made["ARN"])["RuleGroup"]
    assert refused(waf.get_rule_group, Name="common") == "WAFInvalidParameterException"
    assert (found["Capacity"], found["Rules"][0]["Statement"], found["Description"]) == (50, rule["Statement"], "first")
    assert [one["Name"] for one in found["AvailableLabels"]] == ["awswaf:123456789012:rulegroup:common:bad"]
    other = waf.create_rule_group(Name="brief", Rules=[rule], **new)["Summary"]
    change = {"VisibilityConfig": COUNTED, "LockToken": other["LockToken"]}
    token = waf.update_rule_group(**_by_id(other), **change)["NextLockToken"]
    assert waf.get_rule_group(**_by_id(other))["RuleGroup"].get("Rules", []) == []
    assert {"common", "brief"} <= {one["Name"] for one in waf.list_rule_groups(**HERE)["RuleGroups"]}
    waf.delete_rule_group(**_by_id(other), LockToken=token)
    assert refused(waf.get_rule_group, **_by_id(other)) == "WAFNonexistentItemException"
    return made


def _acl(waf: Any, addresses_arn: str, group_arn: str) -> Any:
    new = {**HERE, "DefaultAction": {"Allow": {}}, "VisibilityConfig": COUNTED}
    made = waf.create_web_acl(Name="shop", Description="first", Tags=[{"Key": "team", "Value": "shop"}], **new)[
        "Summary"
    ]
    assert refused(waf.create_web_acl, Name="shop", **new) == "WAFDuplicateItemException"
    rules = [
        _rule("offices", 0, {"IPSetReferenceStatement": {"ARN": addresses_arn}}, Action={"Allow": {}}),
        _rule("common", 1, {"RuleGroupReferenceStatement": {"ARN": group_arn}}, OverrideAction={"None": {}}),
    ]
    change = {"DefaultAction": {"Block": {}}, "VisibilityConfig": COUNTED}
    token = waf.update_web_acl(**_by_id(made), Rules=rules, LockToken=made["LockToken"], **change)["NextLockToken"]
    found = waf.get_web_acl(**_by_id(made))["WebACL"]
    assert (found["DefaultAction"], found["Rules"], found["Description"]) == ({"Block": {}}, rules, "")
    waf.tag_resource(ResourceARN=made["ARN"], Tags=[{"Key": "stage", "Value": "test"}])
    waf.untag_resource(ResourceARN=made["ARN"], TagKeys=["team"])
    tagged = waf.list_tags_for_resource(ResourceARN=made["ARN"])["TagInfoForResource"]["TagList"]
    assert tagged == [{"Key": "stage", "Value": "test"}]
    unknown = made["ARN"][:-12] + "0" * 12
    assert refused(waf.tag_resource, ResourceARN=unknown, Tags=tagged) == "WAFNonexistentItemException"
    other = waf.create_web_acl(Name="brief", Rules=rules, **new)["Summary"]
    token = waf.update_web_acl(**_by_id(other), LockToken=other["LockToken"], **change)["NextLockToken"]
    assert waf.get_web_acl(**_by_id(other))["WebACL"]["Rules"] == []
    assert {"shop", "brief"} <= {one["Name"] for one in waf.list_web_acls(**HERE)["WebACLs"]}
    waf.delete_web_acl(**_by_id(other), LockToken=token)
    assert refused(waf.get_web_acl, **_by_id(other)) == "WAFNonexistentItemException"
    return made


def _rule(name: str, priority: int, statement: Any, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": COUNTED, **more}
