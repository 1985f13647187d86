"""The condition keys of EC2's own that a resource has which is there: what it is called, and what it belongs to.

Names are those of `ec2_key_table`. Unconfirmed: that instances have `ec2:InstanceAutoRecovery` and
`ec2:InstanceBandwidthWeighting`, as `default`, and `ec2:InstanceMetadataTags` as `disabled`, which is what
DescribeInstances shows of every instance here.
Source: Service Authorization Reference, "Condition keys for Amazon EC2"; EC2 User Guide, "Condition keys for Amazon
EC2"; forms of an image's and of an instance's values from contexts that AWS evaluated, quoted in public reports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.resources.dhcp_options import DhcpOptions
from skywalk.resources.elastic_address import ElasticAddress
from skywalk.resources.images import Image
from skywalk.resources.instance import Instance
from skywalk.resources.internet_gateway import InternetGateway
from skywalk.resources.key_pair import KeyPair
from skywalk.resources.network_acl import NetworkAcl
from skywalk.resources.network_interface import NetworkInterface
from skywalk.resources.regions import zone_id
from skywalk.resources.route_table import RouteTable
from skywalk.resources.security_group import SecurityGroup
from skywalk.resources.subnet import Subnet
from skywalk.resources.vpc import Vpc
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.resources.vpc_peering_connection import VpcPeeringConnection
from skywalk.values.arn import ec2_arn

if TYPE_CHECKING:
    from skywalk.api.permissions.ec2_key_table import Values
    from skywalk.resources.resource import Resource
    from skywalk.values.scope import Scope

_ROOT_DEVICE = "ebs"
_NOTHING: Values = {}


def values_of(resource: Resource) -> Values:
    made = _MADE_OF.get(type(resource))
    return _NOTHING if made is None else made(resource)


def image_values(image: Image) -> Values:
    """Images of verified publishers have the owner `amazon`, whoever they are; `aws:ResourceAccount` says who."""
    return {
        "imageid": image.image_id,
        "imagetype": "machine",
        "owner": "amazon",
        "public": "true",
        "rootdevicetype": _ROOT_DEVICE,
    }


def truth(value: bool) -> str:
    return "true" if value else "false"


def vpc_arn(scope: Scope, vpc_id: str) -> str:
    return ec2_arn(scope.region, scope.account_id, f"vpc/{vpc_id}")


def subnet_arn(scope: Scope, subnet_id: str) -> str:
    return ec2_arn(scope.region, scope.account_id, f"subnet/{subnet_id}")


def zone_values(zone: str) -> Values:
    return {"availabilityzone": zone, "availabilityzoneid": zone_id(zone)}


def _of_vpc(vpc: Vpc) -> Values:
    return {"vpcid": vpc.id, "tenancy": vpc.instance_tenancy}


def _of_subnet(subnet: Subnet) -> Values:
    own = {"subnetid": subnet.id, "vpc": vpc_arn(subnet.scope, subnet.vpc_id)}
    return {**own, **zone_values(subnet.availability_zone)}


def _of_interface(eni: NetworkInterface) -> Values:
    return {
        "networkinterfaceid": eni.id,
        "subnet": subnet_arn(eni.scope, eni.subnet_id),
        "vpc": vpc_arn(eni.scope, eni.vpc_id),
        "availabilityzone": eni.availability_zone,
    }


def _of_instance(instance: Instance) -> Values:
    metadata = instance.metadata_options
    return {
        "instanceid": instance.id,
        **zone_values(instance.availability_zone),
        "instancetype": instance.instance_type,
        "instanceprofile": instance.instance_profile_arn,
        "instancemarkettype": "on-demand",
        "instanceautorecovery": "default",
        "instancebandwidthweighting": "default",
        "instancemetadatatags": "disabled",
        "ebsoptimized": truth(instance.ebs_optimized),
        "metadatahttptokens": metadata.http_tokens,
        "metadatahttpendpoint": metadata.http_endpoint,
        "metadatahttpputresponsehoplimit": str(metadata.http_put_response_hop_limit),
        "rootdevicetype": _ROOT_DEVICE,
        "tenancy": instance.tenancy,
    }


def _of_address(address: ElasticAddress) -> Values:
    return {"allocationid": address.id, "domain": "vpc", "publicipaddress": str(address.address)}


def _of_endpoint(endpoint: VpcEndpoint) -> Values:
    return {"vpceservicename": endpoint.service_name, "vpceserviceregion": endpoint.service_region}


def _of_peering(peering: VpcPeeringConnection) -> Values:
    return {
        "vpcpeeringconnectionid": peering.id,
        "requestervpc": vpc_arn(peering.scope, peering.requester_vpc_id),
        "acceptervpc": vpc_arn(peering.accepter_scope, peering.accepter_vpc_id),
    }


def _of_group(group: SecurityGroup) -> Values:
    return {"securitygroupid": group.id, "vpc": vpc_arn(group.scope, group.vpc_id)}


def _of_table(table: RouteTable) -> Values:
    return {"routetableid": table.id, "vpc": vpc_arn(table.scope, table.vpc_id)}


def _of_acl(acl: NetworkAcl) -> Values:
    return {"networkaclid": acl.id, "vpc": vpc_arn(acl.scope, acl.vpc_id)}


_MADE_OF: Mapping[type[Resource], Callable[[Any], Values]] = {
    DhcpOptions: lambda options: {"dhcpoptionsid": options.id},
    ElasticAddress: _of_address,
    Instance: _of_instance,
    InternetGateway: lambda gateway: {"internetgatewayid": gateway.id},
    KeyPair: lambda pair: {"keypairname": pair.name, "keypairtype": pair.key_type},
    NetworkAcl: _of_acl,
    NetworkInterface: _of_interface,
    RouteTable: _of_table,
    SecurityGroup: _of_group,
    Subnet: _of_subnet,
    Vpc: _of_vpc,
    VpcEndpoint: _of_endpoint,
    VpcPeeringConnection: _of_peering,
}
