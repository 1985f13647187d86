"""SQS by a NAT gateway and by an interface endpoint: the same program, and private DNS in between."""

from __future__ import annotations

from pathlib import Path

from skywalk.demo.story import Chapter, File, MeasuredWay, Run, SideBySide, Stop, fails, succeeds, together

_PROGRAM = Path(__file__).parent.parent / "letters.py"
SQS = "sqs.us-east-1.amazonaws.com"

_STOPS = (
    Stop("$nat", ("router", "NAT gateway")),
    Stop("$vpc", ("router", "internet gateway")),
    Stop("$vpc endpoints", ("router", "endpoint")),
)


def _send_letters(note: str, keep: str, expected: tuple[str, ...]) -> MeasuredWay:
    run = Run(
        "skywalk exec --bind . $annex -- python letters.py mortgages",
        note=note,
        expect=succeeds(f"9 letters to https://{SQS}"),
    )
    return MeasuredWay(run, _STOPS, expected, keep)


CHAPTER = Chapter(
    title="Private DNS",
    why="The bank's annex reaches SQS through a NAT gateway. An endpoint without private DNS changes nothing for it; "
    "with private DNS the same name leads to the endpoint, and the program does not know.",
    steps=(
        together(
            Run(
                "aws sqs create-queue --queue-name mortgages --endpoint-url http://127.0.0.1:$port --query QueueUrl",
                note="a queue (for SQS, AWS CLI 1 does not heed AWS_ENDPOINT_URL)",
                expect=succeeds("mortgages"),
            ),
            Run(
                "aws ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.3.0/24 --query Subnet.SubnetId",
                keep="annex_subnet",
                note="a second private subnet, with a way out by a NAT gateway",
            ),
            Run("aws ec2 create-route-table --vpc-id $vpc --query RouteTable.RouteTableId", keep="annex_table"),
            Run("aws ec2 allocate-address --query AllocationId", keep="elastic"),
        ),
        together(
            Run(
                "aws ec2 associate-route-table --route-table-id $annex_table --subnet-id $annex_subnet "
                "--query AssociationState.State",
            ),
            Run(
                "aws ec2 create-nat-gateway --subnet-id $public_subnet --allocation-id $elastic "
                "--query NatGateway.NatGatewayId",
                keep="nat",
            ),
            Run(
                "aws ec2 run-instances --image-id ami-0abcdef1234567890 --instance-type t3.micro "
                "--subnet-id $annex_subnet "
                "--iam-instance-profile Name=bank-clerk --query 'Instances[0].InstanceId'",
                keep="annex",
            ),
            Run(
                "aws ec2 create-vpc-endpoint --vpc-id $vpc --service-name com.amazonaws.us-east-1.sqs "
                "--vpc-endpoint-type Interface --subnet-ids $private_subnet --security-group-ids $desk_group "
                "--no-private-dns-enabled --query VpcEndpoint.VpcEndpointId",
                keep="letterbox",
                note="an endpoint for SQS, without private DNS",
                expect=succeeds("vpce-"),
            ),
        ),
        Run(
            "aws ec2 create-route --route-table-id $annex_table --destination-cidr-block 0.0.0.0/0 "
            "--nat-gateway-id $nat --query Return",
            expect=succeeds("True"),
        ),
        Run("skywalk wait"),
        File("letters.py", _PROGRAM.read_text()),
        Run(
            f"skywalk exec $annex -- dig +short {SQS}",
            note="private DNS is off",
            expect=succeeds(pattern=r"\A198\.51\.100\.\d+\n\Z"),
            proves="a public address",
        ),
        _send_letters("this folder, shared with the annex", "nat", ("$nat", "$vpc")),
        Run(
            f"skywalk exec $teller -- curl -sS --max-time 2 https://{SQS}",
            note="the teller's subnet has no NAT gateway",
            expect=fails("Connection timed out after"),
            proves="its packets reach nobody",
        ),
        Run(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id $letterbox --private-dns-enabled --query Return",
            note="private DNS is on",
            expect=succeeds("True"),
        ),
        Run("skywalk wait"),
        Run(
            f"skywalk exec $annex -- dig +short {SQS}",
            expect=succeeds(pattern=r"\A10\.0\.1\.\d+\n\Z"),
            proves="the endpoint's address, to the same question",
        ),
        _send_letters("the same program", "endpoint", ("$vpc endpoints",)),
        Run(
            "skywalk exec --bind . $teller -- python letters.py mortgages",
            note="and for the teller",
            expect=succeeds(f"9 letters to https://{SQS}"),
        ),
        SideBySide(
            (("by the NAT gateway", "nat"), ("by the endpoint", "endpoint")),
            proves="the same requests, and nothing of them left the VPC by the endpoint",
        ),
    ),
)
