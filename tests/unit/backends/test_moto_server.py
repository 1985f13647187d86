"""The embedded backend, as a process: what it serves, what it keeps, what nobody can reach."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from skywalk.backends.process import backend_environment, listener_process_id
from support.unix_http import UnixConnection, ask

OWNER = {"Host": "s3.us-east-1.amazonaws.com", "x-moto-account-id": "111111111111"}
OTHER = {"Host": "s3.us-east-1.amazonaws.com", "x-moto-account-id": "222222222222"}
EMPTY_JOURNAL_BYTES = 26
LARGE = hashlib.sha256(b"seed").digest() * 4000


class Backend:
    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.socket = state_dir / "socket"
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "skywalk.backends.moto_server",
                *("--service", "s3"),
                "--socket",
                str(self.socket),
                "--state",
                str(self.state_dir),
            ],
            env=backend_environment(os.environ),
        )
        until(lambda: process.poll() is not None or listener_process_id(self.socket) is not None)
        assert process.poll() is None
        return process

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(20)

    def restart(self, number: int = signal.SIGTERM) -> None:
        self.stop(number)
        self.process = self._start()

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        return ask(self.socket, method, target, body, OWNER | (headers or {}))


def until(condition: Callable[[], bool], within_seconds: float = 60) -> None:
    ends = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    yield from _backend(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    yield from _backend(tmp_path)


def _backend(state_dir: Path) -> Iterator[Backend]:
    backend = Backend(state_dir)
    yield backend
    if backend.process.poll() is None:
        backend.stop(signal.SIGKILL)


def test_objects_of_any_size_and_content_type_come_back(shared: Backend) -> None:
    assert shared.ask("PUT", "/b-objects-of-any")[0] == 200
    for body in (b"", b"abc", LARGE):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            status, headers, _ = shared.ask("PUT", "/b-objects-of-any/a%20b/c", body, {"Content-Type": content_type})
            assert (status, headers["etag"]) == (200, f'"{hashlib.md5(body).hexdigest()}"')
            status, headers, found = shared.ask("GET", "/b-objects-of-any/a%20b/c")
            assert (status, found, headers["content-type"]) == (200, body, content_type)


def test_keys_are_never_normalised(shared: Backend) -> None:
    shared.ask("PUT", "/b-keys-are-never")
    targets = [
        "/b-keys-are-never/a//b",
        "/b-keys-are-never//a",
        "/b-keys-are-never/a%2Fc",
        "/b-keys-are-never/x%3Fy%23z",
        "/b-keys-are-never/a/",
    ]
    for target in targets:
        assert shared.ask("PUT", target, target.encode())[0] == 200
    for target in targets:
        assert shared.ask("GET", target)[2] == target.encode()
    assert b"<Key>/a</Key>" in shared.ask("GET", "/b-keys-are-never?list-type=2")[2]


def test_head_tells_the_length_and_a_range_is_cut(shared: Backend) -> None:
    shared.ask("PUT", "/b-head-tells-the")
    shared.ask("PUT", "/b-head-tells-the/k", LARGE)
    status, headers, body = shared.ask("HEAD", "/b-head-tells-the/k")
    assert (status, headers["content-length"], body) == (200, str(len(LARGE)), b"")
    status, headers, body = shared.ask("GET", "/b-head-tells-the/k", headers={"Range": "bytes=10-19"})
    assert (status, headers["content-range"], body) == (206, f"bytes 10-19/{len(LARGE)}", LARGE[10:20])


def test_account_is_that_of_the_header(shared: Backend) -> None:
    shared.ask("PUT", "/b-account-is-that")
    shared.ask("PUT", "/b-account-is-that/k", b"of the owner")
    assert b"<Name>b-account-is-that</Name>" in shared.ask("GET", "/")[2]
    assert b"<Name>" not in ask(shared.socket, "GET", "/", headers=OTHER)[2]
    assert ask(shared.socket, "GET", "/b-account-is-that/k", headers=OTHER)[2] == b"of the owner"


def test_a_request_may_say_for_many_what_the_edge_has_decided(shared: Backend) -> None:
    """A topic's message may go to thousands of queues (`moto_deliveries`)."""
    queues = ",".join(f"arn:aws:sqs:us-east-1:111111111111:{number:080}" for number in range(5000))
    assert shared.ask("GET", "/", headers={"x-skywalk-delivers-to": queues})[0] == 200


def test_an_upload_tells_what_it_began_with(backend: Backend) -> None:
    """After a kill, and from a saved state, too."""
    backend.ask("PUT", "/b-begun")
    by_kms = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "k"}
    owned = {"x-amz-acl": "bucket-owner-full-control", "x-amz-tagging": "a=b", "x-amz-storage-class": "STANDARD_IA"}
    begun: dict[str, dict[str, str]] = {}
    for given in (by_kms, owned, {}):
        _, _, told = backend.ask("POST", "/b-begun/k?uploads", b"", given)
        begun[told.partition(b"<UploadId>")[2].partition(b"</UploadId>")[0].decode()] = given
    assert len(begun) == 3
    for end in (None, signal.SIGKILL, signal.SIGTERM):
        if end is not None:
            backend.restart(end)
        answers = {upload: backend.ask("GET", f"/b-begun/k?uploadId={upload}&max-parts=1") for upload in begun}
        assert {upload: status for upload, (status, _, _) in answers.items()} == dict.fromkeys(begun, 200)
        assert {
            upload: {name: value for name, value in headers.items() if name.startswith("x-moto-upload-")}
            for upload, (_, headers, _) in answers.items()
        } == {
            upload: {f"x-moto-upload-{name}": value for name, value in given.items()} for upload, given in begun.items()
        }


def test_bucket_policies_are_kept_and_decide_nothing(shared: Backend) -> None:
    shared.ask("PUT", "/b-bucket-policies")
    shared.ask("PUT", "/b-bucket-policies/k", b"abc")
    deny = (
        b'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",'
        b'"Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}}]}'
    )
    assert shared.ask("PUT", "/b-bucket-policies?policy", deny)[0] == 200
    assert shared.ask("GET", "/b-bucket-policies?policy")[2] == deny
    assert shared.ask("GET", "/b-bucket-policies/k")[::2] == (200, b"abc")
    assert shared.ask("PUT", "/b-bucket-policies/new", b"abc")[0] == 200


@pytest.mark.parametrize(
    "target", ["/moto-api/", "/moto-api/reset", "/moto-api/data.json", "/favicon.ico", "/latest/meta-data/x"]
)
def test_control_paths_of_moto_are_buckets(shared: Backend, target: str) -> None:
    shared.ask("PUT", "/b-control-paths-o")
    for method in ("GET", "POST"):
        assert shared.ask(method, target)[0] in (404, 405, 411, 500)
        assert b"Code" in shared.ask("GET", target)[2]
    assert shared.ask("GET", "/b-control-paths-o")[0] == 200


def test_socket_and_state_are_for_the_owner_alone(backend: Backend) -> None:
    backend.ask("PUT", "/documents")
    backend.stop()
    backend.process = backend._start()
    assert stat.S_IMODE(backend.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE((backend.state_dir / "state.pickle").stat().st_mode) == 0o600


def test_state_survives_a_restart_whole(backend: Backend) -> None:
    backend.ask("PUT", "/documents")
    backend.ask(
        "PUT", "/documents?versioning", b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    )
    _, first, _ = backend.ask("PUT", "/documents/k", LARGE, {"x-amz-meta-a_b": "c", "x-amz-tagging": "t=1"})
    backend.ask("PUT", "/documents/k", b"second")
    backend.ask("PUT", "/documents/gone", LARGE[::-1])
    backend.ask("DELETE", "/documents/gone")
    upload = backend.ask("POST", "/documents/parts?uploads")[2].split(b"<UploadId>")[1].split(b"</UploadId>")[0]
    part = f"/documents/parts?partNumber=1&uploadId={upload.decode()}"
    etag = backend.ask("PUT", part, LARGE)[1]["etag"]
    backend.restart()
    assert backend.ask("GET", "/documents/k")[2] == b"second"
    status, headers, body = backend.ask("GET", f"/documents/k?versionId={first['x-amz-version-id']}")
    assert (status, body, headers["x-amz-meta-a_b"]) == (200, LARGE, "c")
    tags = backend.ask("GET", f"/documents/k?tagging&versionId={first['x-amz-version-id']}")[2]
    assert b"<Key>t</Key><Value>1</Value>" in tags
    complete = (
        f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    )
    target = f"/documents/parts?uploadId={upload.decode()}"
    assert backend.ask("POST", target, complete.encode())[0] == 200
    backend.restart()
    assert backend.ask("GET", "/documents/parts")[2] == LARGE
    assert backend.ask("GET", "/documents/gone")[0] == 404
    assert ask(backend.socket, "PUT", "/documents", headers=OTHER)[0] == 409


def test_a_kill_loses_nothing_that_was_answered(backend: Backend) -> None:
    """With and without a saved state below it, and killed again before the next is saved."""
    assert backend.ask("PUT", "/documents")[0] == 200
    for turn in range(3):
        first = backend.ask("PUT", "/documents/small", bytes([turn]))
        assert backend.ask("PUT", f"/documents/large-{turn}", LARGE * 2 + bytes([turn]))[0] == 200
        upload = backend.ask("POST", f"/documents/{turn}?uploads")[2]
        backend.restart(signal.SIGKILL)
        status, headers, body = backend.ask("GET", "/documents/small")
        assert (status, body, headers["etag"]) == (200, bytes([turn]), first[1]["etag"])
        for earlier in range(turn + 1):
            assert backend.ask("GET", f"/documents/large-{earlier}")[2] == LARGE * 2 + bytes([earlier])
        listed = backend.ask("GET", "/documents?uploads")[2]
        assert upload.split(b"<UploadId>")[1].split(b"<")[0] in listed
        if turn == 1:
            until(lambda: (backend.state_dir / "state.pickle").exists() and not has_journal(backend))


def has_journal(backend: Backend) -> bool:
    return (backend.state_dir / "journal").stat().st_size > EMPTY_JOURNAL_BYTES


def test_a_saved_state_ends_the_journal(backend: Backend) -> None:
    assert backend.ask("PUT", "/documents")[0] == 200
    assert backend.ask("PUT", "/documents/k", LARGE * 2)[0] == 200
    until(lambda: (backend.state_dir / "state.pickle").exists() and not has_journal(backend))
    until(lambda: list((backend.state_dir / "bodies").iterdir()) == [])
    backend.restart(signal.SIGKILL)
    assert backend.ask("GET", "/documents/k")[2] == LARGE * 2


def test_a_page_of_a_listing_goes_on_after_a_kill(backend: Backend) -> None:
    assert backend.ask("PUT", "/documents")[0] == 200
    for key in ("a", "b", "c"):
        assert backend.ask("PUT", f"/documents/{key}", b"x")[0] == 200
    page = backend.ask("GET", "/documents?list-type=2&max-keys=1")[2]
    token = page.split(b"<NextContinuationToken>")[1].split(b"<")[0].decode()
    backend.restart(signal.SIGKILL)
    page = backend.ask("GET", f"/documents?list-type=2&continuation-token={token.replace('=', '%3D')}")[2]
    assert [key for key in (b"a", b"b", b"c") if b"<Key>" + key + b"</Key>" in page] == [b"b", b"c"]


def test_contents_that_nobody_names_are_removed(backend: Backend) -> None:
    backend.ask("PUT", "/documents")
    for turn in range(5):
        backend.ask("PUT", "/documents/k", LARGE + bytes([turn]))
    backend.restart()
    backend.ask("PUT", "/documents/x", b"1")
    backend.restart()
    assert len(list((backend.state_dir / "objects").iterdir())) == 1


def test_listing_versions_leaves_contents_alone(backend: Backend) -> None:
    backend.ask("PUT", "/documents")
    backend.ask("PUT", "/documents/k", LARGE)
    for _ in range(3):
        assert backend.ask("GET", "/documents?versions")[0] == 200
    backend.restart()
    assert backend.ask("GET", "/documents/k")[2] == LARGE


def test_a_body_that_breaks_off_stores_nothing(shared: Backend) -> None:
    shared.ask("PUT", "/b-a-body-that-bre")
    connection = UnixConnection(shared.socket)
    connection.putrequest("PUT", "/b-a-body-that-bre/half", skip_host=True)
    for name, value in (*OWNER.items(), ("Content-Length", "1000")):
        connection.putheader(name, value)
    connection.endheaders(b"only this")
    connection.close()
    assert shared.ask("GET", "/b-a-body-that-bre/half")[0] == 404


def test_two_backends_never_share_a_state(backend: Backend) -> None:
    second = subprocess.run(
        [
            sys.executable,
            "-m",
            "skywalk.backends.moto_server",
            *("--service", "s3"),
            "--socket",
            str(backend.state_dir / "other"),
            "--state",
            str(backend.state_dir),
        ],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert second.returncode == 1
    assert b"another backend runs on" in second.stderr


def limit_files(backend: Backend, size_bytes: int) -> None:
    """As if the disk took no more than so many bytes of a file (for the process, EFBIG instead of ENOSPC)."""
    _, hard = resource.prlimit(backend.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(backend.process.pid, resource.RLIMIT_FSIZE, (size_bytes, hard))


def test_an_object_that_the_disk_does_not_take_is_nowhere(backend: Backend) -> None:
    assert backend.ask("PUT", "/music")[0] == 200
    assert backend.ask("PUT", "/music/kept", LARGE)[0] == 200
    limit_files(backend, 64 << 10)
    for _ in range(3):
        status, _, body = backend.ask("PUT", "/music/lost", LARGE)
        assert status == 503
        assert b"<Code>ServiceUnavailable</Code>" in body
        assert b"File too large" in body
    _, _, listing = backend.ask("GET", "/music")
    assert (b"<Key>kept</Key>" in listing, b"lost" in listing) == (True, False)
    assert backend.ask("GET", "/music/kept")[2] == LARGE
    assert len(list((backend.state_dir / "objects").iterdir())) == 1
    limit_files(backend, resource.RLIM_INFINITY)
    assert backend.ask("PUT", "/music/lost", LARGE)[0] == 200
    backend.restart()
    assert backend.ask("GET", "/music/lost")[2] == LARGE


def test_while_the_state_cannot_be_saved_nothing_is_changed_and_everything_read(backend: Backend) -> None:
    assert backend.ask("PUT", "/music")[0] == 200
    until(lambda: (backend.state_dir / "state.pickle").exists() and not has_journal(backend))
    room = (backend.state_dir / "state.pickle").stat().st_size - 1
    limit_files(backend, room)
    assert backend.ask("PUT", "/music/small", b"x")[0] == 200

    def refusal() -> bytes:
        status, _, body = backend.ask("PUT", "/music/none", b"y")
        return body if status == 503 else b""

    until(lambda: b"the state cannot be saved: File too large" in refusal())
    assert backend.ask("GET", "/music/small")[2] == b"x"
    assert not (backend.state_dir / "state.new").exists()
    limit_files(backend, resource.RLIM_INFINITY)
    until(lambda: backend.ask("PUT", "/music/later", b"y")[0] == 200)
    backend.restart()
    assert [backend.ask("GET", f"/music/{key}")[2] for key in ("small", "later")] == [b"x", b"y"]


def test_a_change_that_cannot_be_recorded_is_not_made(backend: Backend) -> None:
    assert backend.ask("PUT", "/music")[0] == 200
    limit_files(backend, (backend.state_dir / "journal").stat().st_size + 8)
    status, _, body = backend.ask("PUT", "/music/none", b"y")
    assert (status, b"the change cannot be recorded: File too large" in body) == (503, True)
    assert backend.ask("GET", "/music/none")[0] == 404
    limit_files(backend, resource.RLIM_INFINITY)
    until(lambda: backend.ask("PUT", "/music/later", b"z")[0] == 200)
    backend.restart(signal.SIGKILL)
    assert backend.ask("GET", "/music/none")[0] == 404
    assert backend.ask("GET", "/music/later")[2] == b"z"


def test_without_descriptors_it_serves_who_is_there_and_everybody_later(backend: Backend) -> None:
    assert backend.ask("PUT", "/music")[0] == 200
    assert backend.ask("PUT", "/music/kept", LARGE)[0] == 200
    connection = UnixConnection(backend.socket)
    pid = backend.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)

    def asked() -> tuple[int, bytes]:
        connection.request("GET", "/music/kept", headers=OWNER)
        answer = connection.getresponse()
        return answer.status, answer.read()

    assert asked() == (200, LARGE)
    numbers = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    lowest_free = next(number for number in range(len(numbers) + 1) if number not in numbers)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest_free, hard))
    status, body = asked()
    assert status == 503
    assert b"Too many open files" in body
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard, hard))
    assert asked() == (200, LARGE)
    assert backend.ask("GET", "/music/kept")[2] == LARGE
    connection.close()
