"""S3 through a gateway endpoint's door: stock clients in a namespace, real TLS, the embedded backend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from skywalk.identity.session import SessionClaims, mint_session
from skywalk.values.clock import SystemClock
from support import edge_rows as rows
from support.edge_region import CLIENT_ADDRESS, REGION_KEY, Daemon, EdgeRegion, edge_region, until

pytestmark = pytest.mark.live

HOST = "s3.us-east-1.amazonaws.com"
PRELUDE = """
import boto3, hashlib, json, os, urllib.request, urllib.error
from botocore.config import Config
from botocore.exceptions import ClientError
s3 = boto3.client("s3")
def error(call, **parameters):
    try:
        call(**parameters)
    except ClientError as refused:
        found = refused.response["Error"]
        return [refused.response["ResponseMetadata"]["HTTPStatusCode"], found["Code"], found.get("Message", "")]
    return [200, "", ""]
def show(value):
    print(json.dumps(value))
"""


@pytest.fixture(scope="module")
def region() -> Iterator[EdgeRegion]:
    with edge_region("swle") as region:
        client(region, 's3.create_bucket(Bucket="documents"); s3.create_bucket(Bucket="other"); show(1)')
        yield region


@pytest.fixture(autouse=True)
def _as_it_was(region: EdgeRegion) -> None:
    region.daemon.put(rows.endpoint(), rows.bucket("documents"), rows.bucket("other"))


def client(region: EdgeRegion, program: str, **environment: str) -> Any:
    return region.python(PRELUDE + program, region.environment() | environment)


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] = "*", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}


def deny(action: str, resource: str | list[str] = "*", **condition: Any) -> dict[str, Any]:
    return allow(action, resource, **condition) | {"Effect": "Deny"}


def memory_kib(region: EdgeRegion) -> int:
    text = Path(f"/proc/{region.workers[0].pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def test_objects_come_back_and_are_listed(region: EdgeRegion) -> None:
    found = client(
        region,
        """
s3.put_object(Bucket="documents", Key="a b/ä+&.txt", Body=b"hello", Metadata={"who": "me"})
got = s3.get_object(Bucket="documents", Key="a b/ä+&.txt")
listed = s3.list_objects_v2(Bucket="documents", Prefix="a b/")["Contents"]
head = s3.head_object(Bucket="documents", Key="a b/ä+&.txt")
show([got["Body"].read().decode(), got["Metadata"], [one["Key"] for one in listed], head["ContentLength"],
      sorted(one["Name"] for one in s3.list_buckets()["Buckets"])])
""",
    )
    assert found == ["hello", {"who": "me"}, ["a b/ä+&.txt"], 5, ["documents", "other"]]


def test_a_hundred_mebibytes_come_back_whole_and_the_worker_stays_small(region: EdgeRegion) -> None:
    client(region, 's3.put_object(Bucket="documents", Key="warm", Body=b"x" * 1000000); show(1)')
    before = memory_kib(region)
    sent, received = client(
        region,
        f"LARGE = {str(region.folder / 'large')!r}"
        """
from boto3.s3.transfer import TransferConfig
block = hashlib.sha256(b"seed").digest() * 32768
with open(LARGE, "wb") as file:
    for number in range(100):
        file.write(block[number:] + block[:number])
single = TransferConfig(multipart_threshold=1 << 40, use_threads=False)
sent = hashlib.file_digest(open(LARGE, "rb"), "sha256").hexdigest()
s3.upload_file(LARGE, "documents", "large", Config=single)
s3.download_file("documents", "large", LARGE, Config=single)
received = hashlib.file_digest(open(LARGE, "rb"), "sha256").hexdigest()
os.unlink(LARGE)
show([sent, received])
""",
    )
    assert sent == received
    assert memory_kib(region) - before < 16 << 10


def test_a_multipart_upload_is_put_together(region: EdgeRegion) -> None:
    body = bytes(range(256)) * 4096 * 12
    (region.folder / "parts").write_bytes(body)
    found = client(
        region,
        f"""
s3.upload_file("{region.folder}/parts", "documents", "parts")
got = s3.get_object(Bucket="documents", Key="parts")
show([hashlib.sha256(got["Body"].read()).hexdigest(), got["ETag"].strip('"').rpartition("-")[2]])
""",
    )
    assert found == [hashlib.sha256(body).hexdigest(), "2"]


def test_the_stock_cli_copies_a_file_there_and_back(region: EdgeRegion) -> None:
    file = region.folder / "my_file.txt"
    file.write_text("a bank's document\n")
    there = region.run_client("aws", "s3", "cp", str(file), "s3://documents/my_file.txt")
    assert there.returncode == 0, there.stderr
    back = region.run_client("aws", "s3", "cp", "s3://documents/my_file.txt", "-")
    assert back.stdout == b"a bank's document\n"
    listed = region.run_client("aws", "s3", "ls", "s3://documents/my_")
    assert listed.stdout.decode().split()[-2:] == ["18", "my_file.txt"]


def test_the_endpoint_policy_refuses_in_awss_words(region: EdgeRegion) -> None:
    client(region, 's3.put_object(Bucket="documents", Key="k", Body=b"1"); show(1)')
    read = allow(["s3:GetObject", "s3:ListBucket"], ["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"])
    region.daemon.put(rows.endpoint(policy(read, deny("s3:DeleteObject"))))
    user = f"User: arn:aws:iam::{rows.ACCOUNT}:root is not authorized to perform:"
    found = client(
        region,
        """
show([s3.get_object(Bucket="documents", Key="k")["Body"].read().decode(),
      error(s3.put_object, Bucket="documents", Key="k", Body=b"2"),
      error(s3.list_objects_v2, Bucket="other"),
      error(s3.delete_object, Bucket="documents", Key="k"),
      error(s3.list_buckets),
      error(s3.head_object, Bucket="other", Key="k")])
""",
    )
    assert found == [
        "1",
        [
            403,
            "AccessDenied",
            f'{user} s3:PutObject on resource: "arn:aws:s3:::documents/k" because no VPC endpoint policy allows'
            " the s3:PutObject action",
        ],
        [
            403,
            "AccessDenied",
            f'{user} s3:ListBucket on resource: "arn:aws:s3:::other" because no VPC endpoint policy allows'
            " the s3:ListBucket action",
        ],
        [
            403,
            "AccessDenied",
            f'{user} s3:DeleteObject on resource: "arn:aws:s3:::documents/k" with an explicit deny in a VPC'
            " endpoint policy",
        ],
        [
            403,
            "AccessDenied",
            f"{user} s3:ListAllMyBuckets because no VPC endpoint policy allows the s3:ListAllMyBuckets action",
        ],
        [403, "403", "Forbidden"],
    ]


def test_context_keys_are_those_of_the_endpoint(region: EdgeRegion) -> None:
    keys = {"aws:SourceVpce": rows.ENDPOINT_ID, "aws:SourceVpc": rows.VPC_ID, "aws:VpcSourceIp": CLIENT_ADDRESS}
    keys |= {"aws:SecureTransport": "true", "aws:PrincipalAccount": rows.ACCOUNT}
    region.daemon.put(rows.endpoint(policy(allow("s3:*", StringEquals=keys))))
    assert client(region, 'show(error(s3.head_bucket, Bucket="documents"))')[0] == 200
    plain = 'boto3.client("s3", endpoint_url="http://s3.us-east-1.amazonaws.com").head_bucket'
    assert client(region, f'show(error({plain}, Bucket="documents"))')[0] == 403
    for key, value in keys.items():
        others = {name: text for name, text in keys.items() if name != key}
        region.daemon.put(rows.endpoint(policy(allow("s3:*", StringEquals=others | {key: value + "x"}))))
        assert client(region, 'show(error(s3.head_bucket, Bucket="documents"))')[0] == 403, key


def test_headers_of_a_client_prove_nothing(region: EdgeRegion) -> None:
    region.daemon.put(rows.endpoint(policy(allow("s3:*", StringEquals={"aws:SourceVpce": "vpce-0cccccccccccccccc"}))))
    found = client(
        region,
        """
def spoof(request, **_):
    for name in ("x-vpce-id", "x-amz-source-vpce", "aws-source-vpce", "x-skywalk-vpce", "x-forwarded-for"):
        request.headers[name] = "vpce-0cccccccccccccccc"
s3.meta.events.register("before-sign.s3", spoof)
show(error(s3.head_bucket, Bucket="documents"))
""",
    )
    assert found[0] == 403


def test_motos_account_header_and_control_paths_are_out_of_reach(region: EdgeRegion) -> None:
    client(region, 's3.put_object(Bucket="documents", Key="k", Body=b"1"); show(1)')
    found = client(
        region,
        """
def spoof(request, **_):
    request.headers["x-moto-account-id"] = "999999999999"
    request.headers["x_moto_account_id"] = "999999999999"
s3.meta.events.register("before-sign.s3", spoof)
listed = [one["Name"] for one in s3.list_buckets()["Buckets"]]
raw = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
def reset(request, **_):
    request.url = "https://s3.us-east-1.amazonaws.com/moto-api/reset"
    request.method = "POST"
raw.meta.events.register("before-sign.s3", reset)
show([sorted(listed), error(raw.head_bucket, Bucket="documents")[0]])
""",
    )
    assert found[0] == ["documents", "other"]
    assert found[1] >= 400
    for path in ("/moto-api/reset", "/moto-api/", "/moto-api/data.json", "/latest/meta-data/"):
        for method in ("GET", "POST"):
            done = region.run_client("curl", "-s", "-X", method, f"https://{HOST}{path}")
            assert b"<Error>" in done.stdout, done.stdout
    assert client(region, 'show(s3.get_object(Bucket="documents", Key="k")["Body"].read().decode())') == "1"


def test_buckets_are_captured_and_unique_across_accounts(region: EdgeRegion) -> None:
    other = {"AWS_ACCESS_KEY_ID": rows.OTHER_KEY_ID, "AWS_SECRET_ACCESS_KEY": rows.OTHER_SECRET}
    region.daemon.reports.clear()
    assert client(region, 's3.create_bucket(Bucket="fresh"); show(error(s3.create_bucket, Bucket="fresh"))')[0] == 200
    assert region.daemon.reports == [
        (
            "put_resource",
            {"arn": "arn:aws:s3:::fresh", "account_id": rows.ACCOUNT, "region": rows.REGION, "policy": None},
        )
    ]
    assert client(region, 'show(error(s3.create_bucket, Bucket="fresh"))', **other)[:2] == [409, "BucketAlreadyExists"]
    program = 'show([error(s3.list_objects_v2, Bucket="fresh"), s3.list_buckets()["Buckets"]])'
    assert client(region, program, **other) == [[403, "AccessDenied", "Access Denied"], []]
    assert client(region, 's3.delete_bucket(Bucket="fresh"); show(error(s3.list_objects_v2, Bucket="fresh"))')[:2] == [
        404,
        "NoSuchBucket",
    ]
    assert region.daemon.reports[-1] == ("delete_resource", {"arn": "arn:aws:s3:::fresh"})


def test_a_bucket_policy_is_in_force_when_it_is_answered(region: EdgeRegion) -> None:
    wanted = policy(
        allow("s3:GetObject", "arn:aws:s3:::documents/*")
        | {"Principal": {"AWS": f"arn:aws:iam::{rows.OTHER_ACCOUNT}:root"}},
    )
    other = {"AWS_ACCESS_KEY_ID": rows.OTHER_KEY_ID, "AWS_SECRET_ACCESS_KEY": rows.OTHER_SECRET}
    client(region, 's3.put_object(Bucket="documents", Key="k", Body=b"shared"); show(1)')
    read = """
show([error(call, Bucket="documents", Key="k")[0] for call in (s3.get_object, s3.delete_object)])
"""
    assert client(region, read, **other) == [403, 403]
    program = f's3.put_bucket_policy(Bucket="documents", Policy={wanted!r}); '
    got = client(region, program + 'show(s3.get_bucket_policy(Bucket="documents")["Policy"])')
    assert got == wanted
    assert client(region, read, **other) == [200, 403]
    client(region, 's3.delete_bucket_policy(Bucket="documents"); show(1)')
    assert client(region, read, **other) == [403, 403]
    assert client(region, 'show(error(s3.get_bucket_policy, Bucket="documents"))')[:2] == [404, "NoSuchBucketPolicy"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            policy(deny("s3:*", "arn:aws:s3:::documents/*", StringEquals={"s3:NoSuchKey": "x"})),
            "Policy has an invalid condition key",
        ),
        (policy(allow("s3:*", "arn:aws:s3:::other/*")), "Policy has invalid resource"),
        ("no JSON", "JSON"),
    ],
)
def test_a_policy_that_cannot_be_evaluated_is_refused(region: EdgeRegion, text: str, expected: str) -> None:
    found = client(region, f'show(error(s3.put_bucket_policy, Bucket="documents", Policy={text!r}))')
    assert found[:2] == [400, "MalformedPolicy"]
    assert expected in found[2]


def test_the_root_user_is_never_locked_out_of_a_bucket_policy(region: EdgeRegion) -> None:
    text = policy(deny("s3:*", ["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"]))
    found = client(
        region,
        f"""
s3.put_bucket_policy(Bucket="documents", Policy={text!r})
refused = error(s3.list_objects_v2, Bucket="documents")
s3.delete_bucket_policy(Bucket="documents")
show([refused, error(s3.list_objects_v2, Bucket="documents")[0]])
""",
    )
    assert found[0][1] == "AccessDenied"
    assert found[0][2].endswith("with an explicit deny in a resource-based policy")
    assert found[1] == 200


def test_a_role_session_has_its_roles_policies_and_arn(region: EdgeRegion) -> None:
    now = SystemClock().now()
    claims = SessionClaims(
        rows.ACCOUNT,
        f"arn:aws:iam::{rows.ACCOUNT}:role/app",
        "AROAEXAMPLE",
        "app",
        "i-0123456789abcdef0",
        now,
        now + timedelta(hours=1),
        "serial",
    )
    keys = mint_session(REGION_KEY, claims)
    session = {
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token,
    }
    may_list = json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}})
    condition = {"aws:PrincipalArn": f"arn:aws:iam::{rows.ACCOUNT}:role/app"}
    region.daemon.put(rows.role("app", may_list), rows.endpoint(policy(allow("*", StringEquals=condition))))
    program = 'show([error(s3.list_objects_v2, Bucket="documents"), error(s3.put_object, Bucket="documents", Key="k")])'
    assert client(region, program, **session) == [
        [200, "", ""],
        [
            403,
            "AccessDenied",
            f"User: arn:aws:sts::{rows.ACCOUNT}:assumed-role/app/i-0123456789abcdef0 is not authorized to perform:"
            ' s3:PutObject on resource: "arn:aws:s3:::documents/k" because no identity-based policy allows the'
            " s3:PutObject action",
        ],
    ]
    region.daemon.put(rows.role("app", may_list, role_id="AROAANOTHER"))
    assert client(region, program, **session)[0][:2] == [403, "InvalidAccessKeyId"]
    region.daemon.remove(rows.role("app"))
    assert client(region, program, **session)[0][:2] == [403, "InvalidAccessKeyId"]


def test_absent_keys_are_told_only_to_those_who_may_list(region: EdgeRegion) -> None:
    program = """
show([error(call, Bucket="documents", Key="absent")[:2] for call in (s3.get_object, s3.head_object)])
"""
    assert client(region, program) == [[404, "NoSuchKey"], [404, "404"]]
    region.daemon.put(rows.endpoint(policy(allow("s3:GetObject"))))
    assert client(region, program) == [[403, "AccessDenied"], [403, "403"]]


def test_each_key_of_a_multi_delete_is_decided_alone(region: EdgeRegion) -> None:
    region.daemon.put(rows.endpoint(policy(allow("s3:*"), deny("s3:DeleteObject", "arn:aws:s3:::documents/keep/*"))))
    found = client(
        region,
        """
keys = ("keep/1", "drop/1", "drop/2")
for key in keys:
    s3.put_object(Bucket="documents", Key=key, Body=b"1")
done = s3.delete_objects(Bucket="documents", Delete={"Objects": [{"Key": key} for key in keys]})
left = [one["Key"] for one in s3.list_objects_v2(Bucket="documents").get("Contents", []) if "/" in one["Key"]]
show([sorted(one["Key"] for one in done["Deleted"]), [[one["Key"], one["Code"]] for one in done["Errors"]], left])
""",
    )
    assert found[:2] == [["drop/1", "drop/2"], [["keep/1", "AccessDenied"]]]
    assert "keep/1" in found[2]
    assert "drop/1" not in found[2]


def test_a_copy_needs_source_and_destination(region: EdgeRegion) -> None:
    client(region, 's3.put_object(Bucket="documents", Key="from", Body=b"copied"); show(1)')
    copy = 's3.copy_object(Bucket="other", Key="to", CopySource={"Bucket": "documents", "Key": "from"}); '
    assert client(region, copy + 'show(s3.get_object(Bucket="other", Key="to")["Body"].read().decode())') == "copied"
    region.daemon.put(rows.endpoint(policy(allow("s3:*"), deny("s3:GetObject", "arn:aws:s3:::documents/*"))))
    program = 'show(error(s3.copy_object, Bucket="other", Key="to", CopySource={"Bucket": "documents", "Key": "from"}))'
    assert "s3:GetObject" in client(region, program)[2]


def test_tags_of_a_copy_need_permission_only_if_there_are_any(region: EdgeRegion) -> None:
    client(
        region,
        """
s3.put_object(Bucket="documents", Key="bare", Body=b"1")
s3.put_object(Bucket="documents", Key="tagged", Body=b"1", Tagging="a=b")
show(1)
""",
    )
    region.daemon.put(rows.endpoint(policy(allow("s3:*"), deny("s3:GetObjectTagging"))))
    program = """
show([error(s3.copy_object, Bucket="other", Key="to", CopySource={"Bucket": "documents", "Key": key})[:2]
      for key in ("bare", "tagged")])
"""
    assert client(region, program) == [[200, ""], [403, "AccessDenied"]]


def test_presigned_urls_read_and_write(region: EdgeRegion) -> None:
    found = client(
        region,
        """
v4 = boto3.client("s3", config=Config(signature_version="s3v4"))
put = v4.generate_presigned_url("put_object", Params={"Bucket": "documents", "Key": "signed"})
get = v4.generate_presigned_url("get_object", Params={"Bucket": "documents", "Key": "signed"})
import ssl
context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
def ask(url, **options):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, **options), context=context) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as refused:
        return [refused.code, refused.read().decode().split("<Code>")[1].split("</Code>")[0]]
show([ask(put, method="PUT", data=b"by url"), ask(get), ask(get.replace("signed", "other", 1)), ask(get + "0")])
""",
    )
    assert found == [
        [200, ""],
        [200, "by url"],
        [403, "SignatureDoesNotMatch"],
        [400, "AuthorizationQueryParametersError"],
    ]


def test_uploads_in_every_form_that_botocore_signs(region: EdgeRegion) -> None:
    found = client(
        region,
        """
import io
found = []
for scheme in ("https", "http"):
    for settings in ({"payload_signing_enabled": True}, {"payload_signing_enabled": False}, {}):
        for checksum in ("CRC32", "SHA1", "SHA256"):
            url = f"{scheme}://s3.us-east-1.amazonaws.com"
            chosen = boto3.client("s3", endpoint_url=url, config=Config(s3=settings))
            body = hashlib.sha256(str((scheme, settings, checksum)).encode()).digest() * 9000
            seen = []
            chosen.meta.events.register(
                "before-send.s3", lambda request, **_: seen.append(request.headers["x-amz-content-sha256"])
            )
            sent = io.BytesIO(body)
            done = chosen.put_object(Bucket="documents", Key="form", Body=sent, ChecksumAlgorithm=checksum)
            got = chosen.get_object(Bucket="documents", Key="form", ChecksumMode="ENABLED")
            form = seen[0].decode() if isinstance(seen[0], bytes) else seen[0]
            name = "Checksum" + checksum
            same = got["Body"].read() == body and got[name] == done[name]
            found.append([same, got.get("ContentEncoding"), form if "-" in form else "hash"])
show(found)
""",
    )
    assert all(same and encoding is None for same, encoding, _ in found), found
    assert {form for _, _, form in found} == {"STREAMING-UNSIGNED-PAYLOAD-TRAILER", "UNSIGNED-PAYLOAD", "hash"}


def test_an_absent_bucket_is_absent(region: EdgeRegion) -> None:
    assert client(
        region,
        'show(error(s3.get_object, Bucket="absent-bucket", Key="k"))'.replace(
            "s3.get", 'boto3.client("s3", config=Config(s3={"addressing_style": "path"})).get'
        ),
    )[:2] == [404, "NoSuchBucket"]


def test_a_bucket_with_dots_fails_tls_as_on_aws(region: EdgeRegion) -> None:
    done = region.run_client("curl", "-sS", f"https://my.bucket.{HOST}/")
    assert done.returncode == 60
    assert b"no alternative certificate subject name matches" in done.stderr
    done = region.run_client("curl", "-s", f"http://my.bucket.{HOST}/")
    assert b"<Code>AccessDenied</Code>" in done.stdout


@pytest.mark.parametrize(
    "host", ["sts.us-east-1.amazonaws.com", "s3.eu-west-1.amazonaws.com", "bank.example", "52.216.0.10"]
)
def test_an_endpoint_serves_its_own_service_alone(region: EdgeRegion, host: str) -> None:
    region.daemon.put(rows.S3_IRELAND)
    done = region.run_client("curl", "-s", "-w", "%{http_code}", "-H", f"Host: {host}", f"https://{HOST}/documents")
    assert b"<Code>InvalidURI</Code>" in done.stdout
    assert done.stdout.endswith(b"400")


def test_a_tls_name_of_another_service_is_refused(region: EdgeRegion) -> None:
    done = region.run_client(
        "curl", "-sk", "-H", f"Host: {HOST}", "--resolve", "sts.us-east-1.amazonaws.com:443:52.216.0.10",
        "https://sts.us-east-1.amazonaws.com/documents",
    )  # fmt: skip
    assert b"<Code>InvalidURI</Code>" in done.stdout


def test_a_signature_for_another_region_is_told_so(region: EdgeRegion) -> None:
    found = client(
        region,
        """
other = boto3.client("s3", region_name="eu-west-1", endpoint_url="https://s3.us-east-1.amazonaws.com")
show(error(other.list_buckets))
""",
    )
    assert found == [
        400,
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
    ]


def test_a_bucket_of_another_region_is_redirected_to(region: EdgeRegion) -> None:
    region.daemon.put(rows.bucket("documents", region="eu-west-1"))
    done = region.run_client("curl", "-si", f"https://{HOST}/documents")
    assert done.stdout.startswith(b"HTTP/1.1 301")
    assert b"\nx-amz-bucket-region: eu-west-1\r" in done.stdout
    assert b"<Endpoint>documents.s3.eu-west-1.amazonaws.com</Endpoint>" in done.stdout
    program = """
try:
    s3.head_bucket(Bucket="documents")
except Exception as unreachable:
    show(str(unreachable))
"""
    assert "https://documents.s3.eu-west-1.amazonaws.com" in client(region, program)


def test_wrong_keys_and_signatures_are_refused(region: EdgeRegion) -> None:
    program = "show(error(s3.list_buckets)[:2])"
    assert client(region, program, AWS_SECRET_ACCESS_KEY="wrong") == [403, "SignatureDoesNotMatch"]
    assert client(region, program, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7NOTHERE") == [403, "InvalidAccessKeyId"]


def test_the_legacy_global_name_is_served(region: EdgeRegion) -> None:
    done = region.run_client("curl", "-sv", "https://documents.s3.amazonaws.com/")
    assert b"AccessDenied" in done.stdout
    assert b"CN=s3.amazonaws.com" in done.stderr


def test_without_a_daemon_nothing_that_must_be_reported_is_changed(region: EdgeRegion) -> None:
    program = """
show([error(s3.create_bucket, Bucket="late")[:2], error(s3.put_object, Bucket="documents", Key="k", Body=b"1")[:2]])
"""
    former = region.daemon
    kept = former.rows()
    region.daemon.die()
    until(lambda: client(region, program)[0][0] == 503)
    assert client(region, program) == [[503, "ServiceUnavailable"], [200, ""]]
    region.daemon = Daemon(region.backend)
    region.daemon.put(*kept)
    region.daemon.connect(*region.worker_sockets)
    assert client(region, program) == [[200, ""], [200, ""]]
    client(region, 's3.delete_bucket(Bucket="late"); show(1)')
