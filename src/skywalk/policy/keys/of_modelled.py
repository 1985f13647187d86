"""The condition keys that requests to the modelled services have: those of tags, and the services' own."""

from __future__ import annotations

from collections.abc import Mapping

from skywalk.policy.keys import names
from skywalk.values.modelled_services import modelled_services

_OTHER_PREFIXES = frozenset({"cloudformation", "cloudwatch", "iot", "tag"})
"""Of actions, where they are not the names that clients sign for."""

OWN_KEYS: Mapping[str, frozenset[str]] = {
    "cloudformation": frozenset(
        {
            "cloudformation:changesetname",
            "cloudformation:importresourcetypes",
            "cloudformation:resourcetypes",
            "cloudformation:rolearn",
            "cloudformation:stackpolicyurl",
            "cloudformation:targetregion",
            "cloudformation:templateurl",
        }
    ),
    "cloudwatch": frozenset({"cloudwatch:alarmactions", "cloudwatch:namespace"}),
    "kms": frozenset(
        {
            "kms:bypasspolicylockoutsafetycheck",
            "kms:calleraccount",
            "kms:datakeypairspec",
            "kms:encryptionalgorithm",
            "kms:encryptioncontext:",
            "kms:encryptioncontextkeys",
            "kms:expirationmodel",
            "kms:grantisforawsresource",
            "kms:grantoperations",
            "kms:granteeprincipal",
            "kms:keyagreementalgorithm",
            "kms:keyorigin",
            "kms:keyspec",
            "kms:keyusage",
            "kms:macalgorithm",
            "kms:messagetype",
            "kms:multiregion",
            "kms:replicaregion",
            "kms:requestalias",
            "kms:retiringprincipal",
            "kms:rotationperiodindays",
            "kms:schedulekeydeletionpendingwindowindays",
            "kms:signingalgorithm",
            "kms:validto",
            "kms:viaservice",
            "kms:wrappingalgorithm",
            "kms:wrappingkeyspec",
        }
    ),
    "lambda": frozenset(
        {
            "lambda:codesigningconfigarn",
            "lambda:functionurlauthtype",
            "lambda:layer",
            "lambda:principal",
            "lambda:securitygroupids",
            "lambda:subnetids",
        }
    ),
    "secretsmanager": frozenset(
        {
            "secretsmanager:addreplicaregions",
            "secretsmanager:blockpublicpolicy",
            "secretsmanager:description",
            "secretsmanager:forcedeletewithoutrecovery",
            "secretsmanager:forceoverwritereplicasecret",
            "secretsmanager:kmskeyid",
            "secretsmanager:name",
            "secretsmanager:recoverywindowindays",
            "secretsmanager:rotateimmediately",
            "secretsmanager:rotationlambdaarn",
            "secretsmanager:secretid",
            "secretsmanager:versionid",
            "secretsmanager:versionstage",
        }
    ),
    "sns": frozenset({"sns:endpoint", "sns:protocol"}),
    "ssm": frozenset({"ssm:overwrite", "ssm:policies", "ssm:recursive"}),
}
"""By the prefix of actions. kms:ViaService is of calls that services make, none of which comes here."""

_OF_TAGS = frozenset({names.REQUEST_TAG, names.TAG_KEYS})

_TAGGED = (
    "acm",
    "acm-pca",
    "apigateway",
    "appconfig",
    "athena",
    "backup",
    "bedrock",
    "ce",
    "cleanrooms",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "config",
    "databrew",
    "datasync",
    "dms",
    "ecr",
    "ecs",
    "elasticache",
    "elasticbeanstalk",
    "elasticfilesystem",
    "elasticmapreduce",
    "events",
    "fis",
    "glue",
    "greengrass",
    "kinesis",
    "kms",
    "lambda",
    "lex",
    "logs",
    "memorydb",
    "mobiletargeting",
    "mq",
    "networkmanager",
    "personalize",
    "pipes",
    "rds",
    "redshift",
    "resource-groups",
    "s3tables",
    "sagemaker",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "servicecatalog",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "states",
    "swf",
    "timestream-influxdb",
    "wafv2",
    "workspaces-web",
)
_WITH_A_FAMILY_OF_THEIR_OWN = frozenset({"ecr", "ecs", "elasticmapreduce", "sagemaker", "secretsmanager", "ssm"})

RESOURCE_TAGS: Mapping[str, frozenset[str]] = {
    prefix: frozenset(
        {names.RESOURCE_TAG, f"{prefix}:resourcetag/"}
        if prefix in _WITH_A_FAMILY_OF_THEIR_OWN
        else {names.RESOURCE_TAG}
    )
    for prefix in _TAGGED
}
"""By the prefix of actions, the families that the tags of a resource are in."""

OF_RESOURCES: Mapping[str, frozenset[str]] = {
    **RESOURCE_TAGS,
    "kms": RESOURCE_TAGS["kms"] | {"kms:resourcealiases"},
}
"""Keys that the backend is asked for."""


def keys_of_modelled() -> dict[str, frozenset[str]]:
    prefixes = {one.signing_name for one in modelled_services().values()} | _OTHER_PREFIXES
    nothing: frozenset[str] = frozenset()
    return {prefix: _OF_TAGS | OWN_KEYS.get(prefix, nothing) | OF_RESOURCES.get(prefix, nothing) for prefix in prefixes}
