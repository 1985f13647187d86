"""Requests by chance: every action's parameters from AWS's model, with values that are there, that could be and that
cannot.

requests = AnyRequests(Region(), seed=1)
requests.send("ec2", "CreateRoute")   # raises what the API would answer with InternalError
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, Shape, StructureShape
from botocore.serialize import create_serializer

from skywalk.actions.default_vpcs import create_default_vpc
from skywalk.actions.existing import NOUNS
from skywalk.api.authenticate import Proven
from skywalk.api.authorize import Authorizer
from skywalk.api.dispatch import ACTIONS
from skywalk.api.fault import fault_body
from skywalk.api.query import parse_request
from skywalk.api.xml import serialize
from skywalk.resources.access_key import AccessKey
from skywalk.resources.group import Group
from skywalk.resources.managed_policy import ManagedPolicy
from skywalk.resources.resource import Resource
from skywalk.resources.role import InstanceProfile, Role
from skywalk.resources.user import User
from skywalk.values.errors import AwsError
from support.identities import TRUSTS_EC2, Identities, allow, trust
from support.keys import ED25519_PUBLIC
from support.launching import IMAGE, Home
from support.refusal_record import unheeded
from support.region import REGION_KEY, Region

_DEPTH = 4
_KINDS: tuple[type[Resource], ...] = (
    *(noun.kind for noun in NOUNS),
    AccessKey,
    Group,
    InstanceProfile,
    ManagedPolicy,
    Role,
    User,
)
_NUMBERS = (0, 1, -1, 2, 5, 8, 22, 100, 255, 256, 1000, 65536, 2**31 - 1, -(2**31))
_TEXTS = (
    "",
    "x",
    "-1",
    "0",
    "*",
    "a b",
    "\u00e9\u4e16",
    "<&>",
    "x" * 300,
    "aws:x",
    "tcp",
    "icmpv6",
    "58",
    "default",
    "instance",
    "vpc",
    "true",
    "None",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.1.9",
    "10.0.1.0/33",
    "::/0",
    "2001:db8::/64",
    "0.0.0.0/0",
    "us-east-1a",
    "us-east-1",
    "s3",
    "com.amazonaws.us-east-1.s3",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "arn:aws:iam::123456789012:role/app",
    "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1",
    "allow",
    "available",
    "in-use",
    "eyJ4IjogMX0=",
    "IPv4",
    "dedicated",
    "/",
    "/team/",
    IMAGE,
    TRUSTS_EC2,
    allow("s3:*"),
    ED25519_PUBLIC,
    "{",
    "[]",
    "null",
    '{"Statement": 1}',
    '{"Version": "2012-10-17", "Statement": [[]]}',
)
_BLOCKS = ("10.0.0.0/16", "10.0.2.0/24", "10.0.3.0/28", "10.9.0.0/16", "172.31.0.0/16", "0.0.0.0/0", "100.64.0.0/24")
_LIKELY: Mapping[str, tuple[str, ...]] = {
    "AddressFamily": ("IPv4", "IPv6"),
    "AssumeRolePolicyDocument": (TRUSTS_EC2, trust("123456789012")),
    "Attribute": ("description", "enableDnsSupport", "instanceType", "sourceDestCheck", "userData", "disableApiStop"),
    "AvailabilityZone": ("us-east-1a", "us-east-1b"),
    "Cidr": _BLOCKS,
    "CidrBlock": _BLOCKS,
    "CidrIp": _BLOCKS,
    "ConnectivityType": ("public", "private"),
    "Description": ("a thing",),
    "DestinationCidrBlock": _BLOCKS,
    "GroupDescription": ("a group",),
    "ImageId": (IMAGE,),
    "InstanceType": ("t3.micro", "t3.medium", "m5.large"),
    "IpProtocol": ("tcp", "udp", "icmp", "-1", "58"),
    "Key": ("domain-name", "domain-name-servers", "a", "b"),
    "Path": ("/", "/team/"),
    "PolicyArn": ("arn:aws:iam::aws:policy/AdministratorAccess",),
    "PolicyDocument": (allow("s3:*"),),
    "PolicyName": ("own-0", "read"),
    "PrivateIpAddress": ("10.0.1.4", "10.0.1.9", "10.0.1.200"),
    "Protocol": ("-1", "6", "17", "1", "58"),
    "RuleAction": ("allow", "deny"),
    "ServiceName": tuple(f"com.amazonaws.us-east-1.{one}" for one in ("s3", "sqs", "kms", "dynamodb")),
    "ServiceRegion": ("us-east-1", "eu-west-1"),
    "Status": ("Active", "Inactive"),
    "Value": ("example.com", "10.0.0.2", "x", ""),
    "VersionId": ("v1", "v2"),
}
"""What members of these names often are."""

_ID = re.compile(r"[a-z-]+-[0-9a-f]{17}")


class AnyRequests:
    """A region with something of everything, and requests to it."""

    def __init__(self, region: Region, seed: int) -> None:
        self.region = region
        self._random = random.Random(seed)
        self._authorizer = Authorizer(region.store, REGION_KEY)
        self._home = Home(region)
        self._known_texts: list[str] = []
        self._known_at = -1
        self._furnish()

    def send(self, service: str, action: str) -> str:
        """The answer's code, or `ok`. Whatever the API does not answer itself is raised."""
        request = self._request(service, action)
        try:
            with unheeded():
                self._answer(service, action, request)
        except AwsError as error:
            fault_body(service, error, "req-1")
            return error.code
        except Exception as failure:
            failure.add_note(f"{service}:{action} {request}")
            raise
        return "ok"

    def _answer(self, service: str, action: str, request: dict[str, Any]) -> None:
        form = create_serializer(_model(service).metadata["protocol"], include_validation=False)
        body = form.serialize_to_request(request, _model(service).operation_model(action))["body"]
        name, parsed = parse_request(service, [(key, str(value)) for key, value in body.items()])
        parsed.pop("DryRun", None)
        client = self._home.ec2
        self._authorizer.authorize(service, name, parsed, Proven(client.caller, client.region))
        entry = ACTIONS[service][name]
        with client.call() as call:
            result = entry.function(call, parsed)
        if entry.answer is not None:
            with client.call() as call:
                result = entry.answer(call, result)
        if entry.gather is None:
            serialize(service, name, result or {}, "req-1")

    def _request(self, service: str, action: str) -> dict[str, Any]:
        shape = _model(service).operation_model(action).input_shape
        return {} if shape is None else self._structure(shape, 0)

    def _structure(self, shape: StructureShape, depth: int) -> dict[str, Any]:
        share = self._random.choice((0.01, 0.05, 0.2, 0.5))
        members = [
            (name, one)
            for name, one in shape.members.items()
            if (name in shape.required_members and self._random.random() < 0.95) or self._random.random() < share
        ]
        return {name: self._value(name, one, depth + 1) for name, one in members}

    def _value(self, name: str, shape: Shape, depth: int) -> Any:
        if isinstance(shape, StructureShape):
            return {} if depth > _DEPTH else self._structure(shape, depth)
        if isinstance(shape, ListShape):
            count = self._random.choice((0, 1, 1, 1, 2, 3))
            return [self._value(name.removesuffix("s"), shape.member, depth) for _ in range(count)]
        if shape.type_name == "boolean":
            return self._random.random() < 0.5
        if shape.type_name in ("integer", "long"):
            return self._random.choice(_NUMBERS)
        if shape.type_name in ("float", "double"):
            return self._random.choice((0.0, -1.5))
        if shape.type_name == "timestamp":
            return self.region.clock.now()
        if shape.type_name == "blob":
            return self._random.choice((b"", b"x", ED25519_PUBLIC.encode()))
        return self._text(name, shape)

    def _text(self, name: str, shape: Shape) -> str:
        chance = self._random.random()
        known = [one for one in self._known() if _fits(name, one)]
        if known and chance < 0.8:
            return self._random.choice(known)
        if name in _LIKELY and chance < 0.85:
            return self._random.choice(_LIKELY[name])
        if getattr(shape, "enum", None) and chance < 0.8:
            return str(self._random.choice(shape.enum))
        if name == "Name" and chance < 0.6:
            return self._random.choice(("vpc-id", "tag:a", "tag-key", "state", "group-id", "x"))
        return self._random.choice((*_TEXTS, self._random.choice(self._known())))

    def _known(self) -> list[str]:
        """Ids and names of what is there, and ids within (associations, attachments)."""
        store = self.region.store
        if self._known_at != store.revision:
            found: dict[str, None] = {}
            for one in (one for kind in _KINDS for one in store.of_type(kind)):
                name = getattr(one, "name", one.id)
                found.update(dict.fromkeys((one.id, name, *_ID.findall(repr(one)))))
            self._known_texts, self._known_at = list(found), store.revision
        return self._known_texts

    def _furnish(self) -> None:
        home, ec2 = self._home, self._home.ec2
        ec2(create_default_vpc)
        home.launch()
        home.settle()
        for action, request in _furniture(home.vpc_id, home.subnet_id):
            ec2(ACTIONS["ec2"][action].function, **request)
        other = ec2(ACTIONS["ec2"]["CreateVpc"].function, CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        ec2(ACTIONS["ec2"]["CreateVpcPeeringConnection"].function, VpcId=home.vpc_id, PeerVpcId=other)
        iam = Identities(ec2)
        iam.group("staff", allow("s3:*"))
        iam.user("ana", allow("s3:*"), groups=("staff",))
        iam.role("app", allow("s3:*"))
        iam.policy("read", allow("s3:*"))


_INTERFACE_ENDPOINT = {"VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.sqs"}


def _furniture(vpc_id: str, subnet_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "CreateInternetGateway", {}
    yield "CreateRouteTable", {"VpcId": vpc_id}
    yield "CreateNetworkAcl", {"VpcId": vpc_id}
    yield "CreateNetworkInterface", {"SubnetId": subnet_id}
    yield "AllocateAddress", {}
    yield "CreateVpcEndpoint", {"VpcId": vpc_id, "ServiceName": "com.amazonaws.us-east-1.s3"}
    yield "CreateVpcEndpoint", {"VpcId": vpc_id, "SubnetIds": [subnet_id], **_INTERFACE_ENDPOINT}
    yield "CreateNatGateway", {"SubnetId": subnet_id, "ConnectivityType": "private"}
    yield "CreateManagedPrefixList", {"PrefixListName": "list", "MaxEntries": 5, "AddressFamily": "IPv4"}
    yield "CreateDhcpOptions", {"DhcpConfigurations": [{"Key": "domain-name", "Values": ["example.com"]}]}
    yield "CreateKeyPair", {"KeyName": "key"}
    yield "AssociateVpcCidrBlock", {"VpcId": vpc_id, "CidrBlock": "100.64.1.0/24"}
    yield "CreateSecurityGroup", {"VpcId": vpc_id, "GroupName": "web", "Description": "web"}


def _fits(name: str, text: str) -> bool:
    """Whether a text may be what a member is called: `VpcId` a VPC's id, `PolicyArn` an ARN of a policy."""
    if name.endswith("Arn"):
        return f":{name.removesuffix('Arn').lower()}/" in text
    if not name.endswith(("Id", "ResourceId")):
        return name.endswith("Name") and "-" not in text and "/" not in text
    word = re.sub(r"(?<!^)(?=[A-Z])", "-", name.removesuffix("Id")).lower()
    prefix = _PREFIXES.get(word, word)
    return text.rpartition("-")[0] in (prefix if isinstance(prefix, tuple) else (prefix,))


_PREFIXES: dict[str, str | tuple[str, ...]] = {
    "allocation": "eipalloc",
    "association": ("eipassoc", "rtbassoc", "aclassoc", "vpc-cidr-assoc", "iip-assoc"),
    "attachment": "eni-attach",
    "dhcp-options": "dopt",
    "gateway": ("igw", "nat"),
    "group": "sg",
    "instance": "i",
    "internet-gateway": "igw",
    "key-pair": "key",
    "nat-gateway": "nat",
    "network-acl": "acl",
    "network-interface": "eni",
    "prefix-list": "pl",
    "resource": ("vpc", "subnet", "i", "sg"),
    "route-table": "rtb",
    "security-group": "sg",
    "security-group-rule": "sgr",
    "vpc-endpoint": "vpce",
    "vpc-peering-connection": "pcx",
}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)
