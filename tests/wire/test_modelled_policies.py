"""Who may do what at modelled services: identity policies on the resources that requests name."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support import edge_rows as rows
from support.modelled_region import USER_ARN, ModelledRegion, modelled_region

HERE = f"us-east-1:{rows.ACCOUNT}"


@pytest.fixture(scope="module")
def region() -> Iterator[ModelledRegion]:
    with modelled_region({}, rows.role("runner")) as running:
        yield running


def policy(*statements: tuple[str, str, str]) -> str:
    """Of effect, action and resource."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": effect, "Action": action, "Resource": resource} for effect, action, resource in statements
            ],
        }
    )


def denied(client: Any, call: str, **parameters: Any) -> str:
    """What was denied on what: the middle of AWS's sentence."""
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**parameters)
    answer: Any = caught.value.response["Error"]
    assert answer["Code"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError"), answer
    sentence = str(answer["Message"]).removeprefix(f"User: {USER_ARN} is not authorized to perform: ")
    return sentence.partition(" because ")[0].partition(" with ")[0]


def test_a_queue_by_its_name(region: ModelledRegion) -> None:
    url = {name: region.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("open", "closed")}
    user = region.user("sqs", policy(("Allow", "sqs:SendMessage", f"arn:aws:sqs:{HERE}:open")))
    assert "MessageId" in user.send_message(QueueUrl=url["open"], MessageBody="x")
    entries = [{"Id": "1", "MessageBody": "x"}]
    assert user.send_message_batch(QueueUrl=url["open"], Entries=entries)["Successful"]
    refused = denied(user, "send_message", QueueUrl=url["closed"], MessageBody="x")
    assert refused == f"sqs:sendmessage on resource: arn:aws:sqs:{HERE}:closed"
    # However the queue is written.
    for name in ("closed", f"http://open/{rows.ACCOUNT}/closed", f"https://x/{rows.ACCOUNT}/closed/"):
        assert denied(user, "send_message", QueueUrl=name, MessageBody="x") == refused
    assert denied(user, "list_queues") == f"sqs:listqueues on resource: arn:aws:sqs:{HERE}:"


def test_whose_a_queue_is_is_no_part_of_its_name(region: ModelledRegion) -> None:
    region.client("sqs").create_queue(QueueName="hidden")
    denying = policy(("Allow", "sqs:*", "*"), ("Deny", "sqs:*", f"arn:aws:sqs:{HERE}:hidden"))
    user = region.user("sqs", denying)
    for owner in (rows.ACCOUNT, f"{rows.ACCOUNT}:x"):
        with pytest.raises(ClientError) as caught:
            user.get_queue_url(QueueName="hidden", QueueOwnerAWSAccountId=owner)
        assert caught.value.response["Error"]["Code"] in ("AccessDenied", "InvalidParameterValue")


def test_what_names_no_resource_needs_every_resource(region: ModelledRegion) -> None:
    user = region.user("cloudwatch", policy(("Allow", "cloudwatch:*", f"arn:aws:cloudwatch:{HERE}:*")))
    refused = denied(user, "put_metric_data", Namespace="n", MetricData=[{"MetricName": "m", "Value": 1}])
    assert refused == "cloudwatch:PutMetricData"
    user = region.user("cloudwatch", policy(("Allow", "cloudwatch:*", "*")))
    user.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1}])


def test_a_group_of_logs_by_its_arn(region: ModelledRegion) -> None:
    logs = region.client("logs")
    for group in ("/open", "/closed"):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="s")
        now = int(time.time() * 1000)
        logs.put_log_events(
            logGroupName=group, logStreamName="s", logEvents=[{"timestamp": now, "message": f"of {group}"}]
        )
    user = region.user("logs", policy(("Allow", "logs:*", f"arn:aws:logs:{HERE}:log-group:/open:*")))
    for name in ("/open", f"arn:aws:logs:{HERE}:log-group:/open", f"arn:aws:logs:{HERE}:log-group:/open:*"):
        found = user.get_log_events(logGroupIdentifier=name, logStreamName="s")["events"]
        assert [one["message"] for one in found] == ["of /open"]
        assert [one["message"] for one in user.filter_log_events(logGroupIdentifier=name)["events"]] == ["of /open"]
        (stream,) = user.describe_log_streams(logGroupIdentifier=name)["logStreams"]
        assert "log-group:/open:" in stream["arn"]
    # What the backend would pass over.
    for given in ({"logGroupIdentifiers": ["/open"]}, {"logGroupNamePattern": "ope"}):
        with pytest.raises(ClientError, match="all groups are listed, or those whose names begin"):
            logs.describe_log_groups(**given)


def test_a_key_by_its_alias_is_that_key(region: ModelledRegion) -> None:
    kms = region.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/guarded", TargetKeyId=arn)
    sealed = kms.encrypt(KeyId=arn, Plaintext=b"abc")["CiphertextBlob"]
    user = region.user("kms", policy(("Allow", "kms:*", "*"), ("Deny", "kms:*crypt", arn)))
    for name in ("alias/guarded", f"arn:aws:kms:{HERE}:alias/guarded", arn, arn.partition("/")[2]):
        assert denied(user, "encrypt", KeyId=name, Plaintext=b"a") == f"kms:Encrypt on resource: {arn}"
    assert denied(user, "decrypt", CiphertextBlob=sealed) == f"kms:Decrypt on resource: {arn}"
    user = region.user("kms", policy(("Allow", "kms:Encrypt", arn)))
    assert user.encrypt(KeyId="alias/guarded", Plaintext=b"abc")["KeyId"] == arn
    refused = denied(user, "encrypt", KeyId="alias/none", Plaintext=b"abc")
    assert refused == f"kms:Encrypt on resource: arn:aws:kms:{HERE}:alias/none"


def test_a_secret_by_its_name_is_the_whole_arn(region: ModelledRegion) -> None:
    arn = region.client("secretsmanager").create_secret(Name="prod/db", SecretString="x")["ARN"]
    user = region.user("secretsmanager", policy(("Allow", "secretsmanager:GetSecretValue", arn)))
    for name in ("prod/db", arn, arn[:-7]):
        assert user.get_secret_value(SecretId=name)["SecretString"] == "x"
    denying = policy(("Allow", "secretsmanager:*", "*"), ("Deny", "secretsmanager:GetSecretValue", arn))
    user = region.user("secretsmanager", denying)
    assert denied(user, "get_secret_value", SecretId="prod/db") == f"secretsmanager:GetSecretValue on resource: {arn}"


def test_a_query_is_asked_for_by_its_work_group(region: ModelledRegion) -> None:
    athena = region.client("athena")
    for group in ("open-group", "closed-group"):
        athena.create_work_group(Name=group)
    asked = {"Name": "q", "Database": "d", "QueryString": "SELECT 1"}
    ids = {
        group: athena.create_named_query(**asked, WorkGroup=group)["NamedQueryId"]
        for group in ("open-group", "closed-group")
    }
    closed = f"arn:aws:athena:{HERE}:workgroup/closed-group"
    user = region.user("athena", policy(("Allow", "athena:*", "*"), ("Deny", "*", closed)))
    assert user.get_named_query(NamedQueryId=ids["open-group"])["NamedQuery"]["WorkGroup"] == "open-group"
    refused = denied(user, "get_named_query", NamedQueryId=ids["closed-group"])
    assert refused == f"athena:GetNamedQuery on resource: {closed}"


def test_a_cluster_has_one_name(region: ModelledRegion) -> None:
    region.client("ecs").create_cluster(clusterName="prod")
    cluster = f"arn:aws:ecs:{HERE}:cluster/prod"
    user = region.user("ecs", policy(("Allow", "ecs:*", "*"), ("Deny", "*", cluster)))
    assert denied(user, "delete_cluster", cluster="prod") == f"ecs:DeleteCluster on resource: {cluster}"
    for name in ("x/prod", cluster.replace("/prod", "/x/prod")):
        with pytest.raises(ClientError, match="InvalidParameterException"):
            user.delete_cluster(cluster=name)
    assert region.client("ecs").describe_clusters(clusters=["prod"])["clusters"][0]["status"] == "ACTIVE"


def test_no_other_arn_ends_in_a_name_that_is_denied(region: ModelledRegion) -> None:
    """The backend looks at the last parts of these alone."""
    root = {name: region.client(name) for name in ("ecs", "events", "glue", "rds")}
    root["ecs"].create_cluster(clusterName="shut")
    root["events"].put_rule(Name="shut", EventPattern='{"source": ["x"]}')
    root["glue"].create_registry(RegistryName="shut")
    definition = {"DataFormat": "JSON", "Compatibility": "NONE", "SchemaDefinition": "{}"}
    root["glue"].create_schema(RegistryId={"RegistryName": "shut"}, SchemaName="s", **definition)
    root["rds"].create_db_parameter_group(
        DBParameterGroupName="shut", DBParameterGroupFamily="mysql8.0", Description="d"
    )
    kinds = ("ecs:*:cluster/shut", "events:*:rule/shut", "glue:*:registry/shut", "rds:*:pg:shut")
    denying = policy(
        ("Allow", "*", "*"),
        *(("Deny", "*", f"arn:aws:{kind.replace('*', HERE)}") for kind in kinds),
    )
    copied = {"TargetDBParameterGroupIdentifier": "copy", "TargetDBParameterGroupDescription": "d"}
    registry = f"arn:aws:glue:{HERE}:registry/x/shut"
    for service, call, parameters in (
        ("ecs", "delete_cluster", {"cluster": f"arn:aws:sqs:{HERE}:cluster/shut"}),
        ("events", "describe_rule", {"Name": "shut", "EventBusName": f"arn:aws:sqs:{HERE}:event-bus/default"}),
        ("glue", "delete_registry", {"RegistryId": {"RegistryArn": registry}}),
        ("glue", "get_schema", {"SchemaId": {"SchemaArn": f"arn:aws:glue:{HERE}:schema/x/shut/s"}}),
        ("glue", "get_schema", {"SchemaId": {"SchemaArn": f"arn:aws:glue:{HERE}:schema/shut/s"}}),
        ("glue", "create_schema", {"SchemaName": "t", "RegistryId": {"RegistryArn": registry}, **definition}),
        (
            "rds",
            "copy_db_parameter_group",
            {"SourceDBParameterGroupIdentifier": f"arn:aws:rds:{HERE}:x:shut", **copied},
        ),
    ):
        user = region.user(service, denying)
        with pytest.raises(ClientError) as caught:
            getattr(user, call)(**parameters)
        code = caught.value.response["Error"]["Code"]
        assert re.match("AccessDenied|Invalid|Validation", code), (service, parameters, code)


def test_a_file_system_and_a_group_have_no_other_names(region: ModelledRegion) -> None:
    files, groups = region.client("efs"), region.client("resource-groups")
    system = files.create_file_system(CreationToken="shut")
    point = files.create_access_point(ClientToken="shut", FileSystemId=system["FileSystemId"])
    query = '{"ResourceTypeFilters": ["AWS::AllSupported"], "TagFilters": [{"Key": "a", "Values": ["b"]}]}'
    made = groups.create_group(Name="shut", ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": query})
    group = made["Group"]["GroupArn"]
    arns = (system["FileSystemArn"], point["AccessPointArn"], group)
    denying = policy(("Allow", "*", "*"), *(("Deny", "*", arn) for arn in arns))
    other = system["FileSystemArn"].replace("file-system/", "x/")
    for service, call, parameters in (
        ("efs", "create_access_point", {"ClientToken": "y", "FileSystemId": other}),
        ("efs", "delete_access_point", {"AccessPointId": f"x/{point['AccessPointId']}"}),
        ("efs", "tag_resource", {"ResourceId": other, "Tags": [{"Key": "a", "Value": "b"}]}),
        ("resource-groups", "update_group", {"Group": group.replace(":resource-groups:", ":sqs:")}),
    ):
        user = region.user(service, denying)
        with pytest.raises(ClientError, match="BadRequest"):
            getattr(user, call)(**parameters)


def test_a_recorder_is_asked_for_by_its_name(region: ModelledRegion) -> None:
    asked = {"ConfigurationRecorder": {"name": "shut", "roleARN": f"arn:aws:iam::{rows.ACCOUNT}:role/runner"}}
    region.client("config").put_configuration_recorder(**asked)
    recorder = f"arn:aws:config:{HERE}:configuration-recorder/shut/*"
    user = region.user("config", policy(("Allow", "*", "*"), ("Deny", "*", recorder)))
    refused = denied(user, "put_configuration_recorder", **asked)
    assert refused == f"config:PutConfigurationRecorder on resource: {recorder}"


def test_tags_of_redshift_are_of_its_own_resources(region: ModelledRegion) -> None:
    tags = [{"Key": "a", "Value": "b"}]
    region.client("redshift").create_cluster_parameter_group(
        ParameterGroupName="shut", ParameterGroupFamily="redshift-1.0", Description="d"
    )
    group = f"arn:aws:redshift:{HERE}:parametergroup:shut"
    user = region.user("redshift", policy(("Allow", "*", "*"), ("Deny", "*", group)))
    assert denied(user, "create_tags", ResourceName=group, Tags=tags) == f"redshift:CreateTags on resource: {group}"
    with pytest.raises(ClientError, match="is not a valid name"):
        user.create_tags(ResourceName=group.replace("redshift", "sqs"), Tags=tags)


def test_a_model_package_by_its_group_is_its_newest_version(region: ModelledRegion) -> None:
    models = region.client("sagemaker")
    models.create_model_package_group(ModelPackageGroupName="shut")
    arn = models.create_model_package(ModelPackageGroupName="shut")["ModelPackageArn"]
    every = f"{arn.rpartition('/')[0]}/*"
    user = region.user("sagemaker", policy(("Allow", "*", "*"), ("Deny", "*", every)))
    for name in ("shut", "shut/1", arn):
        refused = denied(user, "describe_model_package", ModelPackageName=name)
        assert refused.startswith("sagemaker:DescribeModelPackage on resource: arn:aws:sagemaker:")
    with pytest.raises(ClientError, match="is not the name of a resource"):
        user.update_model_package(ModelPackageArn="shut", ModelApprovalStatus="Approved")
    with pytest.raises(ClientError, match="is not a valid name"):
        user.list_tags(ResourceArn="model-package/shut")


def test_a_secret_is_no_parameter(region: ModelledRegion) -> None:
    region.client("secretsmanager").create_secret(Name="hidden", SecretString="x")
    user = region.user("ssm", policy(("Allow", "ssm:*", "*")))
    name = "/aws/reference/secretsmanager/hidden"
    for given in (name, f"arn:aws:ssm:{HERE}:parameter{name}"):
        with pytest.raises(ClientError, match="secrets are read from Secrets Manager alone"):
            user.get_parameter(Name=given, WithDecryption=True)
    with pytest.raises(ClientError, match="secrets are read from Secrets Manager alone"):
        user.get_parameters(Names=[name], WithDecryption=True)


def test_each_of_several_is_asked_for(region: ModelledRegion) -> None:
    ssm = region.client("ssm")
    for name in ("/a/x", "/b/x"):
        ssm.put_parameter(Name=name, Value="v", Type="String")
    user = region.user("ssm", policy(("Allow", "ssm:GetParameter*", f"arn:aws:ssm:{HERE}:parameter/a/*")))
    assert len(user.get_parameters(Names=["/a/x", "/a/y"])["Parameters"]) == 1
    refused = denied(user, "get_parameters", Names=["/a/x", "/b/x"])
    assert refused == f"ssm:GetParameters on resource: arn:aws:ssm:{HERE}:parameter/b/x"
    assert denied(user, "get_parameter", Name=f"arn:aws:ssm:{HERE}:parameter/b/x:1").endswith("parameter/b/x")


def test_a_change_set_is_asked_for_by_its_stack(region: ModelledRegion) -> None:
    template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    made = region.client("cloudformation").create_change_set(
        StackName="theirs", ChangeSetName="grow", ChangeSetType="CREATE", TemplateBody=template
    )
    stack = f"arn:aws:cloudformation:{HERE}:stack"
    user = region.user("cloudformation", policy(("Allow", "cloudformation:*", f"{stack}/mine/*")))
    for given in ({"ChangeSetName": made["Id"]}, {"StackName": "mine", "ChangeSetName": "grow"}):
        for call, action in (("execute_change_set", "Execute"), ("describe_change_set", "Describe")):
            refused = denied(user, call, **given)
            assert refused == f"cloudformation:{action}ChangeSet on resource: {made['StackId']}"
    with pytest.raises(ClientError) as caught:
        user.execute_change_set(StackName="mine", ChangeSetName="none")
    assert caught.value.response["Error"]["Code"] in ("ChangeSetNotFound", "ChangeSetNotFoundException")
    user = region.user("cloudformation", policy(("Allow", "cloudformation:Describe*", f"{stack}/theirs/*")))
    for given in ({"ChangeSetName": made["Id"]}, {"StackName": "theirs", "ChangeSetName": "grow"}):
        assert user.describe_change_set(**given)["StackName"] == "theirs"


def test_a_stack_makes_only_what_its_maker_may(region: ModelledRegion) -> None:
    resources = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "made"}}}
    template = json.dumps({"Resources": resources})
    stacks = ("Allow", "cloudformation:*", "*")
    user = region.user("cloudformation", policy(stacks))
    refused = denied(user, "create_stack", StackName="s", TemplateBody=template)
    assert refused == f"sqs:createqueue on resource: arn:aws:sqs:{HERE}:made"
    user = region.user("cloudformation", policy(stacks, ("Allow", "sqs:*", f"arn:aws:sqs:{HERE}:made")))
    assert user.create_stack(StackName="s", TemplateBody=template)["StackId"]


def test_what_a_change_set_makes_is_made_by_who_executes_it(region: ModelledRegion) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${Name}-queue"}}}
    parameters = {"Name": {"Type": "String", "Default": "other"}}
    template = json.dumps({"Parameters": parameters, "Resources": {"Q": queue}})
    stacks = ("Allow", "cloudformation:*", "*")
    maker = region.user("cloudformation", policy(stacks))
    given = [{"ParameterKey": "Name", "ParameterValue": "executed"}]
    named = {"StackName": "by-change-set", "ChangeSetName": "first"}
    maker.create_change_set(**named, ChangeSetType="CREATE", TemplateBody=template, Parameters=given)
    assert maker.get_template(**named)["TemplateBody"] == json.loads(template)
    refused = denied(maker, "execute_change_set", **named)
    assert refused == f"sqs:createqueue on resource: arn:aws:sqs:{HERE}:executed-queue"
    with pytest.raises(ClientError, match="ChangeSetNotFound"):
        maker.execute_change_set(StackName="by-change-set", ChangeSetName="none")
    user = region.user("cloudformation", policy(stacks, ("Allow", "sqs:*", f"arn:aws:sqs:{HERE}:executed-queue")))
    user.execute_change_set(**named)
    assert region.client("sqs").get_queue_url(QueueName="executed-queue")["QueueUrl"]


def test_what_a_stack_makes_is_made_by_way_of_cloudformation(region: ModelledRegion) -> None:
    resources = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "called-via"}}}
    template = json.dumps({"Resources": resources})
    arn = f"arn:aws:sqs:{HERE}:called-via"

    def only(**condition: Any) -> str:
        queues = {"Effect": "Allow", "Action": "sqs:*", "Resource": arn, "Condition": condition}
        stacks = {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [queues, stacks]})

    name = "cloudformation.amazonaws.com"
    via = only(**{"ForAnyValue:StringEquals": {"aws:CalledVia": name}}, Bool={"aws:ViaAWSService": "true"})
    refused = region.user("sqs", via)
    assert denied(refused, "create_queue", QueueName="called-via").startswith("sqs:createqueue on resource")
    direct = only(StringLike={"aws:UserAgent": "*Boto3*"})
    user = region.user("cloudformation", direct)
    assert denied(user, "create_stack", StackName="called-via", TemplateBody=template).endswith(arn)
    with_address = only(Null={"aws:SourceIp": "false"})
    user = region.user("cloudformation", with_address)
    assert denied(user, "create_stack", StackName="called-via", TemplateBody=template).endswith(arn)
    user = region.user("cloudformation", via)
    assert user.create_stack(StackName="called-via", TemplateBody=template)["StackId"]


def test_a_role_is_passed_by_those_who_may(region: ModelledRegion) -> None:
    role = f"arn:aws:iam::{rows.ACCOUNT}:role/runner"
    made = {"FunctionName": "f", "Role": role, "Code": {"ZipFile": b"PK\x05\x06" + bytes(18)}, "Handler": "f.h"}
    user = region.user("lambda", policy(("Allow", "lambda:*", "*")))
    assert denied(user, "create_function", Runtime="python3.12", **made) == f"iam:PassRole on resource: {role}"
    user = region.user("lambda", policy(("Allow", "lambda:*", "*"), ("Allow", "iam:PassRole", role)))
    assert user.create_function(Runtime="python3.12", **made)["FunctionName"] == "f"


def test_another_account_s_resources_are_its_own(region: ModelledRegion) -> None:
    region.client("sqs").create_queue(QueueName="mine")
    url = f"https://sqs.us-east-1.amazonaws.com/{rows.ACCOUNT}/mine"
    with pytest.raises(ClientError, match="because no resource-based policy allows the sqs:sendmessage action"):
        region.others("sqs").send_message(QueueUrl=url, MessageBody="x")
    with pytest.raises(ClientError, match="does not exist"):
        region.others("sqs").get_queue_url(QueueName="mine")
