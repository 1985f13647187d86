"""A plan's text, as people and golden files read it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from skywalk.plan.name_views import HostRecord
from skywalk.plan.origin import Origin
from skywalk.plan.render import render_plan
from support.plans import TCP, VpcBuilder

PLAN = """\
plan of vpc-1

router
  vpc_id=vpc-1 networks=[10.0.0.0/16] resolver_addresses=[10.0.0.2, 169.254.169.253] has_internet=False  # vpc-1: test

segments
  subnet_id=subnet-1 network=10.0.1.0/24 router_address=10.0.1.1 route_table_id=rtb-1 \
network_acl_id=acl-00000000000000000 availability_zone=us-east-1a  # subnet-1: test

routes
  route_table_id=rtb-1 destination=52.216.0.0/15 target_kind=gateway_endpoint target_id=vpce-1  # vpce-1: test

group_members
  security_group_id=sg-2  # sg-2: test

filter_rules
  rule_id=sgr-1 security_group_id=sg-1 direction=in protocol=6 from_port=443 to_port=443 \
peer_group_id=sg-2  # sg-1: test

acl_rules
  network_acl_id=acl-00000000000000000 direction=in rule_number=100 is_allow=True protocol=-1 from_port=-1 to_port=-1 \
network=0.0.0.0/0  # acl-00000000000000000: test
  network_acl_id=acl-00000000000000000 direction=out rule_number=100 is_allow=True protocol=-1 from_port=-1 to_port=-1 \
network=0.0.0.0/0  # acl-00000000000000000: test

gateway_endpoints
  vpc_endpoint_id=vpce-1 vpc_id=vpc-1 account_id=123456789012 region=us-east-1 service=s3 networks=[52.216.0.0/15] \
ports=[80, 443] policy={}  # vpce-1: test

name_view
  vpc_id=vpc-1 resolver_addresses=[10.0.0.2, 169.254.169.253] answering=True domain=ec2.internal \
networks=[10.0.0.0/16]  # vpc-1: test
"""


def builder() -> VpcBuilder:
    vpc = VpcBuilder("vpc-1")
    vpc.subnet("subnet-1", "10.0.1.0/24", table="rtb-1")
    vpc.endpoint("vpce-1", "rtb-1")
    vpc.allow("sg-1", "in", protocol=TCP, ports=(443, 443), peer_group="sg-2", rule_id="sgr-1")
    return vpc


def test_sections_in_the_order_of_the_plan_and_rows_with_their_origin() -> None:
    assert render_plan(builder().plan()) == PLAN


def test_equal_plans_have_equal_text_and_a_change_is_one_line() -> None:
    before = render_plan(builder().plan()).splitlines()
    vpc = builder()
    vpc.allow("sg-1", "in", protocol=TCP, ports=(80, 443), peer_group="sg-2", rule_id="sgr-1")
    after = render_plan(vpc.plan()).splitlines()
    assert [line for line in after if line not in before] == [
        "  rule_id=sgr-1 security_group_id=sg-1 direction=in protocol=6 from_port=80 to_port=443 "
        "peer_group_id=sg-2  # sg-1: test"
    ]
    assert len(before) == len(after)


def test_zero_and_false_are_said_and_nothing_is_not() -> None:
    vpc = builder()
    vpc.port("eni-1", "10.0.1.10", subnet="subnet-1", instance="i-1", source_dest_check=False)
    line = next(line for line in render_plan(vpc.plan()).splitlines() if "eni-1" in line)
    assert "source_dest_check=False" in line
    assert "device_index=0" in line
    assert "security_group_ids" not in line


def test_records_inside_a_row_are_in_braces_without_their_origin() -> None:
    vpc = builder()
    vpc.guest("i-1")
    plan = vpc.plan()
    host = HostRecord("ip-10-0-1-10.ec2.internal", (ip_address("10.0.1.10"),), Origin("eni-1", "test"))
    view = replace(plan.name_view, hosts=(host,))
    text = render_plan(replace(plan, name_view=view))
    assert "hosts=[{name=ip-10-0-1-10.ec2.internal addresses=[10.0.1.10]}]  # vpc-1: test" in text
    guest = next(line for line in text.splitlines() if "instance_id=i-1" in line)
    assert "user_data" not in guest
    assert "metadata_enabled=True metadata_tokens_required=False metadata_hop_limit=1" in guest
