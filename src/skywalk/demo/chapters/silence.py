"""Before the endpoint: nothing."""

from __future__ import annotations

from skywalk.demo.story import Chapter, Expectation, Run, fails, succeeds, together

CONNECT_TIMED_OUT = "Connect timeout on endpoint URL"
LIST_IN_VAIN = "env AWS_MAX_ATTEMPTS=1 aws s3 ls s3://bank-documents --cli-connect-timeout 1"
"""One attempt, a second for each of S3's addresses: a client's own patience would make the tour long."""


def show_routes(note: str, expect: Expectation) -> Run:
    """The private subnet's routes, as a table."""
    return Run(
        "aws ec2 describe-route-tables --route-table-ids $private_table --output table --query "
        "'RouteTables[].Routes[].{To:DestinationCidrBlock||DestinationPrefixListId,Via:GatewayId}'",
        note=note,
        expect=expect,
    )


CHAPTER = Chapter(
    title="No way to S3",
    why="The teller's role may do everything in S3, but its packets reach nobody: no route of the private subnet "
    "leads there. As on AWS that is a silence, not a refusal.",
    steps=(
        together(
            show_routes("the private subnet's routes", succeeds("local")),
            Run(
                f"skywalk exec $teller -- {LIST_IN_VAIN}",
                note="in the teller's instance: one attempt, a second for each of S3's addresses",
                expect=fails(CONNECT_TIMED_OUT),
                proves="the connection timed out: permissions do not help where no packet passes",
            ),
        ),
    ),
)
