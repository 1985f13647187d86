from __future__ import annotations

from pathlib import Path, PurePosixPath

from skywalk.drivers.linux.features import Features
from skywalk.drivers.linux.guests.base import Base
from skywalk.drivers.linux.guests.filesystems import FileSystem
from skywalk.drivers.linux.guests.patchwork import Kind, Patchwork, Piece
from skywalk.drivers.linux.guests.root import Surroundings, lay_out_root

_BASE = Base(
    b"", Path("/s/etc"), Path("/s/programs"), Path("/s/empty"), Path("/s/file"), {"/opt/jdk/cacerts": Path("/s/jks")}
)
_SURROUNDINGS = Surroundings(
    _BASE,
    (FileSystem(PurePosixPath("/home"), "ext4", False), FileSystem(PurePosixPath("/snap/core"), "squashfs", True)),
    (Path("/s"), Path("/hidden/home")),
    (Path("/hidden/home/.aws"), Path("/home/ann/.aws")),
)
_STEPS = lay_out_root(_SURROUNDINGS, Path("/s/i-1/homes"), {"/etc/hostname": b"one\n"})


def _without_kernel_file_systems() -> list[str]:
    kernel = ("/proc", "/sys", "/dev", "/run")
    return [" ".join(map(str, step)) for step in _STEPS if not str(step[1]).startswith(kernel)]


def test_file_systems_then_private_places_then_files() -> None:
    assert _without_kernel_file_systems() == [
        "layer / / / root",
        "layer /home /home /home %2Fhome",
        "bind /snap/core /snap/core",
        "layer /etc /s/etc:/etc /etc etc",
        "bind /opt/jdk/cacerts /s/jks",
        "own /home/ann/.aws /s/i-1/homes/%2Fhome%2Fann%2F.aws",
        "cover /hidden/home /s/empty /s/file",
        "cover /s /s/empty /s/file",
        "file /etc/hostname b25lCg== 420",
    ]


def test_settings_of_the_kernel_are_read_only_but_for_the_guests_network() -> None:
    assert ("freeze", "/proc/sys", "net") in _STEPS
    assert ("freeze", "/sys") in _STEPS
    assert ("cover", "/proc/kcore", "/s/empty", "/s/file") in _STEPS


def test_devices_are_harmless_ones() -> None:
    nodes = {str(step[1]) for step in _STEPS if step[0] == "node"}
    names = ("full", "net/tun", "null", "random", "tty", "urandom", "zero")
    assert nodes == {f"/dev/{name}" for name in names}


def test_places_come_after_what_they_lie_in() -> None:
    places = [str(step[1]) for step in _STEPS if step[0] in {"layer", "mount"}]
    assert places.index("/dev") < places.index("/dev/pts") < places.index("/run")
    assert places[0] == "/"


def test_without_root_it_is_put_together_from_pieces() -> None:
    pieces = [
        Piece(Kind.LINK, "/bin", target="usr/bin"),
        Piece(Kind.FOLDER, "/etc"),
        Piece(Kind.FILE, "/etc/hostname"),
        Piece(Kind.FILE, "/etc/passwd"),
        Piece(Kind.LAYER, "/etc/ssl"),
        Piece(Kind.FILE, "/notes"),
        Piece(Kind.FOLDER, "/root", 0o700),
        Piece(Kind.SHOWN, "/snap"),
        Piece(Kind.LAYER, "/usr"),
    ]
    over = {"/etc/ssl": [Path("/s/etc/ssl"), Path("/m/etc/ssl")]}
    patchwork = Patchwork(pieces, over, {"/etc/pki/ca.pem": Path("/s/etc/pki/ca.pem")})
    some = Surroundings(_BASE, (), (), (), Features(whole_machine=False, terminals_group=False), patchwork)
    laid = lay_out_root(some, Path("/s/i-1/homes"), {"/etc/hostname": b"one\n"})
    assert [" ".join(map(str, step)) for step in laid[:13]] == [
        "ground / ground",
        "link /bin usr/bin",
        "place /etc 493",
        "copy /etc/passwd /etc/passwd",
        "place /etc/ssl 493",
        "layer /etc/ssl /s/etc/ssl:/m/etc/ssl:/etc/ssl /etc/ssl %2Fetc%2Fssl",
        "patch /notes /notes",
        "place /root 448",
        "place /snap 493",
        "bind /snap /snap",
        "place /usr 493",
        "layer /usr /usr /usr %2Fusr",
        "patch /etc/pki/ca.pem /s/etc/pki/ca.pem",
    ]
    [terminals] = [step for step in laid if step[1] == "/dev/pts" and step[0] == "mount"]
    assert "gid" not in str(terminals)
