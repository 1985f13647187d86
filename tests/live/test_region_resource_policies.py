"""Policies of queues, topics, keys and secrets, in a region with two accounts, through interface endpoints and past
them: they decide at once, everywhere, and outlive the daemon, the region and whom they name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.live_region import TRUST_OF_INSTANCES, LiveRegion, live_region
from support.waiting import wait_until

pytestmark = pytest.mark.live

OTHER = "210987654321"
SERVICES = ("sqs", "sns", "kms", "secretsmanager")
ROLE = "policied"


class Place:
    """An instance whose role may do everything, and the endpoints of its VPC."""

    def __init__(self, region: LiveRegion) -> None:
        self.region = region
        region.run("account", "add", OTHER)
        vpc = region.vpc()
        region.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = region.subnet(vpc, "10.0.1.0/24")
        group = region.ec2.create_security_group(VpcId=vpc, GroupName="endpoints", Description="endpoints")["GroupId"]
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        region.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
        self.id = region.instance(
            subnet, IamInstanceProfile=region.profile(ROLE, {"Effect": "Allow", "Action": "*", "Resource": "*"})
        )
        self.endpoints = {
            service: region.ec2.create_vpc_endpoint(
                VpcId=vpc,
                VpcEndpointType="Interface",
                ServiceName=f"com.amazonaws.us-east-1.{service}",
                SubnetIds=[subnet],
                SecurityGroupIds=[group],
                PrivateDnsEnabled=True,
            )["VpcEndpoint"]["VpcEndpointId"]
            for service in SERVICES
        }
        region.wait()

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        """The answer inside, or the sentence of the refusal."""
        told = self.region.call(self.id, service, operation, **parameters)
        assert told.network is None, told
        return told.answer if told.code is None else f"{told.code}: {told.message}"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with live_region() as region:
        yield Place(region)


def refusal(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error: Any = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, principal: Any, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}


def root(account_id: str) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account_id}:root"}


def test_a_queue_that_is_reached_by_its_endpoint_alone(place: Place) -> None:
    region, sqs = place.region, place.region.client("sqs")
    url = sqs.create_queue(QueueName="inside")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{region.account_id}:inside"
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": place.endpoints["sqs"]}}
    denies = allow(["sqs:SendMessage", "sqs:ReceiveMessage"], "*", arn, Condition=elsewhere) | {"Effect": "Deny"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(denies)})
    assert "MessageId" in place.call("sqs", "send_message", QueueUrl=url, MessageBody="x")
    told = refusal(sqs.send_message, QueueUrl=url, MessageBody="x")
    assert told.startswith("AccessDenied: ")
    assert told.endswith("with an explicit deny in a resource-based policy")
    # A new queue of the name has no policy.
    sqs.delete_queue(QueueUrl=url)
    sqs.create_queue(QueueName="inside")
    assert "MessageId" in sqs.send_message(QueueUrl=url, MessageBody="x")


def test_a_key_for_nobody_but_a_role_and_not_for_a_namesake(place: Place) -> None:
    region, kms, iam = place.region, place.region.client("kms"), place.region.iam
    role = f"arn:aws:iam::{region.account_id}:role/{ROLE}"
    iam.create_role(RoleName="guest", AssumeRolePolicyDocument=json.dumps(TRUST_OF_INSTANCES))
    guest = f"arn:aws:iam::{region.account_id}:role/guest"
    alone = policy(allow("kms:*", {"AWS": role}), allow("kms:Encrypt", {"AWS": guest}))
    key = kms.create_key(Policy=alone, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    sealed = place.call("kms", "encrypt", KeyId=key, Plaintext="cGxhaW4=")
    assert sealed["KeyId"] == key
    for call, parameters in ((kms.encrypt, {"Plaintext": b"x"}), (kms.schedule_key_deletion, {})):
        told = refusal(call, KeyId=key, **parameters)
        assert told.startswith(f"AccessDeniedException: User: arn:aws:iam::{region.account_id}:root is not authorized")
        assert "because no resource-based policy allows the kms:" in told
    unique_id = iam.get_role(RoleName="guest")["Role"]["RoleId"]
    iam.delete_role(RoleName="guest")
    iam.create_role(RoleName="guest", AssumeRolePolicyDocument=json.dumps(TRUST_OF_INSTANCES))
    shown = json.loads(place.call("kms", "get_key_policy", KeyId=key, PolicyName="default")["Policy"])
    assert shown["Statement"][1]["Principal"] == {"AWS": unique_id}


def test_a_secret_of_another_account(place: Place) -> None:
    theirs = place.region.client("secretsmanager", OTHER)
    arn = theirs.create_secret(Name="shared", SecretString="across")["ARN"]
    told = place.call("secretsmanager", "get_secret_value", SecretId=arn)
    assert "because no resource-based policy allows the secretsmanager:GetSecretValue action" in told
    by_endpoint = {"StringEquals": {"aws:SourceVpce": place.endpoints["secretsmanager"]}}
    given = allow("secretsmanager:GetSecretValue", root(place.region.account_id), Condition=by_endpoint)
    theirs.put_resource_policy(SecretId="shared", ResourcePolicy=policy(given))
    assert place.call("secretsmanager", "get_secret_value", SecretId=arn)["SecretString"] == "across"
    outside = place.region.client("secretsmanager")
    assert refusal(outside.get_secret_value, SecretId=arn).startswith("AccessDeniedException: ")
    theirs.delete_resource_policy(SecretId="shared")
    assert "no resource-based policy allows" in place.call("secretsmanager", "get_secret_value", SecretId=arn)


def test_a_topic_that_denies(place: Place) -> None:
    sns = place.region.client("sns")
    arn = sns.create_topic(Name="news")["TopicArn"]
    assert "MessageId" in place.call("sns", "publish", TopicArn=arn, Message="x")
    role = f"arn:aws:iam::{place.region.account_id}:role/{ROLE}"
    denies = allow("sns:Publish", {"AWS": role}, arn) | {"Effect": "Deny"}
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy(denies))
    told = place.call("sns", "publish", TopicArn=arn, Message="x")
    assert told.startswith("AuthorizationError: ")
    assert told.endswith("with an explicit deny in a resource-based policy")
    assert "MessageId" in sns.publish(TopicArn=arn, Message="x")


def test_without_the_daemon_and_after_the_region_s_return(place: Place) -> None:
    region, sqs = place.region, place.region.client("sqs")
    arn = f"arn:aws:sqs:us-east-1:{region.account_id}:kept"
    given = policy(allow("sqs:SendMessage", root(OTHER), arn), allow("sqs:PurgeQueue", "*", arn) | {"Effect": "Deny"})
    url = sqs.create_queue(QueueName="kept", Attributes={"Policy": given})["QueueUrl"]
    region.kill_daemon()
    wait_until(lambda: region.run("status", check=False).returncode == 3)
    assert "MessageId" in place.call("sqs", "send_message", QueueUrl=url, MessageBody="x")
    assert "with an explicit deny" in place.call("sqs", "purge_queue", QueueUrl=url)
    told = place.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes={"Policy": ""})
    assert "Policies of resources cannot be changed at the moment: the region is down." in told
    told = place.call("sqs", "create_queue", QueueName="never", Attributes={"Policy": given})
    assert told.startswith("ServiceUnavailable")
    region.up()
    region.run("down")
    region.up()
    sqs, theirs = region.client("sqs"), region.client("sqs", OTHER)
    assert "MessageId" in theirs.send_message(QueueUrl=url, MessageBody="from abroad")
    assert "with an explicit deny" in refusal(sqs.purge_queue, QueueUrl=url)
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    assert shown == {"Policy": given}
    assert "never" not in "".join(sqs.list_queues().get("QueueUrls", []))
