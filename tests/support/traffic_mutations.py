"""Random changes of everything that carries traffic: those of `Mutations`, and network ACLs, prefix lists, interfaces,
Elastic IP addresses, NAT gateways, peering connections, interface endpoints, appliances, instances that stop and
start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.mutations import Mutations, Perform

KINDS = ("acl", "prefix list", "interface", "address", "nat", "peering", "attachment", "interface endpoint")
ENDPOINT_SERVICES = tuple(f"com.amazonaws.us-east-1.{name}" for name in ("monitoring", "sqs", "email-smtp"))
NETWORKS = ("10.0.1.0/24", "10.0.0.0/8", "203.0.113.0/24", "0.0.0.0/0")
_ACL_PROTOCOLS: tuple[dict[str, Any], ...] = (
    {"Protocol": "-1"},
    {"Protocol": "6", "PortRange": {"From": 443, "To": 443}},
    {"Protocol": "17", "PortRange": {"From": 1024, "To": 65535}},
    {"Protocol": "1", "IcmpTypeCode": {"Type": 8, "Code": -1}},
)


class TrafficMutations(Mutations):
    def __init__(self, seed: int, perform: Perform, *, most_vpcs: int = 4, most_instances: int = 4) -> None:
        super().__init__(seed, perform, most_vpcs=most_vpcs, most_instances=most_instances)
        self._kinds.update({kind: {} for kind in KINDS})

    def _moves(self) -> list[tuple[Callable[[], bool], int]]:
        return [
            *super()._moves(),
            (self._create_acl, 2),
            (self._create_acl_entry, 4),
            (self._delete_acl_entry, 1),
            (self._put_into_acl, 2),
            (self._create_prefix_list, 1),
            (self._modify_prefix_list, 2),
            (self._allow_prefix_list, 2),
            (self._route_prefix_list, 1),
            (self._create_interface, 3),
            (self._attach_interface, 3),
            (self._detach_interface, 1),
            (self._change_interface, 3),
            (self._delete_interface, 1),
            (self._allocate_address, 2),
            (self._associate_address, 3),
            (self._disassociate_address, 1),
            (self._release_address, 1),
            (self._create_nat_gateway, 3),
            (self._delete_nat_gateway, 1),
            (self._create_peering, 3),
            (self._accept_peering, 3),
            (self._modify_peering, 1),
            (self._delete_peering, 1),
            (self._create_other_route, 5),
            (self._stop_or_start, 2),
            (self._change_networks, 2),
            (self._create_interface_endpoint, 4),
            (self._modify_interface_endpoint, 4),
            (self._delete_interface_endpoint, 1),
        ]

    # -- network ACLs and prefix lists ----------------------------------------------------------------------------

    def _create_acl(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        made = self._perform("create_network_acl", {"VpcId": vpc})["NetworkAcl"]["NetworkAclId"]
        self._kinds["acl"][made] = vpc
        return True

    def _create_acl_entry(self) -> bool:
        acl = self._any("acl")
        if acl is None:
            return False
        entry = {
            "NetworkAclId": acl,
            "RuleNumber": self._random.randrange(1, 20),
            "RuleAction": self._random.choice(("allow", "allow", "deny")),
            "Egress": self._random.random() < 0.5,
            "CidrBlock": self._random.choice(NETWORKS),
            **self._random.choice(_ACL_PROTOCOLS),
        }
        self._perform("create_network_acl_entry", entry)
        return True

    def _delete_acl_entry(self) -> bool:
        acl = self._any("acl")
        if acl is None:
            return False
        number, is_egress = self._random.randrange(1, 20), self._random.random() < 0.5
        self._perform("delete_network_acl_entry", {"NetworkAclId": acl, "RuleNumber": number, "Egress": is_egress})
        return True

    def _put_into_acl(self) -> bool:
        acl = self._any("acl")
        subnet = self._any("subnet", self._vpc_of("acl", acl)) if acl else None
        if subnet is None:
            return False
        found = self._perform(
            "describe_network_acls", {"Filters": [{"Name": "association.subnet-id", "Values": [subnet]}]}
        )
        present = next(one for one in found["NetworkAcls"][0]["Associations"] if one["SubnetId"] == subnet)
        association = present["NetworkAclAssociationId"]
        self._perform("replace_network_acl_association", {"NetworkAclId": acl, "AssociationId": association})
        return True

    def _create_prefix_list(self) -> bool:
        entries = [{"Cidr": self._random.choice(NETWORKS[:3])}]
        request = {"PrefixListName": "own", "MaxEntries": 5, "AddressFamily": "IPv4", "Entries": entries}
        made = self._perform("create_managed_prefix_list", request)["PrefixList"]
        self._kinds["prefix list"][made["PrefixListId"]] = ""
        return True

    def _modify_prefix_list(self) -> bool:
        found = self._any("prefix list")
        if found is None:
            return False
        described = self._perform("describe_managed_prefix_lists", {"PrefixListIds": [found]})["PrefixLists"][0]
        verb = self._random.choice(("AddEntries", "RemoveEntries"))
        change = {verb: [{"Cidr": self._random.choice(("192.0.2.0/24", *NETWORKS[:3]))}]}
        self._perform(
            "modify_managed_prefix_list",
            {"PrefixListId": found, "CurrentVersion": described["Version"], **change},
        )
        return True

    def _allow_prefix_list(self) -> bool:
        found, group = self._any("prefix list"), self._any("group")
        if found is None or group is None:
            return False
        permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": found}]}
        self._perform("authorize_security_group_ingress", {"GroupId": group, "IpPermissions": [permission]})
        return True

    def _route_prefix_list(self) -> bool:
        found, gateway = self._any("prefix list"), self._any("gateway")
        table = self._any("table", self._vpc_of("gateway", gateway)) if gateway else None
        if found is None or table is None:
            return False
        self._perform("create_route", {"RouteTableId": table, "DestinationPrefixListId": found, "GatewayId": gateway})
        return True

    # -- interface endpoints --------------------------------------------------------------------------------------

    def _create_interface_endpoint(self) -> bool:
        subnet = self._any("subnet")
        if subnet is None:
            return False
        vpc = self._vpc_of("subnet", subnet)
        request: dict[str, Any] = {
            "VpcId": vpc,
            "VpcEndpointType": "Interface",
            "ServiceName": self._random.choice(ENDPOINT_SERVICES),
            "SubnetIds": [subnet],
            "PrivateDnsEnabled": False,
        }
        group = self._any("group", vpc)
        if group is not None:
            request["SecurityGroupIds"] = [group]
        made = self._perform("create_vpc_endpoint", request)["VpcEndpoint"]["VpcEndpointId"]
        self._kinds["interface endpoint"][made] = vpc
        return True

    def _modify_interface_endpoint(self) -> bool:
        endpoint = self._any("interface endpoint")
        if endpoint is None:
            return False
        vpc = self._vpc_of("interface endpoint", endpoint)
        changes = [
            {f"{verb}{what}Ids": [one]}
            for kind, what in (("subnet", "Subnet"), ("group", "SecurityGroup"))
            for one in (self._any(kind, vpc),)
            if one is not None
            for verb in ("Add", "Remove")
        ]
        if not changes:
            return False
        self._perform("modify_vpc_endpoint", {"VpcEndpointId": endpoint, **self._random.choice(changes)})
        return True

    def _delete_interface_endpoint(self) -> bool:
        endpoint = self._any("interface endpoint")
        if endpoint is None:
            return False
        del self._kinds["interface endpoint"][endpoint]
        self._perform("delete_vpc_endpoints", {"VpcEndpointIds": [endpoint]})
        return True

    # -- interfaces, addresses, NAT gateways ----------------------------------------------------------------------

    def _create_interface(self) -> bool:
        subnet = self._any("subnet")
        if subnet is None:
            return False
        made = self._perform(
            "create_network_interface",
            {"SubnetId": subnet, "SecondaryPrivateIpAddressCount": self._random.randrange(1, 3)},
        )
        self._kinds["interface"][made["NetworkInterface"]["NetworkInterfaceId"]] = self._vpc_of("subnet", subnet)
        return True

    def _attach_interface(self) -> bool:
        interface = self._any("interface")
        instance = self._any("instance", self._vpc_of("interface", interface)) if interface else None
        if instance is None:
            return False
        request = {"NetworkInterfaceId": interface, "InstanceId": instance, "DeviceIndex": self._random.randrange(1, 3)}
        made = self._perform("attach_network_interface", request)["AttachmentId"]
        self._kinds["attachment"][made] = self._vpc_of("instance", instance)
        return True

    def _detach_interface(self) -> bool:
        return self._delete("attachment", "detach_network_interface", "AttachmentId")

    def _change_interface(self) -> bool:
        interface = self._any("interface")
        if interface is None:
            return False
        group = self._any("group", self._vpc_of("interface", interface))
        request: dict[str, Any] = {"NetworkInterfaceId": interface}
        if self._random.random() < 0.3:
            self._perform("assign_private_ip_addresses", {**request, "SecondaryPrivateIpAddressCount": 1})
        elif group is not None and self._random.random() < 0.5:
            self._perform("modify_network_interface_attribute", {**request, "Groups": [group]})
        else:
            checked = {"Value": self._random.random() < 0.5}
            self._perform("modify_network_interface_attribute", {**request, "SourceDestCheck": checked})
        return True

    def _delete_interface(self) -> bool:
        return self._delete("interface", "delete_network_interface", "NetworkInterfaceId")

    def _allocate_address(self) -> bool:
        if len(self._kinds["address"]) >= 4:
            return False
        made = self._perform("allocate_address", {"Domain": "vpc"})["AllocationId"]
        self._kinds["address"][made] = ""
        return True

    def _associate_address(self) -> bool:
        address, interface = self._any("address"), self._any("interface")
        if address is None or interface is None:
            return False
        self._perform(
            "associate_address",
            {"AllocationId": address, "NetworkInterfaceId": interface, "AllowReassociation": True},
        )
        return True

    def _disassociate_address(self) -> bool:
        address = self._any("address")
        if address is None:
            return False
        found = self._perform("describe_addresses", {"AllocationIds": [address]})["Addresses"][0]
        if "AssociationId" not in found:
            return False
        self._perform("disassociate_address", {"AssociationId": found["AssociationId"]})
        return True

    def _release_address(self) -> bool:
        return self._delete("address", "release_address", "AllocationId")

    def _create_nat_gateway(self) -> bool:
        subnet, address = self._any("subnet"), self._any("address")
        if subnet is None or len(self._kinds["nat"]) >= 3:
            return False
        kind: dict[str, Any] = {"ConnectivityType": "private"}
        if address is not None and self._random.random() < 0.6:
            kind = {"ConnectivityType": "public", "AllocationId": address}
        made = self._perform("create_nat_gateway", {"SubnetId": subnet, **kind})["NatGateway"]["NatGatewayId"]
        self._kinds["nat"][made] = self._vpc_of("subnet", subnet)
        return True

    def _delete_nat_gateway(self) -> bool:
        return self._delete("nat", "delete_nat_gateway", "NatGatewayId")

    # -- peering connections, routes, VPCs, instances -------------------------------------------------------------

    def _create_peering(self) -> bool:
        one, other = self._any("vpc"), self._any("vpc")
        if one is None or one == other:
            return False
        made = self._perform("create_vpc_peering_connection", {"VpcId": one, "PeerVpcId": other})
        self._kinds["peering"][made["VpcPeeringConnection"]["VpcPeeringConnectionId"]] = one
        return True

    def _accept_peering(self) -> bool:
        peering = self._any("peering")
        if peering is None:
            return False
        self._perform("accept_vpc_peering_connection", {"VpcPeeringConnectionId": peering})
        return True

    def _modify_peering(self) -> bool:
        peering = self._any("peering")
        if peering is None:
            return False
        resolves = {"AllowDnsResolutionFromRemoteVpc": self._random.random() < 0.5}
        side = self._random.choice(("RequesterPeeringConnectionOptions", "AccepterPeeringConnectionOptions"))
        self._perform("modify_vpc_peering_connection_options", {"VpcPeeringConnectionId": peering, side: resolves})
        return True

    def _delete_peering(self) -> bool:
        return self._delete("peering", "delete_vpc_peering_connection", "VpcPeeringConnectionId")

    def _create_other_route(self) -> bool:
        """To a NAT gateway, an interface or a peering connection; now and then to a subnet, through an appliance."""
        kind = self._random.choice(("nat", "interface", "peering"))
        target = self._any(kind)
        table = self._any("table", self._vpc_of(kind, target)) if target else None
        if table is None:
            return False
        parameter = {"nat": "NatGatewayId", "interface": "NetworkInterfaceId", "peering": "VpcPeeringConnectionId"}
        destination = self._random.choice((self._destination(), "10.1.0.0/16", "10.0.3.0/24"))
        route = {"RouteTableId": table, "DestinationCidrBlock": destination, parameter[kind]: target}
        self._perform("create_route", route)
        return True

    def _stop_or_start(self) -> bool:
        instance = self._any("instance")
        if instance is None:
            return False
        found = self._perform("describe_instances", {"InstanceIds": [instance]})
        is_on = found["Reservations"][0]["Instances"][0]["State"]["Name"] == "running"
        self._perform("stop_instances" if is_on else "start_instances", {"InstanceIds": [instance]})
        return True

    def _change_networks(self) -> bool:
        vpc = self._any("vpc")
        if vpc is None:
            return False
        block = self._random.choice(("10.5.0.0/24", "10.6.0.0/24", "100.64.0.0/24"))
        self._perform("associate_vpc_cidr_block", {"VpcId": vpc, "CidrBlock": block})
        return True
