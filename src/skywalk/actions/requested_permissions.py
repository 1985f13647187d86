"""The IP permissions of a request about rules, in whichever of the two forms it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skywalk.actions.security_group_peers import group_by_name
from skywalk.values.errors import AwsError

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2

    Request = (
        ec2.AuthorizeSecurityGroupIngressRequest
        | ec2.AuthorizeSecurityGroupEgressRequest
        | ec2.RevokeSecurityGroupIngressRequest
        | ec2.RevokeSecurityGroupEgressRequest
    )

_FLAT = ("CidrIp", "FromPort", "IpProtocol", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId", "ToPort")


def requested_permissions(call: Call, request: Request, *, is_egress: bool) -> list[ec2.IpPermission]:
    """The request's permissions, in whichever of the two forms it has them.

    The flat form is of ingress alone (API Reference: "Not supported. Use IP permissions instead.").
    """
    structured = request.get("IpPermissions") or []
    flat = [name for name in _FLAT if name in request]
    if flat and structured:
        raise AwsError(
            "InvalidParameterCombination",
            f"The parameter 'ipPermissions' may not be used in combination with '{_lower_first(flat[0])}'.",
        )
    if flat and is_egress:
        raise AwsError(
            "InvalidParameterCombination",
            f"The parameter '{_lower_first(flat[0])}' is not supported. Use IP permissions instead.",
        )
    return _flat_permissions(call, request) if flat else structured


def _lower_first(name: str) -> str:
    """A parameter as EC2's refusals write it."""
    return name[0].lower() + name[1:]


def _flat_permissions(call: Call, request: Request) -> list[ec2.IpPermission]:
    if "SourceSecurityGroupName" in request:
        return _from_named_group(call, request)
    if "CidrIp" not in request:
        raise AwsError("MissingParameter", "The request must contain the parameter cidrIp")
    permission: ec2.IpPermission = {"IpRanges": [{"CidrIp": request["CidrIp"]}]}
    if "IpProtocol" in request:
        permission["IpProtocol"] = request["IpProtocol"]
    if "FromPort" in request:
        permission["FromPort"] = request["FromPort"]
    if "ToPort" in request:
        permission["ToPort"] = request["ToPort"]
    return [permission]


def _from_named_group(call: Call, request: Request) -> list[ec2.IpPermission]:
    """All TCP, UDP and ICMP from a group of the default VPC (API Reference, SourceSecurityGroupName)."""
    for name in ("CidrIp", "FromPort", "IpProtocol", "ToPort"):
        if name in request:
            raise AwsError(
                "InvalidParameterCombination",
                f"The parameter 'sourceSecurityGroupName' may not be used in combination with '{_lower_first(name)}'.",
            )
    source = group_by_name(call, request["SourceSecurityGroupName"])
    peer: ec2.UserIdGroupPair = {
        "GroupId": source.id,
        "UserId": request.get("SourceSecurityGroupOwnerId", source.scope.account_id),
    }
    return [
        {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [peer]},
        {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [peer]},
        {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": [peer]},
    ]
