"""CreateTags, DeleteTags, DescribeTags: tags of everything that has an EC2 id. Rules have theirs in their groups, and
each side of a peering connection its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from skywalk.actions.chosen_ids import TAG_KEY
from skywalk.actions.describe import FilterValues, matching, page
from skywalk.actions.existing import NOUNS, VPC_PEERING_CONNECTION, Noun, existing
from skywalk.actions.security_group_rules import RULE_IDS, RULE_TYPE, find_rule
from skywalk.actions.tag_specifications import check_tag_count, check_tag_key, parse_tags
from skywalk.actions.vpc_peering_connections import change_peering_tags, seen_peerings
from skywalk.resources.security_group import SecurityGroup
from skywalk.values.errors import AwsError, invalid_parameter_value
from skywalk.values.ids import is_well_formed
from skywalk.values.tags import Tag, merge_tags, remove_tags

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import ec2
    from skywalk.resources.resource import Resource

MAX_RESOURCES = 1000
Change = Callable[[tuple[Tag, ...]], tuple[Tag, ...]]


def create_tags(call: Call, request: ec2.CreateTagsRequest) -> None:
    added = parse_tags(request["Tags"])
    if any(tag.key == TAG_KEY for tag in added):
        raise invalid_parameter_value(f"The tag {TAG_KEY} chooses an id when a resource is created, and only then.")

    def merged(present: tuple[Tag, ...]) -> tuple[Tag, ...]:
        tags = merge_tags(present, added)
        check_tag_count(tags)
        return tags

    _change_tags(call, request["Resources"], merged)


def delete_tags(call: Call, request: ec2.DeleteTagsRequest) -> None:
    """Without tags, all go; a tag with a value goes only if its value is this one, the empty one included."""
    named = request.get("Tags")
    if not named:
        _change_tags(call, request["Resources"], lambda present: ())
        return
    removed = {tag.get("Key", ""): tag.get("Value") for tag in named}
    for key in removed:
        check_tag_key(key)
    _change_tags(call, request["Resources"], lambda present: remove_tags(present, removed))


def _change_tags(call: Call, resource_ids: Sequence[str], change: Change) -> None:
    """All of the resources or, where one is refused, none: the call is one transaction."""
    if len(resource_ids) > MAX_RESOURCES:
        raise AwsError(
            "InvalidParameterValue", f"The number of resources exceeds the maximum of {MAX_RESOURCES} per request."
        )
    for resource_id in dict.fromkeys(resource_ids):
        if is_well_formed(RULE_IDS.prefix, resource_id):
            _change_rule_tags(call, resource_id, change)
        elif is_well_formed(VPC_PEERING_CONNECTION.ids.prefix, resource_id):
            change_peering_tags(call, resource_id, change)
        else:
            resource = existing(call, _noun_of(resource_id), resource_id)
            call.tx.put(replace(resource, tags=change(resource.tags)))


def _noun_of(resource_id: str) -> Noun[Resource]:
    for noun in NOUNS:
        if is_well_formed(noun.ids.prefix, resource_id):
            return noun
    raise AwsError("InvalidID", f"The ID '{resource_id}' is not valid")


def _change_rule_tags(call: Call, rule_id: str, change: Change) -> None:
    found = find_rule(call, rule_id)
    if found is None:
        raise RULE_IDS.not_found(rule_id)
    tagged = replace(found.rule, tags=change(found.rule.tags))
    rules = tuple(tagged if rule.rule_id == rule_id else rule for rule in found.group.rules)
    call.tx.put(replace(found.group, rules=rules))


@dataclass(frozen=True, slots=True)
class TagOfResource:
    """One line of DescribeTags."""

    resource_id: str
    resource_type: str
    tag: Tag


def describe_tags(call: Call, request: ec2.DescribeTagsRequest) -> ec2.DescribeTagsResult:
    found = matching(list(_all_tags(call)), request.get("Filters"), _FILTERS, lambda one: [one.tag])
    shown, token = page(found, request.get("MaxResults"), request.get("NextToken"))
    result: ec2.DescribeTagsResult = {
        "Tags": [
            {
                "ResourceId": one.resource_id,
                "ResourceType": one.resource_type,
                "Key": one.tag.key,
                "Value": one.tag.value,
            }
            for one in shown
        ]
    }
    if token is not None:
        result["NextToken"] = token
    return result


_FILTERS: Mapping[str, FilterValues[TagOfResource]] = {
    "key": lambda one: [one.tag.key],
    "resource-id": lambda one: [one.resource_id],
    "resource-type": lambda one: [one.resource_type],
    "value": lambda one: [one.tag.value],
}


def _all_tags(call: Call) -> Iterator[TagOfResource]:
    for noun in NOUNS:
        for resource in call.tx.of_owner(noun.kind, call.scope) if noun is not VPC_PEERING_CONNECTION else ():
            yield from _lines(resource.id, noun.resource_type, resource.tags)
    for peering in seen_peerings(call):
        yield from _lines(peering.id, VPC_PEERING_CONNECTION.resource_type, peering.tags_of(call.scope))
    for group in call.tx.of_owner(SecurityGroup, call.scope):
        for rule in group.rules:
            yield from _lines(rule.rule_id, RULE_TYPE, rule.tags)


def _lines(resource_id: str, resource_type: str, tags: Iterable[Tag]) -> Iterator[TagOfResource]:
    return (TagOfResource(resource_id, resource_type, tag) for tag in tags)
