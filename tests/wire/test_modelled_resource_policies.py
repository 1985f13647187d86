"""Policies of queues, topics, keys and secrets, by boto3: kept, shown, decided by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from support import edge_rows as rows
from support.modelled_region import USER_ARN, ModelledRegion, modelled_region
from support.resource_policies import EXPLICIT, NOT_ALLOWED, OTHERS, OWN, denied, identity, policy, refusal, statement

HERE = f"us-east-1:{rows.ACCOUNT}"


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region({}, rows.role("runner", role_id="AROARUNNER")) as running:
        yield running


class TestQueues:
    @pytest.fixture
    def queue(self, region: ModelledRegion, request: pytest.FixtureRequest) -> tuple[str, str]:
        name = request.node.name.replace("test_", "")[:60]
        url: str = region.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return url, f"arn:aws:sqs:{HERE}:{name}"

    def test_what_is_given_to_another_account(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        own, others = region.client("sqs"), region.others("sqs")
        assert denied(others.send_message, QueueUrl=url, MessageBody="x") == NOT_ALLOWED.format("sqs:sendmessage")
        given = policy(statement("sqs:SendMessage", {"AWS": OTHERS}, arn))
        own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": given, "DelaySeconds": "0"})
        others.send_message(QueueUrl=url, MessageBody="from abroad")
        assert denied(others.receive_message, QueueUrl=url) == NOT_ALLOWED.format("sqs:receivemessage")
        (message,) = own.receive_message(QueueUrl=url)["Messages"]
        assert message["Body"] == "from abroad"
        shown = own.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert shown["Policy"] == given
        assert shown["QueueArn"] == arn
        assert own.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"] == {"Policy": given}
        assert "Policy" not in own.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        own.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
        assert denied(others.send_message, QueueUrl=url, MessageBody="x") == NOT_ALLOWED.format("sqs:sendmessage")
        assert region.policy_of(arn) is None

    def test_deny(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        own = region.client("sqs")
        own.set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": policy(statement("sqs:SendMessage", "*", arn, "Deny"))}
        )
        code, message = refusal(own.send_message, QueueUrl=url, MessageBody="x")
        assert (code, message.endswith(EXPLICIT)) == ("AccessDenied", True), message
        assert own.receive_message(QueueUrl=url)["ResponseMetadata"]["HTTPStatusCode"] == 200

    def test_within_an_account_it_suffices(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        user = region.user("sqs")
        assert denied(user.send_message, QueueUrl=url, MessageBody="x").startswith("no identity-based policy allows")
        given = policy(statement("SQS:SendMessage", {"AWS": USER_ARN}, arn))
        region.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": given})
        user.send_message(QueueUrl=url, MessageBody="x")

    def test_owners_alone(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        everything = policy(statement("sqs:*", {"AWS": OTHERS}, arn))
        region.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": everything})
        others = region.others("sqs")
        others.purge_queue(QueueUrl=url)
        assert others.get_queue_url(QueueName="owners_alone", QueueOwnerAWSAccountId=rows.ACCOUNT)["QueueUrl"] == url
        for call, parameters in (
            (others.delete_queue, {}),
            (others.set_queue_attributes, {"Attributes": {"DelaySeconds": "1"}}),
            (others.add_permission, {"Label": "l", "AWSAccountIds": [rows.OTHER_ACCOUNT], "Actions": ["*"]}),
            (others.tag_queue, {"Tags": {"a": "b"}}),
        ):
            assert denied(call, QueueUrl=url, **parameters).startswith("no resource-based policy allows")

    def test_permissions(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        own, others = region.client("sqs"), region.others("sqs")
        given = {"QueueUrl": url, "Label": "abroad", "AWSAccountIds": [rows.OTHER_ACCOUNT]}
        own.add_permission(**given, Actions=["SendMessage"])
        others.send_message(QueueUrl=url, MessageBody="x")
        made = region.policy_of(arn)
        assert made["Id"] == f"{arn}/SQSDefaultPolicy"
        assert made["Statement"] == [statement("SQS:SendMessage", {"AWS": OTHERS}, arn, Sid="abroad")]
        assert refusal(own.add_permission, **given, Actions=["*"]) == (
            "InvalidParameterValue",
            "Value abroad for parameter Label is invalid. Reason: Already exists.",
        )
        refused = refusal(own.add_permission, **{**given, "Label": "b"}, Actions=["DeleteQueue"])
        assert refused[0] == "InvalidParameterValue"
        assert "Only the queue owner is allowed to invoke this action" in refused[1]
        assert refusal(own.remove_permission, QueueUrl=url, Label="b")[0] == "InvalidParameterValue"
        own.add_permission(**{**given, "Label": "b"}, Actions=["*"])
        others.receive_message(QueueUrl=url)
        own.remove_permission(QueueUrl=url, Label="b")
        own.remove_permission(QueueUrl=url, Label="abroad")
        assert region.policy_of(arn) is None

    def test_permissions_at_the_same_time(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        own = region.client("sqs")
        labels = {f"label{number}" for number in range(12)}

        def add(label: str) -> None:
            own.add_permission(QueueUrl=url, Label=label, AWSAccountIds=[rows.OTHER_ACCOUNT], Actions=["SendMessage"])

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(add, labels))
        assert {one["Sid"] for one in region.policy_of(arn)["Statement"]} == labels

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("{", "not valid JSON"),
            (policy(statement("sqs:*", "*", f"arn:aws:sqs:{HERE}:another")), "cannot speak of"),
            (policy(statement("sqs:*", {"AWS": f"arn:aws:iam::{rows.ACCOUNT}:role/none"})), "Invalid principal"),
            (policy(*[statement("sqs:*", "*")] * 21), "more than 20 statements"),
            (policy(statement("sqs:*", "*", Sid="x" * 8192)), "more than 8192 bytes"),
        ],
    )
    def test_malformed(self, region: ModelledRegion, text: str, reason: str) -> None:
        own = region.client("sqs")
        code, message = refusal(own.create_queue, QueueName="malformed", Attributes={"Policy": text})
        assert code == "InvalidAttributeValue"
        assert message.startswith("Invalid value for the parameter Policy."), message
        assert reason in message or reason == "not valid JSON"
        assert refusal(own.get_queue_url, QueueName="malformed")[0].endswith("NonExistentQueue")

    def test_a_new_queue_has_no_policy_of_another(self, region: ModelledRegion) -> None:
        own, arn = region.client("sqs"), f"arn:aws:sqs:{HERE}:again"
        given = {"Policy": policy(statement("sqs:*", "*", arn, "Deny"))}
        url = own.create_queue(QueueName="again", Attributes=given)["QueueUrl"]
        assert region.policy_of(arn) == json.loads(given["Policy"])
        assert own.create_queue(QueueName="again", Attributes=given)["QueueUrl"] == url
        other = {"Policy": policy(statement("sqs:*", "*", arn))}
        assert refusal(own.create_queue, QueueName="again", Attributes=other)[0] in (
            "QueueAlreadyExists",
            "QueueNameExists",
        )

    def test_the_daemon_ends_on_the_way(self, region: ModelledRegion) -> None:
        own, arn = region.client("sqs"), f"arn:aws:sqs:{HERE}:halfway"
        given = {"Policy": policy(statement("sqs:SendMessage", {"AWS": OTHERS}, arn))}
        region.daemon.refuses = True
        try:
            code, message = refusal(own.create_queue, QueueName="halfway", Attributes=given)
            assert code.startswith("ServiceUnavailable"), code
            assert "not in force everywhere" in message
        finally:
            region.daemon.refuses = False
        assert region.policy_of(arn) is None
        url = own.create_queue(QueueName="halfway", Attributes=given)["QueueUrl"]
        assert region.policy_of(arn) == json.loads(given["Policy"])
        region.daemon.refuses = True
        try:
            assert refusal(own.delete_queue, QueueUrl=url)[0].startswith("ServiceUnavailable")
        finally:
            region.daemon.refuses = False
        # The queue is gone, its policy is not; the new one of its name has none.
        assert region.policy_of(arn) is not None
        own.create_queue(QueueName="halfway")
        assert region.policy_of(arn) is None

    def test_without_a_daemon_nothing_is_changed(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        own = region.client("sqs")
        given = {"Policy": policy(statement("sqs:*", "*", arn))}
        region.daemon.connected = False
        try:
            code, message = refusal(own.set_queue_attributes, QueueUrl=url, Attributes={**given, "DelaySeconds": "9"})
            assert (code, message) == (
                "ServiceUnavailable",
                "Policies of resources cannot be changed at the moment: the region is down.",
            )
            own.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "31"})
        finally:
            region.daemon.connected = True
        shown = own.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert (shown["DelaySeconds"], shown["VisibilityTimeout"]) == ("0", "31")

    def test_in_the_query_protocol(self, region: ModelledRegion, queue: tuple[str, str]) -> None:
        url, arn = queue
        given = policy(statement("sqs:*", {"AWS": OTHERS}, arn))
        told = {"QueueUrl": url, "Attribute.1.Name": "Policy", "Attribute.1.Value": given}
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        answer = region.send("sqs", urlencode({"Action": "SetQueueAttributes", **told}).encode(), **form)
        assert (answer.status, b"SetQueueAttributesResponse" in answer.body) == (200, True)
        asked = {"QueueUrl": url, "AttributeName.1": "Policy"}
        answer = region.send("sqs", urlencode({"Action": "GetQueueAttributes", **asked}).encode(), **form)
        assert answer.status == 200
        assert f"<Name>Policy</Name><Value>{given}</Value>".encode() in answer.body

    def test_of_a_queue_that_is_not_there(self, region: ModelledRegion) -> None:
        url = f"https://sqs.us-east-1.amazonaws.com/{rows.ACCOUNT}/never"
        own = region.client("sqs")
        given = {"Policy": policy(statement("sqs:*", "*"))}
        for call, parameters in (
            (own.set_queue_attributes, {"Attributes": given}),
            (own.add_permission, {"Label": "l", "AWSAccountIds": [rows.OTHER_ACCOUNT], "Actions": ["*"]}),
            (own.remove_permission, {"Label": "l"}),
        ):
            assert refusal(call, QueueUrl=url, **parameters)[0].endswith("NonExistentQueue")
        assert region.policy_of(f"arn:aws:sqs:{HERE}:never") is None


class TestTopics:
    def test_deny_and_the_default(self, region: ModelledRegion) -> None:
        own, others = region.client("sns"), region.others("sns")
        arn = own.create_topic(Name="news")["TopicArn"]
        default = json.loads(own.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
        assert default["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": rows.ACCOUNT}}
        assert denied(others.publish, TopicArn=arn, Message="x") == NOT_ALLOWED.format("SNS:Publish")
        given = policy(
            statement("SNS:Publish", "*", arn, "Deny", Condition={"StringEquals": {"aws:username": "ada"}}),
            statement(["sns:Publish", "sns:GetTopicAttributes"], {"AWS": [OTHERS, OWN]}, arn),
        )
        own.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=given)
        assert others.publish(TopicArn=arn, Message="x")["MessageId"]
        shown = others.get_topic_attributes(TopicArn=arn)["Attributes"]
        assert (shown["Policy"], shown["TopicArn"]) == (given, arn)
        user = region.user("sns", identity("sns:*"))
        assert refusal(user.publish, TopicArn=arn, Message="x")[1].endswith(EXPLICIT)
        # What has been shown is taken again, the default too.
        own.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(default))
        assert denied(others.publish, TopicArn=arn, Message="x") == NOT_ALLOWED.format("SNS:Publish")

    def test_permissions(self, region: ModelledRegion) -> None:
        own, others = region.client("sns"), region.others("sns")
        arn = own.create_topic(Name="permitted")["TopicArn"]
        given = {"TopicArn": arn, "Label": "abroad", "AWSAccountId": [rows.OTHER_ACCOUNT]}
        own.add_permission(**given, ActionName=["Publish"])
        assert [one["Sid"] for one in region.policy_of(arn)["Statement"]] == ["__default_statement_ID", "abroad"]
        others.publish(TopicArn=arn, Message="x")
        assert refusal(own.add_permission, **given, ActionName=["Publish"]) == (
            "InvalidParameter",
            "Invalid parameter: Statement already exists",
        )
        refused = refusal(own.add_permission, **{**given, "Label": "b"}, ActionName=["NotThere"])
        assert refused == ("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!")
        own.remove_permission(TopicArn=arn, Label="abroad")
        assert denied(others.publish, TopicArn=arn, Message="x") == NOT_ALLOWED.format("SNS:Publish")

    def test_made_with_a_policy_and_deleted(self, region: ModelledRegion) -> None:
        own, arn = region.client("sns"), f"arn:aws:sns:{HERE}:made"
        given = policy(statement("sns:Publish", "*", arn, "Deny"))
        own.create_topic(Name="made", Attributes={"Policy": given, "DisplayName": "m"})
        assert own.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "m"
        assert refusal(own.publish, TopicArn=arn, Message="x")[1].endswith(EXPLICIT)
        own.delete_topic(TopicArn=arn)
        assert region.policy_of(arn) is None
        own.create_topic(Name="made")
        own.publish(TopicArn=arn, Message="x")

    def test_malformed(self, region: ModelledRegion) -> None:
        own = region.client("sns")
        arn = own.create_topic(Name="malformed")["TopicArn"]
        nobody = policy(statement("sns:Publish", {"AWS": f"arn:aws:iam::{rows.ACCOUNT}:user/nobody"}, arn))
        for text, problem in (("[]", "Policy Error"), (nobody, "PrincipalNotFound"), ("", "Policy is empty")):
            code, message = refusal(own.set_topic_attributes, TopicArn=arn, AttributeName="Policy", AttributeValue=text)
            assert (code, problem in message) == ("InvalidParameter", True), message
        gone = arn.replace("malformed", "never")
        given = policy(statement("sns:Publish", "*", gone))
        refused = refusal(own.set_topic_attributes, TopicArn=gone, AttributeName="Policy", AttributeValue=given)
        assert refused[0] == "NotFound"


class TestKeys:
    def test_the_default_leaves_it_to_the_account(self, region: ModelledRegion) -> None:
        own = region.client("kms")
        key = own.create_key()["KeyMetadata"]["Arn"]
        shown = own.get_key_policy(KeyId=key, PolicyName="default")
        assert shown["PolicyName"] == "default"
        assert json.loads(shown["Policy"])["Statement"][0]["Principal"] == {"AWS": OWN}
        assert region.user("kms", identity("kms:Encrypt")).encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        user = region.user("kms")
        assert denied(user.encrypt, KeyId=key, Plaintext=b"x").startswith("no identity-based policy allows")

    def test_nobody_but_whom_it_names(self, region: ModelledRegion) -> None:
        own = region.client("kms")
        alone = policy(statement(["kms:Encrypt", "kms:PutKeyPolicy", "kms:GetKeyPolicy"], {"AWS": USER_ARN}))
        region.user("kms")
        assert refusal(own.create_key, Policy=alone) == (
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
        )
        key = own.create_key(Policy=alone, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
        assert denied(own.encrypt, KeyId=key, Plaintext=b"x") == NOT_ALLOWED.format("kms:Encrypt")
        assert denied(own.put_key_policy, KeyId=key, PolicyName="default", Policy=alone)
        user = region.user("kms")
        assert user.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        assert user.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == alone
        whole = policy(statement("kms:*", {"AWS": OWN}), statement("kms:PutKeyPolicy", {"AWS": USER_ARN}))
        user.put_key_policy(KeyId=key, PolicyName="default", Policy=whole)
        own.encrypt(KeyId=key, Plaintext=b"x")

    def test_another_account(self, region: ModelledRegion) -> None:
        own, others = region.client("kms"), region.others("kms")
        shared = policy(statement("kms:*", {"AWS": OWN}), statement(["kms:Encrypt", "kms:Decrypt"], {"AWS": OTHERS}))
        made = own.create_key(Policy=shared)["KeyMetadata"]
        sealed = others.encrypt(KeyId=made["Arn"], Plaintext=b"secret")["CiphertextBlob"]
        assert own.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"
        assert others.decrypt(CiphertextBlob=sealed, KeyId=made["Arn"])["Plaintext"] == b"secret"
        assert refusal(others.encrypt, KeyId=made["KeyId"], Plaintext=b"x")[0] == "NotFoundException"
        assert denied(others.describe_key, KeyId=made["Arn"]) == NOT_ALLOWED.format("kms:DescribeKey")
        assert denied(others.get_key_policy, KeyId=made["Arn"], PolicyName="default").startswith("no resource-based")
        other = own.create_key()["KeyMetadata"]["Arn"]
        assert refusal(own.decrypt, CiphertextBlob=sealed, KeyId=other)[0] == "IncorrectKeyException"

    def test_malformed(self, region: ModelledRegion) -> None:
        own = region.client("kms")
        key = own.create_key()["KeyMetadata"]["Arn"]
        nobody = policy(statement("kms:*", {"AWS": [OWN, f"arn:aws:iam::{rows.ACCOUNT}:role/none"]}))
        for text in ("{", nobody):
            code, _ = refusal(own.put_key_policy, KeyId=key, PolicyName="default", Policy=text)
            assert code == "MalformedPolicyDocumentException"
        assert refusal(own.get_key_policy, KeyId=key, PolicyName="other")[0] == "NotFoundException"
        absent = key[:-36] + "00000000-0000-4000-8000-000000000000"
        whole = policy(statement("kms:*", {"AWS": OWN}))
        refused = refusal(own.put_key_policy, KeyId=absent, PolicyName="default", Policy=whole)
        assert refused[0] == "NotFoundException"
        assert region.policy_of(absent) is None

    def test_a_key_of_whose_policy_nobody_heard_is_not_kept(self, region: ModelledRegion) -> None:
        own = region.client("kms")
        before = {one["KeyId"] for one in own.list_keys()["Keys"]}
        region.daemon.refuses = True
        try:
            assert refusal(own.create_key, Policy=policy(statement("kms:*", {"AWS": OWN})))[0].startswith("Service")
        finally:
            region.daemon.refuses = False
        (made,) = {one["KeyId"] for one in own.list_keys()["Keys"]} - before
        assert own.describe_key(KeyId=made)["KeyMetadata"]["KeyState"] == "PendingDeletion"


class TestSecrets:
    def test_shared(self, region: ModelledRegion) -> None:
        own, others = region.client("secretsmanager"), region.others("secretsmanager")
        arn = own.create_secret(Name="shared", SecretString="s")["ARN"]
        assert "ResourcePolicy" not in own.get_resource_policy(SecretId="shared")
        assert denied(others.get_secret_value, SecretId=arn) == NOT_ALLOWED.format("secretsmanager:GetSecretValue")
        given = policy(statement("secretsmanager:GetSecretValue", {"AWS": OTHERS}))
        told = own.put_resource_policy(SecretId="shared", ResourcePolicy=given, BlockPublicPolicy=True)
        assert (told["ARN"], told["Name"]) == (arn, "shared")
        assert others.get_secret_value(SecretId=arn)["SecretString"] == "s"
        # By its full ARN alone.
        partial = arn.rpartition("-")[0]
        assert denied(others.get_secret_value, SecretId=partial).startswith("no resource-based policy")
        assert own.get_resource_policy(SecretId=arn)["ResourcePolicy"] == given
        own.delete_resource_policy(SecretId="shared")
        assert denied(others.get_secret_value, SecretId=arn).startswith("no resource-based policy")

    def test_public_and_malformed(self, region: ModelledRegion) -> None:
        own = region.client("secretsmanager")
        own.create_secret(Name="open", SecretString="s")
        public = policy(statement("secretsmanager:GetSecretValue", "*"))
        refused = refusal(own.put_resource_policy, SecretId="open", ResourcePolicy=public, BlockPublicPolicy=True)
        assert refused[0] == "PublicPolicyException"
        refused = refusal(own.put_resource_policy, SecretId="open", ResourcePolicy="{")
        assert refused[0] == "MalformedPolicyDocumentException"
        refused = refusal(own.put_resource_policy, SecretId="none", ResourcePolicy=public)
        assert refused[0] == "ResourceNotFoundException"
        own.put_resource_policy(SecretId="open", ResourcePolicy=public)
        assert (
            region.others("secretsmanager").get_secret_value(SecretId=own.describe_secret(SecretId="open")["ARN"])[
                "SecretString"
            ]
            == "s"
        )

    def test_validated(self, region: ModelledRegion) -> None:
        own = region.client("secretsmanager")
        good = policy(statement("secretsmanager:GetSecretValue", {"AWS": OTHERS}))
        told = own.validate_resource_policy(ResourcePolicy=good)
        assert (told["PolicyValidationPassed"], told["ValidationErrors"]) == (True, [])
        for bad in ("{", good.replace(OTHERS, "*")):
            told = own.validate_resource_policy(ResourcePolicy=bad)
            assert told["PolicyValidationPassed"] is False
            assert told["ValidationErrors"][0]["CheckName"]

    def test_deleted(self, region: ModelledRegion) -> None:
        own = region.client("secretsmanager")
        arn = own.create_secret(Name="brief", SecretString="s")["ARN"]
        own.put_resource_policy(SecretId="brief", ResourcePolicy=policy(statement("secretsmanager:*", {"AWS": OTHERS})))
        own.delete_secret(SecretId="brief")
        assert region.policy_of(arn) is not None
        assert refusal(own.get_resource_policy, SecretId="brief")[0] == "InvalidRequestException"
        own.restore_secret(SecretId="brief")
        own.delete_secret(SecretId="brief", ForceDeleteWithoutRecovery=True)
        assert region.policy_of(arn) is None


class TestStacks:
    def test_what_a_stack_makes_has_no_policy_of_another(self, region: ModelledRegion) -> None:
        arn = f"arn:aws:sqs:{HERE}:stacked"
        template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "stacked"}}}})
        stacks, own = region.client("cloudformation"), region.client("sqs")
        denies = {"Policy": policy(statement("sqs:SendMessage", "*", arn, "Deny"))}
        for name in ("first", "second"):
            stacks.create_stack(StackName=name, TemplateBody=template)
            url = own.get_queue_url(QueueName="stacked")["QueueUrl"]
            own.send_message(QueueUrl=url, MessageBody="x")
            own.set_queue_attributes(QueueUrl=url, Attributes=denies)
            assert refusal(own.send_message, QueueUrl=url, MessageBody="x")[1].endswith(EXPLICIT)
            stacks.delete_stack(StackName=name)
            assert region.policy_of(arn) is None

    def test_a_key_s_policy_is_not_taken_unless_it_is_the_default(self, region: ModelledRegion) -> None:
        stacks = region.client("cloudformation")
        given = {"Statement": [statement("kms:*", {"AWS": OWN}), statement("kms:Encrypt", {"AWS": OTHERS})]}
        template = json.dumps({"Resources": {"K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": given}}}})
        code, message = refusal(stacks.create_stack, StackName="keys", TemplateBody=template)
        assert code == "ServiceUnavailable"
        assert "policies that a stack gives its resources are not enforced" in message
