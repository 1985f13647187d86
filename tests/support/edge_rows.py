"""Rows of a small region, for tests of the edge."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, ip_network

from skywalk.plan.origin import Origin
from skywalk.plan.principals import AccessKey, Role
from skywalk.plan.public_catalogue import CatalogueService, CatalogueSite, PublicCatalogue
from skywalk.plan.services import GatewayEndpoint, InterfaceEndpoint, PublicService, ServiceResource

ORIGIN = Origin("test", "of a test")
ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "us-east-1"
KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
OTHER_KEY_ID, OTHER_SECRET = "AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"
ENDPOINT_ID, VPC_ID = "vpce-0aaaaaaaaaaaaaaaa", "vpc-0bbbbbbbbbbbbbbbb"
DYNAMODB_ENDPOINT_ID = "vpce-0dddddddddddddddd"
S3_INTERFACE_ID, SQS_ENDPOINT_ID = "vpce-0eeeeeeeeeeeeeeee", "vpce-0ffffffffffffffff"
STS_ENDPOINT_ID, DYNAMODB_INTERFACE_ID = "vpce-01111111111111111", "vpce-02222222222222222"
FULL_ACCESS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'

ACCESS_KEY = AccessKey(KEY_ID, SECRET, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ORIGIN)
OTHER_ACCESS_KEY = AccessKey(OTHER_KEY_ID, OTHER_SECRET, OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:root", ORIGIN)
S3 = PublicService(
    "s3",
    REGION,
    (ip_network("52.216.0.0/15"),),
    (),
    (
        f"s3.{REGION}.amazonaws.com",
        f"*.s3.{REGION}.amazonaws.com",
        f"s3-accesspoint.{REGION}.amazonaws.com",
        f"*.s3-accesspoint.{REGION}.amazonaws.com",
        f"s3-control.{REGION}.amazonaws.com",
        f"*.s3-control.{REGION}.amazonaws.com",
        "s3.amazonaws.com",
        "*.s3.amazonaws.com",
    ),
    (80, 443),
    ORIGIN,
)
S3_IRELAND = PublicService(
    "s3", "eu-west-1", (), (), ("s3.eu-west-1.amazonaws.com", "*.s3.eu-west-1.amazonaws.com"), (80, 443), ORIGIN
)
DYNAMODB = PublicService(
    "dynamodb",
    REGION,
    (ip_network("52.119.224.0/20"),),
    (),
    (f"dynamodb.{REGION}.amazonaws.com", f"*.ddb.{REGION}.amazonaws.com"),
    (80, 443),
    ORIGIN,
)
STS = PublicService("sts", REGION, (), (), (f"sts.{REGION}.amazonaws.com", "sts.amazonaws.com"), (443,), ORIGIN)

SQS = PublicService("sqs", REGION, (), (), (f"sqs.{REGION}.amazonaws.com",), (80, 443), ORIGIN)

CATALOGUE = PublicCatalogue(
    "https",
    (
        CatalogueService("monitoring", ("monitoring.{region}.amazonaws.com", "monitoring.{region}.api.aws"), None),
        CatalogueService("ecr.dkr", ("*.dkr.ecr.{region}.amazonaws.com",), None),
        CatalogueService("rds", ("rds.{region}.amazonaws.com",), None, ("rds.amazonaws.com",)),
    ),
    (CatalogueSite(REGION, IPv4Address("198.51.100.99")),),
    (443,),
    60,
    ORIGIN,
    global_region=REGION,
)


def endpoint(policy: str = FULL_ACCESS, endpoint_id: str = ENDPOINT_ID, vpc_id: str = VPC_ID) -> GatewayEndpoint:
    return GatewayEndpoint(
        endpoint_id, vpc_id, ACCOUNT, REGION, "s3", (ip_network("52.216.0.0/15"),), (80, 443), policy, ORIGIN
    )


def dynamodb_endpoint(policy: str = FULL_ACCESS) -> GatewayEndpoint:
    networks = (ip_network("52.119.224.0/20"),)
    return GatewayEndpoint(
        DYNAMODB_ENDPOINT_ID, VPC_ID, ACCOUNT, REGION, "dynamodb", networks, (80, 443), policy, ORIGIN
    )


def sqs_interface(policy: str = FULL_ACCESS, *addresses: str) -> InterfaceEndpoint:
    """With one zone; `10.0.1.5` unless other addresses are given."""
    return _interface("sqs", SQS_ENDPOINT_ID, policy, (443, 80), addresses)


def sts_interface(*addresses: str) -> InterfaceEndpoint:
    return _interface("sts", STS_ENDPOINT_ID, FULL_ACCESS, (443,), addresses)


def dynamodb_interface(policy: str = FULL_ACCESS, *addresses: str) -> InterfaceEndpoint:
    return _interface("dynamodb", DYNAMODB_INTERFACE_ID, policy, (80, 443), addresses)


def s3_interface(policy: str = FULL_ACCESS, *addresses: str, zones: tuple[str, ...] = ("a",)) -> InterfaceEndpoint:
    suffixes = ("", *(f"-{REGION}{zone}" for zone in zones))
    bases = [f"{S3_INTERFACE_ID}-abcdefgh{suffix}.s3.{REGION}.vpce.amazonaws.com" for suffix in suffixes]
    fronts = ("", "bucket.", "accesspoint.", "control.")
    return replace(
        _interface("s3", S3_INTERFACE_ID, policy, (80, 443), addresses),
        names=tuple(f"*.{base}" for base in bases),
        certificate_names=tuple(f"*.{front}{base}" for base in bases for front in fronts),
    )


def _interface(
    service: str, endpoint_id: str, policy: str, ports: tuple[int, ...], addresses: tuple[str, ...]
) -> InterfaceEndpoint:
    base = f"{service}.{REGION}.vpce.amazonaws.com"
    return InterfaceEndpoint(
        vpc_endpoint_id=endpoint_id,
        vpc_id=VPC_ID,
        account_id=ACCOUNT,
        region=REGION,
        service=service,
        addresses=tuple(IPv4Address(address) for address in addresses or ("10.0.1.5",)),
        ports=ports,
        names=(f"{endpoint_id}-abcdefgh.{base}", f"{endpoint_id}-abcdefgh-{REGION}a.{base}"),
        certificate_names=(f"*.{base}",),
        policy=policy,
        origin=ORIGIN,
    )


def table(name: str, policy: str, account_id: str = ACCOUNT) -> ServiceResource:
    return resource(f"arn:aws:dynamodb:{REGION}:{account_id}:table/{name}", policy, account_id)


def resource(arn: str, policy: str | None, account_id: str = ACCOUNT, region: str = REGION) -> ServiceResource:
    return ServiceResource(arn, account_id, region, policy, ORIGIN)


def bucket(name: str, policy: str | None = None, account_id: str = ACCOUNT, region: str = REGION) -> ServiceResource:
    return ServiceResource(f"arn:aws:s3:::{name}", account_id, region, policy, ORIGIN)


def role(name: str, *policies: str, role_id: str = "AROAEXAMPLE") -> Role:
    return Role(f"arn:aws:iam::{ACCOUNT}:role/{name}", role_id, ACCOUNT, policies, ORIGIN)
