"""Names with a place for the region: what a host name is by them."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from skywalk.plan.origin import Origin
from skywalk.plan.public_catalogue import CatalogueService, CatalogueSite, PublicCatalogue, PublicCatalogues
from skywalk.plan.services import PublicService

ORIGIN = Origin("https", "services")
ROW = PublicCatalogue(
    name="https",
    services=(
        CatalogueService("ecr.dkr", ("*.dkr.ecr.{region}.amazonaws.com",), None),
        CatalogueService("kms", ("kms.{region}.amazonaws.com", "kms.{region}.api.aws"), None),
        CatalogueService("resolver", ("resolver.{region}.api.aws",), "us-east-2"),
        CatalogueService("route53", ("route53.amazonaws.com",), "us-east-1"),
        CatalogueService(
            "sns", ("sns.{region}.amazonaws.com",), None, ("{region}.bell.amazonaws.com", "bell.amazonaws.com")
        ),
    ),
    sites=(
        CatalogueSite("us-east-1", ip_address("198.51.100.1")),
        CatalogueSite("us-east-2", ip_address("198.51.100.2")),
    ),
    ports=(443,),
    ttl_seconds=60,
    origin=ORIGIN,
    usual=("sqs", "sagemaker.api"),
    global_region="us-east-1",
)


@pytest.mark.parametrize(
    ("host", "service", "region", "name"),
    [
        ("kms.us-east-1.amazonaws.com", "kms", "us-east-1", "kms.us-east-1.amazonaws.com"),
        ("kms.us-east-2.api.aws", "kms", "us-east-2", "kms.us-east-2.api.aws"),
        ("sqs.us-east-2.amazonaws.com", "sqs", "us-east-2", "sqs.us-east-2.amazonaws.com"),
        (
            "api.sagemaker.us-east-1.amazonaws.com",
            "sagemaker.api",
            "us-east-1",
            "api.sagemaker.us-east-1.amazonaws.com",
        ),
        ("1.dkr.ecr.us-east-1.amazonaws.com", "ecr.dkr", "us-east-1", "*.dkr.ecr.us-east-1.amazonaws.com"),
        ("a.b.dkr.ecr.us-east-1.amazonaws.com", "ecr.dkr", "us-east-1", "*.dkr.ecr.us-east-1.amazonaws.com"),
        ("us-east-2.dkr.ecr.us-east-1.amazonaws.com", "ecr.dkr", "us-east-1", "*.dkr.ecr.us-east-1.amazonaws.com"),
        ("route53.amazonaws.com", "route53", "us-east-1", "route53.amazonaws.com"),
        ("us-east-2.bell.amazonaws.com", "sns", "us-east-2", "us-east-2.bell.amazonaws.com"),
        ("bell.amazonaws.com", "sns", "us-east-1", "bell.amazonaws.com"),
        ("resolver.us-east-2.api.aws", "resolver", "us-east-2", "resolver.us-east-2.api.aws"),
    ],
)
def test_what_a_name_is(host: str, service: str, region: str, name: str) -> None:
    found = PublicCatalogues([ROW]).find(host)
    assert found is not None
    assert (found.service.service, found.service.region, found.name) == (service, region, name)
    assert found.ttl_seconds == 60


@pytest.mark.parametrize(
    "host",
    [
        "kms.eu-west-1.amazonaws.com",
        "x.kms.us-east-1.amazonaws.com",
        "dkr.ecr.us-east-1.amazonaws.com",
        "kms.{region}.amazonaws.com",
        "resolver.us-east-1.api.aws",
        "x.route53.amazonaws.com",
        "us-east-1",
        "",
    ],
)
def test_what_no_service_is(host: str) -> None:
    assert PublicCatalogues([ROW]).find(host) is None


def test_a_service_written_out() -> None:
    catalogues = PublicCatalogues([ROW])
    kms = catalogues.service("kms", "us-east-2")
    assert kms == PublicService(
        service="kms",
        region="us-east-2",
        networks=(ip_network("198.51.100.2/32"),),
        addresses=(ip_address("198.51.100.2"),),
        names=("kms.us-east-2.amazonaws.com", "kms.us-east-2.api.aws"),
        ports=(443,),
        origin=ORIGIN,
    )
    assert catalogues.service("kms", "us-east-2") is kms
    assert catalogues.service("kms", "mars-1") is None
    sns = catalogues.service("sns", "us-east-2")
    assert sns is not None
    assert sns.names == ("sns.us-east-2.amazonaws.com",)
    assert catalogues.service("kafka", "us-east-2") is None
    assert catalogues.service("route53", "us-east-2") is None


def test_rows_come_and_go() -> None:
    catalogues = PublicCatalogues()
    assert catalogues.find("kms.us-east-1.amazonaws.com") is None
    catalogues.put(ROW)
    assert catalogues.find("kms.us-east-1.amazonaws.com") is not None
    catalogues.remove("https")
    catalogues.remove("https")
    assert catalogues.find("kms.us-east-1.amazonaws.com") is None


def test_the_network_has_a_service_for_each_site() -> None:
    found = list(ROW.as_services())
    assert [(one.key, one.names, one.ports) for one in found] == [
        ("us-east-1 https", (), (443,)),
        ("us-east-2 https", (), (443,)),
    ]
    assert [str(one.networks[0]) for one in found] == ["198.51.100.1/32", "198.51.100.2/32"]
