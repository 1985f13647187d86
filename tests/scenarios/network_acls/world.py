"""Subnets in a network ACL of their own, in the default one, and in one that lets nothing through."""

from __future__ import annotations

from support.world import World


def build(world: World) -> None:
    world.vpc("bank")
    for name, cidr in (("open", "10.0.1.0/24"), ("guarded", "10.0.2.0/24"), ("closed", "10.0.3.0/24")):
        world.subnet(name, "bank", cidr)
        world.instance(f"clerk in {name}", name)
    for name, subnet in (("guard", "guarded"), ("wall", "closed")):
        acl = world.call("create_network_acl", VpcId=world.ids["bank"])["NetworkAcl"]["NetworkAclId"]
        world.ids[name] = acl
        _put(world, acl, subnet)
    for number, is_egress, action, rule in (
        (100, False, "allow", {"Protocol": "6", "PortRange": {"From": 443, "To": 443}}),
        (90, False, "deny", {"Protocol": "-1"}),
        (100, True, "allow", {"Protocol": "6", "PortRange": {"From": 1024, "To": 65535}}),
        (110, True, "allow", {"Protocol": "1", "IcmpTypeCode": {"Type": 0, "Code": -1}}),
    ):
        world.call(
            "create_network_acl_entry",
            NetworkAclId=world.ids["guard"],
            RuleNumber=number,
            RuleAction=action,
            Egress=is_egress,
            CidrBlock="10.0.9.0/24" if action == "deny" else "0.0.0.0/0",
            **rule,
        )


def _put(world: World, acl: str, subnet: str) -> None:
    filters = [{"Name": "association.subnet-id", "Values": [world.ids[subnet]]}]
    present = world.call("describe_network_acls", Filters=filters)["NetworkAcls"][0]["Associations"]
    association = next(one for one in present if one["SubnetId"] == world.ids[subnet])
    world.call(
        "replace_network_acl_association", NetworkAclId=acl, AssociationId=association["NetworkAclAssociationId"]
    )
