"""Which rows of the internet go to which processes."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from skywalk.compile.internet import compile_internet
from skywalk.feed.publisher import Publisher
from skywalk.plan.control_policies import ControlPolicies
from skywalk.plan.places import Place
from skywalk.plan.plan import CallerPlan, InternetPlan
from skywalk.reconcile.publication import Publication, endpoints_that_stay
from support import edge_rows as rows
from support.plans import VpcBuilder

PLACE = Place("internet", "/run/internet", None)


def published(*plans: InternetPlan) -> tuple[Publisher, Publisher]:
    """Edge and local services, after these plans."""
    edge, local_services = Publisher(), Publisher()

    async def publish() -> None:
        publication = Publication(edge, local_services)
        for plan in plans:
            await publication.publish_internet(plan, PLACE)

    asyncio.run(publish())
    return edge, local_services


def kinds(publisher: Publisher) -> Counter[str]:
    return Counter(kind for kind, _ in publisher.rows)


def test_services_go_to_the_edge_and_names_to_the_local_services() -> None:
    plan = compile_internet()
    edge, local_services = published(plan)
    catalogues = {"PublicCatalogue": len(plan.catalogues)}
    assert kinds(edge) == {"PublicService": len(plan.public_services), "Place": 1, **catalogues}
    names = {"PublicName": len(plan.public_names), "PublicHosts": len(plan.public_hosts)}
    assert kinds(local_services) == {**names, **catalogues}
    assert local_services.rows["PublicHosts", "compute-1.amazonaws.com"] in plan.public_hosts


def test_what_the_internet_has_no_more_is_taken_away() -> None:
    edge, local_services = published(compile_internet(), InternetPlan((), (), ()))
    assert kinds(edge) == {"Place": 1}
    assert not local_services.rows


def test_an_account_s_keys_come_with_its_limits_and_without_them_when_it_leaves() -> None:
    limits = ControlPolicies(rows.ACCOUNT, "o-1", "o-1/r-1/", ((rows.FULL_ACCESS,),), (), rows.ORIGIN)
    plan = CallerPlan(rows.ACCOUNT, (rows.ACCESS_KEY,), (), (), (), limits)
    edge = Publisher()
    publication = Publication(edge, Publisher())
    asyncio.run(publication.publish_callers(plan))
    assert edge.rows["ControlPolicies", rows.ACCOUNT] is limits
    assert kinds(edge) == {"ControlPolicies": 1, "AccessKey": 1}
    asyncio.run(publication.publish_callers(replace(plan, control_policies=None)))
    assert kinds(edge) == {"AccessKey": 1}


def test_what_stays_of_endpoints_while_others_go() -> None:
    one, two = rows.s3_interface(rows.FULL_ACCESS, "10.0.1.5", "10.0.2.5"), rows.sts_interface("10.0.1.6")
    former = replace(
        VpcBuilder(rows.VPC_ID).plan(), interface_endpoints=(one, two), gateway_endpoints=(rows.endpoint(),)
    )
    fewer = replace(one, addresses=one.addresses[:1], policy="{}")
    plan = replace(former, interface_endpoints=(fewer,), gateway_endpoints=(rows.endpoint("{}"),))
    assert endpoints_that_stay(former, former) == former.endpoints
    assert endpoints_that_stay(plan, former) == (rows.endpoint(), replace(one, addresses=one.addresses[:1]))
    assert endpoints_that_stay(former, plan) == plan.endpoints
