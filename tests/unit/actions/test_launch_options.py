from __future__ import annotations

import base64
from typing import Any

import pytest

from skywalk.actions.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    delete_instance_profile,
    remove_role_from_instance_profile,
)
from skywalk.actions.key_pairs import create_key_pair, delete_key_pair
from skywalk.actions.launch_options import MAX_USER_DATA_BYTES
from skywalk.actions.roles import create_role
from skywalk.resources.images import ARCHITECTURE
from skywalk.resources.instance import Instance
from support.launching import Home
from support.region import OTHER_ACCOUNT, OWNER, Region

TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'


@pytest.fixture
def home() -> Home:
    return Home(Region())


def test_images(home: Home) -> None:
    missing = ("MissingParameter", "The request must contain the parameter ImageId")
    assert home.refusal(ImageId=None) == missing
    assert home.refusal(ImageId="") == missing
    assert home.refusal(ImageId="ami-00000000000000000") == (
        "InvalidAMIID.NotFound",
        "The image id '[ami-00000000000000000]' does not exist",
    )
    assert home.refusal(ImageId="debian") == (
        "InvalidAMIID.Malformed",
        'Invalid id: "debian" (expecting "ami-...")',
    )


def test_an_image_by_its_public_parameter(home: Home) -> None:
    name = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-{ARCHITECTURE}"
    for image_id in (f"resolve:ssm:{name}", f"resolve:ssm:{name}:3"):
        assert home.launch(ImageId=image_id)["Instances"][0]["ImageId"] == "ami-0abcdef1234567890"
    assert home.refusal(ImageId="resolve:ssm:/golden") == (
        "InvalidParameterValue",
        "Parameter /golden does not exist.",
    )


@pytest.mark.parametrize("name", ["t3.tiny", "T3.micro", "micro", "t3."])
def test_unknown_types(home: Home, name: str) -> None:
    assert home.refusal(InstanceType=name) == (
        "InvalidParameterValue",
        f"Invalid value '{name}' for InstanceType.",
    )


def test_cpu_options_are_those_of_the_type(home: Home) -> None:
    same = {"CoreCount": 1, "ThreadsPerCore": 2}
    assert home.launch(InstanceType="t3.micro", CpuOptions=same)["Instances"][0]["CpuOptions"] == same
    assert home.refusal(InstanceType="t3.micro", CpuOptions={"ThreadsPerCore": 1}) == (
        "UnsupportedOperation",
        "CPU options other than those of the instance type are not supported.",
    )
    assert home.refusal(CpuOptions={"AmdSevSnp": "enabled"}) == (
        "UnsupportedOperation",
        "The parameter AmdSevSnp is not supported.",
    )


# --- user data -----------------------------------------------------------------------------------------------------


def user_data_of(home: Home, text: str) -> str:
    instance_id = home.launch(UserData=text)["Instances"][0]["InstanceId"]
    stored = home.region.store.get(Instance, instance_id)
    assert stored is not None
    return stored.user_data


def test_user_data(home: Home) -> None:
    assert user_data_of(home, "") == ""
    assert user_data_of(home, "IyEvYmluL3No") == "IyEvYmluL3No"
    broken_into_lines = base64.encodebytes(b"x" * 100).decode()
    assert "\n" in broken_into_lines.strip()
    assert user_data_of(home, broken_into_lines) == base64.b64encode(b"x" * 100).decode()


@pytest.mark.parametrize("text", ["#!/bin/sh", "IyEvYmluL3N", "IyEv*mluL3No", "é==="])
def test_user_data_that_is_not_base64(home: Home, text: str) -> None:
    assert home.refusal(UserData=text) == ("InvalidParameterValue", "Invalid BASE64 encoding of user data")


def test_the_longest_user_data(home: Home) -> None:
    longest = base64.b64encode(b"x" * MAX_USER_DATA_BYTES).decode()
    assert user_data_of(home, longest) == longest
    longer = base64.b64encode(b"x" * (MAX_USER_DATA_BYTES + 1)).decode()
    assert home.refusal(UserData=longer) == ("InvalidParameterValue", "User data is limited to 16384 bytes")


# --- instance profiles ---------------------------------------------------------------------------------------------


def profile(home: Home, name: str = "app") -> str:
    home.ec2(create_role, RoleName=name, AssumeRolePolicyDocument=TRUST)
    made = home.ec2(create_instance_profile, InstanceProfileName=name)["InstanceProfile"]
    home.ec2(add_role_to_instance_profile, InstanceProfileName=name, RoleName=name)
    return str(made["Arn"])


def test_a_profile_by_name_or_arn(home: Home) -> None:
    arn = profile(home)
    for asked in ({"Name": "app"}, {"Arn": arn}):
        assert home.launch(IamInstanceProfile=asked)["Instances"][0]["IamInstanceProfile"]["Arn"] == arn
    assert home.refusal(IamInstanceProfile={"Name": "app", "Arn": arn}) == (
        "InvalidParameterCombination",
        "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    )
    assert "IamInstanceProfile" not in home.launch(IamInstanceProfile={})["Instances"][0]


def test_unknown_profiles(home: Home) -> None:
    profile(home)
    strangers = home.region.client(OTHER_ACCOUNT)(create_instance_profile, InstanceProfileName="theirs")
    arn = strangers["InstanceProfile"]["Arn"]
    assert home.refusal(IamInstanceProfile={"Name": "theirs"}) == (
        "InvalidParameterValue",
        "Value (theirs) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    )
    assert home.refusal(IamInstanceProfile={"Arn": arn}) == (
        "InvalidParameterValue",
        f"Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN",
    )


def test_a_profile_without_a_role(home: Home) -> None:
    home.ec2(create_instance_profile, InstanceProfileName="empty")
    assert home.refusal(IamInstanceProfile={"Name": "empty"}) == (
        "InvalidParameterValue",
        f'IAM Instance Profile "arn:aws:iam::{OWNER}:instance-profile/empty" has no associated IAM Roles',
    )


def test_a_profile_that_is_gone_is_still_shown(home: Home) -> None:
    profile(home)
    before = home.launch(IamInstanceProfile={"Name": "app"})["Instances"][0]
    home.ec2(remove_role_from_instance_profile, InstanceProfileName="app", RoleName="app")
    home.ec2(delete_instance_profile, InstanceProfileName="app")
    assert home.instance(before["InstanceId"])["IamInstanceProfile"] == before["IamInstanceProfile"]


# --- the rest ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"HttpTokens": "never"}, "InvalidParameterValue", "Value (never) for parameter HttpTokens is invalid."),
        ({"HttpEndpoint": "on"}, "InvalidParameterValue", "Value (on) for parameter HttpEndpoint is invalid."),
        (
            {"HttpPutResponseHopLimit": 0},
            "InvalidParameterValue",
            "Value (0) for parameter HttpPutResponseHopLimit is invalid. Hop limit must be between 1 and 64.",
        ),
        (
            {"HttpPutResponseHopLimit": 65},
            "InvalidParameterValue",
            "Value (65) for parameter HttpPutResponseHopLimit is invalid. Hop limit must be between 1 and 64.",
        ),
        (
            {"HttpProtocolIpv6": "enabled"},
            "UnsupportedOperation",
            "The metadata service is not reachable over IPv6 yet.",
        ),
        (
            {"InstanceMetadataTags": "enabled"},
            "UnsupportedOperation",
            "Tags in instance metadata are not supported yet.",
        ),
    ],
)
def test_metadata_options(home: Home, options: dict[str, Any], code: str, text: str) -> None:
    assert home.refusal(MetadataOptions=options) == (code, text)


def test_metadata_options_that_are_kept(home: Home) -> None:
    options = {"HttpTokens": "required", "HttpEndpoint": "disabled", "HttpPutResponseHopLimit": 64}
    shown = home.launch(MetadataOptions={**options, "InstanceMetadataTags": "disabled"})["Instances"][0]
    assert {name: shown["MetadataOptions"][name] for name in options} == options


def test_a_key_pair(home: Home) -> None:
    unknown = ("InvalidKeyPair.NotFound", "The key pair 'laptop' does not exist")
    assert home.refusal(KeyName="laptop") == unknown
    home.ec2(create_key_pair, KeyName="laptop", KeyType="ed25519")
    launched = home.launch(KeyName="laptop")["Instances"][0]
    assert launched["KeyName"] == "laptop"
    home.ec2(delete_key_pair, KeyName="laptop")
    assert home.refusal(KeyName="laptop") == unknown
    stored = home.region.store.get(Instance, launched["InstanceId"])
    assert stored is not None
    assert stored.public_key.startswith("ssh-ed25519 ")
    assert stored.public_key.endswith(" laptop")


def test_cpu_credits(home: Home) -> None:
    def credits(**request: Any) -> str | None:
        stored = home.region.store.get(Instance, home.launch(**request)["Instances"][0]["InstanceId"])
        assert stored is not None
        return stored.cpu_credits

    assert credits(InstanceType="m5.large") is None
    assert credits(InstanceType="t3.micro") == "unlimited"
    assert credits(InstanceType="t3.micro", CreditSpecification={"CpuCredits": "standard"}) == "standard"
    assert home.refusal(InstanceType="t3.micro", CreditSpecification={"CpuCredits": "many"}) == (
        "InvalidParameterValue",
        "Value (many) for parameter CpuCredits is invalid.",
    )
    assert home.refusal(InstanceType="m5.large", CreditSpecification={"CpuCredits": "standard"}) == (
        "InvalidParameterCombination",
        "The instance type 'm5.large' does not support the parameter CreditSpecification.",
    )


def test_protections(home: Home) -> None:
    asked = {"DisableApiTermination": True, "DisableApiStop": True, "InstanceInitiatedShutdownBehavior": "terminate"}
    stored = home.region.store.get(Instance, home.launch(**asked)["Instances"][0]["InstanceId"])
    assert stored is not None
    assert (stored.disable_api_termination, stored.disable_api_stop) == (True, True)
    assert stored.shutdown_behavior == "terminate"


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"LaunchTemplate": {"LaunchTemplateName": "web"}}, "The parameter LaunchTemplate is"),
        ({"InstanceMarketOptions": {"MarketType": "spot"}}, "The parameter InstanceMarketOptions is"),
        ({"HibernationOptions": {"Configured": True}}, "The parameter Configured is"),
        ({"EnclaveOptions": {"Enabled": True}}, "The parameter Enabled is"),
        (
            {"CapacityReservationSpecification": {"CapacityReservationTarget": {"CapacityReservationId": "cr-1"}}},
            "The parameter CapacityReservationTarget is",
        ),
        ({"MaintenanceOptions": {"AutoRecovery": "disabled"}}, "The parameter MaintenanceOptions.AutoRecovery is"),
        ({"NetworkPerformanceOptions": {"BandwidthWeighting": "vpc-1"}}, "The parameter NetworkPerformanceOptions is"),
        ({"KernelId": "aki-1"}, "The parameter KernelId is"),
        ({"Placement": {"Tenancy": "host"}}, "Dedicated hosts are"),
        ({"Placement": {"GroupName": "cluster"}}, "The parameter GroupName is"),
        ({"Placement": {"HostId": "h-1"}}, "The parameter HostId is"),
    ],
)
def test_what_would_be_acted_upon_elsewhere(home: Home, asked: dict[str, Any], refused: str) -> None:
    assert home.refusal(**asked) == ("UnsupportedOperation", f"{refused} not supported.")


def test_what_changes_nothing_here_is_taken(home: Home) -> None:
    home.launch(
        DisableApiTermination=False,
        DisableApiStop=False,
        HibernationOptions={"Configured": False},
        EnclaveOptions={"Enabled": False},
        CapacityReservationSpecification={"CapacityReservationPreference": "open"},
        MaintenanceOptions={"AutoRecovery": "default"},
        InstanceInitiatedShutdownBehavior="terminate",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}],
        Placement={"Tenancy": ""},
    )


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (
            {"InstanceInitiatedShutdownBehavior": "explode"},
            "Value (explode) for parameter instanceInitiatedShutdownBehavior is invalid.",
        ),
        ({"Placement": {"Tenancy": "mine"}}, "Value (mine) for parameter tenancy is invalid."),
        (
            {"TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]},
            "'vpc' is not a valid taggable resource type for this operation.",
        ),
    ],
)
def test_invalid_values(home: Home, asked: dict[str, Any], text: str) -> None:
    assert home.refusal(**asked) == ("InvalidParameterValue", text)
