"""Generate the catalogue of AWS's managed policies from moto's copy of what AWS publishes.

Writes `src/skywalk/resources/aws_managed_policies.json`. A policy can be listed here if all of its text is evaluated:
this tool refuses others. With `--check` nothing is written; the exit status says whether the catalogue is current.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from skywalk.policy.document import PolicyKind, parse_policy
from skywalk.policy.keys.carried import check_keys

REPOSITORY = Path(__file__).resolve().parent.parent
CATALOGUE = Path("src/skywalk/resources/aws_managed_policies.json")
MEMBERS = ("Path", "DefaultVersionId", "CreateDate", "UpdateDate", "Document")

_NAMES = """
AWSCloudFormationFullAccess AWSCloudFormationReadOnlyAccess AWSDenyAll AWSKeyManagementServicePowerUser
AWSLambdaBasicExecutionRole AWSLambdaDynamoDBExecutionRole AWSLambdaExecute AWSLambdaRole
AWSLambdaSQSQueueExecutionRole AWSLambdaVPCAccessExecutionRole AWSLambda_FullAccess AWSLambda_ReadOnlyAccess
AWSSupportAccess AdministratorAccess AmazonDynamoDBFullAccess AmazonDynamoDBReadOnlyAccess
AmazonEC2ContainerRegistryFullAccess AmazonEC2ContainerRegistryReadOnly AmazonEC2FullAccess
AmazonEC2ReadOnlyAccess AmazonECSTaskExecutionRolePolicy AmazonEKSWorkerNodePolicy AmazonEKS_CNI_Policy
AmazonKinesisFullAccess AmazonKinesisReadOnlyAccess AmazonRoute53FullAccess AmazonRoute53ReadOnlyAccess
AmazonS3FullAccess AmazonS3ReadOnlyAccess AmazonSNSFullAccess AmazonSNSReadOnlyAccess AmazonSQSFullAccess
AmazonSQSReadOnlyAccess AmazonSSMFullAccess AmazonSSMManagedEC2InstanceDefaultPolicy
AmazonSSMManagedInstanceCore AmazonSSMReadOnlyAccess AmazonVPCFullAccess AmazonVPCReadOnlyAccess
CloudWatchAgentServerPolicy CloudWatchFullAccess CloudWatchLogsFullAccess CloudWatchLogsReadOnlyAccess
CloudWatchReadOnlyAccess DatabaseAdministrator ElasticLoadBalancingFullAccess ElasticLoadBalancingReadOnly
IAMFullAccess IAMReadOnlyAccess IAMUserChangePassword NetworkAdministrator PowerUserAccess ReadOnlyAccess
SystemAdministrator
"""


def generate(names: Iterable[str]) -> str:
    """The catalogue's text, a line per policy. Raises PolicyError for one that is not evaluated whole, and KeyError."""
    known: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    lines = []
    for name in sorted(names):
        entry = {member: known[name][member] for member in MEMBERS}
        check_keys(parse_policy(json.dumps(entry["Document"]), PolicyKind.IDENTITY))
        lines.append(f"{json.dumps(name)}: {json.dumps(entry)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: Iterable[str] | None = None, repository: Path = REPOSITORY) -> int:
    parser = argparse.ArgumentParser(description="Generate the catalogue of AWS's managed policies.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the catalogue is not current")
    options = parser.parse_args(None if arguments is None else list(arguments))
    path, text = repository / CATALOGUE, generate(_NAMES.split())
    if path.is_file() and path.read_text("utf-8") == text:
        return 0
    if options.check:
        sys.stderr.write(f"{CATALOGUE} is not current: run tools/generate_aws_managed_policies.py\n")
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    sys.stdout.write(f"wrote {CATALOGUE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
