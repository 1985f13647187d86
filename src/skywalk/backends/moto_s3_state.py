"""moto's S3 state on disk: everything but the contents of large objects is one file, replaced whole.

The file is a pickle of moto's own classes: it is read only by the process that wrote it, from a folder of its owner's,
and by no other version of moto (`LOADABLE`).
"""

from __future__ import annotations

import io
import logging
import pickle
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import moto
from moto.s3 import models
from moto.s3.utils import _VersionedKeyStore

from skywalk.backends.contents import Content, ContentFolder
from skywalk.backends.state_file import check_loadable, generation_of, replace_file

log = logging.getLogger(__name__)

LOADABLE = "skywalk-s3-1"
_LOCK_TYPE = type(threading.Lock())
_CONTENT, _LOCK = "content", "lock"
_MODULE, _FORMER_MODULE = "skywalk.backends.moto_s3_state", "skywalk.backends.moto_state"
"""States name functions of this module, older ones by the name that it had."""


class S3State:
    """Saves and loads. The caller sees to it that no request runs meanwhile."""

    def __init__(self, path: Path, folder: ContentFolder) -> None:
        self._path = path
        self._folder = folder

    def save(self, generation: int) -> None:
        """Replaces the file in one step, then removes contents that only the former one named."""
        unwanted = self._folder.unwanted()
        replace_file(self._path, self._dump(generation))
        self._folder.sweep(unwanted)

    def load(self) -> int:
        """Raises OSError or pickle.UnpicklingError: a state that cannot be read is never overwritten silently."""
        if not self._path.exists():
            self._folder.keep_only(frozenset())
            return 0
        loadable, version, state, *rest = _Reader(io.BytesIO(self._path.read_bytes()), self._folder).load()
        check_loadable(self._path, loadable, LOADABLE, version)
        for (account_id, partition), attributes in state.items():
            models.s3_backends[account_id][partition].__dict__.update(attributes)
        for bucket in _buckets():
            models.s3_backends.bucket_accounts[bucket.name] = (bucket.partition, bucket.account_id)
            self._forget_lost_contents(bucket)
        self._folder.keep_only(frozenset(_content_names()))
        return generation_of(rest)

    def _dump(self, generation: int) -> bytes:
        state = {
            (account_id, partition): vars(backend)
            for account_id, partition, backend in models.s3_backends.iter_backends()
        }
        buffer = io.BytesIO()
        _Writer(buffer).dump((LOADABLE, moto.__version__, state, generation))
        return buffer.getvalue()

    def _forget_lost_contents(self, bucket: Any) -> None:
        """Drops objects whose contents are gone from the folder; saying so, for none should be."""
        for name, versions in list(bucket.keys.lists()):
            kept = [version for version in versions if self._is_whole(version)]
            if len(kept) == len(versions):
                continue
            log.error("lost the contents of %s/%s", bucket.name, name)
            dict.pop(bucket.keys, name)
            if kept:
                dict.__setitem__(bucket.keys, name, kept)

    def _is_whole(self, version: Any) -> bool:
        return not isinstance(version, models.FakeKey) or self._folder.holds(_content(version).reference)


def _buckets() -> Iterator[Any]:
    for _, _, backend in models.s3_backends.iter_backends():
        yield from vars(backend)["buckets"].values()


def _content_names() -> Iterator[str]:
    for bucket in _buckets():
        for _, versions in bucket.keys.lists():
            for version in versions:
                yield from _names_of(version)
        for upload in bucket.multiparts.values():
            yield from _names_of_parts(upload)


def _names_of(version: Any) -> Iterator[str]:
    if isinstance(version, models.FakeKey):
        yield _content(version).reference[0]
        if version.multipart is not None:
            yield from _names_of_parts(version.multipart)


def _names_of_parts(upload: Any) -> Iterator[str]:
    for part in upload.parts.values():
        yield _content(part).reference[0]


def _content(key: Any) -> Content:
    content: Content = key._value_buffer
    return content


class _Writer(pickle.Pickler):
    """Names contents instead of copying them."""

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Content):
            return (_CONTENT, obj.reference)
        if isinstance(obj, _LOCK_TYPE):
            return (_LOCK, None)
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, models.FakeKey):
            # moto's own __getstate__ copies the bytes into the state.
            return _new_key, (), vars(obj), None, None, _set_attributes
        if isinstance(obj, _VersionedKeyStore):
            # Its __setitem__ appends to a list of versions, which pickle cannot know.
            return _new_key_store, (), dict(dict.items(obj)), None, None, _set_items
        return NotImplemented


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, folder: ContentFolder) -> None:
        super().__init__(file)
        self._make: dict[str, Callable[[Any], Any]] = {_CONTENT: folder.restore, _LOCK: lambda _: threading.Lock()}

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return super().find_class(_MODULE if module_name == _FORMER_MODULE else module_name, global_name)

    def persistent_load(self, pid: Any) -> Any:
        kind, reference = pid
        return self._make[kind](reference)


def _new_key() -> Any:
    return object.__new__(models.FakeKey)


def _set_attributes(key: Any, attributes: dict[str, Any]) -> None:
    key.__dict__.update(attributes)


def _new_key_store() -> Any:
    return _VersionedKeyStore()


def _set_items(store: Any, items: dict[str, Any]) -> None:
    dict.update(store, items)
