"""The condition keys of S3's and of DynamoDB's requests, lower-cased: those that are set, and those that are rightly
absent because their circumstances do not occur here.

Source: Service Authorization Reference.
"""

from __future__ import annotations

S3_KEYS = frozenset(
    f"s3:{name}"
    for name in (
        # how a request was signed, and how it came
        "authtype",
        "resourceaccount",
        "signatureage",
        "signatureversion",
        "tlsversion",
        "x-amz-content-sha256",
        # what is asked for
        "delimiter",
        "existingobjecttag/",
        "max-keys",
        "prefix",
        "versionid",
        # what is written
        "if-match",
        "if-none-match",
        "inventoryaccessibleoptionalfields",
        "locationconstraint",
        "object-lock-event-hold",
        "object-lock-event-hold-duration-days",
        "object-lock-legal-hold",
        "object-lock-mode",
        "object-lock-remaining-retention-days",
        "object-lock-retain-until-date",
        "objectcreationoperation",
        "requestobjecttag/",
        "requestobjecttagkeys",
        "x-amz-acl",
        "x-amz-bucket-namespace",
        "x-amz-copy-source",
        "x-amz-grant-full-control",
        "x-amz-grant-read",
        "x-amz-grant-read-acp",
        "x-amz-grant-write",
        "x-amz-grant-write-acp",
        "x-amz-metadata-directive",
        "x-amz-object-ownership",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
    )
)

NEVER_IN_S3 = frozenset(
    f"s3:{name}"
    for name in (
        # There are no access points, Access Grants, batch jobs, annotations and deliveries of logs, no replication that
        # could be paused, and no bucket whose tags count.
        "accessgrantsinstancearn",
        "accessgrantscope",
        "accessgrantslocationscope",
        "accesspointnetworkorigin",
        "accesspointtag/",
        "annotation-prefix",
        "buckettag/",
        "dataaccesspointaccount",
        "dataaccesspointarn",
        "deliverysourcearn",
        "destinationregion",
        "existingjoboperation",
        "existingjobpriority",
        "isreplicationpauserequest",
        "jobsuspendedcause",
        "logtype",
        "max-annotation-results",
        "requestjoboperation",
        "requestjobpriority",
        "resourcearnbeingauthorized",
        "x-amz-object-annotation-directive",
        "x-amz-object-if-match",
    )
)
"""That they are absent is the truth, and policies may name them."""

DYNAMODB_KEYS = frozenset(
    f"dynamodb:{name}"
    for name in (
        "attributes",
        "enclosingoperation",
        "firstpartitionkeyvalues",
        "fourthpartitionkeyvalues",
        "fulltablescan",
        "leadingkeys",
        "returnconsumedcapacity",
        "returnvalues",
        "secondpartitionkeyvalues",
        "select",
        "thirdpartitionkeyvalues",
    )
)

NEVER_IN_DYNAMODB = frozenset({"dynamodb:fisactionid", "dynamodb:fistargetarns"})
"""Of the Fault Injection Service, which is not here."""
