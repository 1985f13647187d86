"""CreateKeyPair, ImportKeyPair, DescribeKeyPairs, DeleteKeyPair.

The private half of a key is in CreateKeyPair's answer alone. Texts of refusals from answers quoted in public reports;
those for a name, a type or a format that cannot be are unconfirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skywalk.actions.describe import FilterValues, matching
from skywalk.actions.existing import KEY_PAIR, all_existing
from skywalk.actions.tag_specifications import show_tags, specified_tags
from skywalk.resources.key_pair import KeyPair
from skywalk.values.errors import AwsError, invalid_parameter_value, missing_parameter, unsupported_operation

if TYPE_CHECKING:
    from skywalk.actions.call import Call
    from skywalk.actions.key_material import PublicKey
    from skywalk.actions.shapes import ec2
    from skywalk.values.tags import Tag

MAX_NAME_LENGTH = 255

_FILTERS: dict[str, FilterValues[KeyPair]] = {
    "fingerprint": lambda pair: [pair.fingerprint],
    "key-name": lambda pair: [pair.name],
    "key-pair-id": lambda pair: [pair.id],
}


def create_key_pair(call: Call, request: ec2.CreateKeyPairRequest) -> ec2.KeyPair:
    """Raises InvalidKeyPair.Duplicate, InvalidParameterValue; UnsupportedOperation for PuTTY's format."""
    from skywalk.actions.key_material import ED25519, RSA, draw_key

    _check_name(call, request["KeyName"])
    key_type, key_format = request.get("KeyType") or RSA, request.get("KeyFormat") or "pem"
    if key_type not in (RSA, ED25519):
        raise invalid_parameter_value(f"Value ({key_type}) for parameter KeyType is invalid.")
    if key_format not in ("pem", "ppk"):
        raise invalid_parameter_value(f"Value ({key_format}) for parameter KeyFormat is invalid.")
    if key_format == "ppk":
        raise unsupported_operation("Keys in the format ppk are not supported; pem is.")
    tags = specified_tags(request.get("TagSpecifications"), KEY_PAIR.resource_type)
    public, private = draw_key(key_type, call.chance)
    pair = _put(call, request["KeyName"], public, tags)
    shown: ec2.KeyPair = {
        "KeyPairId": pair.id,
        "KeyName": pair.name,
        "KeyFingerprint": pair.fingerprint,
        "KeyMaterial": private,
    }
    if pair.tags:
        shown["Tags"] = show_tags(pair.tags)
    return shown


def import_key_pair(call: Call, request: ec2.ImportKeyPairRequest) -> ec2.ImportKeyPairResult:
    """Raises InvalidKeyPair.Duplicate, InvalidKey.Format, InvalidParameterValue."""
    from skywalk.actions.key_material import read_public_key

    _check_name(call, request["KeyName"])
    try:
        public = read_public_key(request["PublicKeyMaterial"])
    except ValueError:
        raise AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format") from None
    tags = specified_tags(request.get("TagSpecifications"), KEY_PAIR.resource_type)
    pair = _put(call, request["KeyName"], public, tags)
    result: ec2.ImportKeyPairResult = {
        "KeyPairId": pair.id,
        "KeyName": pair.name,
        "KeyFingerprint": pair.fingerprint,
    }
    if pair.tags:
        result["Tags"] = show_tags(pair.tags)
    return result


def _check_name(call: Call, name: str) -> None:
    if not name.isascii() or not name.isprintable() or len(name) > MAX_NAME_LENGTH:
        raise invalid_parameter_value(
            f"Value for parameter KeyName is invalid. Up to {MAX_NAME_LENGTH} ASCII characters are allowed."
        )
    if _of_name(call, name) is not None:
        raise AwsError("InvalidKeyPair.Duplicate", f"The keypair '{name}' already exists.")


def _put(call: Call, name: str, public: PublicKey, tags: Sequence[Tag]) -> KeyPair:
    pair = KeyPair(
        id=call.mint("key"),
        scope=call.scope,
        tags=tuple(tags),
        name=name,
        key_type=public.key_type,
        fingerprint=public.fingerprint,
        public_key=f"{public.openssh} {name}",
        created_at=call.clock.now(),
    )
    call.tx.put(pair)
    return pair


def describe_key_pairs(call: Call, request: ec2.DescribeKeyPairsRequest) -> ec2.DescribeKeyPairsResult:
    """Raises InvalidKeyPair.NotFound."""
    pairs = _chosen(call, request.get("KeyNames") or [], request.get("KeyPairIds") or [])
    found = matching(pairs, request.get("Filters"), _FILTERS, lambda pair: pair.tags)
    shows_key = request.get("IncludePublicKey", False)
    return {"KeyPairs": [_show(pair, shows_key) for pair in found]}


def _chosen(call: Call, names: Sequence[str], key_pair_ids: Sequence[str]) -> list[KeyPair]:
    if not names and not key_pair_ids:
        return call.tx.of_owner(KeyPair, call.scope)
    named = {name: _of_name(call, name) for name in names}
    missing = [name for name, pair in named.items() if pair is None]
    if missing:
        raise _not_found(*missing)
    chosen = [pair for pair in named.values() if pair is not None]
    return list({pair.id: pair for pair in (*chosen, *all_existing(call, KEY_PAIR, key_pair_ids))}.values())


def _show(pair: KeyPair, shows_key: bool) -> ec2.KeyPairInfo:
    shown: ec2.KeyPairInfo = {
        "KeyPairId": pair.id,
        "KeyName": pair.name,
        "KeyType": pair.key_type,
        "KeyFingerprint": pair.fingerprint,
        "CreateTime": pair.created_at,
        "Tags": show_tags(pair.tags),
    }
    if shows_key:
        shown["PublicKey"] = pair.public_key
    return shown


def delete_key_pair(call: Call, request: ec2.DeleteKeyPairRequest) -> ec2.DeleteKeyPairResult:
    """A pair that is not there is deleted already, as on AWS. Instances keep the key."""
    name, key_pair_id = request.get("KeyName"), request.get("KeyPairId")
    if not name and not key_pair_id:
        raise missing_parameter("KeyName or KeyPairId")
    pair = call.tx.owned(KeyPair, call.scope, key_pair_id) if key_pair_id else _of_name(call, name or "")
    result: ec2.DeleteKeyPairResult = {"Return": True}
    if pair is not None:
        call.tx.remove(pair.id)
        result["KeyPairId"] = pair.id
    return result


def existing_key_pair(call: Call, name: str) -> KeyPair:
    """Raises InvalidKeyPair.NotFound."""
    pair = _of_name(call, name)
    if pair is None:
        raise _not_found(name)
    return pair


def _of_name(call: Call, name: str) -> KeyPair | None:
    return next((pair for pair in call.tx.referring(KeyPair, name) if pair.scope == call.scope), None)


def _not_found(*names: str) -> AwsError:
    if len(names) == 1:
        return AwsError("InvalidKeyPair.NotFound", f"The key pair '{names[0]}' does not exist")
    return AwsError("InvalidKeyPair.NotFound", f"The key pairs '{', '.join(names)}' do not exist")
