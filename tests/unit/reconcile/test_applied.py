"""Marks of progress: who waits for which revision, and when that is reached."""

from __future__ import annotations

import asyncio

from skywalk.reconcile.applied import Applied


def test_a_subject_is_behind_until_its_newest_revision_is_done() -> None:
    applied = Applied()
    applied.want(["vpc-1", "vpc-2"], 5)
    applied.want(["vpc-1"], 6)
    assert applied.behind() == {"vpc-1", "vpc-2"}
    applied.done("vpc-2", 5)
    applied.done("vpc-1", 5)
    assert applied.behind() == {"vpc-1"}
    assert applied.reached(["vpc-1"], 5)
    assert not applied.reached(["vpc-1"], 6)
    applied.done("vpc-1", 7)
    assert applied.behind() == frozenset()
    assert applied.reached(["vpc-1"], 100), "nothing newer is wanted"


def test_what_was_wanted_before_anything_was_stored_is_waited_for() -> None:
    """The internet of a store without a change: who waits for it must not go round and round at once."""
    applied = Applied()
    applied.want(["internet"], 0)
    assert not applied.reached(["internet"], 0)
    applied.done("internet", 0)
    assert applied.reached(["internet"], 0)


def test_waiting_ends_when_all_subjects_are_there() -> None:
    async def story() -> None:
        applied = Applied()
        applied.want(["vpc-1", "vpc-2"], 3)
        waiting = asyncio.create_task(applied.wait(["vpc-1", "vpc-2"], 3))
        await asyncio.sleep(0)
        applied.done("vpc-1", 3)
        await asyncio.sleep(0)
        assert not waiting.done()
        applied.done("vpc-2", 4)
        await asyncio.wait_for(waiting, 60)

    asyncio.run(story())
