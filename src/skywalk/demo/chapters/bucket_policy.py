"""The bucket's own word on where a caller comes from."""

from __future__ import annotations

from skywalk.demo.render import policy_text
from skywalk.demo.story import Chapter, File, Run, fails, succeeds, together

# Reading alone is denied: a Deny of s3:* would lock the bank out of its own bucket's policy.
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::bank-documents", "arn:aws:s3:::bank-documents/*"],
            "Condition": {"StringNotEquals": {"aws:SourceVpce": "$endpoint"}},
        }
    ],
}

CHAPTER = Chapter(
    title="A bucket that knows its endpoint",
    why="The branch has the teller's role and the internet. aws:SourceVpce in the bucket's policy asks for the one "
    "thing that it does not have: no client can claim to have come through an endpoint.",
    steps=(
        Run(
            "skywalk exec $branch -- aws s3 ls s3://bank-documents",
            note="the branch, through the internet gateway",
            expect=succeeds("my_file.txt"),
            proves="so far it may read: its own route table never had the endpoint",
        ),
        File("bucket-policy.json", policy_text(_POLICY) + "\n"),
        Run("aws s3api put-bucket-policy --bucket bank-documents --policy file://bucket-policy.json"),
        together(
            Run(
                "skywalk exec $branch -- aws s3 ls s3://bank-documents",
                note="the same caller, the same command",
                expect=fails(
                    's3:ListBucket on resource: "arn:aws:s3:::bank-documents" with an explicit deny in a '
                    "resource-based policy"
                ),
                proves="the branch is refused",
            ),
            Run(
                "skywalk exec $teller -- aws s3 ls s3://bank-documents",
                expect=succeeds("my_file.txt"),
                proves="the teller, who comes through $endpoint, is not",
            ),
        ),
    ),
)
