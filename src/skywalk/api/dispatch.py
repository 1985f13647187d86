"""The action tables: what each service serves, and by which function. Anything else is InvalidAction."""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.actions import (
    availability_zones,
    images,
    internet_gateways,
    prefix_lists,
    route_table_associations,
    route_tables,
    routes,
    security_group_rules,
    security_groups,
    subnets,
    tags,
    vpc_endpoint_services,
    vpc_endpoints,
    vpcs,
)
from skywalk.api.action import Action

EC2: Mapping[str, Action] = {
    "AssociateRouteTable": Action(route_table_associations.associate_route_table),
    "AttachInternetGateway": Action(internet_gateways.attach_internet_gateway),
    "AuthorizeSecurityGroupEgress": Action(security_group_rules.authorize_security_group_egress),
    "AuthorizeSecurityGroupIngress": Action(security_group_rules.authorize_security_group_ingress),
    "CreateInternetGateway": Action(internet_gateways.create_internet_gateway),
    "CreateRoute": Action(routes.create_route),
    "CreateRouteTable": Action(route_tables.create_route_table),
    "CreateSecurityGroup": Action(security_groups.create_security_group),
    "CreateSubnet": Action(subnets.create_subnet),
    "CreateTags": Action(tags.create_tags),
    "CreateVpc": Action(vpcs.create_vpc),
    "CreateVpcEndpoint": Action(
        vpc_endpoints.create_vpc_endpoint, settles=True, answer=vpc_endpoints.created_vpc_endpoint
    ),
    "DeleteInternetGateway": Action(internet_gateways.delete_internet_gateway),
    "DeleteRoute": Action(routes.delete_route),
    "DeleteRouteTable": Action(route_tables.delete_route_table),
    "DeleteSecurityGroup": Action(security_groups.delete_security_group),
    "DeleteSubnet": Action(subnets.delete_subnet),
    "DeleteTags": Action(tags.delete_tags),
    "DeleteVpc": Action(vpcs.delete_vpc),
    "DeleteVpcEndpoints": Action(vpc_endpoints.delete_vpc_endpoints, settles=True),
    "DescribeAvailabilityZones": Action(availability_zones.describe_availability_zones),
    "DescribeImages": Action(images.describe_images),
    "DescribeInternetGateways": Action(internet_gateways.describe_internet_gateways),
    "DescribeManagedPrefixLists": Action(prefix_lists.describe_managed_prefix_lists),
    "DescribePrefixLists": Action(prefix_lists.describe_prefix_lists),
    "DescribeRegions": Action(availability_zones.describe_regions),
    "DescribeRouteTables": Action(route_tables.describe_route_tables),
    "DescribeSecurityGroupRules": Action(security_group_rules.describe_security_group_rules),
    "DescribeSecurityGroups": Action(security_groups.describe_security_groups),
    "DescribeSubnets": Action(subnets.describe_subnets),
    "DescribeTags": Action(tags.describe_tags),
    "DescribeVpcAttribute": Action(vpcs.describe_vpc_attribute),
    "DescribeVpcEndpointServices": Action(vpc_endpoint_services.describe_vpc_endpoint_services),
    "DescribeVpcEndpoints": Action(vpc_endpoints.describe_vpc_endpoints),
    "DescribeVpcs": Action(vpcs.describe_vpcs),
    "DetachInternetGateway": Action(internet_gateways.detach_internet_gateway),
    "DisassociateRouteTable": Action(route_table_associations.disassociate_route_table),
    "GetManagedPrefixListEntries": Action(prefix_lists.get_managed_prefix_list_entries),
    "ModifySubnetAttribute": Action(subnets.modify_subnet_attribute),
    "ModifyVpcAttribute": Action(vpcs.modify_vpc_attribute),
    "ModifyVpcEndpoint": Action(vpc_endpoints.modify_vpc_endpoint, settles=True),
    "ReplaceRoute": Action(routes.replace_route),
    "ReplaceRouteTableAssociation": Action(route_table_associations.replace_route_table_association),
    "RevokeSecurityGroupEgress": Action(security_group_rules.revoke_security_group_egress),
    "RevokeSecurityGroupIngress": Action(security_group_rules.revoke_security_group_ingress),
}
IAM: Mapping[str, Action] = {}
STS: Mapping[str, Action] = {}

ACTIONS: Mapping[str, Mapping[str, Action]] = {"ec2": EC2, "iam": IAM, "sts": STS, "elasticloadbalancing": {}}
"""By the service's signing name. Elastic Load Balancing is skywalk's own, and serves nothing yet."""
