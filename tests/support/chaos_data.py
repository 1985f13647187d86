"""Objects and items that are written while processes are killed, and what must be there of them afterwards."""

from __future__ import annotations

import hashlib
import random
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from support.live_region import LiveRegion

BUCKET = TABLE = "chaos-data"
_SIZES = (0, 100, 20_000, 200_000, 2_000_000)
_ONCE = {"total_max_attempts": 1}
_PATIENT = {"total_max_attempts": 8, "mode": "standard"}
"""The first request that meets a dead backend is answered with 503."""


class DataLedger:
    """What the backends acknowledged. What was asked for and not answered may be there or not."""

    def __init__(self, region: LiveRegion, chance: random.Random) -> None:
        self._s3, self._dynamodb = (region.client(service, retries=_ONCE) for service in ("s3", "dynamodb"))
        self._reading_s3, self._reading_dynamodb = (
            region.client(service, retries=_PATIENT) for service in ("s3", "dynamodb")
        )
        self._random = chance
        self._versions: dict[tuple[str, str], str] = {}
        """ETag by key and version id, of what must be there."""
        self._deleted: set[tuple[str, str]] = set()
        self._items: dict[str, set[str]] = {}
        """The values that an item may have, by its key."""
        self._count, self._in_doubt = 0, 0
        self.acknowledged = 0

    def prepare(self) -> None:
        self._s3.create_bucket(Bucket=BUCKET)
        self._s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self._dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def step(self) -> None:
        step = self._random.choice((self._put, self._put, self._delete, self._put_item, self._add))
        try:
            step()
        except (ClientError, BotoCoreError):
            return
        self.acknowledged += 1

    def _put(self) -> None:
        key, body = f"key-{self._random.randrange(5)}", self._random.randbytes(self._random.choice(_SIZES))
        answer = self._s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        assert answer["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
        self._versions[key, answer["VersionId"]] = answer["ETag"]

    def _delete(self) -> None:
        if self._versions:
            key, version_id = self._random.choice(sorted(self._versions))
            self._versions.pop((key, version_id))
            self._s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version_id)
            self._deleted.add((key, version_id))

    def _put_item(self) -> None:
        key, value = f"key-{self._random.randrange(5)}", str(self._random.randrange(10**9))
        self._items.setdefault(key, {""}).add(value)
        self._dynamodb.put_item(TableName=TABLE, Item={"k": {"S": key}, "v": {"S": value}})
        self._items[key] = {value}

    def _add(self) -> None:
        one: dict[str, Any] = {"Key": {"k": {"S": "count"}}, "UpdateExpression": "ADD n :one"}
        self._in_doubt += 1
        self._dynamodb.update_item(TableName=TABLE, **one, ExpressionAttributeValues={":one": {"N": "1"}})
        self._in_doubt -= 1
        self._count += 1

    def find_faults(self) -> list[str]:
        """What is not as it was acknowledged."""
        return [*self._faults_of_objects(), *self._faults_of_items()]

    def _faults_of_objects(self) -> list[str]:
        pages = self._reading_s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET)
        there = {(one["Key"], one["VersionId"]): one["ETag"] for page in pages for one in page.get("Versions", ())}
        faults = [f"{one} should have ETag {etag}" for one, etag in self._versions.items() if there.get(one) != etag]
        faults += [f"{one} was deleted" for one in sorted(self._deleted & there.keys())]
        for key, version_id in self._versions:
            body = self._reading_s3.get_object(Bucket=BUCKET, Key=key, VersionId=version_id)["Body"].read()
            if f'"{hashlib.md5(body).hexdigest()}"' != self._versions[key, version_id]:
                faults.append(f"{key} {version_id} has other bytes")
        return faults

    def _faults_of_items(self) -> list[str]:
        there = {
            item["k"]["S"]: item for item in self._reading_dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
        }
        count = int(there.pop("count", {"n": {"N": "0"}})["n"]["N"])
        found = {key: item["v"]["S"] for key, item in there.items()}
        faults = [
            f"item {key} is {found.get(key)!r} and not one of {sorted(values)}"
            for key, values in self._items.items()
            if found.get(key, "") not in values
        ]
        if not self._count <= count <= self._count + self._in_doubt:
            faults.append(f"counted {count}, acknowledged {self._count}, in doubt {self._in_doubt}")
        self._count, self._in_doubt = count, 0
        self._items = {key: {found.get(key, "")} for key in self._items}
        return faults
