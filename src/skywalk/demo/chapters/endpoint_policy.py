"""What may pass the endpoint."""

from __future__ import annotations

from skywalk.demo.render import policy_text
from skywalk.demo.story import Chapter, File, Run, fails, succeeds, together

_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:GetObject", "s3:ListBucket"],
            "Resource": ["arn:aws:s3:::bank-documents", "arn:aws:s3:::bank-documents/*"],
        }
    ],
}

CHAPTER = Chapter(
    title="The endpoint's policy",
    why="The role may still do everything; the endpoint now lets two actions on one bucket through. Both must agree.",
    steps=(
        File("endpoint-policy.json", policy_text(_POLICY) + "\n"),
        Run(
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id $endpoint --policy-document file://endpoint-policy.json "
            "--query Return",
            expect=succeeds("True"),
        ),
        together(
            Run(
                "skywalk exec $teller -- aws s3 cp s3://bank-documents/my_file.txt -",
                expect=succeeds("the will of A. Lovelace"),
                proves="reading is allowed",
            ),
            Run(
                "skywalk exec $teller -- aws s3 cp my_file.txt s3://bank-documents/forged.txt --no-progress",
                expect=fails(
                    'is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::bank-documents/forged.txt" '
                    "because no VPC endpoint policy allows the s3:PutObject action"
                ),
                proves="writing is refused, in AWS's words",
            ),
            Run(
                "skywalk exec $teller -- aws s3 ls s3://bank-archive",
                expect=fails("because no VPC endpoint policy allows the s3:ListBucket action"),
                proves="so is every other bucket, the bank's own or anybody's",
            ),
        ),
    ),
)
