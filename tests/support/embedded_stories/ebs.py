"""EBS direct APIs: snapshots that are written and read block by block."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.embedded_story import Look

SERVICE, CLIENT = "ebs", "ebs"
_BLOCK_BYTES = 512 << 10


def story(ebs: Any) -> Look:
    first = _snapshot(ebs, {0: b"a", 3: b"b"}, Description="before", Tags=[{"Key": "team", "Value": "a"}])
    second = _snapshot(ebs, {0: b"a", 3: b"c", 5: b"\xff"})
    with pytest.raises(ClientError, match="ValidationException"):
        _put(ebs, first, 1, b"d")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        ebs.list_snapshot_blocks(SnapshotId="snap-00000000000000000")
    pending = ebs.start_snapshot(VolumeSize=1)["SnapshotId"]
    with pytest.raises(ClientError, match="checksum"):
        ebs.put_snapshot_block(
            SnapshotId=pending,
            BlockIndex=0,
            BlockData=b"d" * _BLOCK_BYTES,
            DataLength=_BLOCK_BYTES,
            Checksum=_sum(b"e"),
            ChecksumAlgorithm="SHA256",
        )
    with pytest.raises(ClientError, match="token"):
        ebs.get_snapshot_block(SnapshotId=first, BlockIndex=0, BlockToken="wrong")

    def look(ebs: Any) -> Any:
        listed = ebs.list_snapshot_blocks(SnapshotId=second)
        assert (listed["VolumeSize"], listed["BlockSize"]) == (1, _BLOCK_BYTES)
        read = {}
        for block in listed["Blocks"]:
            got = ebs.get_snapshot_block(SnapshotId=second, **block)
            content = got["BlockData"].read()
            assert got["Checksum"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
            read[block["BlockIndex"]] = content[:1], len(content)
        assert read == {0: (b"a", _BLOCK_BYTES), 3: (b"c", _BLOCK_BYTES), 5: (b"\xff", _BLOCK_BYTES)}
        changed = ebs.list_changed_blocks(FirstSnapshotId=first, SecondSnapshotId=second)["ChangedBlocks"]
        assert [(one["BlockIndex"], "FirstBlockToken" in one) for one in changed] == [(3, True), (5, False)]
        return listed, changed

    return look


def _snapshot(ebs: Any, blocks: dict[int, bytes], **named: Any) -> str:
    made = ebs.start_snapshot(VolumeSize=1, **named)
    assert (made["Status"], made.get("Description"), made.get("Tags", [])) == (
        "pending",
        named.get("Description"),
        named.get("Tags", []),
    )
    snapshot: str = made["SnapshotId"]
    for index, content in blocks.items():
        _put(ebs, snapshot, index, content)
    completed = ebs.complete_snapshot(SnapshotId=snapshot, ChangedBlocksCount=len(blocks))
    assert completed["Status"] == "completed"
    return snapshot


def _put(ebs: Any, snapshot: str, index: int, content: bytes) -> None:
    ebs.put_snapshot_block(
        SnapshotId=snapshot,
        BlockIndex=index,
        BlockData=content * _BLOCK_BYTES,
        DataLength=_BLOCK_BYTES,
        Checksum=_sum(content),
        ChecksumAlgorithm="SHA256",
    )


def _sum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content * _BLOCK_BYTES).digest()).decode()
