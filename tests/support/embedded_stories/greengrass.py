"""IoT Greengrass: definitions, their versions and groups of them; nothing is deployed to devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "greengrass", "greengrass"
_THING = {
    "CertificateArn": "arn:aws:iot:us-east-1:123456789012:cert/abc",
    "Id": "1",
    "ThingArn": "arn:aws:iot:us-east-1:123456789012:thing/lamp",
}
_CONTENTS: dict[str, list[Any]] = {
    "core": [_THING],
    "device": [_THING],
    "function": [{"FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:dim:1", "Id": "1"}],
    "resource": [
        {
            "Id": "1",
            "Name": "disk",
            "ResourceDataContainer": {"LocalVolumeResourceData": {"SourcePath": "/a", "DestinationPath": "/b"}},
        }
    ],
    "subscription": [{"Id": "1", "Source": "cloud", "Subject": "light", "Target": "GGShadowService"}],
}


def story(greengrass: Any) -> Look:
    definitions = {kind: _definition(greengrass, kind) for kind in _CONTENTS}
    group = _group(greengrass, {kind: made["LatestVersionArn"] for kind, made in definitions.items()})

    def look(greengrass: Any) -> Any:
        found: list[Any] = [greengrass.get_group(GroupId=group), greengrass.get_associated_role(GroupId=group)]
        for kind, made in definitions.items():
            named = {f"{kind.title()}DefinitionId": made["Id"]}
            found.append(getattr(greengrass, f"get_{kind}_definition")(**named))
            found.append(getattr(greengrass, f"list_{kind}_definition_versions")(**named))
        return found

    return look


def _definition(greengrass: Any, kind: str) -> Any:
    def call(what: str, **named: Any) -> Any:
        return getattr(greengrass, what.format(f"{kind}_definition"))(**named)

    noun, content = f"{kind.title()}DefinitionId", {f"{kind.title()}s": _CONTENTS[kind]}
    made = call("create_{}", Name=f"a {kind}", InitialVersion=content)
    named = {noun: made["Id"]}
    second = call("create_{}_version", **named, **content)
    version = call("get_{}_version", **named, **{f"{kind.title()}DefinitionVersionId": second["Version"]})
    assert version["Definition"] == content
    assert len(call("list_{}_versions", **named)["Versions"]) == 2
    call("update_{}", **named, Name=f"the {kind}")
    told = call("get_{}", **named)
    assert (told["Name"], told["LatestVersion"]) == (f"the {kind}", second["Version"])
    gone = {noun: call("create_{}", Name="gone")["Id"]}
    assert call("list_{}_versions", **gone)["Versions"] == []
    call("delete_{}", **gone)
    for refused in ("get_{}", "delete_{}", "list_{}_versions", "create_{}_version"):
        with pytest.raises(ClientError, match="IdNotFoundException"):
            call(refused, **gone, **(content if refused.startswith("create") else {}))
    ids = [one["Id"] for one in call("list_{}s")["Definitions"]]
    assert made["Id"] in ids
    assert gone[noun] not in ids
    return told


def _group(greengrass: Any, versions: dict[str, str]) -> str:
    definition = {f"{kind.title()}DefinitionVersionArn": arn for kind, arn in versions.items()}
    group: str = greengrass.create_group(Name="a group", InitialVersion=definition)["Id"]
    core = {"CoreDefinitionVersionArn": versions["core"]}
    second = greengrass.create_group_version(GroupId=group, **core)["Version"]
    assert greengrass.get_group_version(GroupId=group, GroupVersionId=second)["Definition"] == core
    assert len(greengrass.list_group_versions(GroupId=group)["Versions"]) == 2
    with pytest.raises(ClientError, match="does not exist"):
        greengrass.create_group_version(GroupId=group, CoreDefinitionVersionArn=versions["core"] + "0")
    greengrass.update_group(GroupId=group, Name="the group")
    assert greengrass.get_group(GroupId=group)["Name"] == "the group"
    role = "arn:aws:iam::123456789012:role/runner"
    greengrass.associate_role_to_group(GroupId=group, RoleArn=role)
    assert greengrass.get_associated_role(GroupId=group)["RoleArn"] == role
    gone = greengrass.create_group(Name="gone")["Id"]
    greengrass.associate_role_to_group(GroupId=gone, RoleArn=role)
    greengrass.disassociate_role_from_group(GroupId=gone)
    greengrass.delete_group(GroupId=gone)
    with pytest.raises(ClientError, match="IdNotFoundException"):
        greengrass.get_group(GroupId=gone)
    assert [one["Id"] for one in greengrass.list_groups()["Groups"]] == [group]
    return group
