"""What a change meets besides its request: the time, randomness and new private keys.

moto asks for them all over. While a change is handled (`at`), its thread is given those of a `Moment`, so that the
same request at the same moment makes the same state with the same ids, also when it is handled once more (`journal`).
Everywhere else the machine's own are had. Time stands still but for a microsecond from reading to reading.
"""

from __future__ import annotations

import contextlib
import datetime
import importlib.abc
import importlib.machinery
import os
import random
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

SEED_BYTES = 16
_READING_NANOSECONDS = 1000
_KEYS_MADE_IN = ("cryptography.hazmat.primitives.asymmetric.rsa", "cryptography.hazmat.primitives.asymmetric.ec")

_time, _time_ns, _urandom = time.time, time.time_ns, os.urandom


class Moment:
    """`keys`: the private keys that were made in it before (PKCS 8, DER); OpenSSL draws them from nobody's seed."""

    def __init__(self, nanoseconds: int, seed: bytes, keys: Iterable[bytes] = ()) -> None:
        self.nanoseconds = nanoseconds
        self.seed = seed
        self.new_keys: list[bytes] = []
        self._reading = nanoseconds
        self._random: random.Random | None = None
        self._keys = list(keys)

    @classmethod
    def now(cls, after_nanoseconds: int = 0) -> Moment:
        return cls(max(_time_ns(), after_nanoseconds + 1), _urandom(SEED_BYTES))

    def read_clock(self) -> int:
        """Nanoseconds since 1970."""
        self._reading += _READING_NANOSECONDS
        return self._reading

    @property
    def random(self) -> random.Random:
        if self._random is None:
            self._random = random.Random(self.seed)  # noqa: S311 (the seed is the operating system's)
        return self._random

    def private_key(self, make: Callable[[], Any]) -> Any:
        from cryptography.hazmat.primitives import serialization

        if self._keys:
            return serialization.load_der_private_key(self._keys.pop(0), None)
        key = make()
        form = serialization.PrivateFormat.PKCS8
        self.new_keys.append(key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption()))
        return key


class _OfThread(threading.local):
    moment: Moment | None = None


_of_thread = _OfThread()


@contextlib.contextmanager
def at(moment: Moment | None) -> Iterator[None]:
    """This thread meets the moment; or, with None, the machine's time and randomness."""
    former, _of_thread.moment = _of_thread.moment, moment
    try:
        yield
    finally:
        _of_thread.moment = former


def change_moto() -> None:
    """Once per process; moto's modules that are imported later find everything in its place."""
    if time.time is not _time:
        return
    standing = types.ModuleType(datetime.__name__)
    vars(standing).update(vars(datetime) | {"datetime": _Datetime, "date": _Date})
    replaced = [*_replace_functions(), (datetime.datetime, _Datetime), (datetime.date, _Date), (datetime, standing)]
    _Finder.stand_ins = {id(original): (original, stand_in) for original, stand_in in replaced}
    sys.meta_path.insert(0, _Finder())
    for name in sorted(sys.modules):
        if _Finder.adapts(name):
            _Finder.adapt(sys.modules[name])


def _replace_functions() -> list[tuple[Any, Any]]:
    """What was replaced, and by what."""
    drawn = _Random()
    names = [name for name in random.__all__ if hasattr(getattr(random, name), "__self__")]
    replaced: list[tuple[Any, str, Any]] = [
        (time, "time", _read_seconds),
        (time, "time_ns", current_nanoseconds),
        (os, "urandom", _draw_bytes),
        (random, "_urandom", _draw_bytes),
        *((random, name, getattr(drawn, name)) for name in names),
    ]
    pairs = [(getattr(module, name), function) for module, name, function in replaced]
    for module, name, function in replaced:
        setattr(module, name, function)
    return pairs


def current_nanoseconds() -> int:
    """Since 1970, of the thread's moment or the machine's clock."""
    moment = _of_thread.moment
    return _time_ns() if moment is None else moment.read_clock()


def _read_seconds() -> float:
    moment = _of_thread.moment
    return _time() if moment is None else moment.read_clock() / 1e9


def _draw_bytes(size: int, /) -> bytes:
    moment = _of_thread.moment
    return _urandom(size) if moment is None else moment.random.randbytes(size)


_plain = random.Random()  # noqa: S311 (of moto's own, as ever)


def _of_moment(name: str) -> Callable[..., Any]:
    def draw(_: random.Random, *args: Any, **named: Any) -> Any:
        moment = _of_thread.moment
        return getattr(_plain if moment is None else moment.random, name)(*args, **named)

    return draw


class _Random(random.Random):
    """The first two are enough, as all else is made of them; the others are for speed."""


for _name in ("random", "getrandbits", "choice", "choices", "randrange", "randint", "randbytes", "uniform"):
    setattr(_Random, _name, _of_moment(_name))


class _RealInstances(type):
    """Stands for a class that is its instances' only one: what is made is of the real class, and can be pickled."""

    real: ClassVar[Any]

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.real)


class _Datetime(datetime.datetime, metaclass=_RealInstances):
    real = datetime.datetime

    def __new__(cls, *args: Any, **named: Any) -> Any:
        return cls.real(*args, **named)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        seconds, rest = divmod(current_nanoseconds(), 1_000_000_000)
        return cls.real.fromtimestamp(seconds, tz).replace(microsecond=rest // 1000)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return cls.now()


class _Date(datetime.date, metaclass=_RealInstances):
    real = datetime.date

    def __new__(cls, *args: Any, **named: Any) -> Any:
        return cls.real(*args, **named)

    @classmethod
    def today(cls) -> Any:
        return _Datetime.now().date()


class _Finder(importlib.abc.MetaPathFinder):
    """Adapts modules as soon as they have been executed."""

    stand_ins: ClassVar[dict[int, tuple[Any, Any]]] = {}
    """By the identity of what they stand for, with it: some of it lives nowhere else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if self.adapts(fullname) else None
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: types.ModuleType) -> None:
            with at(None):  # when a module is first needed must not change what the moment has for the change
                execute(module)
            self.adapt(module)

        setattr(spec.loader, "exec_module", exec_module)  # noqa: B010
        return spec

    @staticmethod
    def adapts(name: str) -> bool:
        return name == "moto" or name.startswith("moto.") or name in _KEYS_MADE_IN

    @classmethod
    def adapt(cls, module: types.ModuleType) -> None:
        if module.__name__ in _KEYS_MADE_IN:
            module.generate_private_key = _with_keys_of_moment(module.generate_private_key)  # type: ignore[attr-defined]
            return
        for name, value in list(vars(module).items()):
            if id(value) in cls.stand_ins:
                setattr(module, name, cls.stand_ins[id(value)][1])
        mock_random = vars(module).get("mock_random")
        if module.__name__ == "moto.moto_api._internal":
            mock_random.__class__ = type("MotoRandom", (_Random, type(mock_random)), {})


def _with_keys_of_moment(make: Callable[..., Any]) -> Callable[..., Any]:
    def generate_private_key(*args: Any, **named: Any) -> Any:
        moment = _of_thread.moment
        return make(*args, **named) if moment is None else moment.private_key(lambda: make(*args, **named))

    return generate_private_key
