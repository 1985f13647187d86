"""Datasets, recipes and rulesets of DataBrew: no job runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "databrew", "databrew"
STEPS = [{"Action": {"Operation": "UPPER_CASE", "Parameters": {"sourceColumn": "name"}}}]
RULES = [{"Name": "some", "CheckExpression": ":col1 > :val1", "SubstitutionMap": {":col1": "`id`", ":val1": "0"}}]


def story(databrew: Any) -> Look:
    _datasets(databrew)
    _recipes(databrew)
    _rulesets(databrew)

    def look(databrew: Any) -> Any:
        return (
            databrew.describe_dataset(Name="sales"),
            databrew.list_recipe_versions(Name="louder"),
            databrew.describe_recipe(Name="louder", RecipeVersion="LATEST_WORKING"),
            databrew.describe_ruleset(Name="sane"),
        )

    return look


def _input(name: str) -> dict[str, Any]:
    return {"S3InputDefinition": {"Bucket": "sales", "Key": name}}


def _datasets(databrew: Any) -> None:
    for name in ("sales", "gone"):
        databrew.create_dataset(Name=name, Format="CSV", Input=_input("a.csv"), Tags={"team": "shop"})
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        databrew.create_dataset(Name="sales", Format="CSV", Input=_input("a.csv"))
    options = {"Csv": {"Delimiter": ";"}}
    databrew.update_dataset(Name="sales", Format="CSV", FormatOptions=options, Input=_input("b.csv"))
    described = databrew.describe_dataset(Name="sales")
    assert (described["Input"], described["FormatOptions"], described["Tags"]) == (
        _input("b.csv"),
        options,
        {"team": "shop"},
    )
    assert {"gone", "sales"} <= {one["Name"] for one in databrew.list_datasets()["Datasets"]}
    databrew.delete_dataset(Name="gone")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        databrew.describe_dataset(Name="gone")


def _recipes(databrew: Any) -> None:
    databrew.create_recipe(Name="louder", Description="all loud", Steps=STEPS)
    with pytest.raises(ClientError, match="ConflictException"):
        databrew.create_recipe(Name="louder", Steps=STEPS)
    databrew.publish_recipe(Name="louder", Description="the first")
    databrew.update_recipe(Name="louder", Steps=STEPS * 2)
    databrew.publish_recipe(Name="louder")
    versions = [one["RecipeVersion"] for one in databrew.list_recipe_versions(Name="louder")["Recipes"]]
    assert versions == ["1.0", "2.0"]
    first = databrew.describe_recipe(Name="louder", RecipeVersion="1.0")
    assert (first["Description"], first["Steps"]) == ("the first", STEPS)
    assert databrew.describe_recipe(Name="louder")["Steps"] == STEPS * 2
    databrew.delete_recipe_version(Name="louder", RecipeVersion="1.0")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        databrew.describe_recipe(Name="louder", RecipeVersion="1.0")
    assert "louder" in {one["Name"] for one in databrew.list_recipes()["Recipes"]}


def _rulesets(databrew: Any) -> None:
    target = databrew.describe_dataset(Name="sales")["ResourceArn"]
    for name in ("sane", "gone"):
        databrew.create_ruleset(Name=name, Description="all sane", TargetArn=target, Rules=RULES)
    databrew.update_ruleset(Name="sane", Description="saner", Rules=RULES * 2)
    described = databrew.describe_ruleset(Name="sane")
    assert (described["Description"], described["TargetArn"], len(described["Rules"])) == ("saner", target, 2)
    databrew.delete_ruleset(Name="gone")
    listed = {one["Name"] for one in databrew.list_rulesets()["Rulesets"]}
    assert listed & {"sane", "gone"} == {"sane"}
