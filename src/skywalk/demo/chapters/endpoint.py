"""The gateway endpoint."""

from __future__ import annotations

from skywalk.demo.chapters.silence import show_routes
from skywalk.demo.story import Chapter, Run, succeeds

CHAPTER = Chapter(
    title="A gateway endpoint",
    why="One call puts one route into the private subnet's table: S3's networks, as a prefix list, lead to the "
    "endpoint. The branch's table is not named, and stays as it is.",
    steps=(
        Run(
            "aws ec2 create-vpc-endpoint --vpc-id $vpc --service-name com.amazonaws.us-east-1.s3 "
            "--route-table-ids $private_table --query VpcEndpoint.VpcEndpointId",
            keep="endpoint",
            expect=succeeds("vpce-"),
        ),
        show_routes("the private subnet's routes now", succeeds("$endpoint")),
        Run(
            "skywalk exec $teller -- aws s3 ls s3://bank-documents",
            note="the teller again",
            expect=succeeds("annual_report.txt"),
            proves="now S3 answers",
        ),
    ),
)
