"""Tags of resolver endpoints. Unconfirmed: the texts of refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from skywalk.actions.resolver_endpoints import endpoint_arn, existing_endpoint
from skywalk.actions.resolver_words import invalid_parameter, limit_exceeded, not_found, resolver_page
from skywalk.values.arn import parse_arn
from skywalk.values.errors import AwsError
from skywalk.values.tags import Tag, merge_tags, remove_tags

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.shapes import route53resolver
    from skywalk.resources.resolver_endpoint import ResolverEndpoint

MAX_TAGS = 200
_KIND = "resolver-endpoint/"


def tag_resource(call: Call, request: route53resolver.TagResourceRequest) -> route53resolver.TagResourceResponse:
    """Raises ResourceNotFoundException, InvalidParameterException, InvalidTagException, LimitExceededException."""
    endpoint = _tagged(call, request["ResourceArn"])
    added = [Tag(tag["Key"], tag["Value"]) for tag in request["Tags"]]
    if any(tag.key.lower().startswith("aws:") for tag in added):
        raise AwsError("InvalidTagException", "Tag keys that start with aws: are reserved for AWS use.")
    tags = merge_tags(endpoint.tags, added)
    if len(tags) > MAX_TAGS:
        raise limit_exceeded(f"A resource has at most {MAX_TAGS} tags.")
    call.tx.put(replace(endpoint, tags=tags))
    return {}


def untag_resource(call: Call, request: route53resolver.UntagResourceRequest) -> route53resolver.UntagResourceResponse:
    """Keys that are not there change nothing. Raises ResourceNotFoundException, InvalidParameterException."""
    endpoint = _tagged(call, request["ResourceArn"])
    call.tx.put(replace(endpoint, tags=remove_tags(endpoint.tags, dict.fromkeys(request["TagKeys"]))))
    return {}


def list_tags_for_resource(
    call: Call, request: route53resolver.ListTagsForResourceRequest
) -> route53resolver.ListTagsForResourceResponse:
    """Raises ResourceNotFoundException, InvalidParameterException, InvalidNextTokenException."""
    endpoint = _tagged(call, request["ResourceArn"])
    shown, ending = resolver_page(endpoint.tags, request.get("MaxResults"), request.get("NextToken"))
    result: route53resolver.ListTagsForResourceResponse = {
        "Tags": [{"Key": tag.key, "Value": tag.value} for tag in shown]
    }
    if ending is not None:
        result["NextToken"] = ending
    return result


def _tagged(call: Call, text: str) -> ResolverEndpoint:
    arn = parse_arn(text)
    if arn is None or arn.service != "route53resolver":
        raise invalid_parameter(f"'{text}' is no ARN of Route 53 Resolver.")
    endpoint = existing_endpoint(call, arn.resource.removeprefix(_KIND))
    if endpoint_arn(endpoint) != text:
        raise not_found(f"There is no resource with the ARN '{text}'.")
    return endpoint
