"""The base: what all guests of a region share, kept in one folder of its state directory."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skywalk.drivers.linux.guests.environment import REGION_CERTIFICATE, TRUST_BUNDLE
from skywalk.drivers.linux.guests.trust import add_to_bundle, add_to_java_store

_PROGRAMS = ("tini", "sh", "nice")
# Where Debian, Fedora and SUSE keep the bundle that all programs but Java's read.
_BUNDLES = (
    TRUST_BUNDLE,
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_JAVA_STORES = ("etc/ssl/certs/java/cacerts", "etc/pki/java/cacerts", "usr/lib/jvm/*/lib/security/cacerts")
_ETC = Path("/etc")


@dataclass(frozen=True, slots=True)
class Base:
    """`etc_layer` lies between the machine's /etc and a guest's own layer; `programs` start other programs;
    `empty_folder` and `empty_file` cover what is hidden; `stores` are trust stores outside /etc, by place."""

    certificate: bytes
    etc_layer: Path
    programs: Path
    empty_folder: Path
    empty_file: Path
    stores: Mapping[str, Path]


def prepare_base(folder: Path, certificate: bytes) -> Base:
    """Writes what is missing or differs. Raises OSError, also where a program is not installed."""
    base = Base(
        certificate, folder / "etc", folder / "programs", folder / "empty" / "folder", folder / "empty" / "file", {}
    )
    base.empty_folder.mkdir(parents=True, exist_ok=True)
    _write(base.empty_file, b"", 0o444)
    for name in _PROGRAMS:
        _write(base.programs / name, _find_program(name).read_bytes(), 0o755)
    outside_etc = {}
    for place, content in _trust_files(certificate):
        if place.is_relative_to(_ETC):
            _write(base.etc_layer / place.relative_to(_ETC), content, 0o644)
        else:
            outside_etc[str(place)] = folder / "stores" / str(place).strip("/").replace("/", "-")
            _write(outside_etc[str(place)], content, 0o644)
    return Base(certificate, base.etc_layer, base.programs, base.empty_folder, base.empty_file, outside_etc)


def _find_program(name: str) -> Path:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; on Debian and Ubuntu: apt-get install {name}")
    return Path(found)


def _trust_files(certificate: bytes) -> Iterator[tuple[Path, bytes]]:
    """The stores with the region's CA in them, by the place where the machine really has them."""
    # /etc/ssl/certs is itself a link on Fedora; the layer must not put a folder in its place.
    bundles = {Path(path).resolve() for path in _BUNDLES if path == TRUST_BUNDLE or Path(path).is_file()}
    machine = _read(Path(TRUST_BUNDLE)) or next(filter(None, map(_read, sorted(bundles))), b"")
    for place in sorted(bundles):
        yield place, add_to_bundle(_read(place), certificate)
    alone = Path(REGION_CERTIFICATE).parent.resolve() / Path(REGION_CERTIFICATE).name
    yield alone, certificate
    if name := _hash_name(certificate):
        yield alone.parent / name, certificate
    java = {path.resolve() for pattern in _JAVA_STORES for path in Path("/").glob(pattern)}
    for place in sorted(java):
        yield place, add_to_java_store(_read(place), machine, certificate)


def _hash_name(certificate: bytes) -> str:
    """The name by which OpenSSL finds a CA in a folder, or empty where there is no `openssl` to say it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return ""
    command = (openssl, "x509", "-noout", "-subject_hash")
    hashed = subprocess.run(command, input=certificate, capture_output=True, check=False)
    return f"{hashed.stdout.decode().strip()}.0" if hashed.returncode == 0 else ""


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _write(path: Path, content: bytes, mode: int) -> None:
    """Replaces a file at once, or not at all if it is right: guests that run may have it open."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.chmod(mode)
    os.replace(new, path)
