"""The condition keys that EC2's checks have beside those of a resource's tags: the request's tags, an endpoint's
service.

Tags that are given to what is made are keys of the check of its type, and of `ec2:CreateTags` on it, which says besides
by which action (`ec2:CreateAction`).
Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from skywalk.api.permissions.check import Keys, request_tag_keys
from skywalk.policy.keys.names import (
    CREATE_ACTION,
    VPCE_SERVICE_NAME,
    VPCE_SERVICE_OWNER,
    VPCE_SERVICE_REGION,
)
from skywalk.resources.vpc_endpoint import VpcEndpoint

if TYPE_CHECKING:
    from skywalk.api.permissions.ec2_lookup import Ec2Lookup

VPC_ENDPOINT = "vpc-endpoint"
_AMAZON = "amazon"
"""The owner of every service that endpoints can be made for here."""
TAGGING = ("CreateTags", "DeleteTags")
"""Their tags are those of every resource that they name."""


def request_keys(action: str, request: Mapping[str, Any], resource_type: str, region: str) -> Keys:
    """Of the check of what is made, of one type, and of every resource that gets or loses tags."""
    if action in TAGGING:
        return request_tag_keys(request.get("Tags") or ())
    keys: Keys = {}
    for specification in request.get("TagSpecifications") or ():
        if specification.get("ResourceType") == resource_type:
            keys.update(request_tag_keys(specification.get("Tags") or ()))
    if action == "CreateVpcEndpoint" and resource_type == VPC_ENDPOINT:
        keys.update(_service_keys(request, region))
    return keys


def create_tags_keys(action: str, tags: Iterable[Mapping[str, str]]) -> Keys:
    """Of `ec2:CreateTags` for what `action` makes."""
    return {**request_tag_keys(tags), CREATE_ACTION: action}


def named_keys(action: str, resource_type: str, resource_id: str, lookup: Ec2Lookup) -> Keys:
    """Of a resource that is there, and is changed or deleted."""
    if resource_type != VPC_ENDPOINT or action not in ("DeleteVpcEndpoints", "ModifyVpcEndpoint"):
        return {}
    endpoint = lookup.owned(VpcEndpoint, resource_id)
    if endpoint is None:
        return {}
    keys: Keys = {VPCE_SERVICE_REGION: endpoint.service_region}
    if action == "DeleteVpcEndpoints":
        keys[VPCE_SERVICE_NAME] = endpoint.service_name
    return keys


def _service_keys(request: Mapping[str, Any], region: str) -> Keys:
    keys: Keys = {VPCE_SERVICE_REGION: request.get("ServiceRegion") or region, VPCE_SERVICE_OWNER: _AMAZON}
    if name := request.get("ServiceName"):
        keys[VPCE_SERVICE_NAME] = name
    return keys
