"""What moto would fail at, or ignore, on its own process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from skywalk.backends.embedded import EmbeddedBackend
from skywalk.backends.process import BackendProcess
from support.edge_in_process import InProcessEdge, in_process_edge
from support.s3_documents import xml

Story = Callable[[InProcessEdge], Awaitable[None]]
EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
ENABLED = xml("VersioningConfiguration(Status=Enabled)").encode()
NO_VERSION = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    process = BackendProcess("s3", tmp_path_factory.mktemp("s3"))
    yield asyncio.run(process.start())
    asyncio.run(process.stop())


def tell(socket: Path, bucket: str, story: Story) -> None:
    async def told() -> None:
        async with in_process_edge(backends={"s3": EmbeddedBackend("s3", socket)}) as edge:
            assert (await edge.ask("PUT", f"/{bucket}")).status == 200
            assert (await edge.ask("PUT", f"/{bucket}/k", b"content")).status == 200
            await story(edge)

    asyncio.run(told())


def test_every_object_has_a_version_null(socket: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        for method in ("HEAD", "GET"):
            assert (await edge.ask(method, "/versions/k?versionId=null")).status == 200
            assert (await edge.ask(method, "/versions/none?versionId=null")).status == 404
            assert (await edge.ask(method, f"/versions/k?versionId={NO_VERSION}")).status == 404
            assert (await edge.ask(method, "/versions/k?versionId=x")).status == 400
        assert (await edge.ask("PUT", "/versions?versioning", ENABLED)).status == 200
        assert (await edge.ask("HEAD", "/versions/k?versionId=null")).status == 200
        deleted = await edge.ask("DELETE", "/versions/k")
        marker = deleted.headers["x-amz-version-id"]
        of_marker = await edge.ask("HEAD", f"/versions/k?versionId={marker}")
        assert (of_marker.status, of_marker.headers["x-amz-delete-marker"]) == (405, "true")

    tell(socket, "versions", story)


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "code"),
    [
        ("DELETE", "/missing/none?tagging", "", 404, "NoSuchKey"),
        ("DELETE", f"/missing/k?tagging&versionId={NO_VERSION}", "", 404, "NoSuchVersion"),
        ("GET", "/missing?list-type=2&continuation-token=x", "", 400, "InvalidArgument"),
        ("POST", "/missing/k?uploadId=x", "CompleteMultipartUpload(Part(PartNumber=1 ETag=e))", 404, "NoSuchUpload"),
        ("PUT", "/missing/k?uploadId=x&partNumber=1", "", 404, "NoSuchUpload"),
        ("GET", "/missing/%00", "", 404, "NoSuchKey"),
    ],
)
def test_what_is_not_there_is_missed(socket: Path, method: str, target: str, body: str, status: int, code: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.ask(method, target, xml(body).encode())
        assert (answer.status, answer.code) == (status, code)

    tell(socket, "missing", story)


@pytest.mark.parametrize("key", ["k", "private", "private/%C3%A9%20%2B%25", "private//", "private/x/"])
def test_an_upload_is_of_its_own_key_alone(socket: Path, key: str) -> None:
    """Whoever may write another key of the bucket would write, see or end this one."""

    async def story(edge: InProcessEdge) -> None:
        begun = await edge.ask("POST", "/uploads/private/x?uploads")
        upload = begun.body.partition(b"<UploadId>")[2].partition(b"</UploadId>")[0].decode()
        asked = f"?uploadId={upload}"
        done = await edge.ask("PUT", f"/uploads/private/x{asked}&partNumber=1", b"part")
        assert done.status == 200
        whole = xml(f"CompleteMultipartUpload(Part(PartNumber=1 ETag={done.headers['etag']}))").encode()
        for method, more, body in (
            ("PUT", "&partNumber=1", b"other"),
            ("GET", "", b""),
            ("POST", "", whole),
            ("DELETE", "", b""),
        ):
            answer = await edge.ask(method, f"/uploads/{key}{asked}{more}", body)
            assert (answer.status, answer.code) == (404, "NoSuchUpload")
        source = {"x-amz-copy-source": "/uploads/k"}
        copied = await edge.ask("PUT", f"/uploads/{key}{asked}&partNumber=1", headers=source)
        assert (copied.status, copied.code) == (404, "NoSuchUpload")
        assert (await edge.ask("POST", f"/uploads/private/x{asked}", whole)).status == 200
        assert (await edge.ask("GET", "/uploads/private/x")).body == b"part"

    tell(socket, "uploads", story)


@pytest.mark.parametrize("key", ["/a", "a%20b/%C3%A9%2B%25", "a//b", "a%3Fb%23c%3Bd", "."])
def test_uploads_of_odd_keys_are_found(socket: Path, key: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        begun = await edge.ask("POST", f"/odd-uploads/{key}?uploads")
        upload = begun.body.partition(b"<UploadId>")[2].partition(b"</UploadId>")[0].decode()
        assert (await edge.ask("PUT", f"/odd-uploads/{key}?uploadId={upload}&partNumber=1", b"part")).status == 200
        assert (await edge.ask("DELETE", f"/odd-uploads/{key}?uploadId={upload}")).status == 204

    tell(socket, "odd-uploads", story)


def test_a_key_that_xml_cannot_say_is_shown_so_that_clients_can_read_on(socket: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("PUT", "/odd-keys/%00%EF%BF%BFx", b"a\x00b")).status == 200
        for target in ("/odd-keys/%01", "/odd-keys", "/odd-keys?list-type=2", "/odd-keys?versions"):
            ElementTree.fromstring((await edge.ask("GET", target)).body)
        assert b"<Key>%00%EF%BF%BFx</Key>" in (await edge.ask("GET", "/odd-keys?encoding-type=url")).body
        assert (await edge.ask("GET", "/odd-keys/%00%EF%BF%BFx")).body == b"a\x00b"

    tell(socket, "odd-keys", story)


def test_an_object_has_the_acl_of_a_body(socket: Path) -> None:
    grant = f"Grant(Grantee@Group(URI={EVERYONE}) Permission=READ)"

    async def story(edge: InProcessEdge) -> None:
        body = xml(f"AccessControlPolicy(Owner(ID=o) AccessControlList({grant}))").encode()
        assert (await edge.ask("PUT", "/acls/k?acl", body)).status == 200
        assert f"<URI>{EVERYONE}</URI>".encode() in (await edge.ask("GET", "/acls/k?acl")).body
        body = xml("AccessControlPolicy(Owner(ID=o) AccessControlList())").encode()
        for target in ("/acls?acl", "/acls/k?acl"):
            assert (await edge.ask("PUT", target, body)).status == 200
            shown = await edge.ask("GET", target)
            assert (shown.status, b"<Grant>" in shown.body) == (200, False)

    tell(socket, "acls", story)


def test_an_empty_tag_set_takes_all_tags_away(socket: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        for tags, count in (("Tag(Key=a Value=) Tag(Key=b Value=c)", 2), ("", 0)):
            assert (await edge.ask("PUT", "/tags/k?tagging", xml(f"Tagging(TagSet({tags}))").encode())).status == 200
            assert (await edge.ask("GET", "/tags/k?tagging")).body.count(b"<Tag>") == count

    tell(socket, "tags", story)


def test_selections_that_moto_cannot_make_are_not_implemented(socket: Path) -> None:
    async def story(edge: InProcessEdge) -> None:
        for compression, status, code in (("NONE", 501, "NotImplemented"), ("GZIP", 400, "InvalidCompressionFormat")):
            inside = f"CompressionType={compression} JSON(Type=LINES)"
            body = xml(
                f"SelectObjectContentRequest(Expression=x ExpressionType=SQL InputSerialization({inside}) "
                "OutputSerialization(JSON()))"
            )
            answer = await edge.ask("POST", "/selections/k?select&select-type=2", body.encode())
            assert (answer.status, answer.code) == (status, code)

    tell(socket, "selections", story)
