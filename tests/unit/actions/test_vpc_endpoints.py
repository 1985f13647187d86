from __future__ import annotations

import json

import pytest

from skywalk.actions.endpoint_policies import DEFAULT_POLICY
from skywalk.actions.vpc_endpoints import (
    create_vpc_endpoint,
    created_vpc_endpoint,
    delete_vpc_endpoints,
    describe_vpc_endpoints,
    modify_vpc_endpoint,
)
from skywalk.reconcile.status import forget_old
from skywalk.resources.vpc_endpoint import VpcEndpoint
from skywalk.values.clock import FixedClock
from support.gateway_endpoints import (
    DYNAMODB,
    S3,
    create,
    endpoint,
    prefix_lists_in,
    refusal,
    routes_of_endpoints,
    table,
)
from support.launching import Home
from support.region import OTHER_ACCOUNT, OWNER, Region

GONE = "vpce-00000000000000000"
ONLY_GETS = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}
)


@pytest.fixture
def home() -> Home:
    return Home(Region())


# --- create --------------------------------------------------------------------------------------------------------


def test_a_new_endpoint(home: Home) -> None:
    table_id = table(home)
    specifications = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "documents"}]}]
    made = create(home, table_id, TagSpecifications=specifications)
    assert made == {
        "VpcEndpointId": made["VpcEndpointId"],
        "VpcEndpointType": "Gateway",
        "VpcId": home.vpc_id,
        "ServiceName": S3,
        "State": "pending",
        "PolicyDocument": DEFAULT_POLICY,
        "RouteTableIds": [table_id],
        "SubnetIds": [],
        "Groups": [],
        "IpAddressType": "ipv4",
        "DnsOptions": {"DnsRecordIpType": "service-defined"},
        "PrivateDnsEnabled": False,
        "RequesterManaged": False,
        "NetworkInterfaceIds": [],
        "DnsEntries": [],
        "CreationTimestamp": FixedClock().now(),
        "Tags": [{"Key": "Name", "Value": "documents"}],
        "OwnerId": OWNER,
        "ServiceRegion": "us-east-1",
    }
    assert prefix_lists_in(home, table_id) == [made["VpcEndpointId"]]


def test_the_answer_after_the_machine_obeys(home: Home) -> None:
    """CreateVpcEndpoint of a gateway answers `available`: the second function reads what is there by then."""
    answer = home.ec2(create_vpc_endpoint, VpcId=home.vpc_id, ServiceName=S3)
    assert answer["VpcEndpoint"]["State"] == "pending"
    home.settle()
    assert home.ec2(created_vpc_endpoint, **answer)["VpcEndpoint"]["State"] == "available"


def test_an_endpoint_whose_routes_cannot_be_made(home: Home) -> None:
    made = create(home)
    home.settle({made["VpcEndpointId"]: "no room for a link"})
    shown = endpoint(home, made["VpcEndpointId"])
    assert (shown["State"], shown["FailureReason"]) == ("failed", "no room for a link")
    assert shown["LastError"] == {"Code": "InternalError", "Message": "no room for a link"}
    home.settle()
    shown = endpoint(home, made["VpcEndpointId"])
    assert (shown["State"], "LastError" in shown) == ("available", False)


def test_an_endpoint_may_have_no_route_tables(home: Home) -> None:
    assert create(home)["RouteTableIds"] == []


def test_a_table_named_twice_counts_once(home: Home) -> None:
    table_id = table(home)
    assert create(home, table_id, table_id)["RouteTableIds"] == [table_id]


def test_the_policy_is_kept_as_it_was_written(home: Home) -> None:
    text = ONLY_GETS.replace(",", ",\n  ")
    assert create(home, PolicyDocument=text)["PolicyDocument"] == text


def test_dynamodb_beside_s3_in_one_table(home: Home) -> None:
    table_id = table(home)
    s3, dynamodb = (create(home, table_id, ServiceName=name)["VpcEndpointId"] for name in (S3, DYNAMODB))
    assert routes_of_endpoints(home, table_id) == {"pl-63a5400a": s3, "pl-02cd2c6b": dynamodb}
    assert refusal(home, ServiceName=DYNAMODB, RouteTableIds=[table_id]) == (
        "RouteAlreadyExists",
        f"route table {table_id} already has a route with destination-prefix-list-id pl-02cd2c6b",
    )
    home.ec2(modify_vpc_endpoint, VpcEndpointId=s3, RemoveRouteTableIds=[table_id])
    assert routes_of_endpoints(home, table_id) == {"pl-02cd2c6b": dynamodb}


def test_tags_are_for_endpoints(home: Home) -> None:
    specifications = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    assert refusal(home, TagSpecifications=specifications) == (
        "InvalidParameterValue",
        "'vpc' is not a valid taggable resource type for this operation.",
    )


def test_a_client_token(home: Home) -> None:
    table_id = table(home)
    first = create(home, table_id, ClientToken="once")
    answer = home.ec2(
        create_vpc_endpoint, VpcId=home.vpc_id, ServiceName=S3, RouteTableIds=[table_id], ClientToken="once"
    )
    assert answer == {"VpcEndpoint": first, "ClientToken": "once"}
    assert len(home.ec2(describe_vpc_endpoints)["VpcEndpoints"]) == 1
    assert refusal(home, ClientToken="once")[0] == "IdempotentParameterMismatch"


# --- describe ------------------------------------------------------------------------------------------------------


def test_describe_by_id(home: Home) -> None:
    first, second = create(home), create(home)
    ids = [second["VpcEndpointId"], first["VpcEndpointId"]]
    assert home.ec2(describe_vpc_endpoints, VpcEndpointIds=ids) == {"VpcEndpoints": [second, first]}
    assert home.ec2.refusal(describe_vpc_endpoints, VpcEndpointIds=[*ids, GONE]) == (
        "InvalidVpcEndpointId.NotFound",
        f"The Vpc Endpoint Id '{GONE}' does not exist",
    )
    assert home.ec2.refusal(describe_vpc_endpoints, VpcEndpointIds=["vpce-x"])[0] == "InvalidVpcEndpointId.Malformed"


def test_others_see_nothing(home: Home) -> None:
    made = create(home)["VpcEndpointId"]
    for client in (home.region.client(OTHER_ACCOUNT), home.ec2.elsewhere("eu-west-1")):
        assert client(describe_vpc_endpoints) == {"VpcEndpoints": []}
        assert client.refusal(describe_vpc_endpoints, VpcEndpointIds=[made])[0] == "InvalidVpcEndpointId.NotFound"
        assert client.refusal(modify_vpc_endpoint, VpcEndpointId=made, ResetPolicy=True)[0] == (
            "InvalidVpcEndpointId.NotFound"
        )
        answer = client(delete_vpc_endpoints, VpcEndpointIds=[made])
        assert answer["Unsuccessful"][0]["Error"]["Code"] == "InvalidVpcEndpoint.NotFound"
    assert endpoint(home, made)["State"] == "pending"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("service-name", "*.s3", 2),
        ("service-name", "s3", 0),
        ("service-region", "us-east-1", 2),
        ("vpc-endpoint-type", "Gateway", 2),
        ("vpc-endpoint-type", "Interface", 0),
        ("vpc-endpoint-state", "pending", 2),
        ("vpc-endpoint-state", "available", 0),
        ("ip-address-type", "ipv4", 2),
        ("tag:Name", "one", 1),
        ("tag-key", "Name", 1),
        ("vpc-id", "vpc-*", 2),
        ("vpc-endpoint-id", "vpce-*", 2),
        ("vpc-endpoint-id", GONE, 0),
    ],
)
def test_filters(home: Home, name: str, value: str, found: int) -> None:
    create(home)
    create(home, TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "one"}]}])
    answer = home.ec2(describe_vpc_endpoints, Filters=[{"Name": name, "Values": [value]}])
    assert len(answer["VpcEndpoints"]) == found


def test_pages(home: Home) -> None:
    made = [create(home)["VpcEndpointId"] for _ in range(3)]
    first = home.ec2(describe_vpc_endpoints, MaxResults=2)
    assert [one["VpcEndpointId"] for one in first["VpcEndpoints"]] == made[:2]
    rest = home.ec2(describe_vpc_endpoints, MaxResults=2, NextToken=first["NextToken"])
    assert [one["VpcEndpointId"] for one in rest["VpcEndpoints"]] == made[2:]
    assert "NextToken" not in rest
    assert len(home.ec2(describe_vpc_endpoints, MaxResults=1001)["VpcEndpoints"]) == 3
    assert home.ec2.refusal(describe_vpc_endpoints, MaxResults=0) == (
        "InvalidMaxResults",
        "The specified value for MaxResults is not valid.",
    )
    assert home.ec2.refusal(describe_vpc_endpoints, NextToken="nonsense")[0] == "InvalidNextToken"
    assert home.ec2.refusal(describe_vpc_endpoints, Filters=[{"Name": "name", "Values": ["x"]}]) == (
        "InvalidFilter",
        "The filter 'name' is invalid",
    )


# --- modify --------------------------------------------------------------------------------------------------------


def test_route_tables_come_and_go(home: Home) -> None:
    first, second, third = table(home), table(home), table(home)
    made = create(home, first, second)["VpcEndpointId"]
    answer = home.ec2(modify_vpc_endpoint, VpcEndpointId=made, AddRouteTableIds=[third], RemoveRouteTableIds=[first])
    assert answer == {"Return": True}
    assert endpoint(home, made)["RouteTableIds"] == [second, third]
    assert [prefix_lists_in(home, one) for one in (first, second, third)] == [[], [made], [made]]


def test_a_removed_table_may_have_another_endpoint(home: Home) -> None:
    table_id = table(home)
    first = create(home, table_id)["VpcEndpointId"]
    second = create(home)["VpcEndpointId"]
    add = {"VpcEndpointId": second, "AddRouteTableIds": [table_id]}
    assert home.ec2.refusal(modify_vpc_endpoint, **add)[0] == "RouteAlreadyExists"
    home.ec2(modify_vpc_endpoint, VpcEndpointId=first, RemoveRouteTableIds=[table_id])
    home.ec2(modify_vpc_endpoint, **add)
    assert prefix_lists_in(home, table_id) == [second]


def test_tables_that_cannot_be_added_or_removed(home: Home) -> None:
    mine, other = table(home), table(home)
    made = create(home, mine)["VpcEndpointId"]
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, AddRouteTableIds=[mine])[0] == (
        "RouteAlreadyExists"
    )
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, RemoveRouteTableIds=[other]) == (
        "InvalidParameter",
        f"Route table {other} is not associated with {made}.",
    )


def test_everything_changes_at_once(home: Home) -> None:
    first, second, third = table(home), table(home), table(home)
    made = create(home, first, ServiceName=DYNAMODB)["VpcEndpointId"]
    home.ec2(
        modify_vpc_endpoint,
        VpcEndpointId=made,
        AddRouteTableIds=[second, third, second],
        RemoveRouteTableIds=[first],
        PolicyDocument=ONLY_GETS,
        PrivateDnsEnabled=False,
        DnsOptions={"DnsRecordIpType": "service-defined"},
        IpAddressType="ipv4",
    )
    shown = endpoint(home, made)
    assert (shown["RouteTableIds"], shown["PolicyDocument"]) == ([second, third], ONLY_GETS)
    home.ec2(modify_vpc_endpoint, VpcEndpointId=made, RemoveRouteTableIds=[second, third], ResetPolicy=True)
    shown = endpoint(home, made)
    assert (shown["RouteTableIds"], shown["PolicyDocument"]) == ([], DEFAULT_POLICY)
    assert shown["ServiceName"] == DYNAMODB


def test_the_policy_changes_and_is_reset(home: Home) -> None:
    made = create(home)["VpcEndpointId"]
    home.ec2(modify_vpc_endpoint, VpcEndpointId=made, PolicyDocument=ONLY_GETS)
    assert endpoint(home, made)["PolicyDocument"] == ONLY_GETS
    both = {"ResetPolicy": True, "PolicyDocument": ONLY_GETS}
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, **both) == (
        "InvalidParameterCombination",
        "The parameters resetPolicy and policyDocument cannot be used together.",
    )
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, PolicyDocument="{}")[0] == (
        "InvalidPolicyDocument"
    )
    home.ec2(modify_vpc_endpoint, VpcEndpointId=made, ResetPolicy=True)
    assert endpoint(home, made)["PolicyDocument"] == DEFAULT_POLICY


def test_nothing_half_is_kept(home: Home) -> None:
    table_id = table(home)
    made = create(home, table_id)["VpcEndpointId"]
    request = {"VpcEndpointId": made, "RemoveRouteTableIds": [table_id], "PolicyDocument": "{}"}
    assert home.ec2.refusal(modify_vpc_endpoint, **request)[0] == "InvalidPolicyDocument"
    assert endpoint(home, made)["RouteTableIds"] == [table_id]


# --- delete --------------------------------------------------------------------------------------------------------


def test_delete(home: Home) -> None:
    table_id = table(home)
    made = create(home, table_id)["VpcEndpointId"]
    home.settle()
    assert home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made]) == {"Unsuccessful": []}
    shown = endpoint(home, made)
    assert (shown["State"], shown["RouteTableIds"]) == ("deleting", [])
    assert prefix_lists_in(home, table_id) == []
    assert home.ec2.refusal(modify_vpc_endpoint, VpcEndpointId=made, ResetPolicy=True)[0] == (
        "InvalidVpcEndpointId.NotFound"
    )
    home.settle()
    assert endpoint(home, made)["State"] == "deleted"


def test_a_deleted_endpoint_is_seen_for_a_while(home: Home) -> None:
    made = create(home)["VpcEndpointId"]
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made])
    home.settle()
    home.region.clock.advance(59)
    forget_old(home.region.store, home.region.clock)
    assert endpoint(home, made)["State"] == "deleted"
    home.region.clock.advance(1)
    forget_old(home.region.store, home.region.clock)
    assert home.ec2(describe_vpc_endpoints) == {"VpcEndpoints": []}


def test_the_table_is_free_at_once(home: Home) -> None:
    table_id = table(home)
    first = create(home, table_id)["VpcEndpointId"]
    home.ec2(delete_vpc_endpoints, VpcEndpointIds=[first])
    second = create(home, table_id)["VpcEndpointId"]
    assert prefix_lists_in(home, table_id) == [second]


def test_a_batch_deletes_what_it_can(home: Home) -> None:
    made = create(home)["VpcEndpointId"]
    answer = home.ec2(delete_vpc_endpoints, VpcEndpointIds=[GONE, made])
    assert answer == {
        "Unsuccessful": [
            {
                "ResourceId": GONE,
                "Error": {
                    "Code": "InvalidVpcEndpoint.NotFound",
                    "Message": f"The Vpc Endpoint Id '{GONE}' does not exist",
                },
            }
        ]
    }
    assert endpoint(home, made)["State"] == "deleting"
    home.settle()
    again = home.ec2(delete_vpc_endpoints, VpcEndpointIds=[made])
    assert [item["ResourceId"] for item in again["Unsuccessful"]] == [made]


def test_a_malformed_id_fails_the_whole_batch(home: Home) -> None:
    made = create(home)["VpcEndpointId"]
    assert home.ec2.refusal(delete_vpc_endpoints, VpcEndpointIds=[made, "vpce-x"])[0] == (
        "InvalidVpcEndpointId.Malformed"
    )
    assert endpoint(home, made)["State"] == "pending"
    assert len(home.region.store.of_type(VpcEndpoint)) == 1
