from __future__ import annotations

from dataclasses import replace

from skywalk.actions.call import Call
from skywalk.actions.hosted_zones import create_hosted_zone
from skywalk.actions.zone_changes import get_change
from support.hosted_zones import place
from support.region import OTHER_ACCOUNT, Client, Region


def status(client: Client, change_id: str, *behind: str) -> str:
    """What GetChange says while these VPCs do not obey yet."""
    with client.call() as call:
        asked: Call = replace(call, behind=lambda: frozenset(behind))
        return str(get_change(asked, {"Id": change_id})["ChangeInfo"]["Status"])


def test_a_change_is_pending_until_the_resolvers_of_its_vpcs_obey() -> None:
    client = Region().client()
    vpc = place(client)
    made = client(create_hosted_zone, Name="corp.internal", CallerReference="1", VPC=vpc)["ChangeInfo"]
    assert made["Status"] == "PENDING"
    assert made["Id"].startswith("/change/C")
    assert status(client, made["Id"], vpc["VPCId"], "vpc-0") == "PENDING"
    assert status(client, made["Id"].removeprefix("/change/"), "vpc-0") == "INSYNC"


def test_other_accounts_do_not_know_a_change() -> None:
    region = Region()
    made = region.client()(create_hosted_zone, Name="a.b", CallerReference="1", VPC=place(region.client()))
    change_id = made["ChangeInfo"]["Id"]
    assert region.client(OTHER_ACCOUNT).refusal(get_change, Id=change_id) == (
        "NoSuchChange",
        f"Could not find resource with ID: {change_id.removeprefix('/change/')}",
    )
