"""Gateway endpoints of a home, for tests of the actions that make and change them."""

from __future__ import annotations

from typing import Any

from skywalk.actions.route_tables import create_route_table, describe_route_tables
from skywalk.actions.vpc_endpoints import create_vpc_endpoint, describe_vpc_endpoints
from support.launching import Home

S3 = "com.amazonaws.us-east-1.s3"
DYNAMODB = "com.amazonaws.us-east-1.dynamodb"


def table(home: Home, vpc_id: str | None = None) -> str:
    made = home.ec2(create_route_table, VpcId=vpc_id or home.vpc_id)
    return str(made["RouteTable"]["RouteTableId"])


def create(home: Home, *route_table_ids: str, **request: Any) -> dict[str, Any]:
    whole = {"VpcId": home.vpc_id, "ServiceName": S3, "RouteTableIds": list(route_table_ids), **request}
    return dict(home.ec2(create_vpc_endpoint, **whole)["VpcEndpoint"])


def refusal(home: Home, **request: Any) -> tuple[str, str]:
    whole = {"VpcId": home.vpc_id, "ServiceName": S3, **request}
    return home.ec2.refusal(create_vpc_endpoint, **{name: value for name, value in whole.items() if value is not None})


def endpoint(home: Home, endpoint_id: str) -> dict[str, Any]:
    return dict(home.ec2(describe_vpc_endpoints, VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0])


def prefix_lists_in(home: Home, route_table_id: str) -> list[str]:
    tables = home.ec2(describe_route_tables, RouteTableIds=[route_table_id])["RouteTables"]
    routes = tables[0]["Routes"]
    return [route["GatewayId"] for route in routes if route.get("DestinationPrefixListId") == "pl-63a5400a"]


def routes_of_endpoints(home: Home, route_table_id: str) -> dict[str, str]:
    """Prefix list → endpoint, by the routes that DescribeRouteTables shows, each as AWS shows them."""
    found = home.ec2(describe_route_tables, RouteTableIds=[route_table_id])["RouteTables"][0]["Routes"]
    routes = [route for route in found if "DestinationPrefixListId" in route]
    assert all((route["Origin"], route["State"]) == ("CreateRoute", "active") for route in routes)
    return {route["DestinationPrefixListId"]: route["GatewayId"] for route in routes}
