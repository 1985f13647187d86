"""What is changed in moto's S3 when it serves as a backend, and why. Nothing else of moto is touched.

moto is a library for tests: it keeps every object it ever made, deep-copies contents to list versions, and has an
evaluator of bucket policies that refuses what AWS allows. Written against moto 5.2.5.
"""

from __future__ import annotations

import types
from typing import Any

from moto.core import base_backend
from moto.iam.access_control import PermissionResult
from moto.s3 import models

from skywalk.backends.contents import ContentFolder


def change_moto(folder: ContentFolder) -> None:
    """Once per process, before the first object is made."""
    _keep_contents_in(folder)
    _copy_keys_without_their_bytes()
    _leave_decisions_to_the_edge()
    _forget_instances()


def _keep_contents_in(folder: ContentFolder) -> None:
    # moto's own buffers hold 16 MiB of memory or an open descriptor for every object.
    def new_content(*_: object, **__: object) -> Any:
        return folder.new_content()

    setattr(models, "tempfile", types.SimpleNamespace(SpooledTemporaryFile=new_content))  # noqa: B010


def _copy_keys_without_their_bytes() -> None:
    # list_object_versions deep-copies every key of the bucket, bytes included.
    def copy_key(key: Any, _memo: dict[int, Any]) -> Any:
        copied = object.__new__(models.FakeKey)
        copied.__dict__.update(key.__dict__)
        copied.__dict__.update(_value_buffer=key._value_buffer.borrowed(), disposed=True, multipart=None)
        return copied

    setattr(models.FakeKey, "__deepcopy__", copy_key)  # noqa: B010


def _leave_decisions_to_the_edge() -> None:
    # A request that arrives here has been decided on. moto's evaluator knows StringEquals only and takes an unmet
    # condition for a denial; PERMITTED also ends its look at object ACLs.
    setattr(models.FakeBucket, "get_permission", lambda *_: PermissionResult.PERMITTED)  # noqa: B010


def _forget_instances() -> None:
    # moto tracks every model ever made, to reset them between tests: deleted objects would never be freed.
    of_s3: dict[str, Any] = base_backend.model_data["s3"]  # type: ignore[attr-defined]
    for model in of_s3.values():
        model.instances_tracked = _Untracked()


class _Untracked(list[Any]):
    """A list that stays empty."""

    def append(self, _: Any) -> None:
        return
