"""What EC2's refusals say encoded: all about a resource must, no others may, and it must be what the sentence says."""

from __future__ import annotations

import json
import re
from typing import Any

from skywalk.identity.authorization_message import open_message
from support.region import REGION_KEY

_EC2_S = "You are not authorized to perform this operation. "
_ENCODED = ". Encoded authorization failure message: "
_SENTENCE = re.compile(r"User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))? (?:because|(with)) .+")


def sentence_of(message: str) -> str:
    """The message of any refusal without what it says encoded, which is compared with the sentence."""
    sentence, encoded, token = message.partition(_ENCODED)
    _, is_ec2_s, about = sentence.rpartition(_EC2_S)
    found = _SENTENCE.fullmatch(about)
    if not is_ec2_s or found is None:
        assert not encoded, message
        return message
    who, action, resource, explicit = found.groups()
    assert bool(encoded) is (resource is not None), message
    if encoded:
        told = opened(token, who.split(":")[4])
        context = told["context"]
        assert (context["principal"]["arn"], context["action"], context["resource"]) == (who, action, resource)
        assert told["explicitDeny"] is bool(told["matchedStatements"]["items"]) is (explicit is not None)
    return sentence


def token_of(message: str) -> str:
    """The encoded message of a refusal of EC2."""
    sentence, encoded, token = message.partition(_ENCODED)
    assert sentence.partition(_EC2_S)[1], message
    assert encoded, message
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token), token
    return token


def opened(token: str, account_id: str) -> dict[str, Any]:
    """What a token of a region with the tests' key says."""
    document: dict[str, Any] = json.loads(open_message(REGION_KEY, account_id, token))
    return document
