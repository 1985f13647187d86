"""Before the endpoint: nothing."""

from __future__ import annotations

from skywalk.demo.story import Chapter, Run, fails

CONNECT_TIMED_OUT = "Connect timeout on endpoint URL"
LIST_IN_VAIN = "env AWS_MAX_ATTEMPTS=1 aws s3 ls s3://bank-documents --cli-connect-timeout 2"
"""One attempt of two seconds: a client's own patience would make the tour long."""

CHAPTER = Chapter(
    title="No way to S3",
    why="The teller's role may do everything in S3. Its packets reach nobody: no route of the private subnet leads "
    "there. As on AWS that is a silence, not a refusal.",
    steps=(
        Run(
            f"skywalk exec $teller -- {LIST_IN_VAIN}",
            note="in the teller's instance",
            expect=fails(CONNECT_TIMED_OUT),
            proves="the connection timed out: permissions do not help where no packet passes",
        ),
    ),
)
