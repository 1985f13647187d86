"""Security groups on the way to S3 and between instances."""

from __future__ import annotations

from typing import Any

import pytest

from support.live_region import LiveRegion

pytestmark = pytest.mark.live

S3_PREFIX_LIST = "pl-63a5400a"
EVERYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def group(region: LiveRegion, vpc: str, name: str, *egress: dict[str, Any]) -> str:
    """A group that lets out what is given, and nothing else."""
    made = str(region.ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"])
    region.ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[EVERYWHERE])
    if egress:
        region.ec2.authorize_security_group_egress(GroupId=made, IpPermissions=list(egress))
    return made


def https_to(**peer: Any) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}


def test_egress_to_the_prefix_list_decides(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    region.endpoint(vpc, region.table(vpc, subnet))
    to_s3 = https_to(PrefixListIds=[{"PrefixListId": S3_PREFIX_LIST}])
    open_group = group(region, vpc, "with", to_s3)
    closed_group = group(region, vpc, "without", https_to(IpRanges=[{"CidrIp": "10.0.0.0/16"}]))
    let_out = region.instance(subnet, groups=[open_group])
    kept_in = region.instance(subnet, groups=[closed_group])
    url = "https://s3.us-east-1.amazonaws.com/"
    assert region.get(let_out, url).status in {200, 307, 403}
    refused = region.get(kept_in, url)
    assert refused.network is not None
    assert "timed out" in refused.network

    region.ec2.authorize_security_group_egress(GroupId=closed_group, IpPermissions=[to_s3])
    region.ec2.revoke_security_group_egress(GroupId=open_group, IpPermissions=[to_s3])
    region.wait()
    assert region.get(kept_in, url).status in {200, 307, 403}
    assert region.get(let_out, url).network is not None


def test_ingress_by_group_lets_members_in_and_nobody_else(region: LiveRegion) -> None:
    vpc = region.vpc()
    subnet = region.subnet(vpc)
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    friends, strangers, served = (group(region, vpc, name, everything) for name in ("friends", "strangers", "served"))
    by_friends = {"IpProtocol": "tcp", "FromPort": 7000, "ToPort": 7000, "UserIdGroupPairs": [{"GroupId": friends}]}
    region.ec2.authorize_security_group_ingress(GroupId=served, IpPermissions=[by_friends])
    server = region.instance(subnet, groups=[served])
    friend = region.instance(subnet, groups=[friends])
    stranger = region.instance(subnet, groups=[strangers])
    described = region.ec2.describe_instances(InstanceIds=[server])["Reservations"][0]["Instances"][0]
    address = described["PrivateIpAddress"]
    probe = (
        "import socket\n"
        f"try: socket.create_connection(('{address}', 7000), 0.5); print('open')\n"
        "except OSError as error: print(type(error).__name__)\n"
    )
    listener = "import socket; s = socket.create_server(('0.0.0.0', 7000)); print('up'); input()"
    with region.start(server, listener) as program:
        assert program.hear() == "up"
        assert region.python(friend, probe).strip() == "open"
        assert region.python(stranger, probe).strip() == "TimeoutError"
