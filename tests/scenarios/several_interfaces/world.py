"""An instance with two interfaces and several addresses, Elastic ones among them; its DHCP options are the VPC's."""

from __future__ import annotations

from support.world import World


def build(world: World) -> None:
    world.vpc("bank")
    options = [
        {"Key": "domain-name", "Values": ["bank.example"]},
        {"Key": "domain-name-servers", "Values": ["10.0.1.53", "AmazonProvidedDNS"]},
    ]
    made = world.call("create_dhcp_options", DhcpConfigurations=options)["DhcpOptions"]["DhcpOptionsId"]
    world.call("associate_dhcp_options", DhcpOptionsId=made, VpcId=world.ids["bank"])
    world.call("modify_vpc_attribute", VpcId=world.ids["bank"], EnableDnsHostnames={"Value": True})
    world.subnet("front", "bank", "10.0.1.0/24")
    world.subnet("back", "bank", "10.0.2.0/24")
    world.internet_gateway("gateway", "bank")
    world.instance("teller", "front")
    world.runs("teller")
    second = world.call("create_network_interface", SubnetId=world.ids["back"], SecondaryPrivateIpAddressCount=1)[
        "NetworkInterface"
    ]["NetworkInterfaceId"]
    world.call("attach_network_interface", NetworkInterfaceId=second, InstanceId=world.ids["teller"], DeviceIndex=1)
    first = world.interface("teller")
    world.call("assign_private_ip_addresses", NetworkInterfaceId=first, PrivateIpAddresses=["10.0.1.20"])
    for name, interface, address in (("one", first, "10.0.1.20"), ("other", second, "10.0.2.4")):
        allocation = world.address(name)
        world.call("associate_address", AllocationId=allocation, NetworkInterfaceId=interface, PrivateIpAddress=address)
