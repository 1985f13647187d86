"""What lies outside every VPC: each service at its addresses, each name leading there."""

from __future__ import annotations

from skywalk.compile.internet import compile_internet
from skywalk.resources.allocate import PUBLIC_POOL
from skywalk.resources.prefix_lists import service_prefix_list
from skywalk.resources.regions import REGION_NAMES


def test_the_services_of_one_region() -> None:
    services = {row.key: row for row in compile_internet().public_services}
    assert {"us-east-1 s3", "us-east-1 dynamodb", "us-east-1 ec2", "us-east-1 sts", "us-east-1 iam"} <= set(services)
    assert services["us-east-1 s3"].ports == (80, 443)
    assert services["us-east-1 dynamodb"].ports == (80, 443)
    assert services["us-east-1 iam"].ports == (443,)
    assert "*.s3.amazonaws.com" in services["us-east-1 s3"].names


def test_s3_and_dynamodb_are_within_their_prefix_lists_and_the_others_outside_of_every_one() -> None:
    plan = compile_internet()
    listed = [row for row in plan.public_services if row.service in ("s3", "dynamodb")]
    lists = {
        row.key: service_prefix_list(row.region, f"com.amazonaws.{row.region}.{row.service}").networks for row in listed
    }
    for row in plan.public_services:
        for address in row.addresses:
            inside = [key for key, networks in lists.items() if any(address in one for one in networks)]
            assert inside == ([row.key] if row in listed else []), row.key


def test_every_name_leads_to_its_service() -> None:
    plan = compile_internet()
    by_name = {row.name: row.addresses for row in plan.public_names}
    assert len(by_name) == len(plan.public_names)
    for service in plan.public_services:
        assert all(by_name[name] == service.addresses for name in service.names)


def test_the_catalogue_has_what_no_row_of_its_own_has_under_names_with_a_place_for_the_region() -> None:
    plan = compile_internet()
    https, http = plan.catalogues
    assert (https.ports, http.ports) == ((443,), (80, 443))
    assert {one.service for one in http.entries()} == {"monitoring", "sns", "sqs"}
    assert ([one.service for one in http.services], http.usual) == (["monitoring", "sqs"], ("sns",))
    names = {one.service: one.names for one in https.entries()}
    assert names["athena"] == ("athena.{region}.amazonaws.com",)
    assert names["kinesis-streams"][0] == "kinesis.{region}.amazonaws.com"
    with_accounts = {"*.control-kinesis.{region}.amazonaws.com", "*.data-kinesis.{region}.amazonaws.com"}
    assert set(names["kinesis-streams"][1:]) == with_accounts
    assert names["ecr.api"] == ("api.ecr.{region}.amazonaws.com",)
    legacy = {one.service: one.legacy_names for one in http.services}
    assert legacy == {"monitoring": (), "sqs": ("{region}.queue.amazonaws.com", "queue.amazonaws.com")}
    assert https.global_region == "us-east-1"
    assert not {row.service for row in plan.public_services} & {*names, "sqs"}
    assert len(names) > 400


def test_everything_of_a_region_in_a_catalogue_is_at_one_address_outside_every_prefix_list() -> None:
    plan = compile_internet()
    sites = [site for site in plan.sites if not site.names]
    assert len(sites) == 2 * len(REGION_NAMES) == len({site.networks for site in sites})
    listed = [one for row in plan.public_services if row.service in ("s3", "dynamodb") for one in row.networks]
    elsewhere = {address for row in plan.public_services for address in row.addresses}
    for site in sites:
        assert not any(site.addresses[0] in network for network in listed)
        assert site.addresses[0] not in elsewhere


def test_every_region_has_a_domain_of_public_host_names() -> None:
    rows = compile_internet().public_hosts
    assert [row.key for row in rows] == sorted({row.domain for row in rows})
    by_origin = {row.origin.resource_id: row for row in rows}
    assert set(by_origin) == set(REGION_NAMES)
    assert by_origin["us-east-1"].domain == "compute-1.amazonaws.com"
    assert by_origin["eu-west-1"].domain == "eu-west-1.compute.amazonaws.com"
    assert {(row.network, row.ttl_seconds) for row in rows} == {(PUBLIC_POOL, 604800)}


def test_no_service_s_name_is_in_a_domain_of_hosts() -> None:
    plan = compile_internet()
    domains = tuple("." + row.domain for row in plan.public_hosts)
    assert not [row.name for row in plan.public_names if ("." + row.name).endswith(domains)]
