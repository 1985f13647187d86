"""Bodies on their way: what a backend never gets whole."""

from __future__ import annotations

import asyncio
import base64
import gc
import hashlib
import hmac
from collections.abc import Awaitable, Callable

import pytest

from skywalk.access_log.entry import Entry
from skywalk.edge.services.s3.call import S3Call
from skywalk.http1.upstream import UpstreamRequest
from skywalk.identity.signing_key import derive_signing_key
from support import edge_rows as rows
from support.edge_in_process import HOST, Answer, InProcessEdge, in_process_edge, raw_request, sign
from support.waiting import until

Story = Callable[[InProcessEdge], Awaitable[None]]
BODY = bytes(range(256)) * 300
EMPTY = hashlib.sha256(b"").hexdigest()


def tell(story: Story) -> None:
    async def told() -> None:
        async with in_process_edge() as edge:
            await story(edge)

    asyncio.run(told())


def put(body: bytes, headers: dict[str, str], signed_body: bytes = b"") -> bytes:
    signed = sign("PUT", "/documents/k", signed_body, headers)
    return raw_request("PUT", "/documents/k", {"Host": HOST, **signed}, body)


def chunked(body: bytes, *, trailer: str = "") -> bytes:
    """aws-chunked without signatures, in two chunks."""
    half = len(body) // 2
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:half], body[half:]))
    return pieces + b"0\r\n" + (trailer + "\r\n" if trailer else "").encode() + b"\r\n"


def signed_chunks(body: bytes, headers: dict[str, str]) -> bytes:
    """aws-chunked as older SDKs sign it, following the head's signature."""
    moment = headers["X-Amz-Date"]
    scope = f"{moment[:8]}/{rows.REGION}/s3/aws4_request"
    key = derive_signing_key(rows.SECRET, moment[:8], rows.REGION, "s3")
    previous = headers["Authorization"].rpartition("=")[2]
    out = b""
    for piece in (body[:65536], body[65536:], b""):
        digest = hashlib.sha256(piece).hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{moment}\n{scope}\n{previous}\n{EMPTY}\n{digest}"
        previous = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        out += f"{len(piece):x};chunk-signature={previous}\r\n".encode() + piece + b"\r\n"
    return out


def streaming(kind: str, length: int, **further: str) -> dict[str, str]:
    return {
        "x-amz-content-sha256": kind,
        "x-amz-decoded-content-length": str(length),
        "content-encoding": "aws-chunked",
        **{name.replace("_", "-"): value for name, value in further.items()},
    }


def test_a_plain_body_passes_with_its_length() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.send(put(BODY, {}, BODY))).status == 200
        (seen,) = edge.backend.whole
        assert (seen.body, seen.headers["content-length"]) == (BODY, str(len(BODY)))
        assert not [name for name in seen.headers if "sha256" in name or "authorization" in name]

    tell(story)


@pytest.mark.parametrize("body", [BODY, b"x", b""])
def test_a_body_that_is_not_what_was_signed_never_arrives_whole(body: bytes) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.send(put(body, {}, body + b"more"))
        assert (answer.status, answer.code) == (400, "XAmzContentSHA256Mismatch")
        assert not edge.backend.whole

    tell(story)


def test_unsigned_chunks_are_decoded_and_their_trailer_is_checked() -> None:
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    headers = streaming(
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER", len(BODY), x_amz_trailer="x-amz-checksum-sha256",
        x_amz_sdk_checksum_algorithm="SHA256",
    )  # fmt: skip

    async def story(edge: InProcessEdge) -> None:
        right = chunked(BODY, trailer=f"x-amz-checksum-sha256:{digest}")
        assert (await edge.send(put(right, headers))).status == 200
        (seen,) = edge.backend.whole
        assert (seen.body, seen.headers["content-length"]) == (BODY, str(len(BODY)))
        assert seen.headers["x-amz-sdk-checksum-algorithm"] == "SHA256"
        assert not {"x-amz-trailer", "x-amz-decoded-content-length", "content-encoding"} & seen.headers.keys()
        wrong = chunked(BODY[:-1] + b"!", trailer=f"x-amz-checksum-sha256:{digest}")
        answer = await edge.send(put(wrong, headers))
        assert (answer.status, answer.code) == (400, "BadDigest")
        assert len(edge.backend.whole) == 1

    tell(story)


def test_signed_chunks_are_decoded_and_a_tampered_one_ends_the_upload() -> None:
    async def story(edge: InProcessEdge) -> None:
        headers = sign("PUT", "/documents/k", b"", streaming("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", len(BODY)))
        body = signed_chunks(BODY, headers)
        raw = raw_request("PUT", "/documents/k", {"Host": HOST, **headers}, body)
        assert (await edge.send(raw)).status == 200
        assert edge.backend.whole[0].body == BODY
        tampered = body.replace(BODY[-100:], BODY[-100:-1] + b"!")
        raw = raw_request("PUT", "/documents/k", {"Host": HOST, **headers}, tampered)
        answer = await edge.send(raw)
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
        assert len(edge.backend.whole) == 1

    tell(story)


def test_a_decoded_length_that_is_wrong_ends_the_upload() -> None:
    async def story(edge: InProcessEdge) -> None:
        for length in (len(BODY) - 1, len(BODY) + 1):
            headers = streaming("STREAMING-UNSIGNED-PAYLOAD-TRAILER", length)
            answer = await edge.send(put(chunked(BODY), headers))
            assert (answer.status, answer.code) == (400, "IncompleteBody")
        assert not edge.backend.whole

    tell(story)


def test_anonymous_chunks_are_decoded_but_never_signed() -> None:
    async def story(edge: InProcessEdge) -> None:
        anyone = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:PutObject","Resource":"*"}}'
        edge.put(rows.bucket("documents", anyone))
        headers = {"Host": HOST, **streaming("STREAMING-UNSIGNED-PAYLOAD-TRAILER", len(BODY))}
        assert (await edge.send(raw_request("PUT", "/documents/k", headers, chunked(BODY)))).status == 200
        assert edge.backend.whole[0].body == BODY
        headers = {"Host": HOST, **streaming("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", len(BODY))}
        assert (await edge.send(raw_request("PUT", "/documents/k", headers, chunked(BODY)))).code == "AccessDenied"

    tell(story)


@pytest.mark.parametrize(("header", "code"), [("content-md5", "BadDigest"), ("x-amz-checksum-sha1", "BadDigest")])
def test_digests_in_headers_are_checked(header: str, code: str) -> None:
    computed = {"content-md5": hashlib.md5, "x-amz-checksum-sha1": hashlib.sha1}[header]

    async def story(edge: InProcessEdge) -> None:
        right = base64.b64encode(computed(BODY).digest()).decode()
        wrong = base64.b64encode(computed(b"other").digest()).decode()
        unsigned = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
        assert (await edge.send(put(BODY, {**unsigned, header: right}))).status == 200
        assert (await edge.send(put(BODY, {**unsigned, header: wrong}))).code == code
        malformed = await edge.send(put(BODY, {**unsigned, header: "?"}))
        assert malformed.code in ("InvalidDigest", "InvalidRequest")
        assert len(edge.backend.whole) == 1

    tell(story)


def test_an_answer_comes_back_with_a_servers_headers_and_no_hop_of_its_own() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.backend.answers["GET", "/documents/k"] = Answer(
            200, b"x" * 200_000, {"x-moto-a": "1", "server": "other", "x-amz-version-id": "v", "keep-alive": "5"}
        )
        answer = await edge.ask("GET", "/documents/k")
        assert len(answer.body) == 200_000
        assert answer.headers["x-amz-version-id"] == "v"
        assert answer.headers["server"] == "AmazonS3"
        assert not {"x-moto-a", "keep-alive"} & answer.headers.keys()

    tell(story)


def test_a_backend_that_is_gone_is_service_unavailable_and_asked_for_again() -> None:
    async def story(edge: InProcessEdge) -> None:
        (edge.folder / "backend").unlink()
        assert (await edge.ask("GET", "/documents/k")).code == "ServiceUnavailable"
        assert edge.directory.find("s3") is None
        assert (await edge.ask("GET", "/documents/k")).code == "ServiceUnavailable"

    tell(story)


def test_a_client_that_leaves_takes_its_upload_with_it() -> None:
    async def story(edge: InProcessEdge) -> None:
        raw = put(BODY, {}, BODY)
        _, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        writer.write(raw[:-1000])
        await writer.drain()
        await until(lambda: edge.backend.seen)
        writer.close()
        await until(lambda: not edge.server.open_connections)
        assert not edge.backend.whole

    tell(story)


def test_requests_leave_nothing_to_the_garbage_collector() -> None:
    """A cycle in each would cost a twentieth of a worker's time: they are freed with their last reference."""

    def kept() -> dict[int, object]:
        return {id(one): one for one in gc.get_objects() if isinstance(one, (S3Call, Entry, UpstreamRequest))}

    async def story(edge: InProcessEdge) -> None:
        gc.collect()
        gc.disable()
        try:
            of_others = kept()
            assert (await edge.ask("GET", "/documents/k")).status == 200
            assert (await edge.send(put(BODY, {}, BODY))).status == 200
            assert (await edge.send(put(BODY, {}))).status == 400
            assert (await edge.ask("GET", "/documents/k", key=None)).status == 403
            edge.access_log.close()
            await until(lambda: kept().keys() <= of_others.keys())
        finally:
            gc.enable()

    tell(story)
