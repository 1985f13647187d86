"""DynamoDB's operations: what each is about, what it takes, and what the embedded backend cannot do of it.

Source: DynamoDB API Reference (botocore's model, which a test compares with this table).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

TARGET_PREFIX = "DynamoDB_20120810."


class About(Enum):
    """Where in the body an operation's resources are."""

    NOTHING = "nothing"
    """No resource: policies speak of it with `*`."""
    EVERY_TABLE = "every table"
    TABLE = "TableName"
    TABLE_OR_INDEX = "TableName and IndexName"
    NEW_TABLE = "TableName of a table to be"
    TABLE_ARN = "ResourceArn"
    BACKUP = "BackupArn"
    RESTORED_BACKUP = "BackupArn and TargetTableName"
    RESTORED_TABLE = "source table and TargetTableName"
    TABLES_OF_BATCH = "keys of RequestItems"
    READS = "TransactItems, each a Get"
    WRITES = "TransactItems, each a write or a check"
    STATEMENT = "Statement"
    STATEMENTS = "Statements or TransactStatements"


@dataclass(frozen=True, slots=True)
class Operation:
    """`parameters` are the members of its body; `not_embedded` those that the embedded backend would ignore, which
    must then not be given."""

    name: str
    about: About
    parameters: frozenset[str]
    not_embedded: frozenset[str] = frozenset()


def _operation(name: str, about: About, parameters: str = "", not_embedded: str = "") -> Operation:
    lacking = frozenset(not_embedded.split())
    return Operation(name, about, frozenset(parameters.split()) | lacking, lacking)


_CONDITION = (
    "ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValues "
    "ReturnValuesOnConditionCheckFailure"
)
_METRICS = "ReturnConsumedCapacity ReturnItemCollectionMetrics"
_SELECTION = (
    "TableName IndexName Select Limit ConsistentRead ExclusiveStartKey ReturnConsumedCapacity ProjectionExpression "
    "FilterExpression ExpressionAttributeNames ExpressionAttributeValues"
)
_OVERRIDES = (
    "BillingModeOverride GlobalSecondaryIndexOverride LocalSecondaryIndexOverride ProvisionedThroughputOverride "
    "OnDemandThroughputOverride SSESpecificationOverride VectorIndexOverride"
)

_SERVED = (
    _operation("BatchExecuteStatement", About.STATEMENTS, "Statements ReturnConsumedCapacity"),
    _operation("BatchGetItem", About.TABLES_OF_BATCH, "RequestItems ReturnConsumedCapacity"),
    _operation("BatchWriteItem", About.TABLES_OF_BATCH, f"RequestItems {_METRICS}"),
    _operation("CreateBackup", About.TABLE, "TableName BackupName"),
    _operation(
        "CreateTable",
        About.NEW_TABLE,
        "TableName AttributeDefinitions KeySchema LocalSecondaryIndexes GlobalSecondaryIndexes BillingMode "
        "ProvisionedThroughput StreamSpecification SSESpecification Tags DeletionProtectionEnabled WarmThroughput "
        "ResourcePolicy",
        "TableClass OnDemandThroughput GlobalTableSourceArn GlobalTableSettingsReplicationMode VectorIndexes",
    ),
    _operation("DeleteBackup", About.BACKUP, "BackupArn"),
    _operation("DeleteItem", About.TABLE, f"TableName Key {_CONDITION} {_METRICS}", "Expected ConditionalOperator"),
    _operation("DeleteResourcePolicy", About.TABLE_ARN, "ResourceArn ExpectedRevisionId"),
    _operation("DeleteTable", About.TABLE, "TableName"),
    _operation("DescribeBackup", About.BACKUP, "BackupArn"),
    _operation("DescribeContinuousBackups", About.TABLE, "TableName"),
    _operation("DescribeEndpoints", About.NOTHING),
    _operation("DescribeLimits", About.NOTHING),
    _operation("DescribeTable", About.TABLE, "TableName"),
    _operation("DescribeTimeToLive", About.TABLE, "TableName"),
    _operation(
        "ExecuteStatement",
        About.STATEMENT,
        "Statement Parameters ConsistentRead NextToken ReturnConsumedCapacity Limit "
        "ReturnValuesOnConditionCheckFailure",
    ),
    _operation("ExecuteTransaction", About.STATEMENTS, "TransactStatements ClientRequestToken ReturnConsumedCapacity"),
    _operation(
        "GetItem",
        About.TABLE,
        "TableName Key ConsistentRead ReturnConsumedCapacity ProjectionExpression ExpressionAttributeNames",
        "AttributesToGet",
    ),
    _operation("GetResourcePolicy", About.TABLE_ARN, "ResourceArn"),
    _operation(
        "ListBackups",
        About.NOTHING,
        "TableName",
        "Limit TimeRangeLowerBound TimeRangeUpperBound ExclusiveStartBackupArn BackupType",
    ),
    _operation("ListTables", About.EVERY_TABLE, "ExclusiveStartTableName Limit"),
    _operation("ListTagsOfResource", About.TABLE_ARN, "ResourceArn NextToken"),
    _operation("PutItem", About.TABLE, f"TableName Item Expected {_CONDITION} {_METRICS}", "ConditionalOperator"),
    _operation(
        "PutResourcePolicy",
        About.TABLE_ARN,
        "ResourceArn Policy ExpectedRevisionId ConfirmRemoveSelfResourceAccess",
    ),
    _operation(
        "Query",
        About.TABLE_OR_INDEX,
        f"{_SELECTION} KeyConditions QueryFilter ScanIndexForward KeyConditionExpression",
        "AttributesToGet ConditionalOperator",
    ),
    _operation("RestoreTableFromBackup", About.RESTORED_BACKUP, "TargetTableName BackupArn", _OVERRIDES),
    _operation(
        "RestoreTableToPointInTime",
        About.RESTORED_TABLE,
        "SourceTableArn SourceTableName TargetTableName UseLatestRestorableTime",
        f"RestoreDateTime {_OVERRIDES}",
    ),
    _operation(
        "Scan",
        About.TABLE_OR_INDEX,
        f"{_SELECTION} ScanFilter TotalSegments Segment",
        "AttributesToGet ConditionalOperator",
    ),
    _operation("TagResource", About.TABLE_ARN, "ResourceArn Tags"),
    _operation("TransactGetItems", About.READS, "TransactItems ReturnConsumedCapacity"),
    _operation("TransactWriteItems", About.WRITES, f"TransactItems ClientRequestToken {_METRICS}"),
    _operation("UntagResource", About.TABLE_ARN, "ResourceArn TagKeys"),
    _operation("UpdateContinuousBackups", About.TABLE, "TableName PointInTimeRecoverySpecification"),
    _operation(
        "UpdateItem",
        About.TABLE,
        f"TableName Key AttributeUpdates Expected UpdateExpression {_CONDITION} {_METRICS}",
        "ConditionalOperator",
    ),
    _operation(
        "UpdateTable",
        About.TABLE,
        "TableName AttributeDefinitions BillingMode ProvisionedThroughput GlobalSecondaryIndexUpdates "
        "StreamSpecification DeletionProtectionEnabled WarmThroughput",
        "SSESpecification ReplicaUpdates TableClass MultiRegionConsistency GlobalTableWitnessUpdates "
        "OnDemandThroughput GlobalTableSettingsReplicationMode DisassociationProtectionEnabled VectorIndexUpdates",
    ),
    _operation("UpdateTimeToLive", About.TABLE, "TableName TimeToLiveSpecification"),
)

OPERATIONS: Mapping[str, Operation] = {operation.name: operation for operation in _SERVED}

NOT_SERVED = frozenset(
    {
        "CancelBulkOperation",
        "CreateGlobalTable",
        "DescribeBulkOperation",
        "DescribeContributorInsights",
        "DescribeExport",
        "DescribeGlobalTable",
        "DescribeGlobalTableSettings",
        "DescribeImport",
        "DescribeKinesisStreamingDestination",
        "DescribeTableReplicaAutoScaling",
        "DisableKinesisStreamingDestination",
        "EnableKinesisStreamingDestination",
        "ExportTableToPointInTime",
        "ImportTable",
        "ListBulkOperations",
        "ListContributorInsights",
        "ListExports",
        "ListGlobalTables",
        "ListImports",
        "SearchVectors",
        "StartBulkPutItems",
        "UpdateContributorInsights",
        "UpdateGlobalTable",
        "UpdateGlobalTableSettings",
        "UpdateKinesisStreamingDestination",
        "UpdateTableReplicaAutoScaling",
    }
)
"""Operations of AWS's that are refused by name."""
