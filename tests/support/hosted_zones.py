"""Private zones for tests of actions: `zone_id = make_zone(client, "corp.internal")`."""

from __future__ import annotations

from typing import Any

from skywalk.actions.hosted_zones import create_hosted_zone
from skywalk.actions.vpcs import create_vpc
from support.region import Client


def place(client: Client) -> dict[str, str]:
    """A new VPC as Route 53 names it."""
    return {"VPCRegion": client.region, "VPCId": client(create_vpc, CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]}


def make_zone(client: Client, name: str, **more: Any) -> str:
    """The id of a new zone, of a VPC of its own unless one is named."""
    asked: dict[str, Any] = {"CallerReference": name, "VPC": more.pop("VPC", None) or place(client), **more}
    zone_id: str = client(create_hosted_zone, Name=name, **asked)["HostedZone"]["Id"]
    return zone_id.removeprefix("/hostedzone/")


def change(action: str, name: str, type_: str, *values: str, ttl: int = 300, **more: Any) -> dict[str, Any]:
    """A change of a batch; without values, what `more` says of the record set."""
    records: dict[str, Any] = {"TTL": ttl, "ResourceRecords": [{"Value": value} for value in values]} if values else {}
    return {"Action": action, "ResourceRecordSet": {"Name": name, "Type": type_, **records, **more}}
