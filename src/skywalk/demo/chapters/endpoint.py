"""The gateway endpoint."""

from __future__ import annotations

from skywalk.demo.story import Chapter, Expectation, Run, succeeds


def _show_routes(note: str, expect: Expectation) -> Run:
    return Run(
        "aws ec2 describe-route-tables --route-table-ids $private_table --output table --query "
        "'RouteTables[0].Routes[].{Destination: DestinationCidrBlock || DestinationPrefixListId, Target: GatewayId, "
        "State: State}'",
        note=note,
        expect=expect,
    )


CHAPTER = Chapter(
    title="A gateway endpoint",
    why="One call puts one route into the private subnet's table: S3's networks, as a prefix list, lead to the "
    "endpoint. The branch's table is not named, and stays as it is.",
    steps=(
        _show_routes("the private subnet's routes before", succeeds("local")),
        Run(
            "aws ec2 create-vpc-endpoint --vpc-id $vpc --service-name com.amazonaws.us-east-1.s3 "
            "--route-table-ids $private_table --query VpcEndpoint.VpcEndpointId --output text",
            keep="endpoint",
            expect=succeeds("vpce-"),
        ),
        _show_routes("and after", succeeds("$endpoint")),
        Run(
            "skywalk exec $teller -- aws s3 ls s3://bank-documents",
            note="the teller again",
            expect=succeeds("annual_report.txt"),
            proves="S3 answers, and there is still no way to the internet",
        ),
    ),
)
