from __future__ import annotations

from typing import Any

import pytest

from skywalk.actions.default_vpcs import open_region
from skywalk.actions.requested_permissions import requested_permissions
from skywalk.actions.security_groups import describe_security_groups
from skywalk.values.errors import AwsError
from support.region import OWNER, Region

ANY_TCP = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2}


def _asked(request: Any, *, is_egress: bool = False) -> Any:
    with Region().client().call() as call:
        return requested_permissions(call, request, is_egress=is_egress)


def test_both_forms_say_the_same() -> None:
    structured = [{**ANY_TCP, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    assert _asked({"IpPermissions": structured}) == structured
    assert _asked({**ANY_TCP, "CidrIp": "10.0.0.0/8"}) == structured
    assert _asked({}) == []


def test_a_group_is_named_in_the_default_vpc() -> None:
    ec2 = Region().client()
    with ec2.call() as call:
        open_region(call)
        permissions = requested_permissions(call, {"SourceSecurityGroupName": "default"}, is_egress=False)
    [group] = ec2(describe_security_groups)["SecurityGroups"]
    assert [permission["IpProtocol"] for permission in permissions] == ["tcp", "udp", "icmp"]
    assert permissions[0]["UserIdGroupPairs"] == [{"GroupId": group["GroupId"], "UserId": OWNER}]


@pytest.mark.parametrize(
    ("request_", "is_egress", "code"),
    [
        ({**ANY_TCP, "IpPermissions": [ANY_TCP]}, False, "InvalidParameterCombination"),
        ({"CidrIp": "10.0.0.0/8"}, True, "InvalidParameterCombination"),
        (ANY_TCP, False, "MissingParameter"),
        ({**ANY_TCP, "SourceSecurityGroupName": "web"}, False, "InvalidParameterCombination"),
        ({"SourceSecurityGroupName": "web"}, False, "VPCIdNotSpecified"),
    ],
)
def test_refusals(request_: dict[str, Any], is_egress: bool, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        _asked(request_, is_egress=is_egress)
    assert refused.value.code == code
