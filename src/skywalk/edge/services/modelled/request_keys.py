"""The condition keys that follow from a request's parameters: those of its tags, and its service's own.

The rows of `condition_keys.json`, by the prefix of actions: `key` as AWS writes it; `from` the parameter, `Names[]` for
each of a list, `A.B` for a member of a structure, `A|B` for the first that is given; `default` what AWS takes where it
is not given; `actions` where the key is so for some alone; `form` the regular expression whose group is the value;
`is` what it always is; `each` a map whose members are keys of their own below `key`, whose names are the values of
`all`. A key is set for the actions that the Service Authorization Reference lists it for, and absent where nothing is
given.

Source: Service Authorization Reference; the services' pages, "condition keys". Unconfirmed: which keys have a default,
and that secretsmanager:SecretId is what the request says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skywalk.edge.services.modelled.parameters import values_at
from skywalk.policy.authorization_reference import action_entry
from skywalk.policy.context import NO_KEYS, tag_keys
from skywalk.policy.keys.names import REQUEST_TAG, TAG_KEYS

if TYPE_CHECKING:
    from skywalk.policy.context import Context

Keys = dict[str, str | tuple[str, ...]]

_FILE = Path(__file__).with_name("condition_keys.json")
_TAG_LISTS = frozenset({"tags", "taglist", "tagslist"})
_TAG_KEY_LISTS = frozenset({"tagkeys", "tagkeylist"})
_ONE_OF_THE_TAGS = f"{REQUEST_TAG}${{tagkey}}"


def request_keys(prefix: str, action: str, parameters: Mapping[str, Any], account_id: str) -> Context:
    """Of one action (`kms`, `ReEncryptTo`) that a request asks for, lower-cased."""
    entry = action_entry(prefix, action)
    if entry is None:
        return NO_KEYS
    keys: Keys = {}
    if _ONE_OF_THE_TAGS in entry.keys or TAG_KEYS in entry.keys:
        _add_tags(keys, parameters, entry.keys)
    for row in _rows().get(prefix, ()):
        if action in row.get("actions", (action,)) and _is_listed(row["key"].lower(), entry.keys):
            _add(keys, row, parameters, account_id)
    return keys


@cache
def _rows() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(_FILE.read_bytes())
    return loaded


def _is_listed(key: str, listed: frozenset[str]) -> bool:
    return key in listed or (key.endswith(":") and any(one.startswith(key) for one in listed))


def _add(keys: Keys, row: Mapping[str, Any], parameters: Mapping[str, Any], account_id: str) -> None:
    key = row["key"].lower()
    if "is" in row:
        keys[key] = account_id if row["is"] == "account" else row["is"]
    elif "each" in row:
        given = parameters.get(row["each"])
        if isinstance(given, dict) and given:
            keys.update({f"{key}{name.lower()}": str(value) for name, value in given.items()})
            keys[row["all"].lower()] = tuple(given)
    else:
        found = _found(row["from"], parameters)
        if row["from"].endswith("[]") or "[]." in row["from"]:
            if found:
                keys[key] = tuple(found)
        elif (value := _formed(row, found[0] if found else row.get("default"))) is not None:
            keys[key] = value


def _formed(row: Mapping[str, Any], value: str | None) -> str | None:
    if value is None or "form" not in row:
        return value
    matched = re.fullmatch(row["form"], value)
    return None if matched is None else str(matched[1])


def _found(path: str, parameters: Mapping[str, Any]) -> list[str]:
    for one in path.split("|"):
        values = [text for value in values_at(parameters, one.replace("[]", "").split(".")) if (text := _text(value))]
        if values:
            return values
    return []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _add_tags(keys: Keys, parameters: Mapping[str, Any], listed: frozenset[str]) -> None:
    tags = dict(_tags(parameters))
    if _ONE_OF_THE_TAGS in listed:
        keys.update(tag_keys(tags.items(), REQUEST_TAG))
    names = dict.fromkeys((*tags, *_tag_keys(parameters)))
    if names and TAG_KEYS in listed:
        keys[TAG_KEYS] = tuple(names)


def _tags(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Lists of keys and values, maps, and both once more below `TagSpecifications` and `Items`."""
    for name, value in parameters.items():
        if name.lower() in _TAG_LISTS or name == "Items":
            yield from _pairs(value)
        elif name == "TagSpecifications" and isinstance(value, list):
            for one in value:
                yield from _tags(one)


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and isinstance(value.get("Items"), list):
        yield from _pairs(value["Items"])
    elif isinstance(value, dict):
        yield from ((str(name), str(one)) for name, one in value.items())
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                named = {member.lower().removeprefix("tag"): inner for member, inner in one.items()}
                if "key" in named:
                    yield str(named["key"]), str(named.get("value") or "")


def _tag_keys(parameters: Mapping[str, Any]) -> Iterator[str]:
    """What tags are to be taken off."""
    for name, value in parameters.items():
        if name.lower() in _TAG_KEY_LISTS | _TAG_LISTS and isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
