"""The bank's VPC: a private subnet without a way out, a public one with it, a role, three instances."""

from __future__ import annotations

from skywalk.demo.render import policy_text
from skywalk.demo.story import Chapter, File, Run, succeeds, together

REPORT_BYTES = 4 << 20
_LINE = "In the bank's annual report every line is this long, and there are many of them.\n"

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
_PERMISSIONS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def _launch(name: str, subnet: str, more: str, note: str) -> Run:
    return Run(
        f"aws ec2 run-instances --image-id ami-0abcdef1234567890 --instance-type t3.micro --subnet-id {subnet} "
        f"{more} --iam-instance-profile Name=bank-clerk --query 'Instances[0].InstanceId'",
        keep=name,
        note=note,
    )


def _group(name: str, note: str) -> Run:
    return Run(
        f"aws ec2 create-security-group --vpc-id $vpc --group-name {name} --description {name}s --query GroupId",
        keep=f"{name}_group",
        note=note,
    )


def _subnet(name: str, cidr: str) -> Run:
    return Run(
        f"aws ec2 create-subnet --vpc-id $vpc --cidr-block {cidr} --query Subnet.SubnetId",
        keep=f"{name}_subnet",
        note=f"the {name} subnet, and its route table",
    )


def _table(name: str) -> Run:
    return Run("aws ec2 create-route-table --vpc-id $vpc --query RouteTable.RouteTableId", keep=f"{name}_table")


def _associate(name: str, note: str) -> Run:
    return Run(
        f"aws ec2 associate-route-table --route-table-id ${name}_table --subnet-id ${name}_subnet "
        "--query AssociationState.State",
        note=note,
        expect=succeeds("associated"),
    )


CHAPTER = Chapter(
    title="A bank's VPC",
    why="The bank keeps its documents in S3. Its tellers work in a private subnet, whose route table has no way to the "
    "internet; a branch in the public subnet has one. All have the same role, which may do anything in S3.",
    steps=(
        File("trust.json", policy_text(_TRUST) + "\n", shows=False),
        File("clerk.json", policy_text(_PERMISSIONS) + "\n", shows=False),
        File("annual_report.txt", _LINE * (REPORT_BYTES // len(_LINE)), shows=False),
        together(
            Run(
                "aws ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId",
                keep="vpc",
                note="a VPC, and the internet gateway for its public side",
            ),
            Run(
                "aws ec2 create-internet-gateway --query InternetGateway.InternetGatewayId",
                keep="gateway",
            ),
            Run(
                "aws iam create-role --role-name bank-clerk --assume-role-policy-document file://trust.json "
                "--query Role.Arn",
                note="a role, and the instance profile that gives it to instances",
            ),
            Run(
                "aws iam create-instance-profile --instance-profile-name bank-clerk --query InstanceProfile.Arn",
            ),
            Run("aws s3 mb s3://bank-documents", note="two buckets"),
            Run("aws s3 mb s3://bank-archive"),
        ),
        together(
            _subnet("private", "10.0.1.0/24"),
            _table("private"),
            _subnet("public", "10.0.2.0/24"),
            _table("public"),
            Run(
                "aws ec2 attach-internet-gateway --vpc-id $vpc --internet-gateway-id $gateway",
                note="the VPC's way to the internet",
            ),
            _group("teller", "two security groups"),
            _group("visitor", ""),
            Run(
                "aws iam put-role-policy --role-name bank-clerk --policy-name s3 --policy-document file://clerk.json",
                note="the role may do anything in S3",
            ),
            Run(
                "aws iam add-role-to-instance-profile --role-name bank-clerk --instance-profile-name bank-clerk",
            ),
            Run("aws s3 cp annual_report.txt s3://bank-documents/ --no-progress", note="a long document"),
        ),
        together(
            _associate("private", "each subnet has its own table"),
            _associate("public", ""),
            Run(
                "aws ec2 create-route --route-table-id $public_table --destination-cidr-block 0.0.0.0/0 "
                "--gateway-id $gateway --query Return",
                note="the public table alone leads to the internet",
                expect=succeeds("True"),
            ),
            _launch(
                "teller",
                "$private_subnet",
                "--security-group-ids $teller_group",
                "a teller and a visitor in the private subnet",
            ),
            _launch("visitor", "$private_subnet", "--security-group-ids $visitor_group", ""),
            _launch("branch", "$public_subnet", "--associate-public-ip-address", "a branch in the public one"),
        ),
        Run("skywalk wait", proves="three instances run"),
    ),
)
