"""Errors that AWS documents for what is served, by function of `skywalk.actions`.

IAM and STS document them action by action: botocore's models list them. EC2 has one list for all actions, whose codes
follow from the parameters of a request: an id may be malformed or unknown, a filter may have no such name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import CodeType
from typing import Any

import botocore.session

from skywalk.api.dispatch import ACTIONS

NEVER: Mapping[str, str] = {
    "AccessDeniedException": "permissions are decided before any action",
    "ConcurrentModification": "changes are made one after the other",
    "DelegationSetNotAvailable": "there are no delegation sets: one that is named is refused",
    "DelegationSetNotReusable": "there are no delegation sets: one that is named is refused",
    "EntityTemporarilyUnmodifiable": "changes are there for the next call",
    "ExpiredTokenException": "expired sessions are refused before any action, as ExpiredToken",
    "HostedZoneNotPrivate": "all zones are private",
    "InternalServiceErrorException": "that is InternalError's case",
    "NoSuchDelegationSet": "there are no delegation sets: one that is named is refused",
    "NotSupportedService": "no service has credentials of its own here",
    "PriorRequestNotComplete": "changes are made one after the other",
    "PublicZoneVPCAssociation": "all zones are private",
    "RegionDisabledException": "every region is enabled",
    "ServiceFailure": "that is InternalError's case",
    "ThrottlingException": "calls have no rate",
    "UnmodifiableEntity": "no role belongs to a service",
}
"""Codes that these services document and no call here can meet, with the reason."""

_LIMITS_ARE_OF_WHAT_GROWS = "(?!Attach|Add|Create(?!AccountAlias)|Put|Tag|UpdateAssumeRolePolicy)"
NEVER_OF: Sequence[tuple[str, str, str]] = (
    (_LIMITS_ARE_OF_WHAT_GROWS, "LimitExceeded", "the call takes away or replaces"),
    ("AddRoleToInstanceProfile", "EntityAlreadyExists", "AWS answers a second role with LimitExceeded"),
    ("ChangeResourceRecordSets", "NoSuchHealthCheck", "a health check is refused as a parameter"),
    ("CreateGroup", "NoSuchEntity", "the request names nothing that is there"),
    ("DeleteHostedZone", "InvalidDomainName", "a zone's name was checked when it was made"),
    (
        "(Associate|Disassociate)VPC|(Create|Delete)VPCAssoc|(Create|Delete|Get)HostedZone|GetChange|GetDNSSEC|ListTagsForResource"
        "|UpdateHostedZoneComment",
        "InvalidInput",
        "the codec checks these requests",
    ),
    (
        "(Get|Delete|Update)ResolverEndpoint|ListResolverEndpointIp",
        "InvalidParameterException",
        "the codec checks them",
    ),
    ("(Create|List)ResolverEndpoint|(Tag|Untag|ListTagsFor)Resource$", "InvalidRequestException", "they fit any state"),
    ("DisassociateResolverEndpointIpAddress", "ResourceExistsException", "it makes nothing"),
    ("UntagInstanceProfile", "InvalidInput", "keys that are not there change nothing"),
    ("UpdateAccessKey", "InvalidInput", "other states are refused as ValidationError"),
)
"""Patterns of actions, their code, the reason."""

OF_MEMBER: Mapping[str, tuple[str, ...]] = {
    "AllocationId": ("InvalidAllocationID.Malformed", "InvalidAllocationID.NotFound"),
    "AttachmentId": ("InvalidNetworkInterfaceAttachmentId.Malformed", "InvalidAttachmentID.NotFound"),
    "ClientToken": ("IdempotentParameterMismatch", "InvalidParameterValue"),
    "DhcpOptionsId": ("InvalidDhcpOptionsId.Malformed", "InvalidDhcpOptionsID.NotFound"),
    "Filter": ("FilterLimitExceeded", "InvalidParameterValue"),
    "GroupId": ("InvalidGroupId.Malformed", "InvalidGroup.NotFound"),
    "ImageId": ("InvalidAMIID.Malformed", "InvalidAMIID.NotFound"),
    "InstanceId": ("InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"),
    "InternetGatewayId": ("InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound"),
    "KeyPairId": ("InvalidKeyPair.Format", "InvalidKeyPair.NotFound"),
    "MaxResults": ("InvalidParameterValue",),
    "NatGatewayId": ("NatGatewayMalformed", "NatGatewayNotFound"),
    "NetworkAclId": ("InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound"),
    "NetworkInterfaceId": ("InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound"),
    "NextToken": ("InvalidNextToken",),
    "PrefixListId": ("InvalidPrefixListId.Malformed", "InvalidPrefixListID.NotFound"),
    "RouteTableId": ("InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound"),
    "SecurityGroupId": ("InvalidGroupId.Malformed", "InvalidGroup.NotFound"),
    "SecurityGroupRuleId": ("InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound"),
    "SubnetId": ("InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound"),
    "TagSpecifications": ("InvalidParameterValue",),
    "VolumeId": ("InvalidVolumeID.Malformed", "InvalidVolume.NotFound"),
    "VpcEndpointId": ("InvalidVpcEndpointId.Malformed", "InvalidVpcEndpointId.NotFound"),
    "VpcId": ("InvalidVpcID.Malformed", "InvalidVpcID.NotFound"),
    "VpcPeeringConnectionId": ("InvalidVpcPeeringConnectionId.Malformed", "InvalidVpcPeeringConnectionID.NotFound"),
}

_OF_ENDPOINTS = frozenset({"DescribeVpcEndpointServices", "DescribeVpcEndpoints"})
_IN_WORDS_OF_ENDPOINTS: Mapping[str, Mapping[str, str]] = {
    "Filters": {"InvalidParameterValue": "InvalidFilter"},
    "MaxResults": {"InvalidParameterValue": "InvalidMaxResults"},
}
_ASSOCIATION = {"AssociationId": ("InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound")}
_OTHERWISE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "CreateNatGateway": {"AllocationId": ("InvalidElasticIpID.Malformed", "InvalidElasticIpID.NotFound"), "VpcId": ()},
    "CreateRoute": {"NatGatewayId": ("InvalidNatGatewayID.NotFound",)},
    "CreateVpcEndpoint": {"SecurityGroupIds": (), "SubnetIds": ()},
    "DeleteKeyPair": {"KeyPairId": ()},
    "DeleteVpcEndpoints": {"VpcEndpointIds": ("InvalidVpcEndpointId.Malformed",)},
    "DisassociateRouteTable": _ASSOCIATION,
    "ReplaceNetworkAclAssociation": _ASSOCIATION,
    "ReplaceRoute": {"NatGatewayId": ("InvalidNatGatewayID.NotFound",)},
    "ReplaceRouteTableAssociation": _ASSOCIATION,
}
"""Members that mean something else in an action, or that skywalk refuses whatever they are."""


def documented() -> Iterator[tuple[str, CodeType, str]]:
    """Action, the code of its function, AWS's code."""
    for service in ("ec2", "iam", "route53", "route53resolver", "sts"):
        for name, action in ACTIONS[service].items():
            for code in sorted(set(_codes(service, name))):
                yield name, _code_of(action.function), code


def _code_of(function: Callable[..., Any]) -> CodeType:
    """Of methods, what all objects of a class share."""
    code: CodeType = getattr(function, "__func__", function).__code__
    return code


def _codes(service: str, action: str) -> Iterator[str]:
    model = _model(service).operation_model(action)
    if service == "ec2":
        for member, _, _ in members_of(action):
            yield from codes_of_member(action, member)
    else:
        errors = (shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes)
        yield from (code for code in errors if code not in NEVER and not _is_never_of(action, code))


def _is_never_of(action: str, code: str) -> bool:
    return any(code == never and re.match(pattern, action) for pattern, never, _ in NEVER_OF)


def members_of(action: str) -> list[tuple[str, bool, bool]]:
    """The members of an EC2 action's request: name, whether it is a list, whether it is required."""
    shape = _model("ec2").operation_model(action).input_shape
    if shape is None:
        return []
    return [(name, one.type_name == "list", name in shape.required_members) for name, one in shape.members.items()]


def codes_of_member(action: str, member: str) -> tuple[str, ...]:
    """What a wrong value of a member of EC2's requests is refused with: an id that cannot be and one that is not there,
    in this order; none for members that are no reference."""
    if member in _OTHERWISE.get(action, {}):
        return _OTHERWISE[action][member]
    codes = OF_MEMBER.get(member, ()) or OF_MEMBER.get(member.removesuffix("s"), ())
    words = _IN_WORDS_OF_ENDPOINTS.get(member, {}) if action in _OF_ENDPOINTS else {}
    return tuple(words.get(code, code) for code in codes)


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)
