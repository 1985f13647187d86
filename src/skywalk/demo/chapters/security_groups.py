"""Who may send to the endpoint."""

from __future__ import annotations

from skywalk.demo.chapters.silence import CONNECT_TIMED_OUT, LIST_IN_VAIN
from skywalk.demo.story import Chapter, Run, fails, succeeds, together


def _revoke_all(group: str) -> Run:
    return Run(
        f"aws ec2 revoke-security-group-egress --group-id ${group}_group "
        "--ip-permissions 'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]' --query Return",
        note=f"{group}s may not send anywhere any more",
        expect=succeeds("True"),
    )


CHAPTER = Chapter(
    title="Security groups",
    why="Teller and visitor share subnet, route table, endpoint and role. A rule that names S3's prefix list makes the "
    "difference.",
    steps=(
        together(
            Run(
                "aws ec2 describe-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.us-east-1.s3 "
                "--query 'PrefixLists[0].PrefixListId'",
                keep="s3_list",
                expect=succeeds("pl-"),
            ),
            _revoke_all("visitor"),
            _revoke_all("teller"),
        ),
        Run(
            "aws ec2 authorize-security-group-egress --group-id $teller_group --ip-permissions "
            "'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=$s3_list}]' "
            "--query Return",
            note="but tellers may send to S3",
            expect=succeeds("True"),
        ),
        Run("skywalk wait", note="returns when every packet obeys"),
        together(
            Run(
                "skywalk exec $teller -- aws s3 ls s3://bank-documents",
                expect=succeeds("my_file.txt"),
                proves="the teller gets through",
            ),
            Run(
                f"skywalk exec $visitor -- {LIST_IN_VAIN}",
                expect=fails(CONNECT_TIMED_OUT),
                proves="the visitor's packets are dropped in silence",
            ),
        ),
    ),
)
