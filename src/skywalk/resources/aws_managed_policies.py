"""AWS's own managed policies, as far as they are in the catalogue: `arn:aws:iam::aws:policy/…`.

The catalogue (written by tools/generate_aws_managed_policies.py) holds default versions as AWS publishes them, of those
policies whose whole text skywalk evaluates. Older versions are not in it, and policy ids are skywalk's own: AWS
publishes neither. A policy that is not in it does not exist here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from skywalk.resources.managed_policy import ManagedPolicy, PolicyVersion
from skywalk.values.arn import iam_arn
from skywalk.values.scope import GLOBAL_REGION, Scope

AWS_ACCOUNT = "aws"
"""Where the ARN of a customer's policy has the account."""

_CATALOGUE = Path(__file__).with_name("aws_managed_policies.json")


def aws_managed_policy(arn: str) -> ManagedPolicy | None:
    return aws_managed_policies().get(arn)


@cache
def aws_managed_policies() -> Mapping[str, ManagedPolicy]:
    """All of the catalogue by ARN, in the order of their names."""
    catalogue: dict[str, Any] = json.loads(_CATALOGUE.read_text("utf-8"))
    policies = (_policy(name, entry) for name, entry in sorted(catalogue.items()))
    return {policy.id: policy for policy in policies}


_LONGEST_DOCUMENT = 131_072
"""Up to here documents are read. Source: IAM API Reference, CreatePolicy: the longest parameter."""


def _policy(name: str, entry: Mapping[str, Any]) -> ManagedPolicy:
    version, updated_at = entry["DefaultVersionId"], datetime.fromisoformat(entry["UpdateDate"])
    document = json.dumps(entry["Document"], indent=4)
    if len(document) > _LONGEST_DOCUMENT:
        document = json.dumps(entry["Document"])
    return ManagedPolicy(
        id=iam_arn(AWS_ACCOUNT, f"policy{entry['Path']}{name}"),
        scope=Scope(AWS_ACCOUNT, GLOBAL_REGION),
        name=name,
        path=entry["Path"],
        unique_id="ANPA" + base64.b32encode(sha256(name.encode()).digest()).decode()[:17],
        description="",
        created_at=datetime.fromisoformat(entry["CreateDate"]),
        updated_at=updated_at,
        versions=(PolicyVersion(version, document, updated_at),),
        default_version_id=version,
        last_version=int(version.removeprefix("v")),
    )
