"""A subscriber in its own process that writes down what rows it has: `python recording_subscriber.py SOCKET FILE`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from skywalk.feed.rows import RowChange
from skywalk.feed.subscriber import Subscriber


async def main(socket: Path, record: Path) -> None:
    keys: set[str] = set()

    async def apply(change: RowChange) -> None:
        if change.is_full:
            keys.clear()
        keys.difference_update(key for _, key in change.removed)
        keys.update(row.key for row in change.put)
        fresh = record.with_suffix(".new")
        fresh.write_text(json.dumps({"pid": os.getpid(), "keys": sorted(keys)}))
        fresh.rename(record)

    subscriber = Subscriber(apply)
    await subscriber.listen(socket)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
