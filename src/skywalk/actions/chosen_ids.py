"""Chosen ids: the creation tag `_custom_id_` sets a resource's id, so that written examples run verbatim.

The convention is that of other emulators; AWS would store the tag like any other. It is taken off the request before
the action sees it and never stored. What is refused: an id that is malformed for its kind (the kind's Malformed
code), that something has already, and one for several resources at once (InvalidParameterValue).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skywalk.actions.existing import INSTANCE, NOUNS, IdFamily
from skywalk.resources.prefix_lists import prefix_list
from skywalk.resources.store import Transaction
from skywalk.values.errors import AwsError, invalid_parameter_value

TAG_KEY = "_custom_id_"

_FAMILIES: Mapping[str, IdFamily] = {noun.resource_type: noun.ids for noun in NOUNS}


class ChosenIds:
    """The ids that one request chooses, by prefix; each is given out once."""

    def __init__(self, ids: Mapping[str, str] | None = None) -> None:
        self._left = dict(ids or {})

    def take(self, prefix: str, tx: Transaction) -> str | None:
        """The id for a new resource with this prefix, if one was chosen. Raises InvalidParameterValue if it is in
        use."""
        chosen = self._left.pop(prefix, None)
        if chosen is not None and tx.holds(chosen):
            raise _in_use(chosen)
        return chosen

    def check_all_taken(self, tx: Transaction) -> None:
        """After the action: what was chosen must be there. Raises InvalidParameterValue for a kind of resource that
        the action did not make; a call that only repeats an earlier one (ClientToken) has made it before."""
        for chosen in self._left.values():
            if not tx.holds(chosen):
                raise invalid_parameter_value(f"The id '{chosen}' is not of a resource that this operation creates.")


def take_chosen_ids(request: dict[str, Any], region: str) -> ChosenIds:
    """Takes the tag off a request's tag specifications, and those away that then have no tags."""
    found: dict[str, str] = {}
    kept = []
    for specification in request.get("TagSpecifications") or ():
        tags = [tag for tag in specification.get("Tags") or () if tag.get("Key") != TAG_KEY]
        chosen = [tag.get("Value", "") for tag in specification.get("Tags") or () if tag.get("Key") == TAG_KEY]
        if chosen:
            family = _family(specification.get("ResourceType", ""))
            found[family.prefix] = _checked(family, chosen, request, region)
        if tags or not chosen:
            kept.append({**specification, "Tags": tags} if chosen else specification)
    if found:
        request["TagSpecifications"] = kept
    return ChosenIds(found)


def _family(resource_type: str) -> IdFamily:
    family = _FAMILIES.get(resource_type)
    if family is None:
        raise invalid_parameter_value(f"The id of a resource of type '{resource_type}' cannot be chosen.")
    return family


def _checked(family: IdFamily, chosen: list[str], request: Mapping[str, Any], region: str) -> str:
    if len(chosen) > 1:
        raise invalid_parameter_value(f"Duplicate tag key '{TAG_KEY}' specified.")
    if request.get("MaxCount", 1) != 1 and family is INSTANCE.ids:
        raise AwsError(
            "InvalidParameterCombination", f"The tag {TAG_KEY} names one resource; MaxCount asks for several."
        )
    family.check(chosen[0])
    if prefix_list(region, chosen[0]) is not None:
        raise _in_use(chosen[0])
    return chosen[0]


def _in_use(resource_id: str) -> AwsError:
    return invalid_parameter_value(f"The id '{resource_id}' is in use already.")
