"""Buckets as they are made, given policies and deleted: what is reported, and what is said when it cannot be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from support import edge_rows as rows
from support.edge_in_process import Answer, InProcessEdge, in_process_edge

Story = Callable[[InProcessEdge], Awaitable[None]]
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::documents", "arn:aws:s3:::documents/*"],
            }
        ],
    }
)


def tell(story: Story) -> None:
    async def told() -> None:
        async with in_process_edge() as edge:
            await story(edge)

    asyncio.run(told())


def location(region: str) -> bytes:
    constraint = f"<LocationConstraint>{region}</LocationConstraint>"
    return f"<CreateBucketConfiguration>{constraint}</CreateBucketConfiguration>".encode()


def test_a_new_bucket_is_reported_once_the_backend_has_it() -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.ask("PUT", "/fresh")
        assert (answer.status, answer.headers["location"]) == (200, "/fresh")
        assert edge.daemon.reports == [
            (
                "put_resource",
                {"arn": "arn:aws:s3:::fresh", "account_id": rows.ACCOUNT, "region": rows.REGION, "policy": None},
            )
        ]
        assert (await edge.ask("GET", "/fresh/k")).status == 200
        assert (await edge.ask("PUT", "/fresh")).status == 200
        assert len(edge.daemon.reports) == 1

    tell(story)


def test_a_bucket_of_another_region_is_asked_for_there() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("PUT", "/fresh", location("eu-west-1"))).status == 200
        assert edge.daemon.reports[0][1]["region"] == "eu-west-1"
        assert b"<LocationConstraint>eu-west-1</LocationConstraint>" in edge.backend.seen[0].body

    tell(story)


def test_names_are_unique_across_accounts() -> None:
    async def story(edge: InProcessEdge) -> None:
        taken = await edge.ask("PUT", "/documents", key=rows.OTHER_KEY_ID, secret=rows.OTHER_SECRET)
        assert (taken.status, taken.code) == (409, "BucketAlreadyExists")
        edge.put(rows.bucket("abroad", region="eu-west-1"))
        own = await edge.ask("PUT", "/abroad", location("eu-west-1"))
        assert (own.status, own.code) == (409, "BucketAlreadyOwnedByYou")
        assert not edge.backend.seen
        assert not edge.daemon.reports

    tell(story)


@pytest.mark.parametrize("body", [b"<CreateBucketConfiguration>", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'])
def test_a_configuration_that_is_no_xml_is_refused(body: bytes) -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("PUT", "/fresh", body)).code == "MalformedXML"
        assert not edge.backend.seen

    tell(story)


def test_what_the_backend_refuses_is_passed_on_and_not_reported() -> None:
    async def story(edge: InProcessEdge) -> None:
        refusal = Answer(400, b"<Error><Code>InvalidBucketName</Code></Error>", {"content-type": "application/xml"})
        edge.backend.answers["PUT", "/fresh"] = refusal
        answer = await edge.ask("PUT", "/fresh")
        assert (answer.status, answer.code) == (400, "InvalidBucketName")
        edge.backend.answers["DELETE", "/documents"] = Answer(409, b"<Error><Code>BucketNotEmpty</Code></Error>")
        assert (await edge.ask("DELETE", "/documents")).code == "BucketNotEmpty"
        assert not edge.daemon.reports

    tell(story)


@pytest.mark.parametrize(
    ("method", "target"),
    [("PUT", "/fresh"), ("DELETE", "/documents"), ("PUT", "/documents?policy"), ("DELETE", "/documents?policy")],
)
def test_without_a_daemon_nothing_is_changed(method: str, target: str) -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.daemon.connected = False
        answer = await edge.ask(method, target)
        assert (answer.status, answer.code) == (503, "ServiceUnavailable")
        assert not edge.backend.seen

    tell(story)


def test_a_bucket_that_cannot_be_kept_is_taken_back_and_the_reason_is_told() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.daemon.is_full = True
        answer = await edge.ask("PUT", "/fresh", location("eu-west-1"))
        assert (answer.status, answer.code) == (503, "ServiceUnavailable")
        assert b"<Message>Service is unable to handle request: the disk is full in this test</Message>" in answer.body
        assert [(seen.method, seen.target) for seen in edge.backend.seen] == [("PUT", "/fresh"), ("DELETE", "/fresh")]
        assert edge.daemon.reports == [("delete_resource", {"arn": "arn:aws:s3:::fresh"})]

    tell(story)


def test_a_bucket_that_was_there_before_is_not_taken_back() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.daemon.is_full = True
        edge.backend.answers["PUT", "/fresh"] = Answer(409, b"<Error><Code>BucketAlreadyOwnedByYou</Code></Error>")
        assert (await edge.ask("PUT", "/fresh")).status == 503
        assert [seen.method for seen in edge.backend.seen] == ["PUT"]

    tell(story)


def test_what_got_only_half_way_is_finished_by_asking_again() -> None:
    async def story(edge: InProcessEdge) -> None:
        edge.daemon.refuses = True
        assert (await edge.ask("PUT", "/fresh")).status == 503
        assert (await edge.ask("DELETE", "/documents")).status == 503
        edge.daemon.refuses = False
        owned = Answer(409, b"<Error><Code>BucketAlreadyOwnedByYou</Code></Error>")
        edge.backend.answers["PUT", "/fresh"] = owned
        edge.backend.answers["DELETE", "/documents"] = Answer(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        assert (await edge.ask("PUT", "/fresh")).status == 200
        assert (await edge.ask("DELETE", "/documents")).status == 204
        assert [subject for subject, _ in edge.daemon.reports] == ["put_resource", "delete_resource"]

    tell(story)


def test_a_policy_is_kept_word_for_word_and_its_owner_can_always_remove_it() -> None:
    async def story(edge: InProcessEdge) -> None:
        assert (await edge.ask("GET", "/documents?policy")).code == "NoSuchBucketPolicy"
        assert (await edge.ask("PUT", "/documents?policy", POLICY.encode())).status == 204
        assert (await edge.ask("GET", "/documents/k")).status == 403
        answer = await edge.ask("GET", "/documents?policy")
        assert (answer.body.decode(), answer.headers["content-type"]) == (POLICY, "application/json")
        assert (await edge.ask("DELETE", "/documents?policy")).status == 204
        assert (await edge.ask("GET", "/documents/k")).status == 200

    tell(story)


def test_a_policy_names_users_and_roles_that_are_there() -> None:
    text = POLICY.replace("Deny", "Allow")

    def naming(*arns: str) -> bytes:
        document = json.loads(text)
        statements = document["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            statement["Principal"] = {"AWS": list(arns)}
        return json.dumps(document).encode()

    role, nobody = (f"arn:aws:iam::{rows.ACCOUNT}:role/{name}" for name in ("app", "nobody"))

    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.role("app"))
        for arns in (
            [nobody],
            [role, nobody],
            ["AROA1234567890ABCDEF1"],
            ["somebody"],
            [nobody.replace(rows.ACCOUNT, rows.OTHER_ACCOUNT)],
        ):
            answer = await edge.ask("PUT", "/documents?policy", naming(*arns))
            assert (answer.status, answer.code) == (400, "MalformedPolicy")
            assert b"<Message>Invalid principal in policy</Message>" in answer.body
        for arns in ([role], [nobody.replace(rows.ACCOUNT, "999999999999")], [rows.ACCOUNT]):
            assert (await edge.ask("PUT", "/documents?policy", naming(*arns))).status == 204
        reported = [data.get("principals") for _, data in edge.daemon.reports]
        assert reported == [{role: "AROAEXAMPLE"}, None, None]

    tell(story)


def test_a_policy_belongs_to_the_owners_account() -> None:
    allow = POLICY.replace("Deny", "Allow")

    async def story(edge: InProcessEdge) -> None:
        edge.put(rows.bucket("documents", allow))
        answer = await edge.ask("GET", "/documents?policy", key=rows.OTHER_KEY_ID, secret=rows.OTHER_SECRET)
        assert (answer.status, answer.code) == (405, "MethodNotAllowed")

    tell(story)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            POLICY.replace('"Principal"', '"NotPrincipal"').replace("Deny", "Allow"),
            b"Statement[0].NotPrincipal: Allow with NotPrincipal is not allowed",
        ),
        (POLICY.replace(":::documents", ":::other"), b"Policy has invalid resource"),
        (POLICY.ljust(20_481), b"the document has 20481 characters; at most 20480 are allowed"),
        ("{", b"JSON"),
        (b"\xff".decode("latin-1"), b"JSON"),
    ],
)
def test_a_policy_that_cannot_be_evaluated_is_refused_by_name(text: str, message: bytes) -> None:
    async def story(edge: InProcessEdge) -> None:
        answer = await edge.ask("PUT", "/documents?policy", text.encode("latin-1"))
        assert (answer.status, answer.code) == (400, "MalformedPolicy")
        assert message in answer.body
        assert not edge.backend.seen
        assert not edge.daemon.reports

    tell(story)
