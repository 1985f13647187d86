"""Tags of hosted zones. Health checks, which could have tags too, are not served: none is there.

Source: Route 53 API Reference, ChangeTagsForResource and ListTagsForResources.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.hosted_zones import own_zone
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag, merge_tags, remove_tags

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53
    from skywalk.resources.hosted_zone import HostedZone

MAX_TAGS = 50
_RESERVED = "aws:"


def change_tags_for_resource(
    call: Call, request: route53.ChangeTagsForResourceRequest
) -> route53.ChangeTagsForResourceResponse:
    """Raises NoSuchHostedZone, NoSuchHealthCheck, InvalidInput."""
    zone = _tagged(call, request["ResourceType"], request["ResourceId"])
    added, removed = request.get("AddTags", ()), request.get("RemoveTagKeys", ())
    if not added and not removed:
        raise AwsError("InvalidInput", "The request must add or remove tags.")
    tags = remove_tags(zone.tags, dict.fromkeys(removed))
    new = [Tag(tag.get("Key", ""), tag.get("Value", "")) for tag in added]
    if any(not tag.key or tag.key.startswith(_RESERVED) for tag in new):
        raise AwsError("InvalidInput", "A tag's key must not be empty, nor begin with aws:.")
    tags = merge_tags(tags, new)
    if len(tags) > MAX_TAGS:
        raise AwsError("InvalidInput", f"A hosted zone has at most {MAX_TAGS} tags.")
    call.tx.put(replace(zone, tags=tags))
    return {}


def list_tags_for_resource(
    call: Call, request: route53.ListTagsForResourceRequest
) -> route53.ListTagsForResourceResponse:
    """Raises NoSuchHostedZone, NoSuchHealthCheck."""
    return {"ResourceTagSet": _show(_tagged(call, request["ResourceType"], request["ResourceId"]))}


def list_tags_for_resources(
    call: Call, request: route53.ListTagsForResourcesRequest
) -> route53.ListTagsForResourcesResponse:
    """Raises NoSuchHostedZone, NoSuchHealthCheck."""
    zones = [_tagged(call, request["ResourceType"], one) for one in request["ResourceIds"]]
    return {"ResourceTagSets": [_show(zone) for zone in zones]}


def _tagged(call: Call, resource_type: str, resource_id: str) -> HostedZone:
    if resource_type == "healthcheck":
        text = f"A health check with id {resource_id} does not exist."
        raise AwsError("NoSuchHealthCheck", text, 404)
    return own_zone(call, resource_id)


def _show(zone: HostedZone) -> route53.ResourceTagSet:
    return {
        "ResourceType": "hostedzone",
        "ResourceId": zone.id,
        "Tags": [{"Key": tag.key, "Value": tag.value} for tag in zone.tags],
    }
