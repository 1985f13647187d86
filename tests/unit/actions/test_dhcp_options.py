from __future__ import annotations

from skywalk.actions.dhcp_options import default_dhcp_options
from support.region import Region


def test_the_default_set_is_made_once_in_each_region() -> None:
    ec2 = Region().client()
    with ec2.call() as call:
        made = default_dhcp_options(call)
        assert default_dhcp_options(call) == made
    assert made.options == {"domain-name": ("ec2.internal",), "domain-name-servers": ("AmazonProvidedDNS",)}
    with ec2.elsewhere("eu-west-1").call() as call:
        assert default_dhcp_options(call).options["domain-name"] == ("eu-west-1.compute.internal",)
