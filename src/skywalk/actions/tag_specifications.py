"""Tags as requests bring them and answers show them.

Source: EC2 User Guide, "Tag restrictions": 50 tags per resource, keys of 1 to 128 and values of up to 256 characters,
keys that begin with `aws:` are AWS's. Texts from answers quoted in public reports; that of an empty key unconfirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from skywalk.values.errors import AwsError, invalid_parameter_value
from skywalk.values.tags import Tag

if TYPE_CHECKING:
    from skywalk.actions.shapes import ec2

MAX_TAGS = 50
MAX_KEY_LENGTH = 128
MAX_VALUE_LENGTH = 256


def specified_tags(specifications: Sequence[ec2.TagSpecification] | None, resource_type: str) -> tuple[Tag, ...]:
    """The tags for the one kind of resource that a call creates."""
    return tags_by_type(specifications, [resource_type]).get(resource_type, ())


def tags_by_type(
    specifications: Sequence[ec2.TagSpecification] | None, allowed: Collection[str]
) -> dict[str, tuple[Tag, ...]]:
    """The tags for each kind of resource that a call creates. Raises InvalidParameterValue for other kinds."""
    found: dict[str, tuple[Tag, ...]] = {}
    for specification in specifications or ():
        resource_type = specification.get("ResourceType", "")
        if resource_type not in allowed:
            raise invalid_parameter_value(
                f"'{resource_type}' is not a valid taggable resource type for this operation."
            )
        if resource_type in found:
            raise invalid_parameter_value(f"Duplicate tag specification for resource type '{resource_type}'.")
        if not specification.get("Tags"):
            raise invalid_parameter_value("Tag specification must have at least one tag")
        found[resource_type] = parse_tags(specification["Tags"])
    return found


def parse_tags(tags: Sequence[ec2.Tag]) -> tuple[Tag, ...]:
    """A request's tags, sorted by key. Raises InvalidParameterValue and TagLimitExceeded."""
    parsed: dict[str, Tag] = {}
    for tag in tags:
        key, value = tag.get("Key", ""), tag.get("Value")
        check_tag_key(key)
        if value is None:
            raise invalid_parameter_value("Tag value cannot be null. Use empty string instead.")
        if len(value) > MAX_VALUE_LENGTH:
            raise invalid_parameter_value(f"Tag value exceeds the maximum length of {MAX_VALUE_LENGTH} characters")
        if key in parsed:
            raise invalid_parameter_value(f"Duplicate tag key '{key}' specified.")
        parsed[key] = Tag(key, value)
    check_tag_count(parsed)
    return tuple(sorted(parsed.values()))


def check_tag_key(key: str) -> None:
    """Raises InvalidParameterValue for a key that a user cannot have or change."""
    if not key:
        raise invalid_parameter_value("Tag key cannot be empty.")
    if len(key) > MAX_KEY_LENGTH:
        raise invalid_parameter_value(f"Tag key exceeds the maximum length of {MAX_KEY_LENGTH} characters")
    if key.lower().startswith("aws:"):
        raise invalid_parameter_value("Tag keys starting with 'aws:' are reserved for internal use")


def check_tag_count(tags: Collection[object]) -> None:
    """Raises TagLimitExceeded. Only a user's own tags come here; there are no others yet."""
    if len(tags) > MAX_TAGS:
        raise AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")


def show_tags(tags: Sequence[Tag]) -> list[ec2.Tag]:
    """Tags as answers have them."""
    return [{"Key": tag.key, "Value": tag.value} for tag in tags]
