"""DynamoDB beside S3: stock clients inside instances, through a gateway endpoint of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.live_region import SILENT_FOR, LiveRegion, live_region

pytestmark = pytest.mark.live

ACCOUNT = "123456789012"
DYNAMODB = "com.amazonaws.us-east-1.dynamodb"
S3 = "com.amazonaws.us-east-1.s3"
ANYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
MAY_ALL = {"Effect": "Allow", "Action": ["dynamodb:*", "s3:*"], "Resource": "*"}
KEYS: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}

RESOURCE_PROGRAM = """
import boto3
from boto3.dynamodb.conditions import Key
from decimal import Decimal
dynamodb = boto3.resource("dynamodb")
table = dynamodb.create_table(
    TableName="songs",
    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "title", "year")],
    KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}, {"AttributeName": "title", "KeyType": "RANGE"}],
    GlobalSecondaryIndexes=[{
        "IndexName": "by-year", "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }],
    BillingMode="PAY_PER_REQUEST",
)
table.wait_until_exists()
with table.batch_writer() as batch:
    for number in range(60):
        batch.put_item(Item={"artist": "Björk", "title": f"t{number:02}", "year": "1997", "n": Decimal(number)})
print(table.get_item(Key={"artist": "Björk", "title": "t07"})["Item"]["n"])
print(table.query(KeyConditionExpression=Key("artist").eq("Björk"), Limit=50)["Count"])
print(table.query(IndexName="by-year", KeyConditionExpression=Key("year").eq("1997"))["Count"])
print(table.scan()["Count"])
table.delete()
table.wait_until_not_exists()
print(table.name in boto3.client("dynamodb").list_tables()["TableNames"])
"""

ACCOUNT_NAME_PROGRAM = f"""
import boto3
client = boto3.client("dynamodb", endpoint_url="https://{ACCOUNT}.ddb.us-east-1.amazonaws.com")
print(client.list_tables()["ResponseMetadata"]["HTTPStatusCode"])
"""


def arn(table: str) -> str:
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"


def item(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}}


class Shop:
    """A private subnet whose one table has an endpoint for each of the two services."""

    def __init__(self, region: LiveRegion) -> None:
        self.region = region
        self.vpc = region.vpc()
        self.subnet = region.subnet(self.vpc)
        self.table = region.table(self.vpc, self.subnet)
        self.endpoint = self.make_endpoint(self.table)
        self.s3_endpoint = region.endpoint(self.vpc, self.table)
        self.instance = region.instance(self.subnet, IamInstanceProfile=region.profile("shop-role", MAY_ALL))
        self.caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/shop-role/{self.instance}"
        self.dynamodb = region.client("dynamodb")

    def make_endpoint(self, *table_ids: str) -> str:
        made = self.region.ec2.create_vpc_endpoint(VpcId=self.vpc, ServiceName=DYNAMODB, RouteTableIds=list(table_ids))[
            "VpcEndpoint"
        ]
        assert made["State"] == "available"
        return str(made["VpcEndpointId"])

    def call(self, operation: str, **parameters: Any) -> Any:
        return self.region.call(self.instance, "dynamodb", operation, **parameters)

    def set_policy(self, *statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.region.ec2.modify_vpc_endpoint(VpcEndpointId=self.endpoint, PolicyDocument=document)

    def refused(self, action: str, on: str) -> str:
        return (
            f"User: {self.caller} is not authorized to perform: dynamodb:{action} on resource: {on} "
            f"because no VPC endpoint policy allows the dynamodb:{action} action"
        )


@pytest.fixture(scope="module")
def shop(region: LiveRegion) -> Shop:
    return Shop(region)


@pytest.fixture
def tables(shop: Shop) -> Any:
    """`music` and `other`, from outside the instances; full access again afterwards."""
    for name in ("music", "other"):
        shop.dynamodb.create_table(TableName=name, **KEYS)
    yield
    shop.region.ec2.modify_vpc_endpoint(VpcEndpointId=shop.endpoint, ResetPolicy=True)
    for name in ("music", "other"):
        shop.dynamodb.delete_table(TableName=name)


def test_a_tables_life_through_the_endpoint(region: LiveRegion, shop: Shop) -> None:
    assert region.python(shop.instance, RESOURCE_PROGRAM).splitlines() == ["7", "50", "60", "60", "False"]


def test_the_account_may_stand_in_front_of_the_name(region: LiveRegion, shop: Shop) -> None:
    assert region.python(shop.instance, ACCOUNT_NAME_PROGRAM).strip() == "200"


def test_port_80_answers_too_and_nothing_else_does(region: LiveRegion, shop: Shop) -> None:
    host = "dynamodb.us-east-1.amazonaws.com"
    for scheme in ("http", "https"):
        assert region.get(shop.instance, f"{scheme}://{host}/").answer == f"healthy: {host} "
    assert region.get(shop.instance, f"http://{host}:8080/", SILENT_FOR).network is not None


@pytest.mark.usefixtures("tables")
def test_a_policy_lets_through_one_action_on_one_table(shop: Shop) -> None:
    assert shop.call("put_item", TableName="music", Item=item("a")).status == 200
    shop.set_policy({**ANYTHING, "Action": "dynamodb:GetItem", "Resource": arn("music")})
    assert shop.call("get_item", TableName="music", Key=item("a")).answer["Item"] == item("a")
    assert shop.call("get_item", TableName=arn("music"), Key=item("a")).answer["Item"] == item("a")
    for operation, parameters, action, on in (
        ("get_item", {"TableName": "other", "Key": item("a")}, "GetItem", arn("other")),
        ("put_item", {"TableName": "music", "Item": item("b")}, "PutItem", arn("music")),
        ("list_tables", {}, "ListTables", arn("*")),
        ("scan", {"TableName": "music"}, "Scan", arn("music")),
    ):
        outcome = shop.call(operation, **parameters)
        assert (outcome.status, outcome.code) == (400, "AccessDeniedException")
        assert outcome.message == shop.refused(action, on)
    assert shop.dynamodb.scan(TableName="music")["Count"] == 1, "from outside no endpoint policy is asked"


@pytest.mark.usefixtures("tables")
def test_batches_and_transactions_are_asked_for_each_table(shop: Shop) -> None:
    shop.set_policy({**ANYTHING, "Action": "dynamodb:*", "Resource": arn("music")})
    both = {name: [{"PutRequest": {"Item": item("a")}}] for name in ("music", "other")}
    refused = shop.call("batch_write_item", RequestItems=both)
    assert refused.message == shop.refused("BatchWriteItem", arn("other"))
    refused = shop.call("batch_get_item", RequestItems={name: {"Keys": [item("a")]} for name in both})
    assert refused.message == shop.refused("BatchGetItem", arn("other"))
    put = {"Put": {"TableName": "music", "Item": item("a")}}
    check = {"TableName": "other", "Key": item("a"), "ConditionExpression": "attribute_not_exists(pk)"}
    refused = shop.call("transact_write_items", TransactItems=[put, {"ConditionCheck": check}])
    assert refused.message == shop.refused("ConditionCheckItem", arn("other"))
    assert shop.dynamodb.scan(TableName="music")["Count"] == 0, "nothing of a refused request is done"

    shop.set_policy(
        {**ANYTHING, "Action": "dynamodb:*", "Resource": arn("music")},
        {**ANYTHING, "Action": "dynamodb:ConditionCheckItem", "Resource": arn("other")},
    )
    assert shop.call("transact_write_items", TransactItems=[put, {"ConditionCheck": check}]).status == 200
    gets = [{"Get": {"TableName": "music", "Key": item("a")}}]
    assert shop.call("transact_get_items", TransactItems=gets).answer["Responses"] == [{"Item": item("a")}]
    only = shop.call("batch_get_item", RequestItems={"music": {"Keys": [item("a")]}})
    assert only.answer["Responses"] == {"music": [item("a")]}


@pytest.mark.usefixtures("tables")
def test_partiql_is_asked_by_verb_and_table(shop: Shop) -> None:
    shop.set_policy(
        {**ANYTHING, "Action": ["dynamodb:PartiQLInsert", "dynamodb:PartiQLSelect"], "Resource": arn("music")}
    )
    inserted = shop.call("execute_statement", Statement="INSERT INTO \"music\" VALUE {'pk': 'a', 'n': 1}")
    assert inserted.status == 200
    found = shop.call("execute_statement", Statement='SELECT n FROM "music" WHERE pk = ?', Parameters=[{"S": "a"}])
    assert found.answer["Items"] == [{"n": {"N": "1"}}]
    for statement, action, on in (
        ("DELETE FROM \"music\" WHERE pk = 'a'", "PartiQLDelete", arn("music")),
        ('SELECT * FROM "other"', "PartiQLSelect", arn("other")),
    ):
        assert shop.call("execute_statement", Statement=statement).message == shop.refused(action, on)
    statements = [{"Statement": f"INSERT INTO \"{name}\" VALUE {{'pk': 'b'}}"} for name in ("music", "other")]
    refused = shop.call("execute_transaction", TransactStatements=statements)
    assert refused.message == shop.refused("PartiQLInsert", arn("other"))
    assert shop.dynamodb.scan(TableName="music")["Count"] == 1


@pytest.mark.usefixtures("tables")
def test_a_tables_own_policy_is_obeyed_by_the_next_request(shop: Shop) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": {
            **ANYTHING,
            "Effect": "Deny",
            "Resource": arn("music"),
            "Action": "dynamodb:GetItem",
            "Condition": {"StringNotEquals": {"aws:SourceVpce": shop.endpoint}},
        },
    }
    shop.dynamodb.put_resource_policy(ResourceArn=arn("music"), Policy=json.dumps(document))
    assert shop.call("get_item", TableName="music", Key=item("a")).status == 200
    with pytest.raises(shop.dynamodb.exceptions.ClientError) as caught:
        shop.dynamodb.get_item(TableName="music", Key=item("a"))
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert caught.value.response["Error"]["Message"].endswith("with an explicit deny in a resource-based policy")
    assert json.loads(shop.dynamodb.get_resource_policy(ResourceArn=arn("music"))["Policy"]) == document
    shop.dynamodb.delete_resource_policy(ResourceArn=arn("music"))
    assert shop.dynamodb.get_item(TableName="music", Key=item("a"))["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_each_service_has_its_own_route_and_its_own_endpoint(region: LiveRegion, shop: Shop) -> None:
    region.bucket("beside-dynamodb")
    assert region.call(shop.instance, "s3", "list_objects_v2", Bucket="beside-dynamodb").status == 200
    assert shop.call("list_tables").status == 200
    region.ec2.modify_vpc_endpoint(VpcEndpointId=shop.endpoint, RemoveRouteTableIds=[shop.table])
    assert shop.call("list_tables", seconds=SILENT_FOR).network in ("ConnectTimeoutError", "EndpointConnectionError")
    assert region.call(shop.instance, "s3", "list_objects_v2", Bucket="beside-dynamodb").status == 200
    region.ec2.modify_vpc_endpoint(VpcEndpointId=shop.endpoint, AddRouteTableIds=[shop.table])
    assert shop.call("list_tables").status == 200
    region.ec2.modify_vpc_endpoint(VpcEndpointId=shop.s3_endpoint, RemoveRouteTableIds=[shop.table])
    assert region.call(shop.instance, "s3", "list_buckets", seconds=SILENT_FOR).network is not None
    assert shop.call("list_tables").status == 200
    region.ec2.modify_vpc_endpoint(VpcEndpointId=shop.s3_endpoint, AddRouteTableIds=[shop.table])


def test_an_endpoint_serves_its_one_service_whatever_names_say(region: LiveRegion, shop: Shop) -> None:
    """DynamoDB's address with S3's names, and the other way round: by Host, and by the name of TLS."""
    addresses = {
        name: region.python(
            shop.instance, f"import socket; print(socket.gethostbyname('{name}.us-east-1.amazonaws.com'))"
        ).strip()
        for name in ("s3", "dynamodb")
    }
    for there, other in (("s3", "dynamodb"), ("dynamodb", "s3")):
        host = f"{other}.us-east-1.amazonaws.com"
        curl = ("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-m", "60")
        plain = region.exec(shop.instance, *curl, "-H", f"Host: {host}", f"http://{addresses[there]}/")
        assert plain.stdout == "400", plain.stderr
        tls = region.exec(
            shop.instance, *curl, "--connect-to", f"{host}:443:{addresses[there]}:443", f"https://{host}/"
        )
        assert tls.returncode == 60, "no certificate of another service"


def test_the_public_way_and_no_way_at_all(region: LiveRegion, shop: Shop) -> None:
    subnet = region.subnet(shop.vpc, "10.0.2.0/24")
    table = region.table(shop.vpc, subnet)
    profile = {"Name": "shop-role"}
    stranded = region.instance(subnet, public=True, IamInstanceProfile=profile)
    assert region.call(stranded, "dynamodb", "list_tables", seconds=SILENT_FOR).network is not None
    region.internet_gateway(shop.vpc, table)
    assert region.call(stranded, "dynamodb", "list_tables").status == 200


def test_a_security_group_may_name_the_prefix_list(region: LiveRegion, shop: Shop) -> None:
    group = region.ec2.create_security_group(VpcId=shop.vpc, GroupName="only-tables", Description="d")["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    region.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    (found,) = region.ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [DYNAMODB]}])[
        "PrefixLists"
    ]
    to_tables = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "PrefixListIds": [{"PrefixListId": found["PrefixListId"]}],
    }
    region.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[to_tables])
    instance = region.instance(shop.subnet, groups=[group], IamInstanceProfile={"Name": "shop-role"})
    assert region.call(instance, "dynamodb", "list_tables").status == 200
    assert region.call(instance, "s3", "list_buckets", seconds=SILENT_FOR).network is not None


def test_clients_mistakes_are_refused_in_aws_words(region: LiveRegion) -> None:
    dynamodb = region.client("dynamodb", parameter_validation=False)
    dynamodb.create_table(TableName="mistakes", **KEYS)
    here: dict[str, Any] = {"TableName": "mistakes"}
    of_a = {":x": {"S": "a"}}

    def refusal(operation: str, **parameters: Any) -> str:
        with pytest.raises(ClientError) as refused:
            getattr(dynamodb, operation)(**parameters)
        error = refused.value.response
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
        return f"{error['Error']['Code']}: {error['Error']['Message']}"

    bare = 'ValidationException: Invalid FilterExpression: Syntax error; token: "<EOF>", near: "word"'
    assert refusal("scan", **here, FilterExpression="word") == bare
    missing = "ValidationException: One or more parameter values were invalid: Missing the key pk in the item"
    assert refusal("put_item", **here, Item={}) == missing
    assert refusal("batch_write_item", RequestItems={"mistakes": [{"PutRequest": {"Item": {}}}]}) == missing
    no_match = "ValidationException: The provided key element does not match the schema"
    wrong_keys: tuple[dict[str, Any], ...] = ({"pk": {"N": "1"}}, {"pk": {"L": []}}, {})
    for wrong in wrong_keys:
        assert refusal("get_item", **here, Key=wrong) == no_match
        assert refusal("delete_item", **here, Key=wrong) == no_match
    no_condition = (
        "ValidationException: Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request."
    )
    assert refusal("query", **here, KeyConditions={}) == no_condition
    gone = "ResourceNotFoundException: Requested resource not found"
    filtered = {"n": {"ComparisonOperator": "GT", "AttributeValueList": [{"N": "1"}]}}
    assert refusal("scan", TableName="missing", ScanFilter=filtered) == gone
    assert refusal("update_table", **here, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "none"}}]) == gone
    text = {"Action": "ADD", "Value": {"S": "a"}}
    assert refusal("update_item", **here, Key=item("a"), AttributeUpdates={"n": text}).startswith(
        "ValidationException: "
    )
    added = {"UpdateExpression": "ADD n :x", "ExpressionAttributeValues": of_a}
    assert refusal("update_item", **here, Key=item("a"), **added).startswith("ValidationException: ")
    assert dynamodb.scan(**here)["Count"] == 0, "a refused update makes no item"
    dynamodb.put_item(**here, Item=item("a"))
    other_type = {"FilterExpression": "pk < :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    assert dynamodb.scan(**here, **other_type)["Count"] == 0


def test_tables_survive_a_stop() -> None:
    with live_region() as region:
        dynamodb = region.client("dynamodb")
        dynamodb.create_table(TableName="kept", **KEYS)
        dynamodb.put_item(TableName="kept", Item=item("a"))
        policy = {"Version": "2012-10-17", "Statement": {**ANYTHING, "Resource": arn("kept")}}
        dynamodb.put_resource_policy(ResourceArn=arn("kept"), Policy=json.dumps(policy))
        region.run("down")
        region.up()
        dynamodb = region.client("dynamodb")
        assert dynamodb.get_item(TableName="kept", Key=item("a"))["Item"] == item("a")
        assert json.loads(dynamodb.get_resource_policy(ResourceArn=arn("kept"))["Policy"]) == policy
        assert not region.processes("--service\0s3"), "a backend is started when it is used"
