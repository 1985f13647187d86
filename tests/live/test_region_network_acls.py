"""Network ACLs: asked between subnets and on the way out, stateless, never within a subnet."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from support.live_callers import PORT, answering, is_silent, open_group, told
from support.live_region import SILENT_FOR, LiveRegion

pytestmark = pytest.mark.live

EPHEMERAL = (1024, 65535)
FRONT, BACK = "10.0.1.0/24", "10.0.2.0/24"
CLIENT, NEIGHBOUR, SERVER = "10.0.1.4", "10.0.1.5", "10.0.2.4"


@dataclass(frozen=True)
class Home:
    """A client and its neighbour in one subnet, a server in another, everybody in groups that let everything through;
    `acl` is of their VPC, and no subnet's."""

    vpc: str
    front: str
    back: str
    client: str
    neighbour: str
    server: str
    acl: str


def home(region: LiveRegion) -> Home:
    vpc = region.vpc()
    front, back = region.subnet(vpc, FRONT), region.subnet(vpc, BACK)
    groups = [open_group(region, vpc)]
    client, neighbour = (region.instance(front, groups=groups) for _ in range(2))
    server = region.instance(back, groups=groups)
    acl = str(region.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"])
    return Home(vpc, front, back, client, neighbour, server, acl)


def put_into(region: LiveRegion, subnet: str, acl: str) -> None:
    """The subnet has this ACL from now on."""
    of_subnet = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (former,) = region.ec2.describe_network_acls(Filters=of_subnet)["NetworkAcls"]
    (association,) = [one for one in former["Associations"] if one["SubnetId"] == subnet]
    region.ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
    region.wait()


def entry(
    region: LiveRegion,
    acl: str,
    number: int,
    network: str,
    ports: tuple[int, int],
    *,
    egress: bool = False,
    action: str = "allow",
) -> None:
    region.ec2.create_network_acl_entry(
        NetworkAclId=acl,
        RuleNumber=number,
        Egress=egress,
        Protocol="6",
        RuleAction=action,
        CidrBlock=network,
        PortRange={"From": ports[0], "To": ports[1]},
    )
    region.wait()


def test_replies_need_an_entry_of_their_own(region: LiveRegion) -> None:
    at = home(region)
    with answering(region, at.server):
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}", "the default ACL"
        put_into(region, at.back, at.acl)
        assert is_silent(region, at.client, SERVER), "a new ACL lets nothing through"
        entry(region, at.acl, 100, FRONT, (PORT, PORT))
        assert is_silent(region, at.client, SERVER), "the answer's port is not let out"
        entry(region, at.acl, 100, FRONT, EPHEMERAL, egress=True)
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}"


def test_the_first_entry_that_matches_decides(region: LiveRegion) -> None:
    at = home(region)
    put_into(region, at.back, at.acl)
    entry(region, at.acl, 100, "0.0.0.0/0", (0, 65535))
    entry(region, at.acl, 100, "0.0.0.0/0", (0, 65535), egress=True)
    with answering(region, at.server):
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}"
        entry(region, at.acl, 90, f"{CLIENT}/32", (PORT, PORT), action="deny")
        assert is_silent(region, at.client, SERVER)
        assert told(region, at.neighbour, SERVER) == f"{NEIGHBOUR} at {SERVER}"
        region.ec2.replace_network_acl_entry(
            NetworkAclId=at.acl,
            RuleNumber=90,
            Egress=False,
            Protocol="6",
            RuleAction="deny",
            CidrBlock=f"{NEIGHBOUR}/32",
            PortRange={"From": PORT, "To": PORT},
        )
        region.wait()
        assert is_silent(region, at.neighbour, SERVER)
        assert told(region, at.client, SERVER) == f"{CLIENT} at {SERVER}"
        region.ec2.delete_network_acl_entry(NetworkAclId=at.acl, RuleNumber=90, Egress=False)
        region.wait()
        assert told(region, at.neighbour, SERVER) == f"{NEIGHBOUR} at {SERVER}"


def test_neighbours_in_a_subnet_are_not_asked(region: LiveRegion) -> None:
    at = home(region)
    put_into(region, at.front, at.acl)
    with answering(region, at.neighbour), answering(region, at.server):
        assert is_silent(region, at.client, SERVER)
        assert told(region, at.client, NEIGHBOUR) == f"{CLIENT} at {NEIGHBOUR}"


def test_the_way_to_a_service_passes_the_acl(region: LiveRegion) -> None:
    """A gateway endpoint's networks can only be let through by their own CIDRs."""
    at = home(region)
    region.endpoint(at.vpc, region.table(at.vpc, at.front))
    url = "https://s3.us-east-1.amazonaws.com/"
    answered = {200, 307, 403}
    assert region.get(at.client, url).status in answered
    put_into(region, at.front, at.acl)
    assert region.get(at.client, url, SILENT_FOR).network is not None
    (s3,) = region.ec2.describe_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
    )["PrefixLists"]
    for number, network in enumerate(s3["Cidrs"], 100):
        entry(region, at.acl, number, network, (443, 443), egress=True)
        entry(region, at.acl, number, network, EPHEMERAL)
    assert region.get(at.client, url).status in answered
