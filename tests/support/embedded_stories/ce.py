"""Cost categories of Cost Explorer: nothing costs anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "ce", "ce"
RULES = [{"Value": "shop", "Rule": {"Tags": {"Key": "team", "Values": ["shop"], "MatchOptions": ["EQUALS"]}}}]
VERSION = "CostCategoryExpression.v1"


def story(ce: Any) -> Look:
    tags = [{"Key": "team", "Value": "shop"}]
    arns = [
        ce.create_cost_category_definition(Name=name, RuleVersion=VERSION, Rules=RULES, ResourceTags=tags)[
            "CostCategoryArn"
        ]
        for name in ("teams", "gone")
    ]
    ce.update_cost_category_definition(CostCategoryArn=arns[0], RuleVersion=VERSION, Rules=RULES, DefaultValue="nobody")
    ce.delete_cost_category_definition(CostCategoryArn=arns[1])
    for refused in (ce.describe_cost_category_definition, ce.delete_cost_category_definition):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            refused(CostCategoryArn=arns[1])
    ce.tag_resource(ResourceArn=arns[0], ResourceTags=[{"Key": "stage", "Value": "test"}])
    ce.untag_resource(ResourceArn=arns[0], ResourceTagKeys=["team"])
    assert ce.list_tags_for_resource(ResourceArn=arns[0])["ResourceTags"] == [{"Key": "stage", "Value": "test"}]

    def look(ce: Any) -> Any:
        described = ce.describe_cost_category_definition(CostCategoryArn=arns[0])["CostCategory"]
        assert (described["Name"], described["Rules"], described["DefaultValue"]) == ("teams", RULES, "nobody")
        return described, ce.list_tags_for_resource(ResourceArn=arns[0])

    return look
