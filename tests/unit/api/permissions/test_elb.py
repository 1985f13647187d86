from __future__ import annotations

from skywalk.api.permissions.elb import elb_checks

BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/2"


def test_describing_has_no_resource() -> None:
    (check,) = elb_checks("DescribeLoadBalancers", {"LoadBalancerArns": [BALANCER]}, "123456789012")
    assert check[:4] == ("elasticloadbalancing:DescribeLoadBalancers", "*", None, "123456789012")


def test_every_arn_is_asked_about_once() -> None:
    request = {"LoadBalancerArn": BALANCER, "DefaultActions": [{"TargetGroupArn": GROUP}, {"TargetGroupArn": GROUP}]}
    checks = elb_checks("CreateListener", request, "123456789012")
    assert [(check.action, check.resource, check.shown) for check in checks] == [
        ("elasticloadbalancing:CreateListener", BALANCER, BALANCER),
        ("elasticloadbalancing:CreateListener", GROUP, GROUP),
    ]
