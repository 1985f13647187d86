"""Network Manager: the register of sites, links and devices of a global network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support import edge_rows as rows
from support.embedded_refusal import refused

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE = CLIENT = "networkmanager"
NOWHERE = "site-00000000000000000"


def story(manager: Any) -> Look:
    team = [{"Key": "team", "Value": "shop"}]
    network = manager.create_global_network(Description="all", Tags=team)["GlobalNetwork"]
    network_id, arn = network["GlobalNetworkId"], network["GlobalNetworkArn"]
    assert arn == f"arn:aws:networkmanager::{rows.ACCOUNT}:global-network/{network_id}"
    (found,) = manager.describe_global_networks(GlobalNetworkIds=[network_id])["GlobalNetworks"]
    assert (found["Description"], found["State"], found["Tags"]) == ("all", "AVAILABLE", team)
    site = manager.create_site(GlobalNetworkId=network_id, Description="office", Location={"Address": "Here 1"})["Site"]
    assert site["SiteArn"] == f"arn:aws:networkmanager::{rows.ACCOUNT}:site/{network_id}/{site['SiteId']}"
    speed = {"UploadSpeed": 10, "DownloadSpeed": 100}
    link = manager.create_link(GlobalNetworkId=network_id, SiteId=site["SiteId"], Bandwidth=speed, Provider="wire")[
        "Link"
    ]
    device = manager.create_device(GlobalNetworkId=network_id, SiteId=site["SiteId"], Vendor="maker", Model="m")[
        "Device"
    ]
    assert _listed(manager, network_id) == ([site["SiteId"]], [link["LinkId"]], [device["DeviceId"]])
    new_link = {"GlobalNetworkId": network_id, "SiteId": NOWHERE, "Bandwidth": speed}
    assert refused(manager.create_link, **new_link) == "ResourceNotFoundException"
    _tag(manager, link["LinkArn"])
    _delete(manager, network_id, site["SiteId"], speed)
    assert refused(manager.create_core_network, GlobalNetworkId=network_id) == "ServiceUnavailableException"

    def look(manager: Any) -> Any:
        return (
            manager.describe_global_networks(GlobalNetworkIds=[network_id]),
            manager.get_sites(GlobalNetworkId=network_id),
            manager.get_links(GlobalNetworkId=network_id, LinkIds=[link["LinkId"]]),
            manager.get_devices(GlobalNetworkId=network_id),
            manager.list_tags_for_resource(ResourceArn=link["LinkArn"]),
        )

    return look


def _listed(manager: Any, network_id: str) -> tuple[list[str], list[str], list[str]]:
    return (
        [one["SiteId"] for one in manager.get_sites(GlobalNetworkId=network_id)["Sites"]],
        [one["LinkId"] for one in manager.get_links(GlobalNetworkId=network_id)["Links"]],
        [one["DeviceId"] for one in manager.get_devices(GlobalNetworkId=network_id)["Devices"]],
    )


def _tag(manager: Any, arn: str) -> None:
    manager.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}, {"Key": "old", "Value": "1"}])
    manager.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "live"}])
    manager.untag_resource(ResourceArn=arn, TagKeys=["old"])
    assert manager.list_tags_for_resource(ResourceArn=arn)["TagList"] == [{"Key": "stage", "Value": "live"}]
    unknown = arn.rpartition("/")[0] + "/link-00000000000000000"
    assert refused(manager.list_tags_for_resource, ResourceArn=unknown) == "ResourceNotFoundException"


def _delete(manager: Any, network_id: str, site_id: str, speed: Any) -> None:
    network, before = {"GlobalNetworkId": network_id}, _listed(manager, network_id)
    site = manager.create_site(**network)["Site"]["SiteId"]
    link = manager.create_link(**network, SiteId=site_id, Bandwidth=speed)["Link"]["LinkId"]
    device = manager.create_device(**network)["Device"]["DeviceId"]
    assert manager.delete_device(**network, DeviceId=device)["Device"]["State"] == "DELETING"
    manager.delete_link(**network, LinkId=link)
    manager.delete_site(**network, SiteId=site)
    assert _listed(manager, network_id) == before
    assert refused(manager.delete_site, **network, SiteId=site) == "ResourceNotFoundException"
