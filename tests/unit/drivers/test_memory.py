from __future__ import annotations

from skywalk.drivers.driver import ApplyReport, Driver, LinkCounters
from skywalk.drivers.memory import MemoryDriver
from skywalk.plan.places import INTERNET
from support.plans import VpcBuilder, internet_plan, resource_id

VPC, ENDPOINT, INSTANCE = resource_id("vpc", 1), resource_id("vpce", 1), resource_id("i", 1)


def vpc() -> VpcBuilder:
    builder = VpcBuilder(VPC)
    builder.subnet(resource_id("subnet", 1), "10.0.1.0/24", resource_id("rtb", 1))
    builder.endpoint(ENDPOINT, resource_id("rtb", 1))
    builder.guest(INSTANCE)
    return builder


def test_it_is_a_driver_and_remembers_plans() -> None:
    memory = MemoryDriver(found=frozenset({VPC}))
    driver: Driver = memory
    assert driver.observe() == {VPC}
    assert driver.apply(vpc().plan()).failures == {}
    assert memory.plans == {VPC: vpc().plan()}
    assert [place.owner_id for place in driver.places(VPC)] == [VPC, ENDPOINT]
    assert driver.entrance(INSTANCE) is not None
    assert driver.observe() == frozenset()
    driver.remove(VPC)
    assert driver.places(VPC) == ()
    assert driver.entrance(INSTANCE) is None


def test_a_resource_that_fails_until_it_is_healed() -> None:
    driver = MemoryDriver()
    driver.fail(ENDPOINT, "link")
    assert driver.apply(vpc().plan()).failures == {ENDPOINT: "link"}
    assert driver.plans == {}
    driver.heal(ENDPOINT)
    assert driver.apply(vpc().plan()).failures == {}
    assert len(driver.applied) == 2


def test_failures_of_other_vpcs_resources_do_not_matter() -> None:
    driver = MemoryDriver()
    driver.fail(resource_id("vpce", 2), "link")
    assert driver.apply(vpc().plan()).failures == {}


def test_the_internet() -> None:
    driver = MemoryDriver()
    driver.fail(INTERNET, "namespace")
    services = internet_plan(("sts", "198.51.100.0/24", (443,)))
    assert driver.apply_internet(services).failures == {INTERNET: "namespace"}
    driver.heal(INTERNET)
    driver.apply_internet(services)
    assert driver.internet == services
    assert driver.internet_place().owner_id == INTERNET
    driver.remove_all()
    assert driver.internet is None


def test_counters_are_those_it_was_given() -> None:
    driver = MemoryDriver()
    driver.counters[ENDPOINT] = LinkCounters(1, 60, 0, 0)
    assert driver.read_counters() == {ENDPOINT: LinkCounters(1, 60, 0, 0)}


def test_unwanted_is_forgotten() -> None:
    driver = MemoryDriver(found=frozenset({VPC}))
    driver.remove_unwanted()
    assert driver.observe() == frozenset()


def test_a_peering_waits_for_the_other_router() -> None:
    driver = MemoryDriver()
    one, two = VpcBuilder(VPC), VpcBuilder(resource_id("vpc", 2))
    one.peer(resource_id("pcx", 1), two.vpc_id, "10.1.0.0/16")
    report = driver.apply(one.plan())
    assert report.failures == {resource_id("pcx", 1): f"router of {two.vpc_id} is not there yet"}
    assert report.waits_for == {two.vpc_id}
    driver.apply(two.plan())
    assert driver.apply(one.plan()) == ApplyReport()


def test_it_remembers_restarts_and_has_the_consoles_it_is_given() -> None:
    driver = MemoryDriver()
    driver.restart_guest(INSTANCE)
    driver.consoles[INSTANCE] = b"hello\n"
    assert driver.restarted == [INSTANCE]
    assert (driver.console_output(INSTANCE), driver.console_output("i-other")) == (b"hello\n", b"")
