"""The state of any service of moto on disk: all backends of the process, in one pickle of moto's own classes.

moto's models hold what pickle does not know: locks, functions without a name of their own, keys. A state with
something else (a running thread) cannot be saved, and its changes stay in the journal.
"""

from __future__ import annotations

import io
import pickle
import sys
import threading
import types
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import moto
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend

from skywalk.backends.state_file import check_loadable, generation_of, replace_file

LOADABLE = "skywalk-any-1"
_LOCKS: dict[type, Callable[[], Any]] = {type(make()): make for make in (threading.Lock, threading.RLock)}
_PRIVATE_KEYS = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
_PUBLIC_KEYS = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)
_NAMED_AS_OTHERS = {
    "AgentsforBedrockBackend": "bedrock-agent",
    "ApiGatewayManagementApiBackend": "apigatewaymanagementapi",
    "BedrockRuntimeBackend": "bedrock-runtime",
    "RedshiftDataAPIServiceBackend": "redshift-data",
}
"""Those that moto gives the name of another service: by it, one would take the other's place."""


class AnyState:
    """Saves and loads. The caller sees to it that no request runs meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, generation: int) -> None:
        """Raises OSError, or what pickle raises for what it does not know."""
        state = {key: vars(backend) for key, backend in _backends()}
        buffer = io.BytesIO()
        _Writer(buffer, pickle.HIGHEST_PROTOCOL).dump((LOADABLE, moto.__version__, state, generation))
        replace_file(self._path, buffer.getvalue())

    def load(self) -> int:
        """Raises OSError or pickle.UnpicklingError."""
        if not self._path.exists():
            return 0
        loadable, version, state, *rest = _Reader(io.BytesIO(self._path.read_bytes())).load()
        check_loadable(self._path, loadable, LOADABLE, version)
        for key, attributes in state.items():
            vars(_backend(*key)).update(attributes)
        return generation_of(rest)


def _backends() -> Iterator[tuple[tuple[str, str, str], BaseBackend]]:
    services: list[Any] = vars(BackendDict)["_instances"]
    for service in services:
        for account_id, region, backend in service.iter_backends():
            name = _NAMED_AS_OTHERS.get(service.backend.__name__, service.service_name)
            yield (name, account_id, region), backend


def _backend(service: str, account_id: str, region: str) -> BaseBackend:
    found: BaseBackend = get_backend(service)[account_id][region]  # type: ignore[call-overload]
    return found


class _Writer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self._keys = {id(backend): key for key, backend in _backends()}

    def persistent_id(self, obj: Any) -> Any:
        """A backend is the process's, wherever a model names it."""
        return self._keys.get(id(obj)) if isinstance(obj, BaseBackend) else None

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) in _LOCKS:
            return _LOCKS[type(obj)], ()
        if isinstance(obj, types.FunctionType) and "<" in obj.__qualname__:
            return _reduce_function(obj)
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            # pickle would call its __init__ as defaultdict's.
            content = (vars(obj), dict(obj))
            return _new_default_dict, (type(obj), obj.default_factory), content, None, None, _fill_dict
        if isinstance(obj, weakref.WeakValueDictionary):
            return weakref.WeakValueDictionary, (), None, None, iter(list(obj.items()))
        if isinstance(obj, _PRIVATE_KEYS):
            form, no_secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            return _private_key, (obj.private_bytes(serialization.Encoding.DER, form, no_secret),)
        if isinstance(obj, x509.Certificate):
            return _certificate, (obj.public_bytes(serialization.Encoding.DER),)
        if isinstance(obj, _PUBLIC_KEYS):
            subject = serialization.PublicFormat.SubjectPublicKeyInfo
            return serialization.load_der_public_key, (obj.public_bytes(serialization.Encoding.DER, subject),)
        return NotImplemented


class _Reader(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        return _backend(*pid)


def _new_default_dict(kind: Any, factory: Any) -> Any:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _fill_dict(made: Any, content: tuple[dict[str, Any], dict[Any, Any]]) -> None:
    vars(made).update(content[0])
    dict.update(made, content[1])


def _private_key(data: bytes) -> Any:
    return serialization.load_der_private_key(data, None)


def _certificate(data: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(data)


def _reduce_function(function: types.FunctionType) -> Any:
    """By its place in the source: the one of that name and line in its module."""
    cells = tuple(cell.cell_contents for cell in function.__closure__ or ())
    code = function.__code__
    return _function, (function.__module__, code.co_qualname, code.co_firstlineno, cells, function.__defaults__)


def _function(module_name: str, qualified_name: str, line: int, cells: tuple[Any, ...], defaults: Any) -> Any:
    __import__(module_name)
    module = sys.modules[module_name]
    assert module.__file__ is not None
    found = _code_within(compile(Path(module.__file__).read_text(), module.__file__, "exec"), qualified_name, line)
    closure = tuple(types.CellType(value) for value in cells)
    return types.FunctionType(found, vars(module), found.co_name, defaults, closure)


def _code_within(code: types.CodeType, qualified_name: str, line: int) -> types.CodeType:
    waiting = [code]
    while waiting:
        one = waiting.pop()
        if one.co_qualname == qualified_name and one.co_firstlineno == line:
            return one
        waiting += [constant for constant in one.co_consts if isinstance(constant, types.CodeType)]
    raise pickle.UnpicklingError(f"there is no {qualified_name} any more")
