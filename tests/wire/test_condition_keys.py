"""Policies of AWS's documentation that look at a call's own condition keys, as stock clients meet them.

EC2 User Guide, "Example policies to control access the Amazon EC2 API"; VPC User Guide and VPC Peering Guide,
"Identity-based policy examples"; PrivateLink Guide, the same; Route 53 Developer Guide, "Using IAM policy conditions
for fine-grained access control"; IAM User Guide, "Grant a user permissions to pass a role to an AWS service". What may
be done is asked as a dry run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from support.identities import TRUSTS_EC2
from support.stock_clients import Keys
from support.wire_region import OWNER, WireRegion, wire_region

IMAGE = "ami-0abcdef1234567890"
HERE = f"arn:aws:ec2:us-east-1:{OWNER}"
S3 = "com.amazonaws.us-east-1.s3"
DYNAMODB = "com.amazonaws.us-east-1.dynamodb"
LAUNCH = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
DRY = {"DryRun": True}


class Bank:
    """Two VPCs with a subnet and a group each, and a user without policies."""

    def __init__(self, wire: WireRegion) -> None:
        self.root, self.iam, self.wire = wire.client("ec2"), wire.client("iam"), wire
        self.vpc, self.subnet, self.group = self._vpc("10.0.0.0/16", "10.0.1.0/24")
        self.other_vpc, self.other_subnet, self.other_group = self._vpc("10.9.0.0/16", "10.9.1.0/24")
        self.iam.create_user(UserName="ana")
        key = self.iam.create_access_key(UserName="ana")["AccessKey"]
        self._keys = Keys(key["AccessKeyId"], key["SecretAccessKey"], None)
        self.ec2, self.route53 = self._client("ec2"), self._client("route53")

    def may(self, *statements: dict[str, Any]) -> None:
        """That alone, from now on."""
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
        self.iam.put_user_policy(UserName="ana", PolicyName="own", PolicyDocument=json.dumps(policy))

    def _vpc(self, network: str, of_subnet: str) -> tuple[str, str, str]:
        vpc = self.root.create_vpc(CidrBlock=network)["Vpc"]["VpcId"]
        subnet = self.root.create_subnet(VpcId=vpc, CidrBlock=of_subnet)["Subnet"]["SubnetId"]
        group = self.root.create_security_group(VpcId=vpc, GroupName="web", Description="web")["GroupId"]
        return vpc, subnet, group

    def _client(self, service: str) -> Any:
        settings = Config(retries={"total_max_attempts": 1})
        return self._keys.client(service, endpoint_url=f"http://127.0.0.1:{self.wire.port}", config=settings)


@pytest.fixture
def bank() -> Iterator[Bank]:
    with wire_region() as wire:
        yield Bank(wire)


def told(call: Callable[..., Any], **request: Any) -> str:
    """`may`, or what is not allowed: `ec2:RunInstances network-interface/*`."""
    try:
        call(**request)
    except ClientError as error:
        code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code == "DryRunOperation":
            return "may"
        assert code in ("UnauthorizedOperation", "AccessDenied"), code
        words = text.partition("is not authorized to perform: ")[2].split()
        resource = words[3].rpartition(":")[2] if words[1] == "on" else ""
        return f"{words[0]} {resource}".strip()
    return "may"


def vpc_arn(vpc_id: str) -> str:
    return f"{HERE}:vpc/{vpc_id}"


def test_endpoints_for_one_service_alone(bank: Bank) -> None:
    parts = [f"{HERE}:{kind}/*" for kind in ("vpc", "security-group", "subnet", "route-table")]
    create = "ec2:CreateVpcEndpoint"
    named = {"StringEquals": {"ec2:VpceServiceName": [S3], "ec2:VpceServiceOwner": "amazon"}}
    bank.may({"Action": create, "Resource": parts}, {"Action": create, "Resource": "*", "Condition": named})
    endpoints = bank.ec2.create_vpc_endpoint
    assert told(endpoints, VpcId=bank.vpc, ServiceName=S3, **DRY) == "may"
    assert told(endpoints, VpcId=bank.vpc, ServiceName=DYNAMODB, **DRY) == f"{create} vpc-endpoint/*"
    # A Deny that does not say of which resource meets the others' checks too, which have no such key.
    never = {"StringNotEquals": {"ec2:VpceServiceName": S3}}
    everything = {"Action": "*", "Resource": "*"}
    bank.may(everything, {"Effect": "Deny", "Action": create, "Resource": "*", "Condition": never})
    assert told(endpoints, VpcId=bank.vpc, ServiceName=S3, **DRY) == f"{create} vpc/{bank.vpc}"
    own = {"Effect": "Deny", "Action": create, "Resource": f"{HERE}:vpc-endpoint/*", "Condition": never}
    bank.may(everything, own)
    assert told(endpoints, VpcId=bank.vpc, ServiceName=S3, **DRY) == "may"
    assert told(endpoints, VpcId=bank.vpc, ServiceName=DYNAMODB, **DRY) == f"{create} vpc-endpoint/*"


def test_endpoints_of_one_service_may_be_deleted(bank: Bank) -> None:
    made = {
        name: bank.root.create_vpc_endpoint(VpcId=bank.vpc, ServiceName=name)["VpcEndpoint"]["VpcEndpointId"]
        for name in (S3, DYNAMODB)
    }
    only = {"StringEquals": {"ec2:VpceServiceName": S3}}
    bank.may({"Action": "ec2:DeleteVpcEndpoints", "Resource": "*", "Condition": only})
    refused = f"ec2:DeleteVpcEndpoints vpc-endpoint/{made[DYNAMODB]}"
    assert told(bank.ec2.delete_vpc_endpoints, VpcEndpointIds=list(made.values()), **DRY) == refused
    assert told(bank.ec2.delete_vpc_endpoints, VpcEndpointIds=[made[S3]], **DRY) == "may"


def test_rules_of_the_groups_of_one_vpc(bank: Bank) -> None:
    own = {"StringEquals": {"ec2:Vpc": vpc_arn(bank.vpc)}}
    groups = f"{HERE}:security-group/*"
    bank.may({"Action": "ec2:AuthorizeSecurityGroupIngress", "Resource": groups, "Condition": own})
    permission = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    opens = bank.ec2.authorize_security_group_ingress
    assert told(opens, GroupId=bank.group, IpPermissions=permission) == "may"
    refused = f"ec2:AuthorizeSecurityGroupIngress security-group/{bank.other_group}"
    assert told(opens, GroupId=bank.other_group, IpPermissions=permission) == refused


def test_launches_in_one_vpc(bank: Bank) -> None:
    parts = ("instance", "volume", "network-interface", "key-pair", "security-group")
    launch = {"Action": "ec2:RunInstances"}
    own = {"ArnEquals": {"ec2:Vpc": vpc_arn(bank.vpc)}}
    bank.may(
        {**launch, "Resource": f"{HERE}:subnet/*", "Condition": own},
        {**launch, "Resource": [f"{HERE}:{part}/*" for part in parts]},
        {
            **launch,
            "Resource": "arn:aws:ec2:us-east-1::image/*",
            "Condition": {"StringEquals": {"ec2:Owner": "amazon"}},
        },
    )
    assert told(bank.ec2.run_instances, **LAUNCH, SubnetId=bank.subnet, **DRY) == "may"
    refused = f"ec2:RunInstances subnet/{bank.other_subnet}"
    assert told(bank.ec2.run_instances, **LAUNCH, SubnetId=bank.other_subnet, **DRY) == refused


def test_a_new_interface_in_one_subnet_alone_and_never_public(bank: Bank) -> None:
    elsewhere = {"ArnNotEquals": {"ec2:Subnet": f"{HERE}:subnet/{bank.subnet}"}}
    public = {"Bool": {"ec2:AssociatePublicIpAddress": "true"}}
    interfaces = {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": f"{HERE}:network-interface/*"}
    bank.may(
        {"Action": "ec2:RunInstances", "Resource": "*"},
        {**interfaces, "Condition": elsewhere},
        {**interfaces, "Condition": public},
    )

    def launches(*interfaces: dict[str, Any]) -> str:
        described = [{"DeviceIndex": index, **one} for index, one in enumerate(interfaces)]
        return told(bank.ec2.run_instances, **LAUNCH, NetworkInterfaces=described, **DRY)

    own = {"SubnetId": bank.subnet}
    assert launches(own) == "may"
    assert launches({**own, "AssociatePublicIpAddress": False}) == "may"
    assert launches({**own, "AssociatePublicIpAddress": True}) == "ec2:RunInstances network-interface/*"
    assert launches({"SubnetId": bank.other_subnet}) == "ec2:RunInstances network-interface/*"
    assert launches(own, {"SubnetId": bank.other_subnet}) == "ec2:RunInstances network-interface/*"
    # Nor beside one that is there.
    eni = bank.root.create_network_interface(SubnetId=bank.subnet)["NetworkInterface"]["NetworkInterfaceId"]
    assert launches({"NetworkInterfaceId": eni}, own) == "may"
    beside = {"SubnetId": bank.other_subnet}
    assert launches({"NetworkInterfaceId": eni}, beside) == "ec2:RunInstances network-interface/*"


def test_launches_of_some_types_with_encrypted_volumes(bank: Bank) -> None:
    plain = {"Bool": {"ec2:Encrypted": "false"}}
    bank.may(
        {"NotAction": "iam:*", "NotResource": f"{HERE}:instance/*"},
        {
            "Action": "ec2:RunInstances",
            "Resource": f"{HERE}:instance/*",
            "Condition": {"StringLike": {"ec2:InstanceType": "t3.*"}},
        },
        {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": f"{HERE}:volume/*", "Condition": plain},
    )
    encrypted = {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}
    asked = {**LAUNCH, "SubnetId": bank.subnet, "BlockDeviceMappings": [encrypted]}
    assert told(bank.ec2.run_instances, **asked, **DRY) == "may"
    assert told(bank.ec2.run_instances, **{**asked, "InstanceType": "m5.large"}, **DRY) == "ec2:RunInstances instance/*"
    # Volumes are asked about after the instance.
    assert told(bank.ec2.run_instances, **LAUNCH, SubnetId=bank.subnet, **DRY) == "ec2:RunInstances volume/*"


def test_tags_while_instances_are_made_and_not_afterwards(bank: Bank) -> None:
    cost = {"StringEquals": {"aws:RequestTag/cost-center": "cc123"}}
    making = {"StringEquals": {"ec2:CreateAction": "RunInstances"}}
    bank.may(
        {"Action": "ec2:RunInstances", "NotResource": f"{HERE}:instance/*"},
        {
            "Action": "ec2:RunInstances",
            "Resource": f"{HERE}:instance/*",
            "Condition": {**cost, "ForAllValues:StringEquals": {"aws:TagKeys": ["cost-center"]}},
        },
        {"Action": "ec2:CreateTags", "Resource": f"{HERE}:*/*", "Condition": making},
    )

    def launches(**tags: str) -> str:
        named = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
        specification = [{"ResourceType": "instance", "Tags": named}] if tags else []
        return told(bank.ec2.run_instances, **LAUNCH, SubnetId=bank.subnet, TagSpecifications=specification, **DRY)

    assert launches(cost_center="cc123") == "may"
    assert launches(cost_center="cc7") == "ec2:RunInstances instance/*"
    assert launches(cost_center="cc123", owner="ana") == "ec2:RunInstances instance/*"
    assert launches() == "ec2:RunInstances instance/*"
    tag = [{"Key": "cost-center", "Value": "cc123"}]
    refused = f"ec2:CreateTags vpc/{bank.vpc}"
    assert told(bank.ec2.create_tags, Resources=[bank.vpc], Tags=tag, **DRY) == refused


def test_instance_metadata_by_session_tokens_alone(bank: Bank) -> None:
    required = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    weaker = {
        "StringNotEquals": {"ec2:Attribute/HttpTokens": "required"},
        "Null": {"ec2:Attribute/HttpTokens": "false"},
    }
    instances = f"{HERE}:instance/*"
    bank.may(
        {"Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": instances, "Condition": required},
        {"Effect": "Deny", "Action": "ec2:ModifyInstanceMetadataOptions", "Resource": "*", "Condition": weaker},
    )
    asked = {**LAUNCH, "SubnetId": bank.subnet}
    tokens = {"MetadataOptions": {"HttpTokens": "required"}}
    assert told(bank.ec2.run_instances, **asked, **DRY) == "ec2:RunInstances instance/*"
    assert told(bank.ec2.run_instances, **asked, **tokens, **DRY) == "may"
    launched = bank.root.run_instances(**asked)["Instances"][0]["InstanceId"]
    changes = bank.ec2.modify_instance_metadata_options
    refused = f"ec2:ModifyInstanceMetadataOptions instance/{launched}"
    assert told(changes, InstanceId=launched, HttpTokens="optional", **DRY) == refused
    assert told(changes, InstanceId=launched, HttpPutResponseHopLimit=3, **DRY) == "may"
    assert told(changes, InstanceId=launched, HttpTokens="required", **DRY) == "may"


def test_peering_with_one_vpc(bank: Bank) -> None:
    create = "ec2:CreateVpcPeeringConnection"
    both = {"ArnEquals": {"ec2:AccepterVpc": vpc_arn(bank.other_vpc), "ec2:RequesterVpc": vpc_arn(bank.vpc)}}
    bank.may(
        {"Action": create, "Resource": f"{HERE}:vpc/*"},
        {"Action": create, "Resource": f"{HERE}:vpc-peering-connection/*", "Condition": both},
        {
            "Action": "ec2:AcceptVpcPeeringConnection",
            "Resource": "*",
            "Condition": {"ArnEqualsIfExists": {"ec2:RequesterVpc": vpc_arn(bank.vpc)}},
        },
    )
    peers = bank.ec2.create_vpc_peering_connection
    assert told(peers, VpcId=bank.vpc, PeerVpcId=bank.other_vpc, **DRY) == "may"
    refused = f"{create} vpc-peering-connection/*"
    assert told(peers, VpcId=bank.other_vpc, PeerVpcId=bank.vpc, **DRY) == refused

    def accepts(vpc: str, peer: str) -> str:
        made = bank.root.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]
        connection = made["VpcPeeringConnectionId"]
        said = told(bank.ec2.accept_vpc_peering_connection, VpcPeeringConnectionId=connection, **DRY)
        bank.root.delete_vpc_peering_connection(VpcPeeringConnectionId=connection)
        return said.partition("/")[0]

    assert accepts(bank.vpc, bank.other_vpc) == "may"
    assert accepts(bank.other_vpc, bank.vpc) == "ec2:AcceptVpcPeeringConnection vpc-peering-connection"


def test_settings_of_a_vpc_that_may_be_changed(bank: Bank) -> None:
    names = {"ForAllValues:StringEquals": {"ec2:Attribute": "EnableDnsHostnames"}}
    present = {"Null": {"ec2:Attribute": "false"}}
    bank.may({"Action": "ec2:ModifyVpcAttribute", "Resource": "*", "Condition": {**names, **present}})
    changes = bank.ec2.modify_vpc_attribute
    assert told(changes, VpcId=bank.vpc, EnableDnsHostnames={"Value": True}) == "may"
    refused = f"ec2:ModifyVpcAttribute vpc/{bank.vpc}"
    assert told(changes, VpcId=bank.vpc, EnableDnsSupport={"Value": False}) == refused


def test_a_role_for_one_instance(bank: Bank) -> None:
    for name in ("web",):
        bank.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUSTS_EC2)
        bank.iam.create_instance_profile(InstanceProfileName=name)
        bank.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    asked = {**LAUNCH, "SubnetId": bank.subnet}
    first, second = (bank.root.run_instances(**asked)["Instances"][0]["InstanceId"] for _ in range(2))
    of_first = {"ArnLike": {"iam:AssociatedResourceARN": f"{HERE}:instance/{first}"}}
    passed = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    profile = f"arn:aws:iam::{OWNER}:instance-profile/web"
    bank.may(
        {"Action": "iam:PassRole", "Resource": f"arn:aws:iam::{OWNER}:role/web", "Condition": {**of_first, **passed}},
        {
            "Action": "ec2:AssociateIamInstanceProfile",
            "Resource": f"{HERE}:instance/*",
            "Condition": {"ArnEquals": {"ec2:NewInstanceProfile": profile}},
        },
    )
    associates = bank.ec2.associate_iam_instance_profile
    assert told(associates, InstanceId=second, IamInstanceProfile={"Name": "web"}) == "iam:PassRole role/web"
    assert told(associates, InstanceId=first, IamInstanceProfile={"Name": "web"}) == "may"


def test_records_of_one_name_and_zones_of_one_vpc(bank: Bank) -> None:
    of_bank = {"VPCRegion": "us-east-1", "VPCId": bank.vpc}
    made = bank.wire.client("route53").create_hosted_zone(Name="bank.internal", CallerReference="1", VPC=of_bank)
    zone = made["HostedZone"]["Id"].rpartition("/")[2]
    texts = {
        "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.bank.internal"],
            "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
            "route53:ChangeResourceRecordSetsActions": ["UPSERT", "CREATE"],
        }
    }
    own = {"ForAllValues:StringLike": {"route53:VPCs": f"VPCId={bank.vpc},VPCRegion=*"}}
    bank.may(
        {"Action": "route53:ChangeResourceRecordSets", "Resource": "*", "Condition": texts},
        {"Action": "route53:CreateHostedZone", "Resource": "*", "Condition": own},
        {"Action": "ec2:DescribeVpcs", "Resource": "*"},
    )

    def changes(action: str, name: str, kind: str, value: str) -> str:
        record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        return told(bank.route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=batch)

    refused = f"route53:ChangeResourceRecordSets hostedzone/{zone}"
    assert changes("UPSERT", "_ACME-challenge.Bank.internal.", "TXT", '"proof"') == "may"
    assert changes("UPSERT", "_acme-challenge.bank.internal", "CNAME", "elsewhere.example") == refused
    assert changes("UPSERT", "www.bank.internal", "TXT", '"proof"') == refused
    assert changes("DELETE", "_acme-challenge.bank.internal", "TXT", '"proof"') == refused

    def creates(vpc: str, name: str) -> str:
        named = {"VPCRegion": "us-east-1", "VPCId": vpc}
        return told(bank.route53.create_hosted_zone, Name=name, CallerReference=name, VPC=named)

    assert creates(bank.other_vpc, "one.internal") == "route53:CreateHostedZone *"
    assert creates(bank.vpc, "two.internal") == "may"


def test_what_nobody_knows_is_refused_with_the_reason(bank: Bank) -> None:
    condition = {"StringEquals": {"ec2:VpceMultiRegion": "true"}}
    with pytest.raises(ClientError) as refused:
        bank.may({"Action": "ec2:CreateVpcEndpoint", "Resource": "*", "Condition": condition})
    assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocument"
    assert "StringEquals.ec2:vpcemultiregion: not supported yet: AWS documents no values" in str(refused.value)
