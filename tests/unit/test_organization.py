"""The organization of config.toml, and what is wrong with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skywalk.config import ConfigError, read_config
from skywalk.organization import read_organization
from skywalk.policy.organization import MANAGED
from skywalk.values.organization import Organization, OrganizationAccount

MANAGER, MEMBER = "111122223333", "123456789012"
ROOT, UNIT = "r-ab12", "ou-ab12-11111111"
SCP = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}]}'
RCP = SCP.replace('"Action"', '"Principal": "*", "Action"')
FULL, RCP_FULL = MANAGED["FullAWSAccess"], MANAGED["RCPFullAWSAccess"]


def table(**account: Any) -> dict[str, Any]:
    entry = {"path": [ROOT, UNIT], **account}
    return {"id": "o-a1b2c3d4e5", "management_account": MANAGER, "accounts": {MEMBER: entry}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scp.json").write_text(SCP)
    (tmp_path / "rcp.json").write_text(RCP)
    return tmp_path


def test_an_organization(folder: Path) -> None:
    said = table(
        service_control_policies=[["FullAWSAccess"], ["FullAWSAccess", "scp.json"], ["FullAWSAccess"]],
        resource_control_policies=[["rcp.json"], ["RCPFullAWSAccess"], []],
    )
    assert read_organization(said, folder) == Organization(
        "o-a1b2c3d4e5",
        MANAGER,
        (
            OrganizationAccount(
                MEMBER,
                (ROOT, UNIT),
                scps=((FULL,), (FULL, SCP), (FULL,)),
                rcps=((RCP_FULL, RCP), (RCP_FULL,), (RCP_FULL,)),
            ),
            OrganizationAccount(MANAGER, (ROOT,)),
        ),
    )


def test_paths_are_as_the_condition_keys_have_them(folder: Path) -> None:
    organization = read_organization(table(), folder)
    assert [organization.path_of(account) for account in organization.accounts] == [
        "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",
        "o-a1b2c3d4e5/r-ab12/",
    ]


ACCOUNT = f"organization.accounts.{MEMBER}"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ([], "organization must be a table"),
        ({"name": "x"}, "unknown setting organization.name"),
        ({}, "organization.id must be o- and 10 to 32 letters and digits"),
        ({"id": "o-a1b2c3d4e5"}, "organization.management_account must be twelve digits"),
        ({**table(), "accounts": []}, "organization.accounts must be a table"),
        ({**table(), "accounts": {"12": {}}}, "organization.accounts.12: an account is twelve digits"),
        ({**table(), "accounts": {MEMBER: []}}, f"{ACCOUNT} must be a table"),
        (table(scps=[]), f"unknown setting {ACCOUNT}.scps"),
        (
            table(path=[]),
            f'{ACCOUNT}.path must be a list of ids: the root ("r-…") and the units ("ou-…") down to the account',
        ),
        (
            table(path=[UNIT]),
            f"{ACCOUNT}.path must begin with the root's id, r- and 4 to 32 letters and digits, not '{UNIT}'",
        ),
        (table(path=[ROOT, ROOT]), f"{ACCOUNT}.path: '{ROOT}' is no unit's id (ou-…-…)"),
        (table(path=[ROOT, *[UNIT] * 6]), f"{ACCOUNT}.path: units are nested 5 deep at most"),
        (
            {**table(), "accounts": {MEMBER: {"path": [ROOT]}, MANAGER: {"path": ["r-cd34"]}}},
            "organization.accounts: an organization has one root, not r-ab12 and r-cd34",
        ),
        (
            {**table(), "accounts": {MANAGER: {"path": [ROOT], "service_control_policies": [["FullAWSAccess"]] * 2}}},
            f"organization.accounts.{MANAGER}.service_control_policies: the management account is not limited by "
            "control policies",
        ),
        (
            table(service_control_policies=["FullAWSAccess"]),
            f"{ACCOUNT}.service_control_policies must be a list of lists of policies: one list for each level",
        ),
        (
            table(service_control_policies=[["FullAWSAccess"]]),
            f"{ACCOUNT}.service_control_policies has 1 levels; the path makes 3: the root, its units, the account",
        ),
        (
            table(service_control_policies=[["FullAWSAccess"], [], ["FullAWSAccess"]]),
            f"{ACCOUNT}.service_control_policies[1] needs a policy: AWS has one at every level, FullAWSAccess at first",
        ),
        (
            table(service_control_policies=[[7], [], []]),
            f"{ACCOUNT}.service_control_policies[0][0] must be the name of a file, or of a policy of AWS's "
            "(FullAWSAccess or RCPFullAWSAccess)",
        ),
    ],
)
def test_what_is_no_organization(said: Any, text: str, folder: Path) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared
        read_organization(said, folder)
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("field", "document", "text"),
    [
        ("service", RCP, "Statement[0].Principal: an identity-based policy has no Principal"),
        ("service", "{", "the document is not valid JSON: "),
        ("resource", SCP, "Statement[0].Principal: missing"),
        ("resource", RCP.replace("Deny", "Allow"), "Statement[0].Effect: must be Deny; RCPFullAWSAccess alone allows"),
        (
            "resource",
            RCP.replace('"*", "Action"', '{"AWS": "123456789012"}, "Action"'),
            'Statement[0].Principal: must be "*" in a resource control policy',
        ),
        (
            "resource",
            RCP.replace('"Action"', '"NotAction"'),
            "Statement[0].NotAction: a resource control policy has no NotAction",
        ),
        (
            "resource",
            RCP.replace("s3:Delete*", "*"),
            'Statement[0].Action: must name a service in a resource control policy, not "*"',
        ),
        (
            "resource",
            RCP.replace("2012-10-17", "2008-10-17"),
            "Version: must be 2012-10-17 in a resource control policy",
        ),
    ],
)
def test_policies_that_are_refused(field: str, document: str, text: str, folder: Path) -> None:
    (folder / "x.json").write_text(document)
    said = table(**{f"{field}_control_policies": [["x.json"], ["FullAWSAccess"], ["FullAWSAccess"]]})
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared
        read_organization(said, folder)
    assert str(refused.value).startswith(f"{ACCOUNT}.{field}_control_policies[0][0] (x.json): {text}")


def test_files_that_cannot_be_read(folder: Path) -> None:
    levels = [["x.json"], ["FullAWSAccess"], ["FullAWSAccess"]]
    place = f"{ACCOUNT}.service_control_policies[0][0] ({folder}/x.json)"
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared
        read_organization(table(service_control_policies=levels), folder)
    assert str(refused.value) == f"{place}: No such file or directory"
    (folder / "x.json").write_bytes(b"\xff")
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the text is compared
        read_organization(table(service_control_policies=levels), folder)
    assert str(refused.value) == f"{place}: not UTF-8"


def test_it_is_read_with_the_other_settings(folder: Path) -> None:
    config = folder / "config.toml"
    config.write_text(
        f'[organization]\nid = "o-a1b2c3d4e5"\nmanagement_account = "{MANAGER}"\n'
        f'[organization.accounts.{MEMBER}]\npath = ["{ROOT}"]\n'
        'service_control_policies = [["scp.json"], ["FullAWSAccess"]]\n'
    )
    organization = read_config(config)["organization"]
    assert json.loads(organization.accounts[0].scps[0][0]) == json.loads(SCP)
    config.write_text('[organization]\nid = "x"\n')
    with pytest.raises(ConfigError, match=r"config.toml: organization.id must be o-"):
        read_config(config)
