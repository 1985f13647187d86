"""CloudWatch by an interface endpoint, which a security group guards."""

from __future__ import annotations

from skywalk.demo.chapters.silence import CONNECT_TIMED_OUT
from skywalk.demo.render import policy_text
from skywalk.demo.story import Chapter, Expectation, File, Run, fails, succeeds, together

MONITORING = "monitoring.us-east-1.amazonaws.com"

_PERMISSIONS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["cloudwatch:*", "sqs:*"], "Resource": "*"}],
}


def _count_a_customer(note: str, expect: Expectation, proves: str) -> Run:
    return Run(
        "skywalk exec $teller -- env AWS_MAX_ATTEMPTS=1 aws cloudwatch put-metric-data --namespace Bank "
        "--metric-name customers --value 1 --cli-connect-timeout 2",
        note=note,
        expect=expect,
        proves=proves,
    )


CHAPTER = Chapter(
    title="An interface endpoint",
    why="Other services than S3 and DynamoDB come into the VPC as a network interface: an address of the private "
    "subnet, to which the service's own name leads, and which a security group guards.",
    steps=(
        File("desk.json", policy_text(_PERMISSIONS) + "\n", shows=False),
        together(
            Run(
                "aws iam put-role-policy --role-name bank-clerk --policy-name desk --policy-document file://desk.json",
                note="the role may use CloudWatch and SQS, too",
            ),
            Run(
                "aws ec2 modify-vpc-attribute --vpc-id $vpc --enable-dns-hostnames",
                note="private names need both DNS attributes of the VPC",
            ),
            Run(
                "aws ec2 create-security-group --vpc-id $vpc --group-name desk --description desk --query GroupId",
                keep="desk_group",
                note="a group for the endpoint, which lets nobody in yet",
            ),
        ),
        Run(
            "aws ec2 authorize-security-group-egress --group-id $teller_group --ip-permissions "
            "'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=$desk_group}]' --query Return",
            note="tellers may send to it",
            expect=succeeds("True"),
        ),
        Run(
            "aws ec2 create-vpc-endpoint --vpc-id $vpc --service-name com.amazonaws.us-east-1.monitoring "
            "--vpc-endpoint-type Interface --subnet-ids $private_subnet --security-group-ids $desk_group "
            "--query VpcEndpoint.VpcEndpointId",
            keep="desk",
            expect=succeeds("vpce-"),
        ),
        Run("skywalk wait"),
        Run(
            f"skywalk exec $teller -- dig +short {MONITORING}",
            note="CloudWatch's public name, asked in the teller's instance",
            expect=succeeds(pattern=r"\A10\.0\.1\.\d+\n\Z"),
            proves="an address of the private subnet",
        ),
        _count_a_customer("", fails(CONNECT_TIMED_OUT), "the endpoint's group has no rule: silence"),
        Run(
            "aws ec2 authorize-security-group-ingress --group-id $desk_group --protocol tcp --port 443 "
            "--cidr 10.0.0.0/16 --query Return",
            note="HTTPS, from everywhere in the VPC",
            expect=succeeds("True"),
        ),
        _count_a_customer("the teller again", succeeds(), "the metric is in CloudWatch"),
    ),
)
