"""The doors that rows ask for. Opening them is tested on a real kernel (`tests/live/test_edge_doors.py`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from skywalk.edge.arrival import Arrival
from skywalk.edge.doors import Door, touched_owners, wanted_doors
from skywalk.edge.state import EdgeState
from skywalk.feed.rows import RowChange
from skywalk.plan.places import INTERNET, Place
from skywalk.plan.services import InterfaceEndpoint
from support import edge_rows as rows


def doors_of(*put: object) -> list[tuple[object, ...]]:
    state = EdgeState()
    state.apply(RowChange(put, (), True))  # type: ignore[arg-type]
    wanted = [door for owner_id in state.places for door in wanted_doors(state, owner_id)]
    doors = sorted(wanted, key=lambda door: (door.owner_id, door.port))
    return [(door.owner_id, door.namespace, door.device, door.port, door.names, door.arrival) for door in doors]


AT_S3 = Arrival(True, rows.ENDPOINT_ID, rows.VPC_ID, "s3", rows.REGION, account_id=rows.ACCOUNT, vpc_region=rows.REGION)


def test_an_endpoint_has_a_door_for_each_port_once_it_has_a_place() -> None:
    assert doors_of(rows.endpoint(), rows.S3) == []
    place = Place(rows.ENDPOINT_ID, "/run/netns/vpc", "gwep0")
    assert doors_of(rows.endpoint(), rows.S3, place) == [
        (
            rows.ENDPOINT_ID,
            "/run/netns/vpc",
            "gwep0",
            80,
            (),
            replace(AT_S3, is_secure=False),
        ),
        (
            rows.ENDPOINT_ID,
            "/run/netns/vpc",
            "gwep0",
            443,
            rows.S3.names,
            AT_S3,
        ),
    ]


def test_an_interface_endpoint_has_a_door_for_each_of_its_addresses() -> None:
    place = Place(rows.STS_ENDPOINT_ID, "/run/netns/vpc", "n-1")
    state = EdgeState()
    state.apply(RowChange((rows.sts_interface("10.0.1.5", "10.0.2.5"), rows.STS, place), (), True))
    doors = sorted(wanted_doors(state, rows.STS_ENDPOINT_ID), key=lambda door: door.address)
    assert [(door.address, door.port, door.device) for door in doors] == [
        ("10.0.1.5", 443, "n-1"),
        ("10.0.2.5", 443, "n-1"),
    ]
    arrival = Arrival(
        True,
        rows.STS_ENDPOINT_ID,
        rows.VPC_ID,
        "sts",
        rows.REGION,
        is_interface=True,
        account_id=rows.ACCOUNT,
        vpc_region=rows.REGION,
    )
    assert {door.arrival for door in doors} == {arrival}
    assert {door.names for door in doors} == {(*rows.STS.names, "*.sts.us-east-1.vpce.amazonaws.com")}


def test_a_zone_that_comes_changes_no_door_of_the_others() -> None:
    place = Place(rows.S3_INTERFACE_ID, "/run/netns/vpc", "n-1")

    def doors(row: InterfaceEndpoint) -> frozenset[Door]:
        state = EdgeState()
        state.apply(RowChange((row, rows.S3, place), (), True))
        return wanted_doors(state, rows.S3_INTERFACE_ID)

    one = doors(rows.s3_interface(rows.FULL_ACCESS, "10.0.1.5"))
    two = doors(rows.s3_interface(rows.FULL_ACCESS, "10.0.1.5", "10.0.2.5", zones=("a", "b")))
    assert len(one) == 2
    assert one < two
    assert {door.address for door in two - one} == {"10.0.2.5"}


def test_an_interface_endpoint_of_a_service_without_public_names_has_doors() -> None:
    place = Place(rows.SQS_ENDPOINT_ID, "/run/netns/vpc", "n-1")
    names = ("*.sqs.us-east-1.vpce.amazonaws.com",)
    assert [(door[3], door[4]) for door in doors_of(rows.sqs_interface(), place)] == [(80, ()), (443, names)]
    place = Place(rows.S3_INTERFACE_ID, "/run/netns/vpc", "n-1")
    row = rows.s3_interface()
    assert [(door[3], door[4]) for door in doors_of(row, place)] == [(80, ()), (443, row.certificate_names)]


def test_public_services_share_a_door_for_each_port_and_s3s_certificate_comes_first() -> None:
    found = doors_of(rows.STS, rows.S3, Place(INTERNET, "/run/netns/internet", None))
    assert found == [
        (INTERNET, "/run/netns/internet", None, 80, (), Arrival(False)),
        (INTERNET, "/run/netns/internet", None, 443, (*rows.S3.names, *rows.STS.names), Arrival(True)),
    ]


def test_a_catalogue_s_services_are_behind_the_same_doors() -> None:
    found = doors_of(rows.STS, rows.CATALOGUE, Place(INTERNET, "/run/netns/internet", None))
    assert [(door[3], door[4]) for door in found] == [(443, rows.STS.names)]
    state = EdgeState()
    state.apply(RowChange((replace(rows.CATALOGUE, ports=(5671,)), Place(INTERNET, "/run/netns/i", None)), (), True))
    assert [door.port for door in wanted_doors(state, INTERNET)] == [5671]
    assert touched_owners(RowChange((rows.CATALOGUE,), (), False)) is None


def test_a_door_is_another_one_in_a_namespace_that_was_made_anew(tmp_path: Path) -> None:
    namespace = tmp_path / "namespace"
    namespace.touch()
    state = EdgeState()
    state.apply(RowChange((rows.endpoint(), rows.S3, Place(rows.ENDPOINT_ID, str(namespace), None)), (), True))
    before = wanted_doors(state, rows.ENDPOINT_ID)
    assert wanted_doors(state, rows.ENDPOINT_ID) == before
    (tmp_path / "held").hardlink_to(namespace)
    namespace.unlink()
    namespace.touch()
    assert not wanted_doors(state, rows.ENDPOINT_ID) & before


def test_a_door_is_another_one_at_a_link_that_was_made_anew() -> None:
    place, state = Place(rows.ENDPOINT_ID, "/run/netns/vpc", "gwep0", 7, 2), EdgeState()
    state.apply(RowChange((rows.endpoint(), rows.S3, place), (), True))
    before = wanted_doors(state, rows.ENDPOINT_ID)
    state.apply(RowChange((replace(place, device_index=3),), (), False))
    assert not wanted_doors(state, rows.ENDPOINT_ID) & before


def test_a_policy_change_is_no_other_door() -> None:
    place = Place(rows.ENDPOINT_ID, "/run/netns/vpc", "gwep0")
    assert doors_of(rows.endpoint("{}"), rows.S3, place) == doors_of(rows.endpoint(), rows.S3, place)


def test_a_change_touches_the_doors_of_its_own_endpoints() -> None:
    place = Place(rows.ENDPOINT_ID, "/run/netns/vpc", "gwep0")
    assert touched_owners(RowChange((rows.bucket("a"), rows.role("app")), (), False)) == frozenset()
    assert touched_owners(RowChange((rows.endpoint(),), (), False)) == frozenset({rows.ENDPOINT_ID})
    assert touched_owners(RowChange((rows.sts_interface(),), (), False)) == frozenset({rows.STS_ENDPOINT_ID})
    both = RowChange((place,), (("GatewayEndpoint", "vpce-1"),), False)
    assert touched_owners(both) == frozenset({rows.ENDPOINT_ID, "vpce-1"})
    assert touched_owners(RowChange((rows.S3,), (), False)) is None
    assert touched_owners(RowChange((), (), True)) is None
